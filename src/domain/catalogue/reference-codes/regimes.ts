import { must } from '../../base/assert.ts';
import type { Label } from '../profile.ts';
import { PART_LABELS, type NumberPartId, type PartId } from './code-parts.ts';
import { CATEGORY_TERMS, RETENTION_TERMS } from './code-terms.ts';
import type { CodedPart, Level, NumberPart, PartRule, Regime, TextPart, YearPart } from './regime.ts';

const CATEGORIES = CATEGORY_TERMS.map(({ code }) => code);
const RETENTION_CODES = RETENTION_TERMS.map(({ code }) => code);

function text(id: PartId, rule: Omit<TextPart, 'id' | 'label' | 'kind'>): TextPart {
	return { ...rule, id, label: PART_LABELS[id], kind: 'text' };
}

/** The year, as DA/T 13-2022 and DA/T 22-2015 write it. */
export const YEAR: YearPart = { id: 'year', label: PART_LABELS.year, kind: 'year', certainty: 'seen' };

export const CATEGORY: CodedPart = {
	id: 'categoryCode',
	label: PART_LABELS.categoryCode,
	kind: 'category',
	codes: CATEGORIES,
	certainty: 'seen',
};

export const RETENTION: CodedPart = {
	id: 'retentionPeriod',
	label: PART_LABELS.retentionPeriod,
	kind: 'retention',
	codes: RETENTION_CODES,
	certainty: 'seen',
};

/** Classes below the category; a fourth level is for variants to add. */
export const SECONDARY = text('secondaryClass', {
	signs: 'lettersDigits',
	min: 1,
	max: 8,
	optional: true,
	certainty: 'proposal',
});
export const TERTIARY = text('tertiaryClass', { ...SECONDARY, needs: 'secondaryClass' });

export const PROJECT = text('projectNumber', {
	signs: 'lettersDigits',
	min: 1,
	max: 8,
	certainty: 'proposal',
});

export const ORG_OR_MATTER = text('orgOrMatter', {
	signs: 'lettersDigitsHan',
	min: 1,
	max: 20,
	optional: true,
	certainty: 'proposal',
});

export const CATALOGUE = text('catalogueNumber', {
	signs: 'lettersDigits',
	min: 1,
	max: 8,
	certainty: 'proposal',
});

const FONDS_2022 = text('fondsNumber', {
	signs: 'lettersDigits',
	min: 1,
	max: 4,
	usualForms: ['A000'],
	certainty: 'seen',
});
const FONDS_2015 = text('fondsNumber', {
	signs: 'lettersDigits',
	min: 1,
	max: 4,
	usualForms: ['A000', '0000'],
	certainty: 'memory',
});
const FONDS_1994 = text('fondsNumber', { signs: 'lettersDigits', min: 1, max: 4, certainty: 'seen' });
/** The standard leaves its length open. */
const SERIES_1994 = text('seriesNumber', {
	signs: 'lettersDigitsHan',
	min: 1,
	max: 8,
	certainty: 'proposal',
});
const PROJECT_1994 = text('projectNumber', { ...SERIES_1994 });

function number(id: NumberPartId, rule: Omit<NumberPart, 'id' | 'label' | 'kind'>): NumberPart {
	return { ...rule, id, label: PART_LABELS[id], kind: 'number' };
}

/** At least three digits; how many is the group's own. */
const WIDE = { min: 3, max: 6, usual: 3, suffix: false, certainty: 'derived' } as const;
/** Four digits are prescribed; more are read, since a fonds may have run beyond them. */
const ITEM_2015 = number('itemNumber', { min: 4, max: 6, usual: 4, suffix: false, certainty: 'memory' });
/** Three digits are prescribed, one and two were written, and inserted numbers. */
const AS_WRITTEN = { min: 1, max: 6, usual: 3, suffix: true, certainty: 'seen' } as const;

function level(...parts: PartRule[]): Level {
	return { parts };
}

/** A regime by volume in its two forms: the last number counts items, or pages of bound volumes. Volumes go without. */
function byVolume(
	id: string,
	label: Label,
	source: string,
	before: readonly Level[],
	rule: Omit<NumberPart, 'id' | 'label' | 'kind'>,
): Regime[] {
	const file = level(number('fileNumber', rule));
	return [
		{
			id,
			label,
			source,
			levels: [...before, file, { parts: [number('itemNumber', rule)], optional: true }],
		},
		{
			id: `${id}-page`,
			label: { zh: `${label.zh},编页号`, en: `${label.en}, page numbers` },
			source,
			levels: [...before, file, { parts: [number('pageNumber', rule)], optional: true }],
		},
	];
}

function volume2022(id: string, zh: string, en: string, ...series: PartRule[]): Regime[] {
	return byVolume(
		`dat13-2022-volume${id}`,
		{ zh: `DA/T 13-2022 按卷:${zh}`, en: `DA/T 13-2022 by volume: ${en}` },
		'DA/T 13-2022',
		[level(FONDS_2022), level(...series)],
		WIDE,
	);
}

function form1994(id: string, zh: string, en: string, clause: string, ...before: Level[]): Regime[] {
	return byVolume(
		`dat13-1994-${id}`,
		{ zh: `DA/T 13-1994:${zh}`, en: `DA/T 13-1994: ${en}` },
		`DA/T 13-1994, ${clause}`,
		before,
		AS_WRITTEN,
	);
}

/** Every regime the product ships. A fonds that orders its series otherwise has a variant of one. */
export const REGIMES: readonly Regime[] = [
	{
		id: 'dat13-2022-item',
		label: { zh: 'DA/T 13-2022 按件', en: 'DA/T 13-2022 by item' },
		source: 'DA/T 13-2022',
		levels: [
			level(FONDS_2022),
			level(CATEGORY, SECONDARY, TERTIARY, YEAR, RETENTION, ORG_OR_MATTER),
			level(number('itemNumber', WIDE)),
		],
	},
	...volume2022(
		'',
		'门类·类别·年度·保管期限',
		'category, classes, year, retention',
		CATEGORY,
		SECONDARY,
		TERTIARY,
		YEAR,
		RETENTION,
	),
	...volume2022('-year', '门类·类别·年度', 'category, classes, year', CATEGORY, SECONDARY, TERTIARY, YEAR),
	...volume2022('-project', '门类·类别·项目', 'category, class, project', CATEGORY, SECONDARY, PROJECT),
	...volume2022('-class', '门类·类别', 'category and classes', CATEGORY, SECONDARY, TERTIARY),
	...volume2022('-catalogue', '目录号', 'catalogue', CATALOGUE),
	{
		id: 'dat22-2015',
		label: { zh: 'DA/T 22-2015 归档文件', en: 'DA/T 22-2015 filed items' },
		source: 'DA/T 22-2015, 5.4',
		levels: [
			level(FONDS_2015),
			level(CATEGORY, YEAR),
			level(RETENTION),
			{ parts: [{ ...ORG_OR_MATTER, optional: false }], optional: true },
			level(ITEM_2015),
		],
	},
	...form1994(
		'catalogue',
		'全宗号-案卷目录号-案卷号',
		'fonds, catalogue, file',
		'4.1',
		level(FONDS_1994),
		level(CATALOGUE),
	),
	...form1994(
		'series',
		'全宗号-类别号-案卷号',
		'fonds, series, file',
		'4.2',
		level(FONDS_1994),
		level(SERIES_1994),
	),
	...form1994(
		'project',
		'类别号-项目号-案卷号',
		'series, project, file',
		'4.3',
		level(SERIES_1994),
		level(PROJECT_1994),
	),
];

const BY_ID = new Map(REGIMES.map((regime) => [regime.id, regime]));

/** The shipped regime of that id. */
export function regimeOf(id: string): Regime | undefined {
	return BY_ID.get(id);
}

/** A regime, or the id of a shipped one that is known to exist. */
export type RegimeRef = Regime | string;

/** What a reference to a regime means. An unknown id is a bug of the caller: settings are checked with {@link regimeOf}. */
export function regimeMeant(ref: RegimeRef): Regime {
	return typeof ref === 'string' ? must(BY_ID.get(ref), `no regime ${ref}`) : ref;
}
