import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { assert } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { bodyFieldOf, MAX_UPDATE_BYTES, readMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, type FieldElement } from '#sync/field-values.ts';
import { MAX_STATE_BYTES } from '#sync/sync-messages.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import type { NewChange } from '#server/storage/update-log.ts';
import { readFieldElement } from './field-element-schema.ts';

/**
 * How an update is judged: `update`, the sender's own work · {@link Recovery}, which gives back what a restored log has
 * lost, whoever had set it · `beginning`, a recovered state that is all there is of an entry and so brings its `meta` too ·
 * {@link HandedIn}, work of somebody else.
 */
export type Judging = 'update' | 'beginning' | Recovery | HandedIn;

/** What a device gives back after a restore. */
export interface Recovery {
	/** Elements whose setting is recorded already. */
	readonly recorded: ReadonlySet<string>;
}

/** Work that somebody else could not send: their elements may be in it besides the sender's. */
export interface HandedIn {
	/** Ids or names of the person it is handed in for. */
	readonly alsoBy: readonly string[];
}

/** What an update does, found before it is logged. `undefined` changes: it holds nothing new. */
export type Checked = { readonly changes: readonly NewChange[] } | undefined;

/**
 * Decides what may enter an entry's document. It keeps a copy of the document that is always ahead of or equal to what
 * is logged: each update is applied to the copy first and judged by what it really changed, so nothing can hide in the
 * encoding. A refused update spoils the copy, which is then built again.
 */
export class DocGate {
	#document: Y.Doc;
	#copy: Y.Doc | undefined;
	/** Updates judged good whose commit is still under way, in order. */
	#inFlight: Uint8Array[] = [];

	/** @param document the live document: holds all that is logged and applied */
	constructor(document: Y.Doc) {
		this.#document = document;
	}

	/** True while an accepted update is not yet in the live document. */
	get isBusy(): boolean {
		return this.#inFlight.length > 0;
	}

	/**
	 * Judges an update and, unless it holds nothing new, marks it as under way until {@link settle}.
	 * @throws {Refusal} 'collaboration.update-too-large' | 'collaboration.malformed-update' |
	 * 'collaboration.missing-history' | 'collaboration.foreign-type' | 'collaboration.bad-element' |
	 * 'collaboration.foreign-author' | 'collaboration.deletion-without-value'
	 */
	check(payload: Uint8Array, actor: Actor, judging: Judging = 'update'): Checked {
		// Whole states, and work that was too large for the line, come by themselves.
		const limit = judging === 'update' ? MAX_UPDATE_BYTES : MAX_STATE_BYTES;
		refuseTooLarge(payload, limit);
		const copy = (this.#copy ??= this.#build());
		try {
			const checked = judge(
				copy,
				() => applyOrRefuse(copy, payload),
				actor,
				judging,
				(fields) =>
					typeof judging === 'object' && 'recorded' in judging
						? lostIn(payload, fields, judging.recorded)
						: [],
			);
			if (checked) this.#inFlight.push(payload);
			return checked;
		} catch (error) {
			this.#copy?.destroy();
			this.#copy = undefined;
			throw error;
		}
	}

	/** The update is in the live document, or its commit failed. */
	settle(payload: Uint8Array, isLogged: boolean): void {
		this.#inFlight = this.#inFlight.filter((each) => each !== payload);
		if (isLogged) return;
		this.#copy?.destroy();
		this.#copy = undefined;
	}

	/** Frees the copy. */
	destroy(): void {
		this.#copy?.destroy();
		this.#copy = undefined;
		this.#inFlight = [];
	}

	#build(): Y.Doc {
		const copy = new Y.Doc();
		Y.applyUpdate(copy, Y.encodeStateAsUpdate(this.#document));
		for (const payload of this.#inFlight) Y.applyUpdate(copy, payload);
		return copy;
	}
}

/** A change made here, as it goes to the log. */
export interface JudgedChange {
	readonly payload: Uint8Array;
	readonly changes: readonly NewChange[];
}

/**
 * Makes a change in a document that nobody else has, and judges it by what it did, as {@link DocGate.check} would judge
 * its update. Undefined when it did nothing. A document whose change was refused is spoilt.
 * @param change all of it becomes one transaction; false says that it did nothing
 * @throws {Refusal} what {@link DocGate.check} refuses
 */
export function judgeChange(
	doc: Y.Doc,
	change: (doc: Y.Doc) => boolean,
	actor: Actor,
): JudgedChange | undefined {
	let payload: Uint8Array | undefined;
	const onUpdate = (update: Uint8Array): void => void (payload = update);
	doc.on('update', onUpdate);
	try {
		let isDone = false;
		const make = (): void => doc.transact(() => void (isDone = change(doc)));
		const checked = judge(doc, make, actor, 'own', () => []);
		assert(isDone || !payload, 'a change that says it did nothing did nothing');
		if (!checked || !payload) return undefined;
		refuseTooLarge(payload, MAX_UPDATE_BYTES);
		return { payload, changes: checked.changes };
	} finally {
		doc.off('update', onUpdate);
	}
}

function refuseTooLarge({ byteLength: bytes }: Uint8Array, limit: number): void {
	if (bytes > limit) throw new Refusal('collaboration.update-too-large', { bytes, limit }, 413);
}

function judge(
	copy: Y.Doc,
	apply: () => void,
	actor: Actor,
	judging: Judging | 'own',
	lostNow: (fields: Y.Array<FieldElement>) => readonly FieldElement[],
): Checked {
	// Asked for later, it would take the place of the type that the update is seen to change.
	copy.getMap('meta');
	const before = new Set(copy.share.keys());
	const fields = fieldValuesOf(copy);
	let isNew = false;
	let changed: ReadonlyMap<Y.AbstractType<unknown>, ReadonlySet<string | null>> = new Map();
	let settings = NOTHING_CHANGED;
	const onTransaction = (transaction: Y.Transaction): void => {
		changed = transaction.changed as unknown as typeof changed;
		isNew ||= isAnythingNew(transaction);
		settings = settingsChangedIn(transaction, fields, judging === 'own');
	};
	copy.on('beforeObserverCalls', onTransaction);
	try {
		apply();
	} finally {
		copy.off('beforeObserverCalls', onTransaction);
	}
	if (copy.store.pendingStructs || copy.store.pendingDs)
		throw new Refusal('collaboration.missing-history', {}, 409);
	const lost = lostNow(fields);
	if (!isNew && lost.length === 0) return undefined;
	for (const [type, keys] of changed) {
		const name = topLevelNameOf(copy, type);
		refuseForeignName(copy, name, judging);
		// A list or text at the top has no keys; what is put under one is seen by nobody and kept for ever.
		if (!type._item && name !== 'meta')
			for (const key of keys)
				if (key !== null) throw new Refusal('collaboration.foreign-type', { type: key.slice(0, 80) }, 403);
	}
	for (const name of copy.share.keys()) if (!before.has(name)) refuseForeignName(copy, name, judging);
	const { added, superseded, deleted } = settings;
	const set = [...superseded, ...added];
	if (judging === 'update' || judging === 'own') refuseForeignAuthors(set, [actor.id, actor.name]);
	else if (typeof judging === 'object' && 'alsoBy' in judging)
		refuseForeignAuthors(set, [actor.id, actor.name, ...judging.alsoBy]);
	for (const element of deleted)
		if (!added.some((other) => other.field === element.field))
			throw new Refusal('collaboration.deletion-without-value', { field: element.field });
	refuseRepeatedIds(fields, added);
	return { changes: [...changesOf(set, deleted), ...changesOf(lost, []).map(onlyOnce)] };
}

/** The settings in their order; each of a field replaced the one before it, the first what was there. */
function changesOf(set: readonly FieldElement[], deleted: readonly FieldElement[]): NewChange[] {
	const last = new Map<string, readonly FieldElement[]>();
	return set.map((element) => {
		const from = last.get(element.field) ?? deleted.filter((other) => other.field === element.field);
		last.set(element.field, [element]);
		return {
			elementId: element.id,
			field: element.field,
			fromValues: JSON.stringify(from.map((other) => other.value)),
			toValue: JSON.stringify(element.value),
			claimedBy: element.by,
			claimedAt: element.at,
		};
	});
}

/** Two devices may give back the same setting at the same time. */
function onlyOnce(change: NewChange): NewChange {
	return { ...change, isOnlyOnce: true };
}

/** What an update did to the fields. */
interface SettingsChanged {
	/** Settings that stand now. */
	readonly added: readonly FieldElement[];
	/** Settings that it brings together with those that took their place: of several made before they could be sent. */
	readonly superseded: readonly FieldElement[];
	/** Settings that stood before. */
	readonly deleted: readonly FieldElement[];
}

const NOTHING_CHANGED: SettingsChanged = { added: [], superseded: [], deleted: [] };

/**
 * Looks at what is new only: a document keeps a trace of everything that was ever set in it.
 * @param isOwn made here: what the same change took away again will not be in its update
 */
function settingsChangedIn(
	transaction: Y.Transaction,
	fields: Y.Array<FieldElement>,
	isOwn: boolean,
): SettingsChanged {
	const added: FieldElement[] = [];
	const superseded: FieldElement[] = [];
	const deleted: FieldElement[] = [];
	const { doc, beforeState, afterState, deleteSet } = transaction;
	for (const [client, end] of afterState) {
		const begin = beforeState.get(client) ?? 0;
		if (begin === end) continue;
		for (const item of itemsOf(doc, client, begin, end)) {
			// What is put under a key of the list is refused by its name.
			if (item.parent !== fields || item.parentSub !== null || (isOwn && item.deleted)) continue;
			if (item.content instanceof Y.ContentAny)
				for (const value of item.content.getContent())
					(item.deleted ? superseded : added).push(readFieldElement(value));
			// Yjs has other ways to write the same value, which who scans an update for it would not see.
			else if (!item.deleted) throw new Refusal('collaboration.bad-element', { reason: 'encoding' });
		}
	}
	for (const [client, ranges] of deleteSet.clients)
		for (const { clock, len } of ranges)
			for (const item of itemsOf(doc, client, clock, clock + len))
				if (item.parent === fields && item.id.clock < (beforeState.get(client) ?? 0))
					deleted.push(...(item.content.getContent() as FieldElement[]));
	return { added, superseded, deleted };
}

function isAnythingNew({ beforeState, afterState, deleteSet }: Y.Transaction): boolean {
	if (deleteSet.clients.size > 0) return true;
	for (const [client, end] of afterState) if (beforeState.get(client) !== end) return true;
	return false;
}

function* itemsOf(doc: Y.Doc, client: number, begin: number, end: number): Generator<Y.Item> {
	const structs = doc.store.clients.get(client) ?? [];
	for (let at = Y.findIndexSS(structs, begin); at < structs.length; at++) {
		const struct = structs[at];
		if (!struct || struct.id.clock >= end) return;
		if (struct instanceof Y.Item) yield struct;
	}
}

/** Settings that stand in a recovered state, while the log has only heard that something took their place. */
function lostIn(
	state: Uint8Array,
	fields: Y.Array<FieldElement>,
	recorded: ReadonlySet<string>,
): FieldElement[] {
	const offered = new Y.Doc();
	try {
		Y.applyUpdate(offered, state);
		const standing = new Set(fields.toArray().map((element) => element.id));
		return fieldValuesOf(offered)
			.toArray()
			.map((value) => readFieldElement(value))
			.filter(({ id, via }) => !standing.has(id) && !recorded.has(id) && via !== 'import');
	} finally {
		offered.destroy();
	}
}

function applyOrRefuse(copy: Y.Doc, payload: Uint8Array): void {
	try {
		// Decoding first: a half-applied broken update must not be taken for a small good one.
		Y.decodeUpdate(payload);
		Y.applyUpdate(copy, payload);
	} catch (error) {
		if (error instanceof Error && error.name === 'Refusal') throw error;
		throw new Refusal('collaboration.malformed-update', {
			reason: error instanceof Error ? error.message : String(error),
		});
	}
}

function topLevelNameOf(copy: Y.Doc, type: Y.AbstractType<unknown>): string {
	let top = type;
	while (top._item) top = top._item.parent as Y.AbstractType<unknown>;
	for (const [name, each] of copy.share) if ((each as unknown) === top) return name;
	return '?';
}

function refuseForeignName(copy: Y.Doc, name: string, judging: Judging | 'own'): void {
	if (name === 'fields' || (name === 'meta' && judging === 'beginning')) return;
	const fieldId = bodyFieldOf(name);
	const meta = readMeta(copy);
	if (fieldId !== undefined && meta !== undefined) {
		const field = profileOf(meta.profile).fields.find((each) => each.id === fieldId);
		if (field?.type === 'longText') return;
	}
	throw new Refusal('collaboration.foreign-type', { type: name.slice(0, 80) }, 403);
}

function refuseForeignAuthors(added: readonly FieldElement[], allowed: readonly string[]): void {
	for (const element of added)
		if (!allowed.includes(element.by))
			throw new Refusal(
				'collaboration.foreign-author',
				{ field: element.field, by: element.by.slice(0, 80) },
				403,
			);
}

function refuseRepeatedIds(fields: Y.Array<FieldElement>, added: readonly FieldElement[]): void {
	const mayStandOnce = new Set(added.map(({ id }) => id));
	if (mayStandOnce.size === 0) return;
	const seen = new Set<string>();
	for (let item = fields._start; item; item = item.right) {
		if (item.deleted) continue;
		for (const { id } of item.content.getContent() as FieldElement[]) {
			if (!mayStandOnce.has(id)) continue;
			if (seen.has(id)) throw new Refusal('collaboration.bad-element', { reason: 'repeated id' });
			seen.add(id);
		}
	}
}

/**
 * True when a document already holds all of an update.
 * @throws {Refusal} 'collaboration.malformed-update'
 */
export function hasNothingNew(document: Y.Doc, payload: Uint8Array): boolean {
	try {
		return Y.snapshotContainsUpdate(Y.snapshot(document), payload);
	} catch (error) {
		throw new Refusal('collaboration.malformed-update', {
			reason: error instanceof Error ? error.message : String(error),
		});
	}
}
