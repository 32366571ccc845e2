import { describe, expect, it } from 'vitest';
import type { Person } from '#domain/permissions/permissions.ts';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import { aMadeEntry, registerEntries, system } from '#tests/support/entries.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

const reader: Person = {
	id: 'reader' as PersonId,
	name: '读者',
	role: 'reader',
	fonds: null,
	accessStatuses: null,
};

/** An open file with an open and a closed item. */
async function aScene(): Promise<{
	server: TestServer;
	fonds: EntryId;
	file: EntryId;
	open: EntryId;
	closed: EntryId;
}> {
	const server = await startTestServer();
	const fonds = await aMadeEntry(server.app, { title: '全宗', level: 'fonds' });
	const below = (title: string, level: string, parentId: EntryId, accessStatus: string) =>
		aMadeEntry(server.app, { title, level, parentId, fields: { accessStatus } });
	const file = await below('案卷', 'file', fonds, 'open');
	const open = await below('开放件', 'item', file, 'open');
	const closed = await below('控制件', 'item', file, 'restricted');
	await registerEntries(server.app, [fonds, file, open, closed]);
	return { server, fonds, file, open, closed };
}

describe('what a reader may not see', () => {
	it('is not counted among the children of what they see', async () => {
		const { server, fonds, file } = await aScene();
		const { catalogue } = server.app;
		const countOf = async (person: Person): Promise<number | undefined> =>
			(await catalogue.children(person, fonds, 0, 10)).rows.find((row) => row.id === file)?.childCount;
		expect(await countOf(system)).toBe(2);
		expect(await countOf(reader)).toBe(1);
		expect((await catalogue.entry(reader, file)).childCount).toBe(1);
		expect((await catalogue.children(reader, file, 0, 10)).total).toBe(1);
	});

	it('is gone with deletion, also by its address, and for what was below', async () => {
		const { server, file, open } = await aScene();
		const { catalogue, collaboration } = server.app;
		await catalogue.entry(reader, open);
		// A registered entry goes by an order of two people.
		await collaboration.setField(file, 'status', 'deleted', {
			id: 'system:ops',
			name: 'ops',
			via: 'order:1',
		});
		for (const id of [file, open]) {
			await expect(catalogue.entry(reader, id)).rejects.toMatchObject({ code: 'catalogue.unknown-entry' });
			await expect(server.app.exportSubtree(reader, id, 'json')).rejects.toMatchObject({
				code: 'catalogue.unknown-entry',
			});
			await catalogue.entry(system, id);
		}
	});
});

describe('an import under way', () => {
	it('is not counted below the entry it will be under', async () => {
		const { server, fonds, file } = await aScene();
		const { db } = server.app.storage;
		await db
			.insertInto('import')
			.values({
				id: 'staging',
				state: 'staging',
				file_name: 'x',
				format: '',
				profile: '',
				under_id: file,
				root_ids: '[]',
				entries: 0,
				report: '{}',
				actor_id: 'a',
				actor_name: 'a',
				via: null,
				synthetic: 0,
				created_at: '2026-01-01T00:00:00.000Z',
				accepted_at: null,
				deposited_version: null,
			})
			.execute();
		const { row_id } = await db.selectFrom('import').select('row_id').executeTakeFirstOrThrow();
		await db.updateTable('entry').set({ import_row: row_id }).where('title', '=', '开放件').execute();
		const [row] = (await server.app.catalogue.children(system, fonds, 0, 10)).rows;
		expect(row?.childCount).toBe(1);
	});
});
