import { describe, expect, it } from 'vitest';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import type { App } from '#server/app.ts';
import { aFlawedFonds } from '#tests/support/checked-entries.ts';
import { B002, registerFonds } from '#tests/support/codes.ts';
import { system } from '#tests/support/entries.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import { by } from '#tests/support/orders.ts';
import { sharedApp } from '#tests/support/shared-app.ts';

const ops = { id: 'x', name: '著录员', via: null };
let app: App;

sharedApp((made) => {
	app = made;
});

async function checked(under: EntryId | null, rules: readonly RuleId[]): Promise<void> {
	const { id } = await app.campaigns.create(by(system), { name: '检查', under, rules });
	await app.campaigns.ended(by(system), id, {
		signal: new AbortController().signal,
		onProgress: () => undefined,
	});
	// What the run found of other fonds is looked at behind it.
	await app.checker.settled();
}

function found(fonds: EntryId, rule: RuleId): Promise<readonly ShownFinding[]> {
	return app.findings.list(system, { fondsId: fonds, rule }, 0, 1000);
}

async function setCode(id: EntryId, code: string): Promise<void> {
	const seq = await app.collaboration.setField(id, 'referenceCode', code, ops);
	await app.collaboration.projected(id, seq);
	await app.checker.settled();
}

/** Fonds whose items have these codes. */
function withCodes(number: string, codes: readonly string[]) {
	return aFlawedFonds(app, codes.length, (at) => ({ referenceCode: codes[at] ?? '' }), { number });
}

describe('the same code in two fonds', () => {
	it('is a duplicate when the code names its fonds, and none when it does not', async () => {
		const one = await withCodes('Z101', ['Z101-WS·2008·Y-0001', 'Z101-WS·2008·Y-0002', 'GS-1-2', '无']);
		const two = await withCodes('Z102', ['Z102-WS·2008·Y-0001', 'Z101-WS·2008·Y-0002', 'GS-1-2', '无']);
		await checked(null, ['R05']);
		const [here, there] = [await found(one.fonds, 'R05'), await found(two.fonds, 'R05')];
		expect(here).toMatchObject([
			{ entryId: one.items[1], severity: 'E', params: { count: 2, others: two.items[1] } },
		]);
		expect(there).toMatchObject([{ entryId: two.items[1], params: { count: 2, others: one.items[1] } }]);
	});

	it('is counted with those of its own fonds', async () => {
		const code = 'Z111-WS·2008·Y-0001';
		const one = await withCodes('Z111', [code, code]);
		const two = await withCodes('Z112', [code]);
		await checked(null, ['R05']);
		expect((await found(one.fonds, 'R05')).map(({ params }) => params['count'])).toEqual([3, 3]);
		expect((await found(two.fonds, 'R05')).map(({ params }) => params)).toEqual([
			{ count: 3, others: [...one.items].toSorted().join(' ') },
		]);
	});

	it('is found by a run over one of them, and mended in one of them is none in the other', async () => {
		const one = await withCodes('Z121', ['Z121-WS·2008·Y-0001']);
		const two = await withCodes('Z122', ['Z121-WS·2008·Y-0001']);
		await checked(one.fonds, ['R05']);
		expect(await found(one.fonds, 'R05')).toHaveLength(1);
		expect(await found(two.fonds, 'R05')).toHaveLength(1);
		await setCode(two.items[0] as EntryId, 'Z122-WS·2008·Y-0001');
		expect(await found(two.fonds, 'R05')).toEqual([]);
		expect(await found(one.fonds, 'R05')).toEqual([]);
		await setCode(two.items[0] as EntryId, 'Z121-WS·2008·Y-0001');
		expect(await found(one.fonds, 'R05')).toHaveLength(1);
	});

	it('is the same however it is written, under the regime of its fonds', async () => {
		for (const fondsNumber of ['Z131', 'Z132'])
			await registerFonds(app, { ...B002, fondsNumber, codeRegimes: [{ regime: 'dat13-2022-item' }] });
		const one = await withCodes('Z131', ['Z131-WS·2008·Y-0001']);
		const two = await withCodes('Z132', ['Z131－WS•2008•Y－0001']);
		await app.codeIndex.settled();
		await checked(null, ['R05']);
		expect((await found(one.fonds, 'R05')).map(({ params }) => params['others'])).toEqual([two.items[0]]);
		expect((await found(two.fonds, 'R05')).map(({ params }) => params['others'])).toEqual([one.items[0]]);
	});
});

describe('pages of the items of a file', () => {
	/** A file in a fonds of its own, with items on these pages. */
	async function aFile(number: string, pages: readonly (readonly [from: number, to: number])[]) {
		const { fonds } = await aFlawedFonds(app, 0, undefined, { number });
		const file = createId();
		const row = (
			id: EntryId,
			parent: EntryId,
			level: string,
			at: number,
			fields: Record<FieldKey, FieldValue>,
		) =>
			anEntryRow({
				id,
				parent_id: parent,
				fonds_id: fonds,
				level,
				order_key: `a${String(at).padStart(6, '0')}`,
				title: '',
				reference_code: '',
				fields: JSON.stringify(fields),
			});
		const items = pages.map(() => createId());
		await app.storage.bulk([
			bulkOf([
				row(file, fonds, 'file', 0, { title: '合成案卷' }),
				...pages.map(([from, to], at) =>
					row(items[at] as EntryId, file, 'item', at, {
						title: `合成文件${at}`,
						startPage: String(from),
						endPage: String(to),
						pageCount: to - from + 1,
					}),
				),
			]),
		]);
		return { fonds, items };
	}

	it('overlap, or leave a gap to the item before', async () => {
		const { fonds, items } = await aFile('Z141', [
			[1, 5],
			[5, 9],
			[12, 13],
			[14, 20],
		]);
		await checked(fonds, ['R43']);
		expect(
			(await found(fonds, 'R43')).map(({ entryId, severity, message, params }) => [
				entryId,
				severity,
				message,
				params,
			]),
		).toEqual([
			[items[1], 'E', 'rule_r43_overlap', { before: 5, start: 5 }],
			[items[2], 'E', 'rule_r43_gap', { before: 9, start: 12 }],
		]);
	});

	it('also where one part of a long file was read and the next begins', async () => {
		const pages = Array.from({ length: 1002 }, (_, at): [number, number] => [at + 1, at + 1]);
		for (const at of [499, 500, 1000]) pages[at] = [at + 2000, at + 2000];
		const { fonds, items } = await aFile('Z142', pages);
		await checked(fonds, ['R43']);
		expect((await found(fonds, 'R43')).map(({ entryId }) => items.indexOf(entryId as EntryId))).toEqual([
			499, 501, 1000, 1001,
		]);
	});
});
