import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import type { ShownGateBoard, ShownLine } from '#server/statistics/gate-desk.ts';
import { GateDesk } from '#server/statistics/gate-desk.ts';
import { EntryCounts } from '#server/statistics/entry-counts.ts';
import { fondsNumbersOf } from '#server/statistics/fonds-numbers.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { aHoldingsLine, withToken } from '#tests/support/registers.ts';
import { aFolder, startTestServer, type TestServer } from '#tests/support/server.ts';

async function withFonds() {
	const server = await startTestServer();
	const ask = withToken(server, await server.token('编', 'archivist'));
	await ask('/api/registers/holdings', {
		changes: [
			{
				id: 'files',
				based: 0,
				content: aHoldingsLine({
					fondsNumber: 'B004',
					catalogueNumber: '2',
					yearFrom: 1958,
					yearTo: 2000,
					files: 5,
					itemsInFiles: 9,
					firstNumber: 1,
					lastNumber: 5,
				}),
			},
			{
				id: 'items',
				based: 0,
				content: aHoldingsLine({
					fondsNumber: 'B004',
					categoryCode: 'WS',
					yearFrom: 2014,
					yearTo: 2014,
					singleItems: 2,
					excluded: { classified: 1, unfit: 0, dueForDestruction: 0 },
				}),
			},
		],
	});
	const { app } = server;
	const fonds = await aMadeEntry(app, { title: '水务局', level: 'fonds', fields: { referenceCode: 'B004' } });
	const files: EntryId[] = [];
	for (const number of [1, 2, 4, 7])
		files.push(
			await aMadeEntry(app, {
				title: '河道整治',
				level: 'file',
				parentId: fonds,
				fields: {
					referenceCode: `B004-2-00${number}`,
					catalogueNumber: '2',
					fileNumber: `00${number}`,
					year: 1985,
					retentionPeriod: 'C',
				},
			}),
		);
	for (const at of [1, 2, 3])
		await aMadeEntry(app, {
			title: '通知',
			parentId: files[0] as EntryId,
			fields: { referenceCode: `B004-2-001-00${at}`, year: 1985, retentionPeriod: 'C' },
		});
	for (const at of [1, 2, 3])
		await aMadeEntry(app, {
			title: '通知',
			parentId: fonds,
			fields: {
				referenceCode: `B004-WS·2014-D30-YW-000${at}`,
				year: 2014,
				retentionPeriod: 'D30',
				...(at === 1 ? { digitised: '是' } : {}),
			},
		});
	return { server, ask, fonds, files };
}

async function board(ask: ReturnType<typeof withToken>): Promise<ShownGateBoard> {
	return (await ask<ShownGateBoard>('/api/gates')).body;
}

const figures = ({ gates }: ShownGateBoard) =>
	gates.map(({ gate, numerator, denominator }) => [gate, numerator, denominator]);

describe('the gates', () => {
	it('equal a count made by hand, and follow every edit', async () => {
		const { server, ask, fonds, files } = await withFonds();
		const { app } = server;
		const first = await app.gates.board(system, { isPatient: true });
		// 4 of 5 files; 3 of 9 items in files and 2 of 2 single ones, the third too many; 1 of 5 + 2 - 1 digitised.
		expect(figures(first)).toEqual([
			['fileCatalogue', 4, 5],
			['itemCatalogue', 5, 11],
			['fullText', 1, 6],
		]);
		expect(first.gates[1]?.lines.map(({ title, missing, tooMany }) => [title, missing, tooMany])).toEqual([
			['B004 2 1958–2000', 6, 0],
			['B004 WS 2014', 0, 1],
		]);
		const line = (await ask<ShownLine>('/api/gates/files')).body;
		expect(line.numbers).toEqual({
			missing: [
				{ from: 3, to: 3 },
				{ from: 5, to: 5 },
			],
			beyond: [{ from: 7, to: 7 }],
			duplicates: [],
		});
		await app.collaboration.setField(files[3] as EntryId, 'status', 'deleted', {
			id: 'system:t',
			name: 't',
			via: 'cli',
		});
		await aMadeEntry(app, {
			title: '',
			parentId: fonds,
			level: 'file',
			fields: { referenceCode: 'B004-2-005', year: 1985 },
		});
		const second = await app.gates.board(system, { isPatient: true });
		expect(figures(second)[0]).toEqual(['fileCatalogue', 3, 5]);
		// The figures of the day are those of its first count.
		expect(second.trend[0]).toMatchObject({ gates: [{ numerator: 4 }, {}, {}] });
		expect(figures(await board(ask))).toEqual(figures(second));
	});

	it('and the numbers of a line read entries alike, and are for who works with the fonds', async () => {
		const { server, ask, fonds } = await withFonds();
		const { app } = server;
		const lasting = {
			fondsNumber: 'B004',
			catalogueNumber: '3',
			retentionPeriod: 'Y',
			files: 2,
			yearFrom: 1960,
			yearTo: 1960,
		};
		const content = aHoldingsLine({ ...lasting, firstNumber: 1, lastNumber: 2 });
		await ask('/api/registers/holdings', { changes: [{ id: 'lasting', based: 0, content }] });
		const [first, second] = [1, 2].map((number) =>
			aMadeEntry(app, {
				title: '河道整治',
				level: 'file',
				parentId: fonds,
				fields: {
					referenceCode: `B004-3-00${number}`,
					catalogueNumber: '3',
					year: 1960,
					retentionPeriod: number === 1 ? '永久' : 'Y',
				},
			}),
		);
		await first;
		// One stays of an import that was undone, since somebody had worked on it.
		await app.storage.db
			.insertInto('import')
			.values({
				id: 'undone',
				state: 'undone',
				file_name: 'x',
				format: '',
				profile: '',
				under_id: null,
				root_ids: '[]',
				entries: 1,
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
		const { row_id } = await app.storage.db.selectFrom('import').select('row_id').executeTakeFirstOrThrow();
		await app.storage.db
			.updateTable('entry')
			.set({ import_row: row_id })
			.where('id', '=', (await second) as EntryId)
			.execute();
		const { gates } = await app.gates.board(system, { isPatient: true });
		expect(gates[0]?.lines.find(({ lineId }) => lineId === 'lasting')).toBeUndefined();
		const nothing = { missing: [], beyond: [], duplicates: [] };
		expect(await app.gates.line(system, 'lasting')).toMatchObject({ numbers: nothing, isOthers: false });
		const limited = { ...system, role: 'archivist', fonds: [fonds] } as const;
		expect(await app.gates.line(limited, 'lasting')).toMatchObject({ numbers: nothing });
		const other = await app.gates.line({ ...limited, fonds: [] }, 'lasting');
		expect(other).toMatchObject({ numbers: undefined, isOthers: true });
	});

	it('count codes that begin with a category for the fonds they lie in', async () => {
		const { server, ask, fonds } = await withFonds();
		const { app } = server;
		const built = { fondsNumber: 'B004', categoryCode: 'GC', files: 2, yearFrom: 2005, yearTo: 2006 };
		for (const number of [1, 2])
			await aMadeEntry(app, {
				title: '河道整治工程',
				level: 'file',
				parentId: fonds,
				fields: { referenceCode: `GC-007-000${number}`, year: 2005 },
			});
		const before = await app.gates.board(system, { isPatient: true });
		expect(before.unregistered.map(({ fondsNumber }) => fondsNumber)).toEqual(['B004']);
		const content = aHoldingsLine({ ...built, firstNumber: 1, lastNumber: 2 });
		await ask('/api/registers/holdings', { changes: [{ id: 'built', based: 0, content }] });
		const after = await app.gates.board(system, { isPatient: true });
		expect(after.unregistered).toEqual([]);
		const { numbers } = await app.gates.line(system, 'built');
		expect(numbers).toEqual({ missing: [], beyond: [], duplicates: [] });
		// Known as a fonds, the same words are its number.
		const other = aHoldingsLine({ fondsNumber: 'GC', files: 1 });
		await ask('/api/registers/holdings', { changes: [{ id: 'other', based: 0, content: other }] });
		const known = await app.gates.board(system, { fonds: 'GC', isPatient: true });
		expect(known.gates[0]).toMatchObject({ denominator: 1, numerator: 1 });
	});

	it('keep a day as it was counted first, and the last day of a year as its end', async () => {
		const { server } = await withFonds();
		const { registers, storage } = server.app;
		const day = { at: '2026-12-30T08:00:00Z' };
		const desk = new GateDesk({
			registers,
			storage,
			counts: new EntryCounts({
				storage,
				logger: { error: () => undefined } as never,
				fondsNumbers: () => fondsNumbersOf(registers),
			}),
			clock: { now: () => Date.parse(day.at) },
		});
		const trend = async () =>
			(await desk.board(system, { isPatient: true })).trend.map(({ on, yearEnd }) => [on, yearEnd]);
		expect(await trend()).toEqual([['20261230', undefined]]);
		day.at = '2027-01-04T08:00:00Z';
		expect(await trend()).toEqual([
			['20261230', undefined],
			['20261230', 2026],
			['20270104', undefined],
		]);
		const refused = await withToken(server, await server.token('管', 'administrator'))(
			'/api/registers/figure',
			{ changes: [{ id: '20261230', based: 1, content: {} }] },
		);
		expect(refused.status).toBe(403);
	});

	it('are for whoever sees the register', async () => {
		const server: TestServer = await startTestServer({ holdings: 'tiny' });
		const paths = [
			'/api/gates',
			'/api/gates?fonds=B004',
			'/api/gates/demo-holdings-B004-2',
			'/api/gates/sheet',
		];
		const statuses = (headers: Readonly<Record<string, string>>) =>
			Promise.all(paths.map(async (path) => (await fetch(server.origin + path, { headers })).status));
		const as = async (role: 'reader' | 'reviewer') => ({
			authorization: `Bearer ${await server.token(role, role)}`,
		});
		expect(await statuses({})).toEqual([401, 401, 401, 401]);
		expect(await statuses(await as('reader'))).toEqual([403, 403, 403, 403]);
		expect(await statuses(await as('reviewer'))).toEqual([200, 200, 200, 200]);
		// The demonstration holdings: all is described but what was found on the shelf.
		const shown = await server.app.gates.board(system, { isPatient: true });
		expect(shown.gates.slice(0, 2).map(({ denominator, numerator }) => denominator - numerator)).toEqual([
			2, 11,
		]);
		expect(shown.unregistered).toEqual([]);
	});

	it('come back with their days when the database is made anew from the archival store', async () => {
		const server = await startTestServer({ holdings: 'tiny', idleMs: 10 });
		const { app, dataDir } = server;
		const before = await app.gates.board(system, { isPatient: true });
		expect(before.trend).toHaveLength(1);
		await app.preservation.flush('demand');
		await server.stop();
		const rebuilt = join(await aFolder(), 'rebuilt');
		await rebuildArchive(
			{ from: join(dataDir, 'archive'), into: rebuilt },
			{ id: 'system:test', name: 'test', via: 'cli' },
			systemClock,
			{ signal: new AbortController().signal, progress: () => undefined },
		);
		const again = await startTestServer({ dataDir: rebuilt });
		const after = await again.app.gates.board(system, { isPatient: true });
		expect(figures(after)).toEqual(figures(before));
		// Midnight may have passed.
		expect(after.trend.slice(0, 1)).toEqual(before.trend);
	});
});
