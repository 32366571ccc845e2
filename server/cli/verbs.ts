import * as v from 'valibot';
import { createId, parseEntryId, type EntryId, type PersonId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { demandLevel } from '#domain/catalogue/fonds/fonds-rights.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { settingAsWritten } from '#domain/catalogue/written-value.ts';
import { CONFLICT_CAUSES } from '#domain/collaboration/conflicts.ts';
import { BOARDS, REVIEW_STEPS } from '#domain/catalogue/review-states.ts';
import { demand, type Person, type Role } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import { BAG_VERBS } from './bag-verbs.ts';
import { CODE_READS, CODE_VERBS } from './code-verbs.ts';
import { STORE_VERBS } from './store-verbs.ts';
import type { TreeNode } from '#server/catalogue/catalogue.ts';
import type { Language } from '#server/config.ts';
import { CHECK_VERBS } from './check-verbs.ts';
import { FIXITY_VERBS } from './fixity-verbs.ts';
import { COPY_VERBS } from './copy-verbs.ts';
import { importFiles } from './import-verb.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { ORDER_VERBS } from './order-verbs.ts';
import { PURGE_READS, PURGE_VERBS } from './purge-verbs.ts';
import { REGISTER_READS, REGISTER_VERBS } from './register-verbs.ts';
import { importUnsent } from './unsent-verb.ts';
import { entryId, text, verb, type Verb, type VerbContext } from './verb.ts';
import { writeWhole } from './write-whole.ts';

/** A verb as it comes from a terminal. */
export interface VerbRequest {
	readonly verb: string;
	readonly args: unknown;
	/** Name of the account to act as; undefined for the user of the system. */
	readonly as: string | undefined;
	/** User of the system, who may do everything: the data directory is theirs to read and write anyway. */
	readonly user: string;
	readonly language: Language;
}

const TOKEN_DAYS = 366;
const DAY_MS = 86_400_000;
/** Verbs that change nothing: a cancelled one is not waited for. */
const READS = [
	'tree',
	'show',
	'conflicts',
	'comments',
	'boards',
	'log',
	'order-list',
	'order-show',
	'archive-verify',
	'archive-copies',
	'archive-status',
	'fixity-report',
	...PURGE_READS,
	...CODE_READS,
	...REGISTER_READS,
];

/** The verbs that run on an archive, open in this process. Each is one use case. */
export const VERBS: Readonly<Record<string, Verb>> = {
	setup: verb(
		v.object({
			archiveName: text,
			archiveCode: text,
			adminName: v.string(),
			password: v.string(),
			holdings: v.picklist(['empty', 'tiny']),
		}),
		async (app, args) => {
			const { administratorId } = await app.administration.setUp(args);
			return { administratorId, archive: { name: args.archiveName, code: args.archiveCode } };
		},
	),

	'user-add': verb(
		v.object({ name: v.string(), role: v.string(), password: v.string() }),
		async (app, { name, role, password }, { identity }) => {
			demand(identity.person, 'administer', { kind: 'people' });
			const { id } = await app.administration.people.add(
				{ name, role: role as Role, password },
				actorOf(identity),
			);
			return { id, name, role };
		},
	),

	'user-password': verb(
		v.object({ name: v.string(), password: v.string() }),
		async (app, { name, password }, { identity }) => {
			demand(identity.person, 'administer', { kind: 'people' });
			const person = await accountOf(app, name);
			await app.administration.people.resetPassword(person.id, password, actorOf(identity));
			return { name: person.name };
		},
	),

	token: verb(v.object({ name: v.string() }), async (app, { name }, { identity }) => {
		demand(identity.person, 'administer', { kind: 'people' });
		const person = await accountOf(app, name);
		const { token } = await app.administration.people.createToken(
			person.id,
			{ name: 'cli', scopes: ['read', 'write'], days: TOKEN_DAYS },
			actorOf(identity),
		);
		return { token };
	}),

	import: verb(
		v.object({
			files: v.pipe(v.array(text), v.minLength(1)),
			under: v.optional(entryId),
			profile: v.optional(text),
			mapping: v.optional(text),
			authorities: v.optional(v.boolean()),
			dryRun: v.boolean(),
		}),
		importFiles,
	),

	'import-undo': verb(
		v.object({ importId: text, all: v.boolean() }),
		(app, { importId, all }, { identity }) => app.importDesk.undo(identity, importId, all),
	),

	tree: verb(
		v.object({ id: v.optional(entryId), depth: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
		async (app, { id, depth }, { identity }) => {
			// A tree without children and an entry that is not there are different answers.
			if (id) await app.catalogue.entry(identity.person, id);
			return (await app.catalogue.tree(identity.person, id ?? null, depth)).map(branchOf);
		},
	),

	show: verb(v.object({ id: text }), async (app, { id: given }, { identity }) => {
		const id = parseEntryId(given) ?? (await entryOfCode(app, identity.person, given));
		const entry = await app.catalogue.entry(identity.person, id);
		return {
			id: entry.id,
			level: entry.level,
			parentId: entry.parentId,
			title: entry.title,
			referenceCode: entry.referenceCode,
			profile: entry.profile,
			status: entry.status,
			fields: entry.fields,
			bodies: entry.bodies,
			conflicts: entry.conflicts,
			disputes: entry.disputes,
			state: entry.state,
			versions: entry.versions,
			childCount: entry.childCount,
			problems: entry.problems,
			formerCodes: (entry.formerCodes ?? []).map(({ code }) => code),
		};
	}),

	set: verb(
		v.object({ id: entryId, field: text, value: v.string() }),
		async (app, { id, field, value }, { identity }) => {
			const { person } = identity;
			const entry = await app.catalogue.entry(person, id);
			await demandEntry(app, person, field === 'status' ? 'delete' : 'edit', id);
			const setting = settingAsWritten(profileOf(entry.profile), entry.fields, field, value, () =>
				createId<string>(),
			);
			if (setting.key === 'parent') {
				if (setting.value === null) demand(person, 'create', { kind: 'archive' });
				else await demandEntry(app, person, 'create', setting.value as EntryId);
			}
			if (setting.key === 'level')
				demandLevel(person, profileOf(entry.profile), String(setting.value), [entry.level]);
			const seq = await app.collaboration.setField(id, setting.key, setting.value, actorOf(identity));
			return { id, field: setting.key, value: setting.value, seq };
		},
	),

	log: verb(
		v.object({ id: entryId, before: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))) }),
		(app, { id, before }, { identity }) => app.catalogue.timeline(identity.person, id, before),
	),

	'log-compact': verb(
		v.object({ days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))) }),
		(app, { days }, { identity, signal }) => {
			demand(identity.person, 'administer', { kind: 'settings' });
			return app.collaboration.compact({
				signal,
				...(days === undefined ? {} : { idleMs: days * DAY_MS }),
			});
		},
	),

	conflicts: verb(
		v.object({
			fonds: v.optional(entryId),
			person: v.optional(text),
			cause: v.optional(v.picklist(CONFLICT_CAUSES)),
			days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
			state: v.optional(v.picklist(['open', 'disputed'])),
			limit: v.pipe(v.number(), v.integer(), v.minValue(1)),
		}),
		async (app, { person: name, days, limit, ...filter }, { identity }) => {
			const asked = {
				...filter,
				...(name === undefined ? {} : { person: (await accountOf(app, name)).id }),
				...(days === undefined ? {} : { before: new Date(Date.now() - days * DAY_MS).toISOString() }),
			};
			const [{ total, rows }, groups] = await Promise.all([
				app.conflicts.list(identity.person, asked, 0, limit),
				app.conflicts.groups(identity.person, asked),
			]);
			return { total, conflicts: rows, groups };
		},
	),

	propose: verb(
		v.object({ id: entryId, field: text, value: v.string(), why: v.string() }),
		async (app, { id, field, value, why }, { identity }) => {
			const entry = await app.catalogue.entry(identity.person, id);
			const setting = settingAsWritten(profileOf(entry.profile), entry.fields, field, value, () =>
				createId<string>(),
			);
			return app.proposals.propose(identity, id, setting.key, setting.value, why);
		},
	),

	review: verb(
		v.object({
			step: v.picklist(REVIEW_STEPS),
			ids: v.pipe(v.array(entryId), v.minLength(1)),
			below: v.boolean(),
			why: v.string(),
		}),
		async (app, { step, ids, below, why }, { identity, signal, progress }) => {
			const targets = below ? { under: ids } : { entries: ids.map((id) => ({ id })) };
			return app.review.take(identity, step, targets, why, { signal, onProgress: progress });
		},
	),

	boards: verb(
		v.object({ board: v.picklist(BOARDS), limit: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
		async (app, { board, limit }, { identity }) => ({
			...(await app.reviewBoards.page(identity.person, board, 0, limit)),
			counts: await app.reviewBoards.counts(identity.person),
		}),
	),

	decide: verb(
		v.object({ id: text, verdict: v.picklist(['accept', 'reject']), why: v.string() }),
		async (app, { id, verdict, why }, { identity }) => {
			await app.proposals.decide(identity, {
				id,
				verdict: verdict === 'accept' ? 'accepted' : 'rejected',
				why,
			});
			return { id, verdict };
		},
	),

	comments: verb(v.object({ id: entryId }), async (app, { id }, { identity }) => ({
		threads: await app.comments.threads(identity.person, id),
	})),

	export: verb(
		v.object({ id: entryId, format: v.string(), path: text }),
		async (app, { id, format, path }, { identity, signal }) => {
			if (format === 'bagit')
				return { path, format, ...(await app.exchange.writeBag(identity.person, id, { path, signal })) };
			if (format !== 'ead3' && format !== 'json')
				throw new Refusal('catalogue.unknown-format', { format: format.slice(0, 40) });
			const exported = await app.exportSubtree(identity.person, id, format);
			return { path, format, bytes: await writeWhole(path, exported.text, signal) };
		},
	),

	backup: verb(
		v.object({ file: text, force: v.boolean() }),
		(app, { file, force }, { identity, signal, progress }) => {
			demand(identity.person, 'administer', { kind: 'settings' });
			return app.administration.backups.make(
				{ file, isForced: force, signal, onProgress: progress },
				actorOf(identity),
			);
		},
	),

	'unsent-import': verb(v.object({ file: text }), importUnsent),

	...STORE_VERBS,
	...BAG_VERBS,
	...COPY_VERBS,
	...ORDER_VERBS,
	...CHECK_VERBS,
	...FIXITY_VERBS,
	...PURGE_VERBS,
	...CODE_VERBS,
	...REGISTER_VERBS,
};

/**
 * Runs a verb for whoever asks.
 * @throws {Refusal} 'cli.unknown-verb' | 'cli.cancelled' | 'administration.not-set-up' | 'permissions.unknown-person' and
 * what the use case refuses
 */
export async function runVerb(
	app: App,
	request: VerbRequest,
	running: Pick<VerbContext, 'signal' | 'progress'>,
): Promise<unknown> {
	const run = Object.hasOwn(VERBS, request.verb) ? VERBS[request.verb] : undefined;
	if (!run) throw new Refusal('cli.unknown-verb', { verb: request.verb.slice(0, 40) });
	if (request.verb !== 'setup' && !(await app.administration.isSetUp()))
		throw new Refusal('administration.not-set-up', {}, 409);
	const identity = await identityOf(app, request);
	const cancelled = Promise.withResolvers<never>();
	const cancel = (): void => cancelled.reject(new Refusal('cli.cancelled'));
	if (running.signal.aborted) cancel();
	running.signal.addEventListener('abort', cancel, { once: true });
	const work = run(app, request.args, { ...running, identity, language: request.language });
	try {
		return await Promise.race([work, cancelled.promise]);
	} catch (error) {
		// What is being written ends by the signal or as a whole; only then is the archive free.
		const ended = work.catch(() => undefined);
		if (!READS.includes(request.verb)) await ended;
		throw running.signal.aborted ? new Refusal('cli.cancelled') : error;
	} finally {
		running.signal.removeEventListener('abort', cancel);
	}
}

async function identityOf(app: App, { as, user }: VerbRequest): Promise<Identity> {
	if (as !== undefined) return { person: await accountOf(app, as), via: 'cli' };
	const person: Person = {
		id: `system:${user}` as PersonId,
		name: user,
		role: 'administrator',
		fonds: null,
		accessStatuses: null,
	};
	return { person, via: 'cli' };
}

async function accountOf(app: App, name: string): Promise<Person> {
	const person = await app.permissions.personByName(name);
	if (!person) throw new Refusal('permissions.unknown-person', { name: name.slice(0, 60) }, 404);
	return person;
}

/**
 * The one entry that has a code, else the one that had it.
 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'catalogue.code-several'
 */
async function entryOfCode(app: App, person: Person, code: string): Promise<EntryId> {
	const entries = await app.codes.resolve(person, code);
	const current = entries.filter(({ how }) => how === 'current');
	const [only, ...others] = current.length > 0 ? current : entries;
	if (!only) throw new Refusal('catalogue.unknown-entry', { id: code.slice(0, 60) }, 404);
	if (others.length > 0)
		throw new Refusal('catalogue.code-several', { code: code.slice(0, 60), count: others.length + 1 });
	return only.id;
}

async function demandEntry(
	app: App,
	person: Person,
	action: 'edit' | 'delete' | 'create',
	id: EntryId,
): Promise<void> {
	const thing = await app.catalogue.thingOf(id);
	if (!thing) throw new Refusal('catalogue.unknown-entry', { id }, 404);
	demand(person, action, thing);
}

interface Branch {
	readonly id: string;
	readonly title: string;
	readonly level: string;
	readonly referenceCode: string;
	readonly childCount: number;
	readonly children?: readonly Branch[];
}

function branchOf(node: TreeNode): Branch {
	return {
		id: node.id,
		title: node.title || node.dateText,
		level: node.level,
		referenceCode: node.referenceCode,
		childCount: node.childCount,
		...(node.children ? { children: node.children.map(branchOf) } : {}),
	};
}
