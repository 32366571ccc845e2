import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, numberAfter } from './code-block.ts';

describe('numbers around those that are kept for others', () => {
	it('go past a block, and keep their gaps', () => {
		const kept = [{ from: 39, to: 48 }];
		expect([37, 38, 49, 52].map((number) => numberAfter(number, 2, kept))).toEqual([49, 50, 51, 54]);
		expect([0, 1].map((place) => numberAfter(38, place, kept))).toEqual([38, 49]);
		expect(numberAfter(30, 2, kept)).toBe(32);
		expect(numberAfter(38, 1, [{ from: 44, to: 50 }, ...kept])).toBe(51);
	});

	it('are as many free numbers away as places were asked for', () => {
		const range = fc
			.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 }))
			.map(([from, more]) => ({ from, to: from + more }));
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 60 }),
				fc.integer({ min: 0, max: 30 }),
				fc.array(range, { maxLength: 4 }),
				(number, places, kept) => {
					fc.pre(!isWithin(number, kept));
					let expected = number;
					for (let left = places; left > 0;) if (!isWithin(++expected, kept)) left--;
					expect(numberAfter(number, places, kept)).toBe(expected);
				},
			),
		);
	});
});
