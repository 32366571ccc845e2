import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { dat18 } from '#domain/catalogue/profiles/dat18/dat18.ts';
import { checkEntry } from '#domain/catalogue/rules/check-entry.ts';
import { prepareRules, type CheckedEntry } from '#domain/catalogue/rules/rule-facts.ts';

const SHEET = resolve(import.meta.dirname, '../../../..', 'shared/samples/zh/gazette-records-400.csv');
const ROWS = 100;

/**
 * Judged by hand, row by row (the first row below the headings is 1), against the text of the rules, with body, date, number
 * and title mapped. What every row has is said once; then what single rows have besides.
 * R01: no codes are given. R18: dates are of the Republic. R42: no page counts are given.
 */
const EVERY_ROW = ['R01 referenceCode', 'R18 documentDate', 'R42 pageCount'];
const VERDICTS: Readonly<Record<number, readonly string[]>> = {
	// Round brackets of half width around a Chinese word of the title.
	22: ['R26 title'],
	// The same, around the parts of a character that could not be typed.
	92: ['R26 title'],
};
/** Rows that look like a fault and are none, with why: a rule that finds one of these is wrong. */
const RIGHT: Readonly<Record<number, string>> = {
	19: 'long, but below two hundred characters; cites a number in the middle',
	28: 'speaks of two letters by their numbers, one with a bracketed year of two digits',
	30: 'the number has brackets around a section, not a year',
	36: 'the number begins with the year before, in a system without a bracketed year, which is copied and not judged',
	42: 'a blank within the number of a standard',
	48: 'two bodies, two numbers, both of the year before',
	66: 'full stops within the number of a section',
	71: 'two bodies, each with its number',
	73: 'one blank before the colon is not two',
	78: 'two bodies, and enumeration commas within a cited title',
};

type Row = Readonly<Record<string, string>>;

function mapped(row: Row, id: number): CheckedEntry {
	const bodies = (row['責任者'] ?? '').split(';').filter((name) => name !== '');
	const fields: Record<FieldKey, FieldValue> = {
		title: row['題名'] ?? '',
		documentDate: row['成文日期'] ?? '',
		documentNumber: row['文號'] ?? '',
	};
	for (const [at, text] of bodies.entries()) fields[`creators#${at}`] = { order: `a${at}`, text };
	return { id: String(id), level: 'item', fields };
}

describe.skipIf(!existsSync(SHEET))('the rules on a hundred rows of a real gazette, judged by hand', () => {
	const rows = existsSync(SHEET)
		? (parse(readFileSync(SHEET), { bom: true, columns: true }) as Row[]).slice(0, ROWS)
		: [];
	const rules = prepareRules({ today: '20261127', profile: dat18 });
	const findingsOf = (at: number): string[] =>
		checkEntry(mapped(rows[at - 1] as Row, at), rules).map(({ rule, field }) => `${rule} ${field}`);

	it('say what was judged, row by row', () => {
		expect(rows.length).toBe(ROWS);
		const differing: Record<number, { said: string[]; judged: string[] }> = {};
		for (let at = 1; at <= ROWS; at++) {
			const said = findingsOf(at).toSorted();
			const judged = [...EVERY_ROW, ...(VERDICTS[at] ?? [])].toSorted();
			if (said.join() !== judged.join()) differing[at] = { said, judged };
		}
		expect(differing).toEqual({});
	});

	it('find nothing in rows that only look wrong', () => {
		for (const at of Object.keys(RIGHT).map(Number))
			expect(
				findingsOf(at).filter((each) => !EVERY_ROW.includes(each)),
				RIGHT[at],
			).toEqual([]);
	});

	it('suggest the Gregorian date of every row', () => {
		for (const [at, row] of rows.entries()) {
			const [, year = '', month = '', day = ''] =
				/^中華民國(\d+)年(\d+)月(\d+)日$/.exec(row['成文日期'] ?? '') ?? [];
			const finding = checkEntry(mapped(row, at), rules).find(({ rule }) => rule === 'R18');
			expect(finding?.suggestion).toBe(
				`${Number(year) + 1911}${month.padStart(2, '0')}${day.padStart(2, '0')}`,
			);
		}
	});
});
