import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { assert } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { bodyFieldOf, MAX_UPDATE_BYTES, readMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, type FieldElement } from '#sync/field-values.ts';
import type { NewChange } from '#server/storage/update-log.ts';
import type { Checked, Judging } from './doc-gate.ts';
import { readFieldElement } from './field-element-schema.ts';
import {
	applyToCopy,
	itemsAdded,
	itemsDeleted,
	refuseTooLarge,
	topLevelNameOf,
	watched,
	type Applied,
} from './gate-apply.ts';

/** What may enter an entry's description: settings by their author, each in the place of what it replaces, and long texts. */
export function judgeEntry(copy: Y.Doc, payload: Uint8Array, actor: Actor, judging: Judging): Checked {
	return judge(
		copy,
		(look) => applyToCopy(copy, payload, look),
		actor,
		judging,
		(fields) =>
			typeof judging === 'object' && 'recorded' in judging ? lostIn(payload, fields, judging.recorded) : [],
	);
}

/** A change made here, as it goes to the log. */
export interface JudgedChange {
	readonly payload: Uint8Array;
	readonly changes: readonly NewChange[];
}

/**
 * Makes a change in a document that nobody else has, and judges it by what it did, as {@link judgeEntry} would judge its
 * update. Undefined when it did nothing. A document whose change was refused is spoilt.
 * @param change all of it becomes one transaction; false says that it did nothing
 * @throws {Refusal} what {@link judgeEntry} refuses
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
		const checked = judge(
			doc,
			(look) => watched(doc, make, look),
			actor,
			'own',
			() => [],
		);
		assert(isDone || !payload, 'a change that says it did nothing did nothing');
		if (!checked || !payload) return undefined;
		refuseTooLarge(payload, MAX_UPDATE_BYTES);
		return { payload, changes: checked.changes };
	} finally {
		doc.off('update', onUpdate);
	}
}

function judge(
	copy: Y.Doc,
	apply: (look: (transaction: Y.Transaction) => void) => Applied,
	actor: Actor,
	judging: Judging | 'own',
	lostNow: (fields: Y.Array<FieldElement>) => readonly FieldElement[],
): Checked {
	const fields = fieldValuesOf(copy);
	let settings = NOTHING_CHANGED;
	const { isNew, changed, broughtNames } = apply((transaction) => {
		settings = settingsChangedIn(transaction, fields, judging === 'own');
	});
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
	for (const name of broughtNames) refuseForeignName(copy, name, judging);
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
	for (const item of itemsAdded(transaction, fields))
		if (isOwn && item.deleted) continue;
		else if (item.content instanceof Y.ContentAny)
			for (const value of item.content.getContent())
				(item.deleted ? superseded : added).push(readFieldElement(value));
		// Yjs has other ways to write the same value, which who scans an update for it would not see.
		else if (!item.deleted) throw new Refusal('collaboration.bad-element', { reason: 'encoding' });
	for (const item of itemsDeleted(transaction, fields))
		deleted.push(...(item.content.getContent() as FieldElement[]));
	return { added, superseded, deleted };
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
