import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { disputeKeyOf } from '#domain/collaboration/conflicts.ts';
import type { ExportFormat } from '#server/catalogue/export.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, anImportedEntry, registerEntries, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { startTestServer } from '#tests/support/server.ts';

async function anUnsettledArchive() {
	const { app } = await startTestServer();
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	const root = await aMadeEntry(app, { title: '全宗', level: 'fonds', fields: { accessStatus: 'open' } });
	const open = await aMadeEntry(app, { title: '旧', parentId: root, fields: { accessStatus: 'open' } });
	const disputed = await aMadeEntry(app, { title: '旧', parentId: root, fields: { accessStatus: 'open' } });
	for (const id of [open, disputed])
		await aConflict(app, id, 'title', [
			{ by: a, value: '甲说' },
			{ by: b, value: '乙说' },
		]);
	const { conflicts } = await app.catalogue.entry(system, disputed);
	const elements = conflicts['title']?.map((each) => each.elementId) ?? [];
	await app.collaboration.setField(
		disputed,
		disputeKeyOf('title'),
		{ reason: '待查原件', elements },
		{ id: a.id, name: a.name, via: null },
	);
	await eventually(async () =>
		expect((await app.catalogue.entry(system, disputed)).disputes['title']).toBeDefined(),
	);
	const exported = async (person: Person, format: ExportFormat, id: EntryId = root): Promise<string> => {
		let text = '';
		for await (const piece of (await app.exportSubtree(person, id, format)).text) text += piece;
		return text;
	};
	return { app, a, b, root, open, disputed, exported };
}

it('exports say what is not settled, with who, when and why, to whoever may see conflicts', async () => {
	const { a, open, disputed, exported } = await anUnsettledArchive();
	const { entries } = JSON.parse(await exported(a, 'json')) as {
		entries: { id: string; fields: object; conflicts?: Record<string, object[]>; disputes?: object }[];
	};
	const of = (id: string) => entries.find((entry) => entry.id === id);
	const at = expect.stringMatching(/Z$/) as string;
	const both = {
		title: [
			{ value: '乙说', author: '乙', at },
			{ value: '甲说', author: '甲', at },
		],
	};
	expect(of(open)).toMatchObject({ fields: { title: '乙说' }, conflicts: both });
	expect(of(open)?.disputes).toBeUndefined();
	expect(of(disputed)).toMatchObject({
		conflicts: both,
		disputes: { title: { reason: '待查原件', author: '甲', at } },
	});
	expect(entries[0]?.conflicts).toBeUndefined();
	// The root of an export too.
	expect(await exported(a, 'json', open)).toContain('甲说');
	const xml = await exported(a, 'ead3');
	expect(xml.match(/lantai-unsettled/g)).toHaveLength(2);
	expect(xml).toContain('甲说');
	expect(xml).toContain('待查原件');
});

it('readers get what the archive stands for, and nothing of what is not settled', async () => {
	const { app, a, b, disputed, exported } = await anUnsettledArchive();
	const id = await anImportedEntry(app, '导入所载');
	await app.collaboration.setField(id, 'remarks', '动过', { id: a.id, name: a.name, via: null });
	await aConflict(app, id, 'title', [
		{ by: a, value: '甲说' },
		{ by: b, value: '乙说' },
	]);
	await eventually(async () => expect((await app.catalogue.entry(system, id)).conflictCount).toBe(1));
	const reader = await personOf(app, '读者', 'reader');
	for (const format of ['json', 'ead3'] as const) {
		const text = await exported(reader, format, id);
		expect(text).toContain('导入所载');
		expect(text).not.toMatch(/甲说|乙说|动过|conflicts|unsettled/);
	}
	expect(await app.catalogue.entry(reader, id)).toMatchObject({
		title: '导入所载',
		conflictCount: 0,
		conflicts: {},
		disputes: {},
	});
	await expect(app.catalogue.entry(reader, disputed)).rejects.toMatchObject({
		code: 'catalogue.unknown-entry',
	});
});

it('rows of lists, the tree and the search carry the mark', async () => {
	const { app, a, root, open, disputed } = await anUnsettledArchive();
	const ids = [open, disputed].toSorted();
	const marked = (rows: readonly { id: string; conflictCount: number }[]): string[] =>
		rows
			.filter((row) => row.conflictCount === 1)
			.map((row) => row.id)
			.toSorted();
	expect(marked((await app.catalogue.children(a, root, 0, 10)).rows)).toEqual(ids);
	expect(marked((await app.catalogue.search(a, '乙说', 0, 10)).rows)).toEqual(ids);
	expect(marked(await app.catalogue.tree(a, root, 1))).toEqual(ids);
});

it('exports say which entries are approved and which are work, readers get no work at all', async () => {
	const { app, dataDir } = await startTestServer();
	const imported = await anImportedEntry(app, '导入原样');
	const edited = await anImportedEntry(app, '导入后改过');
	await app.collaboration.setField(edited, 'title', '改过', { id: system.id, name: 'test', via: null });
	const made = await aMadeEntry(app, { title: '手工著录' });
	const registered = await aMadeEntry(app, { title: '已入库', fields: { accessStatus: 'open' } });
	await registerEntries(app, [registered]);
	const standing = async (person: Person, id: EntryId): Promise<unknown> => {
		let text = '';
		for await (const piece of (await app.exportSubtree(person, id, 'json')).text) text += piece;
		return (JSON.parse(text) as { entries: { standing?: string }[] }).entries[0]?.standing;
	};
	await eventually(async () => expect((await app.catalogue.entry(system, edited)).title).toBe('改过'));
	expect(await Promise.all([imported, edited, made, registered].map((id) => standing(system, id)))).toEqual([
		undefined,
		'working',
		'working',
		'approved',
	]);
	const reader = await personOf(app, '读者', 'reader');
	expect(await Promise.all([imported, edited, registered].map((id) => standing(reader, id)))).toEqual([
		undefined,
		undefined,
		'approved',
	]);
	// The exchange form in the archival store says the same.
	const deposited = await app.preservation.depositNow(registered);
	expect(deposited?.kind ?? (await app.preservation.versions(registered)).at(-1)?.kind).toBe('approved');
	const store = new OcflStore(join(dataDir, 'archive'), join(dataDir, 'no-staging'));
	const xml = store.readFile(`urn:uuid:${registered}`, 'entry.xml');
	expect(Buffer.from(xml ?? []).toString('utf8')).toContain('lantai?standing=approved');
});
