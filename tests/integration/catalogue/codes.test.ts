import { describe, expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { CodeReport } from '#domain/catalogue/reference-codes/code-report.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import { Allotment } from '#server/catalogue/codes/allotment.ts';
import { giveCodes } from '#server/collaboration/codes/registering-codes.ts';
import { aFondsEntry, anItem, B002, registerFonds } from '#tests/support/codes.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, anImportedEntry, registerEntries, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { startTestServer } from '#tests/support/server.ts';

/** Once every code is read, however long that takes. */
const report = (app: App): Promise<CodeReport> =>
	eventually(async () => {
		const told = await app.codes.report(system, { limit: 1000 });
		expect(told.waiting).toBe(0);
		return told;
	}, 60_000);
const codeOf = async (app: App, id: EntryId): Promise<string> =>
	(await app.catalogue.entry(system, id)).referenceCode;

async function anArchive(fonds = B002) {
	const { app, dataDir } = await startTestServer();
	await registerFonds(app, fonds);
	return { app, dataDir, fonds: await aFondsEntry(app, fonds.fondsNumber) };
}

describe('codes are read from rows', () => {
	it('says gaps, duplicates and odd padding, and follows edits', async () => {
		const { app, fonds } = await anArchive();
		const code = (number: string): string => `B002-WS·2011-Y-BGS-${number}`;
		const items = [];
		for (const number of ['0001', '0002', '0005', '0005', '00006'])
			items.push(await anItem(app, fonds, number, { referenceCode: code(number) }));
		const told = await report(app);
		expect(told.fonds).toEqual([{ fondsNumber: 'B002', name: B002.name, entries: 5, groups: 1 }]);
		expect(told.gaps).toMatchObject([
			{ groupKey: 'B002-WS·2011-Y-BGS-', from: 3, to: 4, beforeId: items[1], isExplained: false },
		]);
		expect(told.duplicates.map(({ code: each, entries }) => [each, entries.map(({ id }) => id)])).toEqual([
			[code('0005'), [items[2], items[3]].toSorted()],
		]);
		expect(told.widths).toMatchObject([{ id: items[4], width: 4 }]);
		await app.collaboration.setField(items[3] as EntryId, 'referenceCode', code('0003'), {
			id: system.id,
			name: 'test',
			via: null,
		});
		const after = await report(app);
		expect([after.duplicateCount, after.gaps.map(({ from, to }) => [from, to])]).toEqual([0, [[4, 4]]]);
		// A note says who and why.
		await app.codes.note(
			{ person: system, via: null },
			{ groupKey: 'B002-WS·2011-Y-BGS-', from: 4, to: 4, why: '原件已退回' },
		);
		expect((await report(app)).gaps).toMatchObject([
			{ isExplained: true, reasons: [{ kind: 'note', why: '原件已退回', actorName: 'test' }] },
		]);
	});

	it('names the first of very many entries with one code, and counts all of them', async () => {
		const { app, fonds } = await anArchive();
		const ids = await Promise.all(
			Array.from({ length: 53 }, (_, at) => anItem(app, fonds, `第${at}件`, { referenceCode: '无' })),
		);
		const [same] = (await report(app)).duplicates;
		expect(same).toMatchObject({ code: '无', count: 53 });
		expect(same?.entries.length).toBe(50);
		await expect(registerEntries(app, ids.slice(0, 1))).rejects.toMatchObject({
			code: 'catalogue.code-taken',
			params: { code: '无' },
		});
	});

	it('reads a fonds anew when its record changes, and what stands below an entry when that says another part', async () => {
		const { app, fonds } = await anArchive({ ...B002, codeRegimes: [] });
		const series = await aMadeEntry(app, {
			title: '2011年',
			level: 'series',
			parentId: fonds,
			fields: { year: 2010 },
		});
		const id = await aMadeEntry(app, {
			title: '一',
			parentId: series,
			fields: { referenceCode: 'B002-WS·2010-Y-BGS-0001' },
		});
		expect((await report(app)).fonds).toEqual([]);
		await registerFonds(app, {
			...B002,
			codeRegimes: [{ regime: 'dat22-2015', yearFrom: 2010, yearTo: 2010 }],
		});
		expect((await report(app)).fonds).toMatchObject([{ entries: 1, groups: 1 }]);
		await app.collaboration.setField(series, 'year', 2011, { id: 'test', name: 'test', via: null });
		expect((await report(app)).unread).toMatchObject([{ id, regime: '' }]);
	});
});

describe('registration gives the final code', () => {
	it('above all numbers of the group, in the order of the list, and says it in the entry', async () => {
		const { app, fonds } = await anArchive();
		await anItem(app, fonds, '已有', { referenceCode: 'B002-WS·2011-Y-BGS-0036' });
		const ids = [];
		for (const title of ['甲', '乙', '丙']) ids.push(await anItem(app, fonds, title));
		const other = await anItem(app, fonds, '业务', { orgOrMatter: '业务科', referenceCode: '~待编' });
		await registerEntries(app, [...ids, other]);
		expect(await Promise.all([...ids, other].map((id) => codeOf(app, id)))).toEqual([
			'B002-WS·2011-Y-BGS-0037',
			'B002-WS·2011-Y-BGS-0038',
			'B002-WS·2011-Y-BGS-0039',
			'B002-WS·2011-Y-YW-0001',
		]);
		const { fields, review } = await app.catalogue.entry(system, ids[0] as EntryId);
		expect([fields['itemNumber'], review.state]).toEqual(['0037', 'registered']);
	});

	it('gives no number of a deleted entry again, and explains the gap', async () => {
		const { app, fonds } = await anArchive();
		const [first, second] = [await anItem(app, fonds, '一'), await anItem(app, fonds, '二')];
		await registerEntries(app, [first]);
		const held = await anItem(app, fonds, '删', { referenceCode: 'B002-WS·2011-Y-BGS-0002' });
		await app.collaboration.setField(held, 'status', 'deleted', { id: 'test', name: 'test', via: null });
		await registerEntries(app, [second]);
		expect(await codeOf(app, second)).toBe('B002-WS·2011-Y-BGS-0003');
		expect((await report(app)).gaps).toMatchObject([
			{ from: 2, to: 2, isExplained: true, reasons: [{ kind: 'deleted', entryId: held }] },
		]);
	});

	it('tells nobody of an entry that had a number of their fonds and lies in one of others by now', async () => {
		const { app, fonds } = await anArchive();
		const [moved, held] = [await anItem(app, fonds, '移出'), await anItem(app, fonds, '留下')];
		await registerEntries(app, [moved]);
		const other = await aFondsEntry(app, 'Z999');
		await app.storage.db
			.updateTable('entry')
			.set({ fonds_id: other, parent_id: other })
			.where('id', '=', moved)
			.execute();
		await registerEntries(app, [held]);
		await report(app);
		const reasons = async (person: Person) =>
			(await app.codes.report(person, { limit: 10 })).gaps.map(({ isExplained, reasons: told }) => [
				isExplained,
				told.map(({ kind, entryId, title }) => [kind, entryId, title]),
			]);
		expect(await reasons(system)).toEqual([[true, [['allotted', moved, '移出']]]]);
		expect(await reasons({ ...system, fonds: [fonds] })).toEqual([[true, [['allotted', null, '']]]]);
	});

	it('names what is missing, and the entry that has the code already', async () => {
		const { app, fonds } = await anArchive();
		const noYear = await aMadeEntry(app, { title: '无年度', parentId: fonds });
		const noTerm = await aMadeEntry(app, { title: '无期限', parentId: fonds, fields: { year: 2011 } });
		const stranger = await aMadeEntry(app, {
			title: '未登记',
			parentId: await aFondsEntry(app, 'Z999'),
			fields: { year: 2011, retentionPeriod: 'Y' },
		});
		const held = await anItem(app, fonds, '占用', { referenceCode: 'B002-WS·2011-Y-BGS-0007' });
		const twin = await anItem(app, fonds, '重号', { referenceCode: 'B002-WS·2011-Y-BGS-0007' });
		const why = async (id: EntryId) => {
			try {
				await registerEntries(app, [id]);
				return 'registered';
			} catch (error) {
				const { code, params } = error as { code: string; params: Record<string, string> };
				return [code, params];
			}
		};
		expect(await why(noYear)).toEqual([
			'catalogue.code-parts',
			{ fonds: 'B002', missing: '年度', missingEn: 'Year' },
		]);
		expect(await why(noTerm)).toEqual([
			'catalogue.code-parts',
			{ fonds: 'B002', missing: '保管期限', missingEn: 'Retention period' },
		]);
		expect(await why(stranger)).toBe('registered');
		expect(await why(twin)).toEqual([
			'catalogue.code-taken',
			{ code: 'B002-WS·2011-Y-BGS-0007', entry: held, title: '占用' },
		]);
	});

	it('does not write over a code or a number that is typed in the same moment', async () => {
		const { app, fonds } = await anArchive();
		const ids = [
			await anItem(app, fonds, '甲'),
			await anItem(app, fonds, '乙'),
			await anItem(app, fonds, '丙'),
		];
		const [typed, numbered, plain] = ids as [EntryId, EntryId, EntryId];
		const { storage, collaboration, codeIndex: index } = app;
		const actor = { id: 'test', name: 'test', via: null };
		const allotment = new Allotment({ storage, clock: systemClock, onWritten: () => undefined });
		const allot = allotment.allot.bind(allotment);
		allotment.allot = async (...asked) => {
			await collaboration.setField(typed, 'referenceCode', 'B002-WS·2011-Y-BGS-0009', actor);
			await collaboration.setField(numbered, 'itemNumber', '9', actor);
			return allot(...asked);
		};
		const parts = { storage, clock: systemClock, collaboration, index, allotment };
		const { given, refused } = await giveCodes(parts, { person: system, via: null }, ids);
		expect([...given]).toEqual([plain]);
		expect([...refused].map(([id, { code }]) => [id, code])).toEqual(
			[typed, numbered].map((id) => [id, 'collaboration.changed-since']),
		);
		expect(await codeOf(app, typed)).toBe('B002-WS·2011-Y-BGS-0009');
		const { referenceCode, fields } = await app.catalogue.entry(system, numbered);
		expect([referenceCode, fields['itemNumber']]).toEqual(['', '9']);
	});

	it('keeps a block for a device, and frees what it did not use', async () => {
		const { app, fonds } = await anArchive();
		const like = await anItem(app, fonds, '样');
		const by = { person: system, via: null };
		const block = await app.codes.reserve(by, like, 3, '库房离线著录');
		expect(block.codes).toEqual([1, 2, 3].map((number) => `B002-WS·2011-Y-BGS-000${number}`));
		const used = await anItem(app, fonds, '离线', { referenceCode: block.codes[0] as string });
		await registerEntries(app, [like]);
		expect(await codeOf(app, like)).toBe('B002-WS·2011-Y-BGS-0004');
		expect(await app.codes.giveBack(by, block.id, '回馆')).toEqual({ unused: 2 });
		await registerEntries(app, [used]);
		expect((await report(app)).gaps).toMatchObject([
			{ from: 2, to: 3, isExplained: true, reasons: [{ kind: 'reserved' }, { kind: 'returned' }] },
		]);
	});
});

describe('readers', () => {
	it('are led to what stands by the code that stands, and are not told who is working on it', async () => {
		const { app } = await anArchive();
		const id = await anImportedEntry(app, '导入的题名');
		const [stands, typed, work] = ['ZZ01-Y-001', 'ZZ01-Y-002', 'ZZ01-Y-003'];
		await app.storage.db
			.updateTable('entry')
			.set({
				reference_code: stands,
				fields: JSON.stringify({ title: '导入的题名', referenceCode: stands }),
			})
			.where('id', '=', id)
			.execute();
		const by = { id: system.id, name: system.name, via: null };
		await app.collaboration.setField(id, 'title', '改到一半', by);
		await app.collaboration.setField(id, 'referenceCode', typed, by);
		// As the order of somebody else: what was there before becomes a former code.
		await app.collaboration.setField(id, 'referenceCode', work, { ...by, via: 'order:test' });
		const reader = await personOf(app, '读者', 'reader');
		const found = async (person: Person, code: string) =>
			(await app.codes.resolve(person, code)).map(({ title, code: told, how }) => [title, told, how]);
		expect(await found(system, work)).toEqual([['改到一半', work, 'current']]);
		expect(await found(system, typed)).toEqual([['改到一半', work, 'former']]);
		expect(await found(reader, work)).toEqual([]);
		expect(await found(reader, typed)).toEqual([]);
		expect((await app.catalogue.search(reader, typed, 0, 10)).rows).toEqual([]);
		expect(await found(reader, stands)).toEqual([['导入的题名', stands, 'current']]);
		expect((await app.catalogue.entry(system, id)).attributions).not.toEqual({});
		expect((await app.catalogue.entry(reader, id)).attributions).toEqual({});

		await registerEntries(app, [id]);
		expect(await found(reader, work)).toEqual([['改到一半', work, 'current']]);
		expect((await app.catalogue.entry(reader, id)).attributions).toEqual({});
	});
});

describe('the demonstration', () => {
	it('has all of its codes read, one gap, next numbers, and takes new entries in', async () => {
		const { app } = await startTestServer({ holdings: 'tiny' });
		const told = await report(app);
		expect([told.unread, told.duplicates, told.widths]).toEqual([[], [], []]);
		expect(told.fonds.map(({ fondsNumber, entries }) => [fondsNumber, entries > 0])).toEqual([
			['B002', true],
			['B004', true],
			['C002', true],
		]);
		expect(told.gaps).toMatchObject([
			{ groupKey: 'B004-WS·2014-Y-BGS-', from: 5, to: 5, isExplained: false },
		]);
		const nextOf = new Map(told.groups.map(({ groupKey, next }) => [groupKey, next]));
		expect(nextOf.get('C002-2-')).toBe('C002-2-008');
		expect(nextOf.get('B002-WS·2022·D30·RS-')).toBe('B002-WS·2022·D30·RS-0004');

		const { rows } = await app.storage.db
			.selectFrom('entry')
			.select(['id', 'reference_code'])
			.where('level', '=', 'series')
			.execute()
			.then((found) => ({ rows: new Map(found.map((row) => [row.reference_code, row.id as EntryId])) }));
		const under = (series: string, level: string, fields = {}) =>
			aMadeEntry(app, { title: '新增', level, parentId: rows.get(series) as EntryId, fields });
		// The series says the rest with its own code.
		const item = await under('B002-WS·2022·D30', 'item', { orgOrMatter: '人事科' });
		const file = await under('C002-2', 'file', { year: 1984 });
		await registerEntries(app, [item, file]);
		expect(await Promise.all([item, file].map((id) => codeOf(app, id)))).toEqual([
			'B002-WS·2022·D30·RS-0004',
			'C002-2-008',
		]);
		for (const [series, level, missing] of [
			['B002-WS', 'item', '年度'],
			['B002-1', 'file', '年度'],
			['B004-WS·2009', 'item', '保管期限'],
			['B002-ZP·2019', 'item', '保管期限、案卷号/组号/册号'],
		] as const)
			await expect(registerEntries(app, [await under(series, level)])).rejects.toMatchObject({
				code: 'catalogue.code-parts',
				params: { missing },
			});
		// A code that was typed whole is taken.
		const photo = await under('B002-ZP·2019', 'item', { referenceCode: 'B002-ZP·2019·D30-003-001' });
		await registerEntries(app, [photo]);
		expect(await codeOf(app, photo)).toBe('B002-ZP·2019·D30-003-001');
	});
});
