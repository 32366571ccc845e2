import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from './code-parts.fixture.ts';
import { finalPartOf, withNumber, type CodeNumber, type CodeParts } from './code-parts.ts';
import { formatCode } from './format-code.ts';
import {
	codeDuplicates,
	codeGaps,
	groupFindings,
	groupNumbers,
	scanGroups,
	type CodedEntry,
} from './group-numbers.ts';
import { groupOf } from './groups.ts';
import { parseCode } from './parse-code.ts';
import { REGIMES } from './regimes.ts';

const OLD = 'dat13-1994-catalogue';

function entries(regime: string, prefix: string, ...numbers: string[]): CodedEntry[] {
	return numbers.map((number, index) => {
		const read = parseCode(regime, prefix + number);
		if (!read.ok) throw new Error(prefix + number);
		return { id: `e${index}`, parts: read.parts };
	});
}

describe('the numbers of one group', () => {
	it('have gaps as ranges, from the first number on', () => {
		const group = entries('dat22-2015', 'J012-WS·2015-Y-', '0008', '0001', '0002', '0004');
		expect(codeGaps(group)).toEqual([
			{ from: 3, to: 3 },
			{ from: 5, to: 7 },
		]);
		expect(codeGaps(entries(OLD, 'B5-1-', '4', '6'), 1)).toEqual([
			{ from: 1, to: 3 },
			{ from: 5, to: 5 },
		]);
		expect(codeGaps(entries(OLD, 'B5-1-', '4', '6'), 4)).toEqual([{ from: 5, to: 5 }]);
		expect(codeGaps([])).toEqual([]);
	});

	it('of pages have none: entries begin where the one before ended', () => {
		expect(codeGaps(entries('dat13-1994-catalogue-page', 'B5-1-12-', '1', '7', '30'))).toEqual([]);
		expect(codeGaps(entries(OLD, 'B5-1-12-', '1', '7')).length).toBe(1);
	});

	it('are the same however they are padded, but not with what was inserted', () => {
		const group = entries(OLD, 'B5-1-', '7', '007', '23', '23甲', '7', '23甲', '23乙');
		expect(codeDuplicates(group)).toEqual([
			{ number: '7', ids: ['e0', 'e1', 'e4'] },
			{ number: '23甲', ids: ['e3', 'e5'] },
		]);
		expect(codeGaps(entries(OLD, 'B5-1-', '1', '2甲', '3'))).toEqual([{ from: 2, to: 2 }]);
		expect(codeGaps(entries(OLD, 'B5-1-', '1', '4甲'))).toEqual([{ from: 2, to: 4 }]);
	});

	it('are padded as most of them are', () => {
		expect(groupNumbers(entries(OLD, 'B5-1-', '036', '37'))).toMatchObject({
			width: 3,
			oddWidths: [{ id: 'e1', number: { value: 37, width: 2 } }],
		});
		expect(groupNumbers(entries(OLD, 'B5-1-', '8', '9', '10', '100'))).toMatchObject({
			width: 1,
			oddWidths: [],
		});
		expect(groupNumbers(entries(OLD, 'B5-1-', '998', '999', '1000', '001'))).toMatchObject({
			width: 3,
			oddWidths: [],
		});
		expect(groupNumbers(entries(OLD, 'B5-1-', '1', '2', '3', '004')).oddWidths).toEqual([
			{ id: 'e3', number: { value: 4, width: 3 } },
		]);
	});

	it('give findings', () => {
		const report = groupNumbers(entries(OLD, 'B5-1-', '001', '003', '3'));
		expect(groupFindings('B5-1-', report)).toEqual([
			{ rule: 'code.duplicate', severity: 'error', where: 'B5-1-', params: { written: '3', count: 2 } },
			{ rule: 'code.gap', severity: 'warning', where: 'B5-1-', params: { from: 2, to: 2, count: 1 } },
			{ rule: 'code.group-width', severity: 'warning', where: 'e2', params: { written: '3', width: 3 } },
		]);
	});

	it('are what counting one by one says', () => {
		const numbers = array(
			record({
				value: oneof(integer({ min: 1, max: 40 }), integer({ min: 1, max: 3000 })),
				suffix: constantFrom(undefined, undefined, undefined, '甲'),
			}),
			{ maxLength: 80 },
		);
		assert(
			property(numbers, integer({ min: 1, max: 5 }), (list, first) => {
				const group = list.map(({ value, suffix }, index) => ({
					id: `e${index}`,
					parts: { itemNumber: { value, width: 4, ...(suffix ? { suffix } : {}) } as CodeNumber },
				}));
				const report = groupNumbers(group, first);
				const highest = Math.max(0, ...list.map(({ value }) => value));
				const plain = new Set(list.filter(({ suffix }) => !suffix).map(({ value }) => value));
				const missing: number[] = [];
				for (let value = first; value <= highest; value++) if (!plain.has(value)) missing.push(value);
				expect(
					report.gaps.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at)),
				).toEqual(missing);
				expect(report.gaps.every(({ from }, at) => at === 0 || from > report.gaps[at - 1]!.to + 1)).toBe(
					true,
				);
				const byNumber = new Map<string, string[]>();
				for (const { id, parts } of group) {
					const key = parts.itemNumber.value + (parts.itemNumber.suffix ?? '');
					byNumber.set(key, [...(byNumber.get(key) ?? []), id]);
				}
				expect(new Map(report.duplicates.map(({ number, ids }) => [number, ids]))).toEqual(
					new Map([...byNumber].filter(([, ids]) => ids.length > 1)),
				);
				expect(report).toMatchObject({ count: list.length, highest, oddWidths: [] });
			}),
			{ numRuns: 500 },
		);
	});
});

describe('groups', () => {
	it('are what stands before the final number, numbers by value', () => {
		const [item, volume] = [entries(OLD, 'B005-1-012-', '7')[0]!, entries(OLD, 'B005-1-', '12')[0]!];
		expect(groupOf(OLD, item.parts)).toBe('B005-1-12-');
		expect(groupOf(OLD, volume.parts)).toBe('B005-1-');
		expect(groupOf(OLD, entries(OLD, 'B005-1-12甲-', '7')[0]!.parts)).toBe('B005-1-12甲-');
		expect(groupOf(OLD, { fondsNumber: 'B005' })).toBeUndefined();
	});

	it('hold what differs in the final number alone', () => {
		assert(
			property(
				constantFrom(...REGIMES).chain((regime) =>
					record({
						parts: partsOf(regime),
						other: partsOf(regime),
						value: integer({ min: 1, max: 999 }),
					}).map((each) => ({
						regime,
						...each,
					})),
				),
				({ regime, parts, other, value }) => {
					const moved = withNumber(parts, value);
					expect(groupOf(regime, moved)).toBe(groupOf(regime, parts));
					expect(moved[finalPartOf(parts)!]!.value).toBe(value);
					expect(formatCode(regime, moved).ok).toBe(true);
					if (groupOf(regime, other) === groupOf(regime, parts)) {
						const final = finalPartOf(parts)!;
						const stem = (of: CodeParts) => ({
							...of,
							fileNumber: (of.fileNumber?.value ?? 0) + (of.fileNumber?.suffix ?? ''),
							[final]: undefined,
						});
						expect(stem(other)).toEqual(stem(parts));
					}
				},
			),
			{ numRuns: 2000 },
		);
	});

	it('are scanned in one pass', () => {
		const groups = scanGroups(OLD, [
			...entries(OLD, 'B5-1-', '1', '3'),
			...entries(OLD, 'B5-2-', '1', '1'),
			...entries(OLD, 'B5-1-3-', '2'),
		]);
		expect(
			[...groups].map(([key, scan]) => [key, scan.report().gaps.length, scan.report().duplicates.length]),
		).toEqual([
			['B5-1-', 1, 0],
			['B5-2-', 0, 1],
			['B5-1-3-', 1, 0],
		]);
	});
});
