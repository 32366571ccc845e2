import * as Y from 'yjs';
import { createId, type EntryId, type PersonId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { buildEntryDoc } from '#sync/entry-doc.ts';
import type { App } from '#server/app.ts';

/** Sees everything, as the command line does. */
export const system: Person = {
	id: 'system:test' as PersonId,
	name: 'test',
	role: 'administrator',
	fonds: null,
	accessStatuses: null,
};

/** An entry made by hand, as a device makes it. */
export async function aMadeEntry(
	app: App,
	given: {
		readonly title: string;
		readonly level?: string;
		readonly parentId?: EntryId | null;
		readonly profile?: string;
		readonly fields?: Readonly<Record<FieldKey, FieldValue>>;
	},
): Promise<EntryId> {
	const id = createId();
	const doc = new Y.Doc();
	buildEntryDoc(
		doc,
		{
			level: given.level ?? 'item',
			parentId: given.parentId ?? null,
			order: orderKeyBetween(null, null),
			fields: { title: given.title, ...given.fields },
			bodies: {},
		},
		{ by: system.id, at: new Date().toISOString(), newElementId: () => createId<string>() },
	);
	await app.createEntry(
		{ person: system, via: null },
		{ id, profile: given.profile ?? 'dat18', update: Y.encodeStateAsUpdate(doc) },
	);
	return id;
}

/** Brings entries from draft to registered, by two people as everybody does. */
export async function registerEntries(
	app: App,
	ids: readonly EntryId[],
	beforeEach: () => void = () => undefined,
): Promise<void> {
	const reviewer: Person = { ...system, id: 'system:reviewer' as PersonId, name: 'reviewer' };
	for (const [step, person] of [
		['submit', system],
		['verify', reviewer],
		['register', reviewer],
	] as const) {
		beforeEach();
		const { done } = await app.review.take(
			{ person, via: null },
			step,
			{ entries: ids.map((id) => ({ id })) },
			'',
		);
		if (done !== ids.length) throw new Error(`${step}: ${done} of ${ids.length}`);
	}
}

/** An entry that came by import and that nobody has opened: it has a row and no live document. */
export async function anImportedEntry(app: App, title: string): Promise<EntryId> {
	const id = createId();
	const now = new Date().toISOString();
	const { db } = app.storage;
	await db
		.insertInto('import')
		.values({
			id: 'test-import',
			state: 'accepted',
			file_name: 'synthetic.json',
			format: 'json',
			profile: 'dat18',
			under_id: null,
			root_ids: '[]',
			entries: 1,
			report: '{}',
			actor_id: system.id,
			actor_name: system.name,
			via: 'cli',
			synthetic: 1,
			created_at: now,
			accepted_at: now,
			deposited_version: null,
		})
		.onConflict((conflict) => conflict.column('id').doNothing())
		.execute();
	const { row_id: importRow } = await db
		.selectFrom('import')
		.select('row_id')
		.where('id', '=', 'test-import')
		.executeTakeFirstOrThrow();
	await db
		.insertInto('entry')
		.values({
			id,
			parent_id: null,
			order_key: 'a0',
			level: 'fonds',
			profile: 'dat18',
			status: 'active',
			title,
			reference_code: '',
			date_text: '',
			creators_text: '',
			fields: JSON.stringify({ title }),
			bodies: '{}',
			conflict_count: 0,
			fonds_id: id,
			own_access: 'structural',
			access_status: 'structural',
			hidden: 0,
			import_row: importRow,
			synthetic: 1,
			problems: null,
			projected_seq: 0,
			deposited_seq: null,
			created_at: now,
			updated_at: now,
		})
		.execute();
	return id;
}
