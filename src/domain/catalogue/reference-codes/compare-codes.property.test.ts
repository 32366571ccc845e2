import { array, assert, constantFrom, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from './code-parts.fixture.ts';
import type { CodeParts } from './code-parts.ts';
import { compareCodes, partOrderOf, sortKeyOf } from './compare-codes.ts';
import { parseCode } from './parse-code.ts';
import { variantOf } from './regime.ts';
import { CATEGORY, REGIMES, RETENTION, YEAR } from './regimes.ts';

function sorted(regime: string, ...codes: string[]): string[] {
	const read = codes.map((code) => {
		const parsed = parseCode(regime, code);
		if (!parsed.ok) throw new Error(code);
		return { code, parts: parsed.parts };
	});
	return read.sort((a, b) => compareCodes(a.parts, b.parts)).map(({ code }) => code);
}

describe('the order of codes', () => {
	it('counts numbers by value, with inserted ones after theirs', () => {
		const codes = [
			'B5-1-2',
			'B5-1-9',
			'B5-1-10',
			'B5-1-10-3',
			'B5-1-23',
			'B5-1-23甲',
			'B5-1-24',
			'B5-2-1',
			'B5-10-1',
		];
		expect(sorted('dat13-1994-catalogue', ...codes.toReversed())).toEqual(codes);
	});

	it('puts permanent before longer before shorter retention', () => {
		for (const terms of [
			['Y', 'D100', 'D30', 'D10'],
			['Y', 'C', 'D'],
		]) {
			const codes = terms.map((term) => `Z109-WS·2005-${term}-0001`);
			expect(sorted('dat22-2015', ...codes.toReversed())).toEqual(codes);
		}
	});

	it('follows the parts of the regime', () => {
		const base = REGIMES[0]!;
		const order = partOrderOf(variantOf(base, { id: 'v', series: [CATEGORY, RETENTION, YEAR] }));
		const early: CodeParts = { year: 2001, retentionPeriod: 'D10' };
		const late: CodeParts = { year: 2002, retentionPeriod: 'Y' };
		expect(compareCodes(early, late)).toBeLessThan(0);
		expect(compareCodes(early, late, order)).toBeGreaterThan(0);
	});

	it('is total', () => {
		const three = constantFrom(...REGIMES).chain((regime) =>
			tuple(partsOf(regime), partsOf(regime), partsOf(regime)),
		);
		assert(
			property(three, ([a, b, c]) => {
				expect(compareCodes(a, a)).toBe(0);
				expect(Math.sign(compareCodes(a, b))).toBe(-Math.sign(compareCodes(b, a)) + 0);
				if (compareCodes(a, b) === 0) expect(a).toEqual(b);
				// Close neighbours, else nearly every comparison ends at the fonds.
				const near = [
					a,
					{ ...b, fondsNumber: '1' },
					{ ...c, fondsNumber: '01' },
					{ ...a, fondsNumber: '1' },
					{ ...b, fondsNumber: '1A' },
					{ ...c, fondsNumber: '01A' },
				] as CodeParts[];
				for (const x of near)
					for (const y of near) {
						const [keyX, keyY] = [sortKeyOf(x), sortKeyOf(y)];
						expect(keyX < keyY ? -1 : keyX > keyY ? 1 : 0).toBe(Math.sign(compareCodes(x, y)));
						for (const z of near)
							if (compareCodes(x, y) <= 0 && compareCodes(y, z) <= 0)
								expect(compareCodes(x, z)).toBeLessThanOrEqual(0);
					}
			}),
			{ numRuns: 500 },
		);
	});
});

describe('the sort key', () => {
	it('sorts texts with runs of digits as they are compared', () => {
		const texts = array(constantFrom('0', '00', '1', '2', '10', 'A', 'B', '办'), {
			minLength: 1,
			maxLength: 6,
		}).map((each) => each.join(''));
		assert(
			property(texts, texts, (a, b) => {
				const [x, y] = [{ catalogueNumber: a }, { catalogueNumber: b }];
				const [keyX, keyY] = [sortKeyOf(x), sortKeyOf(y)];
				expect(keyX < keyY ? -1 : keyX > keyY ? 1 : 0).toBe(Math.sign(compareCodes(x, y)));
				expect(compareCodes(x, y) === 0).toBe(a === b);
			}),
			{ numRuns: 5000 },
		);
	});
});
