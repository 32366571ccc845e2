import { assert, constantFrom, property, string, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutated, partsOf } from './code-parts.fixture.ts';
import type { CodeParts } from './code-parts.ts';
import { checkCode } from './check-code.ts';
import { formatCode } from './format-code.ts';
import { parseCode } from './parse-code.ts';
import type { Regime } from './regime.ts';
import { REGIMES } from './regimes.ts';

function textOf(regime: Regime, parts: CodeParts): string {
	const formatted = formatCode(regime, parts);
	if (!formatted.ok) throw new Error(`${regime.id} ${JSON.stringify(parts)} ${JSON.stringify(formatted)}`);
	return formatted.text;
}

const regimes = constantFrom(...REGIMES);
const coded: Arbitrary<{ regime: Regime; parts: CodeParts }> = regimes.chain((regime) =>
	partsOf(regime).map((parts) => ({ regime, parts })),
);

/** What tolerance alone makes of a text. */
function cleaned(text: string): string {
	return text
		.replace(/[\u200B-\u200F\u2060\uFEFF]/g, '')
		.trim()
		.replace(/[－–—﹣−]/g, '-')
		.replace(/[•‧・．]/g, '·');
}

describe('codes under their regime', () => {
	it('come back part by part', () => {
		assert(
			property(coded, ({ regime, parts }) => {
				const text = textOf(regime, parts);
				expect(parseCode(regime, text)).toEqual({ ok: true, parts, canonical: text, notes: [] });
				expect(checkCode(regime, parts).filter(({ severity }) => severity === 'error')).toEqual([]);
			}),
			{ numRuns: 5000 },
		);
	});

	it('are found out when they were changed, or are the code they now say', () => {
		let clean = 0;
		let noted = 0;
		let refused = 0;
		assert(
			property(
				coded.chain(({ regime, parts }) => mutated(textOf(regime, parts)).map((text) => ({ regime, text }))),
				({ regime, text }) => {
					const read = parseCode(regime, text);
					if (!read.ok) {
						refused++;
						expect(read.problems.length).toBeGreaterThan(0);
						for (const { at, severity } of read.problems) {
							expect(severity).toBe('error');
							expect(at).toBeGreaterThanOrEqual(0);
							expect(at).toBeLessThanOrEqual(text.length);
						}
						return;
					}
					if (read.notes.length === 0) {
						clean++;
						expect(read.canonical).toBe(text);
					} else noted++;
					expect(textOf(regime, read.parts)).toBe(read.canonical);
					const isPadded = read.notes.some(({ code }) => code === 'code.padding');
					const withoutZeros = (code: string) => code.replace(/-0+(?=\d)/g, '-');
					expect(isPadded ? withoutZeros(read.canonical) : read.canonical).toBe(
						isPadded ? withoutZeros(cleaned(text)) : cleaned(text),
					);
					const again = parseCode(regime, read.canonical);
					expect(again.ok && again.canonical).toBe(read.canonical);
				},
			),
			{ numRuns: 10_000 },
		);
		// All three must have been tried, or nothing was shown.
		expect(Math.min(clean, noted)).toBeGreaterThan(200);
		expect(refused).toBeGreaterThan(2000);
	});

	it('are read from any text without failing, quickly', () => {
		const texts = string({ unit: constantFrom(...'-·A0甲 －\u200B𠀀\uD840'), maxLength: 400 });
		assert(
			property(regimes, texts, (regime, text) => {
				const read = parseCode(regime, text);
				if (read.ok && read.notes.length === 0) expect(read.canonical).toBe(text);
			}),
			{ numRuns: 3000 },
		);
		const started = performance.now();
		for (const part of ['-', '·', ' ', '甲', '9', '－', '-·', '·A'])
			for (const times of [50, 140, 500_000])
				for (const regime of REGIMES) {
					const read = parseCode(regime, `Z109-${part.repeat(times)}`);
					expect(read.ok ? [] : JSON.stringify(read.problems).length).toBeLessThan(50_000);
				}
		expect(performance.now() - started).toBeLessThan(5000);
	});

	it('of the form by item agree with the expression of the domain reference', () => {
		const expression = /^([A-Z]\d{3})-([A-Z]{2})((?:·[^·-]+)*)-(\d{3,6})$/u;
		const regime = REGIMES[0]!;
		assert(
			property(
				partsOf(regime).chain((parts) => mutated(textOf(regime, parts))),
				(text) => {
					const read = parseCode(regime, text);
					if (read.ok && read.notes.length === 0) expect(text).toMatch(expression);
				},
			),
			{ numRuns: 3000 },
		);
	});
});
