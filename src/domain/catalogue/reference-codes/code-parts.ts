import type { Label } from '../profile.ts';

/** A running number inside a code, as it was written. */
export interface CodeNumber {
	/** From 1. */
	readonly value: number;
	/** Digits as written, with leading zeros; left out: as many as the regime usually has. */
	readonly width?: number;
	/** What an inserted number carries in old codes: one ideograph or letter (`23甲`). */
	readonly suffix?: string;
}

/**
 * What a reference code says, part by part: the truth from which its text follows. Which parts there are depends on the
 * regime. Ids are those of the fields that say the same.
 */
export interface CodeParts {
	readonly fondsNumber?: string;
	readonly seriesNumber?: string;
	readonly categoryCode?: string;
	readonly secondaryClass?: string;
	readonly tertiaryClass?: string;
	readonly projectNumber?: string;
	readonly catalogueNumber?: string;
	readonly year?: number;
	readonly retentionPeriod?: string;
	readonly orgOrMatter?: string;
	readonly fileNumber?: CodeNumber;
	readonly itemNumber?: CodeNumber;
	readonly pageNumber?: CodeNumber;
}

export type PartId = keyof CodeParts;

/** The parts that are running numbers, outer ones first. */
export type NumberPartId = 'fileNumber' | 'itemNumber' | 'pageNumber';

/** Every part in the order in which lists are sorted when no regime says otherwise. */
export const PART_ORDER: readonly PartId[] = [
	'fondsNumber',
	'seriesNumber',
	'categoryCode',
	'secondaryClass',
	'tertiaryClass',
	'projectNumber',
	'catalogueNumber',
	'year',
	'retentionPeriod',
	'orgOrMatter',
	'fileNumber',
	'itemNumber',
	'pageNumber',
];

/** What people call the parts. */
export const PART_LABELS: Readonly<Record<PartId, Label>> = {
	fondsNumber: { zh: '全宗号', en: 'Fonds number' },
	seriesNumber: { zh: '类别号', en: 'Series number' },
	categoryCode: { zh: '档案门类代码', en: 'Archival category code' },
	secondaryClass: { zh: '二级类别号', en: 'Secondary class' },
	tertiaryClass: { zh: '三级类别号', en: 'Tertiary class' },
	projectNumber: { zh: '项目号', en: 'Project number' },
	catalogueNumber: { zh: '目录号', en: 'Catalogue number' },
	year: { zh: '年度', en: 'Year' },
	retentionPeriod: { zh: '保管期限', en: 'Retention period' },
	orgOrMatter: { zh: '机构(问题)', en: 'Organisation or matter' },
	fileNumber: { zh: '案卷号/组号/册号', en: 'File number' },
	itemNumber: { zh: '件号', en: 'Item number' },
	pageNumber: { zh: '页号', en: 'Page number' },
};

/** The part whose number ends the code; `undefined` when it has no running number. */
export function finalPartOf(parts: CodeParts): NumberPartId | undefined {
	if (parts.pageNumber !== undefined) return 'pageNumber';
	if (parts.itemNumber !== undefined) return 'itemNumber';
	return parts.fileNumber === undefined ? undefined : 'fileNumber';
}

/** The same place in the arrangement with another final number, of the same width. Without a running number: unchanged. */
export function withNumber(parts: CodeParts, value: number, suffix?: string): CodeParts {
	const part = finalPartOf(parts);
	if (!part) return parts;
	const width = parts[part]?.width;
	return {
		...parts,
		[part]: {
			value,
			...(width === undefined ? {} : { width }),
			...(suffix === undefined ? {} : { suffix }),
		},
	};
}

/** A part as people write it, without padding beyond what it carries. */
export function writtenPart(value: string | number | CodeNumber): string {
	if (typeof value !== 'object') return String(value);
	return String(value.value).padStart(value.width ?? 0, '0') + (value.suffix ?? '');
}
