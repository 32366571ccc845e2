import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CodeParts } from './code-parts.ts';
import { formatCode } from './format-code.ts';
import { parseCode } from './parse-code.ts';
import { variantOf } from './regime.ts';
import { CATEGORY, ORG_OR_MATTER, REGIMES, RETENTION, SECONDARY, YEAR } from './regimes.ts';

/** [regime, code, parts]: the examples of the standards, and what real holdings have. */
const EXAMPLES: readonly [string, string, CodeParts][] = [
	[
		'dat13-2022-item',
		'Z109-WS·2011·Y·办公室-0001',
		item('Z109', 'WS', 2011, 'Y', 1, 4, { orgOrMatter: '办公室' }),
	],
	[
		'dat13-2022-item',
		'A439-WS·2015·D30·003-005',
		item('A439', 'WS', 2015, 'D30', 5, 3, { orgOrMatter: '003' }),
	],
	['dat13-2022-item', 'Z008-WS·2019·Y-037', item('Z008', 'WS', 2019, 'Y', 37, 3)],
	['dat13-2022-item', 'J019-LY·2019·Y-001', item('J019', 'LY', 2019, 'Y', 1, 3)],
	['dat13-2022-item', 'B168-SW·2015·Y-001', item('B168', 'SW', 2015, 'Y', 1, 3)],
	[
		'dat13-2022-item',
		'C015-WY·TZGG·2019·D10-00001',
		item('C015', 'WY', 2019, 'D10', 1, 5, { secondaryClass: 'TZGG' }),
	],
	[
		'dat13-2022-volume',
		'J019-ZY·JC·CC·2019·D30-001-001',
		{
			...item('J019', 'ZY', 2019, 'D30', 1, 3),
			secondaryClass: 'JC',
			tertiaryClass: 'CC',
			fileNumber: n(1, 3),
		},
	],
	[
		'dat13-2022-volume',
		'K021-ZP·2019·D30-025-005',
		{ ...item('K021', 'ZP', 2019, 'D30', 5, 3), fileNumber: n(25, 3) },
	],
	[
		'dat13-2022-volume-year',
		'J019-KU·01·2017-001-001',
		{
			fondsNumber: 'J019',
			categoryCode: 'KU',
			secondaryClass: '01',
			year: 2017,
			fileNumber: n(1, 3),
			itemNumber: n(1, 3),
		},
	],
	[
		'dat13-2022-volume-project-page',
		'X032-KJ·JJ·02-005-054',
		{
			fondsNumber: 'X032',
			categoryCode: 'KJ',
			secondaryClass: 'JJ',
			projectNumber: '02',
			fileNumber: n(5, 3),
			pageNumber: n(54, 3),
		},
	],
	[
		'dat13-2022-volume-project',
		'X032-KJ·KY·01-003',
		{
			fondsNumber: 'X032',
			categoryCode: 'KJ',
			secondaryClass: 'KY',
			projectNumber: '01',
			fileNumber: n(3, 3),
		},
	],
	[
		'dat13-2022-volume-class',
		'A002-RS-001-002',
		{ fondsNumber: 'A002', categoryCode: 'RS', fileNumber: n(1, 3), itemNumber: n(2, 3) },
	],
	[
		'dat13-2022-volume-catalogue',
		'C038-001-002-003',
		{ fondsNumber: 'C038', catalogueNumber: '001', fileNumber: n(2, 3), itemNumber: n(3, 3) },
	],
	['dat22-2015', 'Z109-WS·2011-Y-BGS-0001', item('Z109', 'WS', 2011, 'Y', 1, 4, { orgOrMatter: 'BGS' })],
	['dat22-2015', 'Z109-WS·2011-Y-0001', item('Z109', 'WS', 2011, 'Y', 1, 4)],
	[
		'dat13-1994-catalogue',
		'B005-1-12-7',
		{ fondsNumber: 'B005', catalogueNumber: '1', fileNumber: n(12, 2), itemNumber: n(7, 1) },
	],
	[
		'dat13-1994-catalogue-page',
		'B005-1-12-7',
		{ fondsNumber: 'B005', catalogueNumber: '1', fileNumber: n(12, 2), pageNumber: n(7, 1) },
	],
	[
		'dat13-1994-catalogue',
		'7-2-23甲',
		{ fondsNumber: '7', catalogueNumber: '2', fileNumber: { value: 23, width: 2, suffix: '甲' } },
	],
	[
		'dat13-1994-series',
		'B005-GS-012-007',
		{ fondsNumber: 'B005', seriesNumber: 'GS', fileNumber: n(12, 3), itemNumber: n(7, 3) },
	],
	[
		'dat13-1994-project',
		'JJ-012-004-031',
		{ seriesNumber: 'JJ', projectNumber: '012', fileNumber: n(4, 3), itemNumber: n(31, 3) },
	],
];

function n(value: number, width: number): { value: number; width: number } {
	return { value, width };
}

function item(
	fondsNumber: string,
	categoryCode: string,
	year: number,
	retentionPeriod: string,
	value: number,
	width: number,
	more: CodeParts = {},
): CodeParts {
	return { fondsNumber, categoryCode, year, retentionPeriod, ...more, itemNumber: n(value, width) };
}

describe('a code under its regime', () => {
	it.each(EXAMPLES)('%s reads %s', (regime, code, parts) => {
		expect(parseCode(regime, code)).toEqual({ ok: true, parts, canonical: code, notes: [] });
	});

	it.each(EXAMPLES)('%s writes %s', (regime, code, parts) => {
		expect(formatCode(regime, parts)).toEqual({ ok: true, text: code });
	});

	it('has a regime that is tried on an example', () => {
		const tried = new Set(EXAMPLES.map(([regime]) => regime.replace(/-page$/, '')));
		expect(REGIMES.map(({ id }) => id.replace(/-page$/, '')).filter((id) => !tried.has(id))).toEqual([]);
	});

	it('means different things under different regimes, so none is chosen here', () => {
		const code = 'C038-001-002-003';
		const readers = REGIMES.filter(({ id }) => parseCode(id, code).ok).map(({ id }) => id);
		expect(readers).toContain('dat13-2022-volume-catalogue');
		expect(readers).toContain('dat13-1994-catalogue-page');
		expect(readers.length).toBeGreaterThan(4);
	});
});

const DOMAIN = resolve(import.meta.dirname, '../../../../..', 'shared/domain.md');

describe.skipIf(!existsSync(DOMAIN))('the domain reference', () => {
	it('has no example of a code that is not tried here', () => {
		const text = readFileSync(DOMAIN, 'utf8');
		const section = text.slice(text.indexOf('### 3.6'), text.indexOf('Grammar (ABNF'));
		const codes = [...section.matchAll(/`([A-Z]\d{3}-[^`]+\d)`/g)].map((match) => match[1]);
		expect(codes.length).toBeGreaterThanOrEqual(14);
		const tried = new Set(EXAMPLES.map(([, code]) => code));
		expect(codes.filter((code) => !tried.has(code as string))).toEqual([]);
	});

	it('has good codes that are read, and bad ones that are not passed over', () => {
		const rules = readFileSync(DOMAIN, 'utf8').match(/^\| R0[1235] .*$/gm) ?? [];
		expect(rules.length).toBe(4);
		for (const row of rules)
			for (const [, code] of row.matchAll(/`([A-Z]\d{3}[^`]+)`/g)) {
				const read = parseCode('dat13-2022-item', code as string);
				const isClean = read.ok && read.notes.length === 0;
				expect(isClean, code).toBe(/^[A-Z]\d{3}-WS·\d{4}·(Y|D30)-\d{4}$/.test(code as string));
			}
	});
});

describe('what is tolerated is noted', () => {
	it('reads other forms of separators', () => {
		const read = parseCode('dat13-2022-item', 'Z109－WS•2011•Y－0001');
		expect(read).toMatchObject({
			ok: true,
			canonical: 'Z109-WS·2011·Y-0001',
			notes: [
				{
					code: 'code.separator',
					severity: 'error',
					at: 4,
					params: { written: '－', instead: '-', count: 2 },
				},
				{ code: 'code.separator', at: 7, params: { written: '•', instead: '·', count: 2 } },
			],
		});
	});

	it.each(['\u2010', '\u2011', '\u2012', '_'])('reads no other sign as “-”: %j', (sign) => {
		const text = `Z109${sign}WS·2011·Y－0001`;
		expect(parseCode('dat13-2022-item', text)).toMatchObject({
			ok: false,
			suggestion: 'Z109-WS·2011·Y-0001',
		});
	});

	it.each(['\u2219', '\u22C5', '\uFF65', '.'])('reads no other sign as “·”: %j', (sign) => {
		const text = `Z109－WS${sign}2011·Y-0001`;
		expect(parseCode('dat13-2022-item', text)).toMatchObject({
			ok: false,
			suggestion: 'Z109-WS·2011·Y-0001',
		});
	});

	it('reads what is surrounded by blanks or holds signs without width', () => {
		expect(parseCode('dat22-2015', '\u3000Z109-WS·2011-Y\u200B-0001 ')).toMatchObject({
			ok: true,
			canonical: 'Z109-WS·2011-Y-0001',
			notes: [
				{ code: 'code.blank-around', at: 0 },
				{ code: 'code.zero-width', at: 15, params: { count: 1 } },
			],
		});
	});

	it('pads numbers of the new forms, and leaves old ones as they are written', () => {
		expect(parseCode('dat13-2022-item', 'Z008-WS·2019·Y-37')).toMatchObject({
			ok: true,
			canonical: 'Z008-WS·2019·Y-037',
			notes: [{ code: 'code.padding', part: 'itemNumber', at: 15, params: { written: '37', padded: '037' } }],
		});
		const old = parseCode('dat13-1994-catalogue', 'B005-1-12-7');
		expect(old).toMatchObject({ ok: true, canonical: 'B005-1-12-7', notes: [] });
		expect(old.ok && formatCode('dat13-1994-catalogue', old.parts, 'display')).toEqual({
			ok: true,
			text: 'B005-1-012-007',
		});
	});

	it('names unknown categories, retention periods and forms of fonds numbers', () => {
		const read = parseCode('dat13-2022-item', '12-XK·2019·D25-001');
		expect(read.ok && read.notes.map(({ code, at }) => [code, at])).toEqual([
			['code.fonds-form', 0],
			['code.unknown-category', 3],
			['code.unknown-retention', 11],
		]);
	});
});

describe('what is refused says where and why', () => {
	it.each([
		['', [['code.empty', 0]]],
		[' \u200B', [['code.empty', 0]]],
		['Z109WS2011Y0001', [['code.too-few-parts', 15]]],
		['Z109-WS·2011·Y-1-0001', [['code.too-many-parts', 16]]],
		['Z109-WS·2011-0001', [['code.series-parts', 5]]],
		['-WS·2011·Y-0001', [['code.empty-part', 0]]],
		['Z109-WS··2011·Y-0001', [['code.empty-part', 8]]],
		['Z10 9-WS·2011·Y-0001', [['code.blank', 3]]],
		['Z109-ＷS·2011·Y-0001', [['code.full-width', 5]]],
		['z109-WS·2011·Y-0001', [['code.lower-case', 0]]],
		['Z10#-WS·2011·Y-0001', [['code.sign', 3]]],
		['Z1099-WS·2011·Y-0001', [['code.too-long', 0]]],
		['Z109-W·2011·Y-0001', [['code.not-category', 5]]],
		['Z109-WS·3011·Y-0001', [['code.not-year', 8]]],
		['Z109-WS·2011·X-0001', [['code.not-retention', 13]]],
		['Z109-WS·2011·D030-0001', [['code.not-retention', 13]]],
		['Z109-WS·2011·Y-甲', [['code.not-number', 15]]],
		['Z109-WS·2011·Y-0000', [['code.zero', 15]]],
		['Z109-WS·2011·Y-0000001', [['code.too-long', 15]]],
		['Z109-WS·2011·Y-023甲', [['code.suffix', 18]]],
		[
			'Z10#-WS·3011·Y-0000',
			[
				['code.sign', 3],
				['code.not-year', 8],
				['code.zero', 15],
			],
		],
		// Places are those of the text as received, whatever was stripped before.
		['\u200B Z109-\u200BWS·3011·Y-0001', [['code.not-year', 11]]],
	])('%j', (text, expected) => {
		const read = parseCode('dat13-2022-item', text);
		expect(read.ok ? [] : read.problems.map(({ code, at }) => [code, at])).toEqual(expected);
	});

	it('proposes what was probably meant, and takes nothing for it', () => {
		expect(parseCode('dat13-2022-item', 'ｚ109 - WS.2011.Y-0001')).toMatchObject({
			ok: false,
			suggestion: 'Z109-WS·2011·Y-0001',
		});
		expect(parseCode('dat13-2022-item', 'Z109-WS·3011·Y-0001')).not.toHaveProperty('suggestion');
	});
});

describe('a fonds with an order of its own', () => {
	const base = REGIMES[0]!;
	const retentionFirst = variantOf(base, {
		id: 'J019/from-2022',
		series: [CATEGORY, RETENTION, YEAR],
		parts: { itemNumber: { usual: 5 } },
		moreCategories: ['XK'],
	});

	it('is read in that order, with its own categories and widths', () => {
		const parts = { fondsNumber: 'J019', categoryCode: 'XK', retentionPeriod: 'Y', year: 2023 };
		expect(parseCode(retentionFirst, 'J019-XK·Y·2023-00012')).toEqual({
			ok: true,
			parts: { ...parts, itemNumber: n(12, 5) },
			canonical: 'J019-XK·Y·2023-00012',
			notes: [],
		});
		expect(formatCode(retentionFirst, { ...parts, itemNumber: { value: 12 } })).toEqual({
			ok: true,
			text: 'J019-XK·Y·2023-00012',
		});
		expect(parseCode(retentionFirst, 'J019-XK·2023·Y-00012').ok).toBe(false);
		expect(parseCode(base, 'J019-XK·Y·2023-00012').ok).toBe(false);
	});

	it('is never guessed where optional parts could stand for each other', () => {
		const unclear = variantOf(base, { id: 'unclear', series: [CATEGORY, SECONDARY, { ...ORG_OR_MATTER }] });
		expect(parseCode(unclear, 'J019-WS·003-001')).toMatchObject({
			ok: false,
			problems: [{ code: 'code.ambiguous', at: 5, params: { written: 'WS·003' } }],
		});
		expect(parseCode(unclear, 'J019-WS·办公室-001')).toMatchObject({
			ok: true,
			parts: { orgOrMatter: '办公室' },
		});
		expect(parseCode(unclear, 'J019-WS·01·003-001')).toMatchObject({
			ok: true,
			parts: { secondaryClass: '01' },
		});
	});
});

describe('regimes', () => {
	it('are data that can be stored and come back', () => {
		for (const regime of REGIMES) {
			const stored = JSON.parse(JSON.stringify(regime)) as typeof regime;
			expect(stored).toEqual(regime);
			const [, code] = EXAMPLES.find(([id]) => id === regime.id) ?? [];
			if (code) expect(parseCode(stored, code)).toEqual(parseCode(regime, code));
		}
	});

	it('have ids of their own, a source, and words for every part', () => {
		expect(new Set(REGIMES.map(({ id }) => id)).size).toBe(REGIMES.length);
		for (const { source, levels } of REGIMES) {
			expect(source).toMatch(/^DA\/T \d+-\d{4}/);
			const parts = levels.flatMap((level) => level.parts);
			expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length);
			for (const { label } of parts) expect(label.zh && label.en).toBeTruthy();
		}
	});
});

describe('parts that make no code', () => {
	const parts: CodeParts = item('Z109', 'WS', 2011, 'Y', 1, 4);
	const problemsOf = (changed: CodeParts, regime = 'dat13-2022-item') => {
		const formatted = formatCode(regime, changed);
		return formatted.ok ? formatted.text : formatted.problems.map(({ code, part }) => [code, part]);
	};

	it('are named', () => {
		const { year: _, ...yearless } = parts;
		expect(problemsOf(yearless)).toEqual([['code.missing-part', 'year']]);
		expect(problemsOf({ ...parts, tertiaryClass: 'CC' })).toEqual([['code.missing-part', 'secondaryClass']]);
		expect(problemsOf({ ...parts, fileNumber: n(1, 3) })).toEqual([['code.foreign-part', 'fileNumber']]);
		expect(problemsOf({ ...parts, itemNumber: { value: 0 } })).toEqual([['code.out-of-range', 'itemNumber']]);
		expect(problemsOf({ ...parts, itemNumber: { value: 1_000_000 } })).toEqual([
			['code.out-of-range', 'itemNumber'],
		]);
		expect(problemsOf({ ...parts, itemNumber: { value: 1.5 } })).toEqual([
			['code.out-of-range', 'itemNumber'],
		]);
		expect(problemsOf({ ...parts, itemNumber: n(1, 7) })).toEqual([['code.too-long', 'itemNumber']]);
		expect(problemsOf({ ...parts, itemNumber: { value: 1, suffix: '甲' } })).toEqual([
			['code.suffix', 'itemNumber'],
		]);
		expect(problemsOf({ ...parts, orgOrMatter: 'a-b' })).toEqual([['code.lower-case', 'orgOrMatter']]);
		expect(problemsOf({ ...parts, orgOrMatter: 'A-B' })).toEqual([['code.sign', 'orgOrMatter']]);
		expect(problemsOf({ ...parts, orgOrMatter: '' })).toEqual([['code.empty-part', 'orgOrMatter']]);
		expect(problemsOf({ ...parts, year: 1799 })).toEqual([['code.not-year', 'year']]);
	});

	it('pads a new number as is usual', () => {
		expect(problemsOf({ ...parts, itemNumber: { value: 7 } })).toBe('Z109-WS·2011·Y-007');
		expect(problemsOf({ ...parts, itemNumber: { value: 7 } }, 'dat22-2015')).toBe('Z109-WS·2011-Y-0007');
		expect(problemsOf({ ...parts, itemNumber: n(7, 1) }, 'dat22-2015')).toBe('Z109-WS·2011-Y-0007');
	});
});
