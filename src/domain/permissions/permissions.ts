import type { EntryId, PersonId } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';

/** Who may do what, coarsely. Finer limits are the fonds list and, for readers, access statuses. */
export const ROLES = ['administrator', 'archivist', 'reviewer', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** A signed-in person, or a script acting for one. */
export interface Person {
	readonly id: PersonId;
	readonly name: string;
	readonly role: Role;
	/** Fonds this person works with, by the entries that stand for them; null for all. */
	readonly fonds: readonly EntryId[] | null;
	/** Access statuses of entries a reader may see; null for the default of the role. */
	readonly accessStatuses: readonly string[] | null;
	/** Limits of the API token used, when there is one: `read`, `write`. */
	readonly scopes?: readonly string[];
}

/** The part of an entry that decides who may see and change it. */
export interface EntryThing {
	readonly kind: 'entry';
	readonly fondsId: EntryId;
	/** `open`, `restricted`, `deferred`, `notReviewed`, or `structural` for levels that carry no status. */
	readonly accessStatus: string;
	/** Registered: it takes no direct edit. */
	readonly isRegistered: boolean;
	/** There is something of it that the archive stands for: it is registered, or came by an accepted import. */
	readonly isShown: boolean;
	/** Its content was purged: only where it stood is left. */
	readonly isPurged: boolean;
}

export type Thing =
	| EntryThing
	/** Making something at the top of the hierarchy. */
	| { readonly kind: 'archive' }
	| { readonly kind: 'import' }
	| { readonly kind: 'people' }
	| { readonly kind: 'settings' }
	/** The archival store: what is said of its objects is limited by the fonds of each besides. */
	| { readonly kind: 'store' }
	/** The queue of conflicts: what it shows and settles is limited by each entry besides. */
	| { readonly kind: 'conflicts' }
	/** Correction orders: which of them is limited by each entry besides. */
	| { readonly kind: 'orders' }
	/** What the catalogue is described with: fonds, authorities, holdings, local fields. */
	| { readonly kind: 'register'; readonly register: string }
	/** What the rules of description find, and campaigns over it: which of it is limited by each entry besides. */
	| { readonly kind: 'checks' }
	/** Reference codes: gaps, duplicates, blocks of numbers; what is shown is limited by each fonds besides. */
	| { readonly kind: 'codes' }
	/** Orders to purge content: one person proposes, an administrator approves. */
	| { readonly kind: 'purge' };

/**
 * `see` read it · `edit` change fields, texts, place · `create` make children (of an entry) or top-level entries (of
 * the archive) · `comment` say something about an entry, without changing it · `decide` proposals of
 * others · `delete` · `export` · `import` · `administer` accounts, settings and copies of
 * the archival store · `verify` it, and `export` what that finds of every object.
 */
export type Action =
	'see' | 'comment' | 'decide' | 'edit' | 'create' | 'delete' | 'export' | 'import' | 'administer' | 'verify';

/** The access statuses an entry can have; a reader may be let see more of them than `open`. */
export const ACCESS_STATUSES = ['open', 'restricted', 'deferred', 'notReviewed'] as const;

const DEFAULT_READER_STATUSES = ['open'];
const WRITES: readonly Action[] = ['comment', 'decide', 'edit', 'create', 'delete', 'import', 'administer'];

/** The one question every route, socket and message asks. Deny by default. */
export function can(person: Person | undefined, action: Action, thing: Thing): boolean {
	if (!person) return false;
	if (person.scopes && !person.scopes.includes(WRITES.includes(action) ? 'write' : 'read')) return false;
	switch (thing.kind) {
		case 'entry':
			return canWithEntry(person, action, thing);
		case 'archive':
			return (action === 'create' || action === 'export') && isStaff(person) && person.fonds === null;
		case 'import':
			return (action === 'import' || action === 'see') && isStaff(person);
		case 'people':
		case 'settings':
			return person.role === 'administrator' && action === 'administer';
		case 'store':
			// To copy and to repair it is to write into folders of the machine.
			if (action === 'administer') return person.role === 'administrator';
			// What is said of every object is of all fonds.
			if (action === 'export' && person.fonds !== null) return false;
			return (
				(action === 'see' || action === 'verify' || action === 'export') &&
				(isStaff(person) || person.role === 'reviewer')
			);
		case 'conflicts':
			return (action === 'see' && person.role !== 'reader') || (action === 'edit' && isStaff(person));
		case 'orders':
			return (action === 'see' || action === 'comment' || action === 'decide') && person.role !== 'reader';
		case 'register':
			if (action === 'see')
				// An exception quotes the entry it is about, and they are of all fonds.
				return person.role !== 'reader' && (thing.register !== 'exception' || person.fonds === null);
			if (action !== 'edit') return false;
			// An exception is made from a finding, by who may judge the entry.
			if (thing.register === 'exception') return false;
			// Figures are what was counted: nobody writes them.
			if (thing.register === 'figure') return false;
			// Fields decide what everybody can describe.
			if (thing.register === 'field') return person.role === 'administrator';
			return isStaff(person) && person.fonds === null;
		case 'checks':
			return (action === 'see' || action === 'edit') && person.role !== 'reader';
		case 'codes':
			return (action === 'see' && person.role !== 'reader') || (action === 'edit' && isStaff(person));
		case 'purge':
			return (
				person.fonds === null &&
				(((action === 'see' || action === 'create') && isStaff(person)) ||
					(action === 'decide' && person.role === 'administrator'))
			);
	}
}

function canWithEntry(person: Person, action: Action, entry: EntryThing): boolean {
	if (person.fonds !== null && !person.fonds.includes(entry.fondsId)) return false;
	if (entry.isPurged) return action === 'see' && person.role !== 'reader';
	switch (action) {
		case 'see':
		case 'export':
			return (
				person.role !== 'reader' ||
				(entry.isShown &&
					(entry.accessStatus === 'structural' || statusesOf(person).includes(entry.accessStatus)))
			);
		case 'comment':
		case 'decide':
			return person.role !== 'reader';
		case 'edit':
		case 'delete':
			return isStaff(person) && !entry.isRegistered;
		case 'create':
		case 'import':
			return isStaff(person);
		default:
			return false;
	}
}

function isStaff(person: Person): boolean {
	return person.role === 'administrator' || person.role === 'archivist';
}

function statusesOf(person: Person): readonly string[] {
	return person.accessStatuses ?? DEFAULT_READER_STATUSES;
}

/**
 * Which entries a list may hold: the same rule as `can(person, 'see', entry)`, as a filter.
 * `null` means no limit.
 */
export function visibleEntries(person: Person): {
	readonly fonds: readonly EntryId[] | null;
	readonly accessStatuses: readonly string[] | null;
	/** Only entries of which there is something that the archive stands for. */
	readonly onlyShown: boolean;
} {
	const isReader = person.role === 'reader';
	return {
		fonds: person.fonds,
		accessStatuses: isReader ? ['structural', ...statusesOf(person)] : null,
		onlyShown: isReader,
	};
}

/** Whether a person gets the live document of an entry, or only rows: a document cannot be filtered by field. */
export function canOpenLive(person: Person | undefined, entry: EntryThing): boolean {
	return person !== undefined && person.role !== 'reader' && !entry.isPurged && can(person, 'see', entry);
}

/**
 * Stops with a refusal unless the person may.
 * @throws {Refusal} 'permissions.denied' or 'permissions.registered' (403), or 'permissions.sign-in' (401) when nobody is
 * signed in
 */
export function demand(person: Person | undefined, action: Action, thing: Thing): asserts person is Person {
	if (!person) throw new Refusal('permissions.sign-in', {}, 401);
	if (!can(person, action, thing)) throw denied(person, action, thing);
}

/**
 * Why somebody may not, when they may not: `permissions.registered` where only that stands in the way, `catalogue.purged`
 * (410) where nobody may ever again.
 */
export function denied(person: Person, action: Action, thing: Thing): Refusal {
	if (thing.kind === 'entry' && thing.isPurged && can(person, 'see', thing))
		return new Refusal('catalogue.purged', {}, 410);
	const isForRegistered =
		thing.kind === 'entry' && thing.isRegistered && can(person, action, { ...thing, isRegistered: false });
	return isForRegistered
		? new Refusal('permissions.registered', {}, 403)
		: new Refusal('permissions.denied', { action, thing: thing.kind }, 403);
}
