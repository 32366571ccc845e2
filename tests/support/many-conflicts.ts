import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { buildEntryDoc, entryDocName, writeMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import type { App } from '#server/app.ts';
import { anEntryRow, bulkOf } from './entry-rows.ts';

/** Entries of one transaction. */
const CHUNK = 500;

/** Entries whose title two people have set without seeing each other, put into the log as live editing would. */
export async function manyConflicts(
	app: App,
	count: number,
	people: readonly [Actor, Actor],
): Promise<EntryId[]> {
	const ids = Array.from({ length: count }, () => createId());
	const at = new Date().toISOString();
	const { log } = app.storage;
	for (let from = 0; from < count; from += CHUNK) {
		const chunk = ids.slice(from, from + CHUNK);
		await app.storage.bulk([bulkOf(chunk.map((id) => anEntryRow({ id })))]);
		await Promise.all(chunk.flatMap((id, index) => conflictOf(id, from + index)));
	}
	await app.collaboration.catchUp();
	return ids;

	function conflictOf(id: EntryId, index: number): Promise<unknown>[] {
		const doc = new Y.Doc();
		writeMeta(doc, { schema: 1, profile: 'dat18' });
		buildEntryDoc(
			doc,
			{
				level: 'item',
				parentId: null,
				order: 'a0',
				fields: {
					title: `关于整治第${index}号河道的旧通知`,
					referenceCode: `X001-WS·2014-D30-YW-${String(index).padStart(5, '0')}`,
					documentDate: '20140521',
					accessStatus: 'open',
					'creators#1': { order: 'a0', text: '合成水务局' },
				},
				bodies: {},
			},
			{ by: people[0].id, at, newElementId: () => createId<string>() },
		);
		const common = { doc: entryDocName(id), receivedAt: at };
		const state = Y.encodeStateAsUpdate(doc);
		const begun = log.begin({ ...common, payload: state, actor: people[0], changes: [] });
		const updates = people.map((actor) => {
			const device = new Y.Doc();
			Y.applyUpdate(device, state);
			const before = Y.encodeStateVector(device);
			const value = `关于整治第${index}号河道的通知（${actor.name}）`;
			const { id: elementId } = setField(fieldValuesOf(device), 'title', value, {
				id: createId<string>(),
				by: actor.id,
				at,
			});
			const change = {
				elementId,
				field: 'title',
				fromValues: '["旧"]',
				toValue: JSON.stringify(value),
				claimedBy: actor.id,
				claimedAt: at,
			};
			return log.append({
				...common,
				payload: Y.encodeStateAsUpdate(device, before),
				actor,
				changes: [change],
			});
		});
		return [begun, ...updates];
	}
}
