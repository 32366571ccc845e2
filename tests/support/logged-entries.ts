import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { bodyOf, buildEntryDoc, entryDocName, writeMeta } from '#sync/entry-doc.ts';
import { elementsOf, fieldValuesOf, setField } from '#sync/field-values.ts';
import { fillFragment } from '#sync/rich-text-fragment.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { NewChange } from '#server/storage/update-log.ts';
import { anEntryRow } from './entry-rows.ts';

/** People of the tests, with account ids of the real form. */
export const AUTHORS = {
	甲: { id: '019b0000-0000-7000-8000-000000000001', name: '甲', via: null },
	乙: { id: '019b0000-0000-7000-8000-000000000002', name: '乙', via: null },
} as const satisfies Record<string, Actor>;

/** An entry in the log as live editing would have put it there, without live editing. */
export interface LoggedEntry {
	readonly id: EntryId;
	readonly doc: Y.Doc;
	/** Sets a field; resolves with the log position. */
	set(field: FieldKey, value: FieldValue, actor?: Actor): Promise<number>;
	/** Two people set a field without having seen each other. */
	setApart(field: FieldKey, one: FieldValue, other: FieldValue): Promise<number>;
	/** Writes a long text: an update without a setting. */
	write(field: string, text: string, actor?: Actor): Promise<number>;
}

/** Begins an entry with a title: its first update in the log, and its row. */
export async function aLoggedEntry(storage: Storage, title = '一'): Promise<LoggedEntry> {
	const id = createId();
	const docName = entryDocName(id);
	const doc = new Y.Doc();
	const claim = (actor: Actor) => ({ id: createId<string>(), by: actor.id, at: new Date().toISOString() });
	writeMeta(doc, { schema: 1, profile: 'dat18' });
	buildEntryDoc(
		doc,
		{ level: 'item', parentId: null, order: 'a0', fields: { title }, bodies: {} },
		{ by: AUTHORS.甲.id, at: new Date().toISOString(), newElementId: () => createId<string>() },
	);
	const change = (field: FieldKey, before: readonly FieldValue[], made: Y.Doc = doc): NewChange[] =>
		elementsOf(fieldValuesOf(made), field)
			.slice(-1)
			.map((element) => ({
				elementId: element.id,
				field,
				fromValues: JSON.stringify(before),
				toValue: JSON.stringify(element.value),
				claimedBy: element.by,
				claimedAt: element.at,
			}));
	const append = (payload: Uint8Array, actor: Actor, changes: readonly NewChange[]): Promise<number> =>
		storage.log.append({ doc: docName, payload, actor, receivedAt: new Date().toISOString(), changes });
	await storage.db.insertInto('entry').values(anEntryRow({ id, title })).execute();
	await storage.log.begin({
		doc: docName,
		payload: Y.encodeStateAsUpdate(doc),
		actor: AUTHORS.甲,
		receivedAt: new Date().toISOString(),
		changes: ['level', 'parent', 'order', 'status', 'title'].flatMap((field) => change(field, [])),
	});
	const edit = async (made: Y.Doc, run: () => void): Promise<Uint8Array> => {
		const before = Y.encodeStateVector(made);
		run();
		return Y.encodeStateAsUpdate(made, before);
	};
	return {
		id,
		doc,
		async set(field, value, actor = AUTHORS.甲) {
			const before = elementsOf(fieldValuesOf(doc), field).map((element) => element.value);
			const update = await edit(doc, () => setField(fieldValuesOf(doc), field, value, claim(actor)));
			return append(update, actor, change(field, before));
		},
		async setApart(field, one, other) {
			const before = elementsOf(fieldValuesOf(doc), field).map((element) => element.value);
			const apart = [one, other].map(() => {
				const copy = new Y.Doc();
				Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
				return copy;
			}) as [Y.Doc, Y.Doc];
			let seq = 0;
			for (const [made, value, actor] of [
				[apart[0], one, AUTHORS.甲],
				[apart[1], other, AUTHORS.乙],
			] as const) {
				const update = await edit(made, () => setField(fieldValuesOf(made), field, value, claim(actor)));
				seq = await append(update, actor, change(field, before, made));
				Y.applyUpdate(doc, update);
			}
			return seq;
		},
		async write(field, text, actor = AUTHORS.乙) {
			return append(await edit(doc, () => fillFragment(bodyOf(doc, field), richTextOf(text))), actor, []);
		},
	};
}
