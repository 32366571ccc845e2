import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { startDateBackfill } from '#server/catalogue/date-backfill.ts';
import { systemClock } from '#domain/base/clock.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import { eventually } from '#tests/support/eventually.ts';
import { anImportArchive, importer } from '#tests/support/import-archive.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

const reader: Person = {
	id: 'reader' as PersonId,
	name: '读者',
	role: 'reader',
	fonds: null,
	accessStatuses: null,
};

const DATES = ['民国26年7月', '1985.8', '光绪二十四年', '日期不详', '19500101-19521231'];

async function aList(): Promise<{ server: TestServer; fonds: EntryId }> {
	const server = await startTestServer();
	const fonds = await aMadeEntry(server.app, { title: '全宗', level: 'fonds' });
	for (const documentDate of DATES)
		await aMadeEntry(server.app, { title: documentDate, parentId: fonds, fields: { documentDate } });
	return { server, fonds };
}

describe('a list', () => {
	it('holds only what may lie in a time written in any form, and sorts by it', async () => {
		const { server, fonds } = await aList();
		const titles = async (choice: object): Promise<string[]> =>
			(await server.app.catalogue.children(system, fonds, 0, 10, choice)).rows.map(({ title }) => title);
		expect(await titles({ dates: '民国26年' })).toEqual(['民国26年7月']);
		expect(await titles({ dates: '1985' })).toEqual(['1985.8']);
		expect(await titles({ dates: '1951.5-1986' })).toEqual(
			expect.arrayContaining(['1985.8', '19500101-19521231']),
		);
		expect(await titles({ dates: '1900年以前' })).toEqual(['光绪二十四年']);
		expect(await titles({ byDate: true })).toEqual([
			'光绪二十四年',
			'民国26年7月',
			'19500101-19521231',
			'1985.8',
			'日期不详',
		]);
		expect((await server.app.catalogue.children(system, fonds, 0, 1, { dates: '1900-1960' })).total).toBe(2);
		expect((await server.app.catalogue.search(system, '民国', 0, 10, { dates: '1938' })).total).toBe(0);
		expect((await server.app.catalogue.search(system, '民国', 0, 10, { dates: '1937' })).total).toBe(1);
		await expect(server.app.catalogue.children(system, fonds, 0, 1, { dates: '河道' })).rejects.toMatchObject(
			{
				code: 'catalogue.bad-dates',
			},
		);
	});

	it('is asked for over the interface, and refuses what it does not know', async () => {
		const { server, fonds } = await aList();
		const cookie = await server.cookie('甲', 'administrator');
		const ask = (query: string) =>
			fetch(`${server.origin}/api/rows/children?parent=${fonds}&${query}`, { headers: { cookie } });
		const found = (await (await ask(`dates=${encodeURIComponent('民国26年')}&sort=date`)).json()) as {
			total: number;
		};
		expect(found.total).toBe(1);
		for (const [query, code] of [
			[`dates=${encodeURIComponent('河道')}`, 'catalogue.bad-dates'],
			['sort=title', 'server.bad-request'],
		] as const)
			expect(await (await ask(query)).json()).toMatchObject({ refusal: { code } });
	});

	it('follows an edit, and does not tell readers of it before it is registered', async () => {
		const server = await startTestServer();
		const id = await anImportedEntry(server.app, '公开的合成全宗');
		await server.app.storage.db
			.updateTable('entry')
			.set({ fields: JSON.stringify({ title: '公开的合成全宗', dateRange: '1950' }), date_earliest: null })
			.where('id', '=', id)
			.execute();
		await startDateBackfill({ storage: server.app.storage, clock: systemClock }).done;
		const found = async (person: Person, dates: string): Promise<number> =>
			(await server.app.catalogue.children(person, null, 0, 10, { dates })).total;
		expect([await found(system, '1950'), await found(reader, '1950')]).toEqual([1, 1]);
		await server.app.collaboration.setField(id, 'dateRange', '1960', { id: 'a', name: '甲', via: null });
		await eventually(async () => expect(await found(system, '1960')).toBe(1));
		expect(await found(system, '1950')).toBe(0);
		expect([await found(reader, '1960'), await found(reader, '1950')]).toEqual([0, 1]);
	});
});

describe('days of rows', () => {
	it('come with an import', async () => {
		const archive = await anImportArchive();
		const uploadId = await archive.put('件号,题名,日期\n1,甲,民国26年\n2,乙,\n', '目录.csv');
		await archive.imports.run({ uploadId }, importer);
		const rows = await archive.storage.db
			.selectFrom('entry')
			.select(['title', 'date_earliest', 'date_latest'])
			.where('level', '=', 'item')
			.orderBy('title')
			.execute();
		expect(rows).toEqual([
			{ title: '乙', date_earliest: 200_000_000, date_latest: 200_000_000 },
			{ title: '甲', date_earliest: -12053, date_latest: -11689 },
		]);
	});

	it('are filled in for rows that are there already, more than one transaction takes', async () => {
		const archive = await anImportArchive();
		const rows = Array.from({ length: 1203 }, (_, index) =>
			anEntryRow({ fields: JSON.stringify({ documentDate: `${1900 + (index % 100)}` }) }),
		);
		await archive.storage.bulk([bulkOf(rows)]);
		await startDateBackfill({ storage: archive.storage, clock: systemClock }).done;
		const { left, first } = await archive.storage.db
			.selectFrom('entry')
			.select((select) => [
				select.fn.countAll<number>().filterWhere('date_earliest', 'is', null).as('left'),
				select.fn.min('date_earliest').as('first'),
			])
			.executeTakeFirstOrThrow();
		expect({ left, first }).toEqual({ left: 0, first: -25567 });
	});

	it('stop when asked, and go on the next time', async () => {
		const archive = await anImportArchive();
		await archive.storage.bulk([bulkOf(Array.from({ length: 1001 }, () => anEntryRow({ fields: '{}' })))]);
		const count = async (): Promise<number> =>
			(
				await archive.storage.db
					.selectFrom('entry')
					.select((select) => select.fn.countAll<number>().as('n'))
					.where('date_earliest', 'is', null)
					.executeTakeFirstOrThrow()
			).n;
		const first = startDateBackfill({ storage: archive.storage, clock: systemClock });
		await first.stop();
		expect(await count()).toBe(501);
		await startDateBackfill({ storage: archive.storage, clock: systemClock }).done;
		expect(await count()).toBe(0);
	});
});

describe('fields of the archive', () => {
	it('are mapped by an import, found by a search, and come back from exports', async () => {
		const server = await startTestServer();
		const { app } = server;
		app.useLocalFields([
			{
				id: 'local.old-shelf',
				label: { zh: '旧架号', en: 'Old shelf' },
				area: 'custody',
				type: 'text',
				obligation: { item: 'O' },
				aliases: ['架号'],
			},
			{
				id: 'local.story',
				label: { zh: '掌故', en: 'Story' },
				area: 'notes',
				type: 'longText',
				obligation: { item: 'O' },
			},
		]);
		try {
			const identity = { person: system, via: null };
			const running = { onProgress: () => {}, signal: new AbortController().signal };
			const stage = async (text: string, name: string): Promise<string> =>
				(await app.imports.stage(Readable.from([Buffer.from(text)]), name, importer)).uploadId;
			const uploadId = await stage('件号,题名,架号,掌故\n1,甲关于疏浚的通知,东三柜,旧闻一则\n', '目录.csv');
			const report = await app.importDesk.dryRun(identity, { uploadId }, running);
			expect(report.losses).toEqual([]);
			expect(report.understood.map(({ field }) => field)).toEqual(
				expect.arrayContaining(['local.old-shelf', 'local.story']),
			);
			const { rootIds } = await app.importDesk.run(identity, { uploadId }, running);
			const [row] = (await app.catalogue.search(system, '东三柜', 0, 10)).rows;
			expect((await app.catalogue.entry(system, row?.id as EntryId)).fields).toMatchObject({
				'local.old-shelf': '东三柜',
			});
			await app.collaboration.setField(row?.id as EntryId, 'local.old-shelf', '西一柜', {
				id: 'a',
				name: '甲',
				via: null,
			});
			await eventually(async () =>
				expect((await app.catalogue.search(system, '西一柜', 0, 10)).total).toBe(1),
			);
			for (const format of ['json', 'ead3'] as const) {
				let text = '';
				for await (const part of (await app.exportSubtree(system, rootIds[0] as EntryId, format)).text)
					text += part;
				expect(text).toContain('local.old-shelf');
				const again = await stage(text, `again.${format === 'json' ? 'json' : 'xml'}`);
				const back = await app.importDesk.run(identity, { uploadId: again }, running);
				const [item] = (await app.catalogue.children(system, back.rootIds[0] as EntryId, 0, 10)).rows;
				const { fields, bodies } = await app.catalogue.entry(system, item?.id as EntryId);
				expect(fields['local.old-shelf'], format).toBe('西一柜');
				expect(JSON.stringify(bodies['local.story']), format).toContain('旧闻一则');
			}
			const cookie = await server.cookie('甲', 'archivist');
			const me = await fetch(`${server.origin}/api/me`, { headers: { cookie } });
			expect(await me.json()).toMatchObject({
				localFields: [{ id: 'local.old-shelf' }, { id: 'local.story' }],
			});
		} finally {
			app.useLocalFields([]);
		}
	});
});
