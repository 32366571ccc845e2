import {
	array,
	assert,
	boolean,
	constantFrom,
	integer,
	oneof,
	property,
	record,
	shuffledSubarray,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodeNumber } from './code-parts.ts';
import { formatCode } from './format-code.ts';
import { codeGaps } from './group-numbers.ts';
import { parseCode } from './parse-code.ts';
import { renumberPlan, TEMPORARY_SIGN, type EntryToRenumber, type RenumberPlan } from './renumber-plan.ts';

const NEW = 'dat22-2015';
const OLD = 'dat13-1994-catalogue';

function list(regime: string, ...codes: string[]): EntryToRenumber[] {
	return codes.map((code, index) => {
		const read = parseCode(regime, code);
		if (!read.ok) throw new Error(code);
		return { id: `e${index}`, parts: read.parts };
	});
}

function textOf(regime: string, parts: EntryToRenumber['parts']): string {
	const formatted = formatCode(regime, parts);
	if (!formatted.ok) throw new Error(JSON.stringify(formatted.problems));
	return formatted.text;
}

/** Applies a plan row by row, and fails as soon as somebody gets a code that another has. */
function apply(regime: string, entries: readonly EntryToRenumber[], plan: RenumberPlan): Map<string, string> {
	const codes = new Map(
		entries.flatMap(({ id, parts, inside = [] }) => [
			[id, textOf(regime, parts)] as const,
			...inside.map((each) => [each.id, textOf(regime, each.parts)] as const),
		]),
	);
	const holders = new Map<string, number>();
	for (const code of codes.values()) holders.set(code, (holders.get(code) ?? 0) + 1);
	for (const { id, oldCode, newCode, temporary, parts } of plan.rows) {
		expect(codes.get(id)).toBe(oldCode);
		expect(holders.get(newCode) ?? 0, `${newCode} is free`).toBe(0);
		expect(temporary === true).toBe(newCode.startsWith(TEMPORARY_SIGN));
		if (parts) expect(textOf(regime, parts)).toBe(newCode);
		holders.set(oldCode, holders.get(oldCode)! - 1);
		holders.set(newCode, 1);
		codes.set(id, newCode);
	}
	return codes;
}

function planned(regime: string, entries: EntryToRenumber[], options = {}): RenumberPlan {
	const plan = renumberPlan(regime, entries, options);
	if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
	return plan;
}

describe('renumbering', () => {
	it('closes a gap, and touches only what moves', () => {
		const entries = list(NEW, 'J012-WS·2015-Y-0001', 'J012-WS·2015-Y-0003', 'J012-WS·2015-Y-0004');
		const plan = planned(NEW, entries);
		expect(plan.rows.map(({ id, oldCode, newCode }) => [id, oldCode, newCode])).toEqual([
			['e1', 'J012-WS·2015-Y-0003', 'J012-WS·2015-Y-0002'],
			['e2', 'J012-WS·2015-Y-0004', 'J012-WS·2015-Y-0003'],
		]);
		expect(plan.redo).toEqual({ stamps: ['e1', 'e2'], labels: [], boxes: [] });
	});

	it('keeps places free for what is inserted, last ones moving first', () => {
		const entries = list(NEW, 'J012-WS·2015-Y-0001', 'J012-WS·2015-Y-0002', 'J012-WS·2015-Y-0003');
		const plan = planned(NEW, entries, { insertAt: 1, insertCount: 2 });
		expect(plan.freeCodes).toEqual(['J012-WS·2015-Y-0002', 'J012-WS·2015-Y-0003']);
		expect([...apply(NEW, entries, plan).values()]).toEqual([
			'J012-WS·2015-Y-0001',
			'J012-WS·2015-Y-0004',
			'J012-WS·2015-Y-0005',
		]);
	});

	it('exchanges codes by way of one that is none', () => {
		const entries = list(NEW, 'J012-WS·2015-Y-0002', 'J012-WS·2015-Y-0001');
		const plan = planned(NEW, entries);
		expect(plan.rows.map(({ id, newCode }) => [id, newCode])).toEqual([
			['e0', '~J012-WS·2015-Y-0001'],
			['e1', 'J012-WS·2015-Y-0002'],
			['e0', 'J012-WS·2015-Y-0001'],
		]);
		expect(parseCode(NEW, plan.rows[0]!.newCode).ok).toBe(false);
	});

	it('gives every one of two with the same code its own', () => {
		const entries = list(NEW, 'J012-WS·2015-Y-0001', 'J012-WS·2015-Y-0001', 'J012-WS·2015-Y-0002');
		const plan = planned(NEW, entries);
		expect([...apply(NEW, entries, plan).values()].map((code) => code.slice(-1))).toEqual(['1', '2', '3']);
		expect(plan.sharedOldCodes).toEqual(['J012-WS·2015-Y-0001']);
	});

	it('pads as the group is padded', () => {
		expect(
			planned(OLD, list(OLD, 'B5-1-10', 'B5-1-9', 'B5-1-23甲')).aliases.map(({ newCode }) => newCode),
		).toEqual(['B5-1-1', 'B5-1-2', 'B5-1-3']);
		expect(planned(OLD, list(OLD, 'B5-1-010', 'B5-1-9', 'B5-1-012')).aliases[0]!.newCode).toBe('B5-1-001');
	});

	it('takes along what is in volumes', () => {
		const entries = list(OLD, 'B5-1-2', 'B5-1-1').map((volume, index) => ({
			...volume,
			inside: list(OLD, `B5-1-${2 - index}-1`, `B5-1-${2 - index}-2`).map((each) => ({
				...each,
				id: `${volume.id}.${each.id}`,
			})),
		}));
		const plan = planned(OLD, entries);
		expect(Object.fromEntries(apply(OLD, entries, plan))).toEqual({
			e0: 'B5-1-1',
			'e0.e0': 'B5-1-1-1',
			'e0.e1': 'B5-1-1-2',
			e1: 'B5-1-2',
			'e1.e0': 'B5-1-2-1',
			'e1.e1': 'B5-1-2-2',
		});
		expect(plan.redo).toEqual({ stamps: [], labels: ['e0', 'e1'], boxes: [] });
	});

	it('names the boxes whose label says other codes than what is in them', () => {
		const entries = list(
			NEW,
			...['0001', '0002', '0004', '0005'].map((each) => `J012-WS·2015-Y-${each}`),
		).map((each, index) => ({ ...each, boxNumber: index < 2 ? '1' : '2' }));
		expect(planned(NEW, entries).redo.boxes).toEqual([
			{ boxNumber: '2', first: 'J012-WS·2015-Y-0003', last: 'J012-WS·2015-Y-0004' },
		]);
	});

	it('is not planned where a code is taken, cannot be written, or entries do not belong together', () => {
		const entries = list(NEW, 'J012-WS·2015-Y-0001', 'J012-WS·2015-Y-0003');
		const problemsOf = (of: EntryToRenumber[], options = {}) => {
			const plan = renumberPlan(NEW, of, options);
			return plan.ok ? [] : plan.problems.map(({ code }) => code);
		};
		expect(problemsOf(entries, { taken: new Set(['J012-WS·2015-Y-0002']) })).toEqual(['code.taken']);
		// What an entry has already is its own.
		expect(problemsOf(entries, { taken: new Set(['J012-WS·2015-Y-0001']) })).toEqual([]);
		expect(problemsOf(entries, { insertAt: 2, taken: new Set(['J012-WS·2015-Y-0003']) })).toEqual([
			'code.taken',
		]);
		expect(problemsOf(entries, { from: 999_999 })).toEqual(['code.out-of-range']);
		expect(problemsOf([entries[0]!, entries[0]!])).toContain('code.same-entry');
		expect(
			problemsOf([...entries, ...list(NEW, 'J012-WS·2016-Y-0001').map((each) => ({ ...each, id: 'x' }))]),
		).toContain('code.several-groups');
		expect(renumberPlan(NEW, [])).toMatchObject({ ok: true, rows: [] });
	});

	it('ends with 1 to n, everybody once, and a bijection of old and new codes', () => {
		const numbers = oneof(
			shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5 }),
			shuffledSubarray(Array.from({ length: 12 }, (_, at) => at + 1)),
			array(integer({ min: 1, max: 15 }), { maxLength: 12 }),
		);
		const cases = record({
			numbers,
			suffixes: array(constantFrom(undefined, undefined, '甲'), { minLength: 12, maxLength: 12 }),
			from: constantFrom(1, 1, 3),
			step: constantFrom(1, 1, 10),
			insertAt: constantFrom(undefined, 0, 0.5, 1),
			hasInside: boolean(),
		});
		let rings = 0;
		assert(
			property(cases, ({ numbers, suffixes, from, step, insertAt, hasInside }) => {
				const entries: EntryToRenumber[] = numbers.map((value, index) => {
					const suffix = suffixes[index];
					const fileNumber: CodeNumber = { value, width: 3, ...(suffix ? { suffix } : {}) };
					const parts = { fondsNumber: 'B5', catalogueNumber: '1', fileNumber };
					return {
						id: `e${index}`,
						parts,
						inside: hasInside
							? [{ id: `e${index}.1`, parts: { ...parts, itemNumber: { value: 1, width: 1 } } }]
							: [],
					};
				});
				const place = insertAt === undefined ? undefined : Math.floor(insertAt * entries.length);
				const plan = planned(OLD, entries, {
					from,
					step,
					...(place === undefined ? {} : { insertAt: place }),
				});
				const codes = apply(OLD, entries, plan);
				rings += plan.rows.filter(({ temporary }) => temporary).length;

				const expected = entries.map(
					(_, index) => from + (index + (place !== undefined && index >= place ? 1 : 0)) * step,
				);
				const reached = entries.map(({ id }) => Number(codes.get(id)!.split('-')[2]));
				expect(reached).toEqual(expected);
				for (const { id, inside } of entries)
					for (const each of inside ?? []) expect(codes.get(each.id)).toBe(`${codes.get(id)}-1`);
				if (from === 1 && step === 1 && place === undefined)
					expect(
						codeGaps(
							entries.map(({ id }, index) => ({ id, parts: { itemNumber: { value: reached[index]! } } })),
						),
					).toEqual([]);

				expect(new Set(plan.aliases.map(({ id }) => id)).size).toBe(plan.aliases.length);
				expect(new Set(plan.aliases.map(({ newCode }) => newCode)).size).toBe(plan.aliases.length);
				if (plan.sharedOldCodes.length === 0)
					expect(new Set(plan.aliases.map(({ oldCode }) => oldCode)).size).toBe(plan.aliases.length);
				for (const { id, newCode } of plan.aliases) expect(codes.get(id)).toBe(newCode);
				// One row for each change, and one more for each ring.
				expect(plan.rows.length).toBe(
					plan.aliases.length + plan.rows.filter(({ temporary }) => temporary).length,
				);
			}),
			{ numRuns: 2000 },
		);
		expect(rings).toBeGreaterThan(100);
	});
});
