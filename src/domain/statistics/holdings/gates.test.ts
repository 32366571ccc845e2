import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignCounts, type CatalogueCount } from './catalogue-counts.ts';
import { gateBoard, percentOf, type GateId, type HoldingsLine } from './gates.ts';
import type { HoldingsRecord } from './holdings-record.ts';
import { count, line } from './holdings.fixture.ts';
import { numbersReport } from './line-numbers.ts';

function lineOf(id: string, content: Partial<HoldingsRecord>): HoldingsLine {
	return { id, content: line(content) };
}

function gate(id: GateId, lines: HoldingsLine[], counts: CatalogueCount[]) {
	const found = gateBoard(lines, counts).gates.find((each) => each.gate === id);
	if (!found) throw new Error(id);
	return found;
}

/** Files of one catalogue with these numbers. */
function files(...numbers: (number | string)[]) {
	return numbers.map((number, index) => ({
		id: String(index),
		parts: {
			fondsNumber: 'B005',
			catalogueNumber: '1',
			fileNumber:
				typeof number === 'number'
					? { value: number }
					: { value: Number.parseInt(number), suffix: number.replace(/\d+/, '') },
		},
	}));
}

const PERMANENT = lineOf('permanent', {
	catalogueNumber: '1',
	retentionPeriod: 'Y',
	files: 365,
	itemsInFiles: 4000,
});
const LONG = lineOf('long', { catalogueNumber: '2', retentionPeriod: 'C', files: 1120, itemsInFiles: 9000 });

describe('the file-level gate', () => {
	it('is met when every file has its entry, and not by one less', () => {
		const all = [
			count({ catalogueNumber: '1', retentionPeriod: 'Y', year: 1962, files: 300 }),
			count({ catalogueNumber: '1', retentionPeriod: 'Y', year: 1963, files: 65 }),
			count({ catalogueNumber: '2', retentionPeriod: 'C', files: 1120 }),
		];
		expect(gate('fileCatalogue', [PERMANENT, LONG], all)).toMatchObject({
			numerator: 1485,
			denominator: 1485,
			rate: 1,
			isMet: true,
			lines: [],
		});
		const less = [...all.slice(0, 2), count({ catalogueNumber: '2', retentionPeriod: 'C', files: 1119 })];
		expect(gate('fileCatalogue', [PERMANENT, LONG], less)).toMatchObject({
			numerator: 1484,
			isMet: false,
			lines: [{ lineId: 'long', held: 1120, found: 1119, missing: 1, tooMany: 0 }],
		});
	});

	it('lets no surplus of one line make up for what is missing in another', () => {
		const { numerator, lines } = gate(
			'fileCatalogue',
			[PERMANENT, LONG],
			[
				count({ catalogueNumber: '1', retentionPeriod: 'Y', files: 375 }),
				count({ catalogueNumber: '2', retentionPeriod: 'C', files: 1110 }),
			],
		);
		expect(numerator).toBe(1475);
		expect(lines.map(({ lineId, missing, tooMany }) => [lineId, missing, tooMany])).toEqual([
			['long', 10, 0],
			['permanent', 0, 10],
		]);
	});

	it('names entries of what the register does not know', () => {
		const strange = count({ fondsNumber: 'B099', files: 3 });
		const board = gateBoard([PERMANENT], [strange]);
		expect(board.unregistered).toEqual([strange]);
		expect(board.gates[0]).toMatchObject({ numerator: 0, unregistered: 3 });
	});

	it('is not met where nothing is held', () => {
		expect(gate('fileCatalogue', [], [])).toMatchObject({ rate: undefined, isMet: false });
	});
});

describe('the item-level gate', () => {
	it('counts items in files and single items', () => {
		const lines = [
			PERMANENT,
			lineOf('items', { categoryCode: 'WS', yearFrom: 2015, yearTo: 2015, singleItems: 100 }),
		];
		const counts = [
			count({ catalogueNumber: '1', retentionPeriod: 'Y', itemsInFiles: 4000 }),
			count({ categoryCode: 'WS', year: 2015, retentionPeriod: 'D30', singleItems: 60 }),
			count({ categoryCode: 'WS', year: 2015, retentionPeriod: 'Y', singleItems: 39 }),
		];
		expect(gate('itemCatalogue', lines, counts)).toMatchObject({
			numerator: 4099,
			denominator: 4100,
			isMet: false,
			lines: [{ lineId: 'items', missing: 1 }],
		});
	});
});

describe('the gate of digitisation', () => {
	const excluded = { classified: 10, unfit: 5, dueForDestruction: 0 };
	const lines = [lineOf('one', { files: 100, singleItems: 15, excluded })];

	it('leaves out what is not to be digitised, and says how much that is', () => {
		expect(gate('fullText', lines, [count({ digitisedUnits: 70 })])).toMatchObject({
			numerator: 70,
			denominator: 100,
			excluded: 15,
			isMet: true,
		});
		expect(gate('fullText', lines, [count({ digitisedUnits: 69 })]).isMet).toBe(false);
	});

	it('holds at least nothing, whatever is excluded', () => {
		const more = lineOf('one', { files: 3, excluded: { classified: 2, unfit: 2, dueForDestruction: 0 } });
		expect(gate('fullText', [more], [])).toMatchObject({ denominator: 0, excluded: 3 });
	});

	it('is counted by pages as well, no line having more than it holds', () => {
		const both = [
			lineOf('one', { files: 1, pages: 100 }),
			lineOf('two', { fondsNumber: 'B006', files: 1, pages: 50 }),
		];
		const counts = [count({ digitisedPages: 130 }), count({ fondsNumber: 'B006', digitisedPages: 20 })];
		expect(gateBoard(both, counts).pages).toEqual({ held: 150, digitised: 120 });
	});

	it('finds too many only above all that is held', () => {
		expect(gate('fullText', lines, [count({ digitisedUnits: 115 })]).lines).toEqual([]);
		expect(gate('fullText', lines, [count({ digitisedUnits: 116 })]).lines[0]?.tooMany).toBe(1);
	});

	it('is exact where a share has no binary fraction', () => {
		const target = {
			gate: 'fullText',
			label: { zh: '', en: '' },
			source: '',
			certainty: 'proposal',
		} as const;
		// 0.55 of 100 is more than 55 as fractions of two are added up.
		const of = (found: number) =>
			gateBoard([lineOf('one', { files: 100 })], [count({ digitisedUnits: found })], new Map(), [
				{ ...target, target: 0.55 },
			]).gates[0]?.isMet;
		expect([of(54), of(55)]).toEqual([false, true]);
	});
});

describe('numbers of a line', () => {
	const held = { firstNumber: 1, lastNumber: 10 };

	it('are named where they are missing, at the beginning, within and at the end', () => {
		expect(numbersReport(held, files(3, 4, 7))).toEqual({
			missing: [
				{ from: 1, to: 2 },
				{ from: 5, to: 6 },
				{ from: 8, to: 10 },
			],
			beyond: [],
			duplicates: [],
		});
		expect(numbersReport(held, [])?.missing).toEqual([{ from: 1, to: 10 }]);
		expect(numbersReport({ firstNumber: 4, lastNumber: 5 }, files(5))?.missing).toEqual([{ from: 4, to: 4 }]);
		expect(numbersReport({}, files(5))).toBeUndefined();
	});

	it('are named where the register does not know them, and where there are two', () => {
		const report = numbersReport({ firstNumber: 3, lastNumber: 4 }, files(1, 2, 3, 4, 4, 8, 9, '3甲', 12));
		expect(report).toEqual({
			missing: [],
			beyond: [
				{ from: 1, to: 2 },
				{ from: 8, to: 9 },
				{ from: 12, to: 12 },
			],
			duplicates: ['4'],
		});
		expect(numbersReport(held, files(12))?.missing).toEqual([{ from: 1, to: 10 }]);
	});

	it('stand in the list of what is missing even where the count is right', () => {
		const lines = [lineOf('one', { catalogueNumber: '1', files: 3, firstNumber: 1, lastNumber: 3 })];
		const report = numbersReport(lines[0]?.content as HoldingsRecord, files(1, 2, 2));
		const board = gateBoard(
			lines,
			[count({ catalogueNumber: '1', files: 3 })],
			new Map([['one', report as NonNullable<typeof report>]]),
		);
		expect(board.gates[0]?.lines).toMatchObject([
			{ missing: 0, missingNumbers: [{ from: 3, to: 3 }], duplicateNumbers: ['2'] },
		]);
		expect(board.gates[1]?.lines).toEqual([]);
	});
});

describe('counts of the catalogue', () => {
	it('belong to the line that says most of them, once', () => {
		const lines = [
			lineOf('rest', {}),
			lineOf('year', { yearFrom: 2015, yearTo: 2015 }),
			lineOf('all', { yearFrom: 2015, yearTo: 2015, categoryCode: 'WS', retentionPeriod: 'Y' }),
		];
		const found = (content: Partial<CatalogueCount>) =>
			[...assignCounts(lines, [count({ ...content, files: 1 })]).byLine].flatMap(([id, sums]) =>
				sums.files > 0 ? id : [],
			);
		expect(found({ year: 2015, categoryCode: 'WS', retentionPeriod: 'Y' })).toEqual(['all']);
		expect(found({ year: 2015, categoryCode: 'WS', retentionPeriod: 'D30' })).toEqual(['year']);
		expect(found({ categoryCode: 'WS' })).toEqual(['rest']);
		expect(found({ catalogueNumber: '9', year: 2015 })).toEqual(['year']);
		const equal = [lineOf('first', { retentionPeriod: 'Y' }), lineOf('second', { yearFrom: 2015 })];
		const { byLine } = assignCounts(equal, [count({ year: 2015, retentionPeriod: 'Y', files: 1 })]);
		expect([...byLine].map(([id, { files: each }]) => [id, each])).toEqual([
			['first', 1],
			['second', 0],
		]);
	});

	it('are all in the gates or among what is not registered', () => {
		const place = record({
			fondsNumber: constantFrom('B005', 'B006'),
			year: integer({ min: 2000, max: 2003 }),
			retentionPeriod: constantFrom('Y', 'D30'),
			files: integer({ min: 1, max: 9 }),
		});
		assert(
			property(array(place, { maxLength: 8 }), array(place, { maxLength: 8 }), (held, counted) => {
				const lines = held.map(({ year, ...rest }, index) =>
					lineOf(String(index), { ...rest, yearFrom: year, yearTo: year + 1 }),
				);
				const board = gateBoard(
					lines,
					counted.map((each) => count(each)),
				);
				const [first] = board.gates;
				const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
				const surplus = sum((first?.lines ?? []).map(({ tooMany }) => tooMany));
				expect((first?.numerator ?? 0) + surplus + (first?.unregistered ?? 0)).toBe(
					sum(counted.map(({ files: each }) => each)),
				);
				const missing = sum((first?.lines ?? []).map((each) => each.missing));
				expect((first?.numerator ?? 0) + missing).toBe(first?.denominator);
			}),
		);
	});
});

describe('a share in words', () => {
	it('is never rounded up', () => {
		expect(percentOf(99_999, 100_000)).toBe('99.99');
		expect(percentOf(1, 1)).toBe('100.00');
		expect(percentOf(7, 10, 0)).toBe('70');
		expect(percentOf(0, 0)).toBeUndefined();
	});
});
