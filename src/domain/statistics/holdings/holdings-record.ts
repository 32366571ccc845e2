/** How an extent is known: counted on the shelf, or taken from a list (handover list, shelf list). */
export const COUNTED_BY = ['count', 'list'] as const;
export type CountedBy = (typeof COUNTED_BY)[number];

/** Why units are not to be digitised (涉密, 破损不宜, 待销毁). */
export const EXCLUSIONS = ['classified', 'unfit', 'dueForDestruction'] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];

/**
 * A line of the register of holdings: what lies in the stores of one fonds, for a catalogue or category, some years and
 * a retention period. What is left out does not limit.
 */
export interface HoldingsRecord {
	/** 全宗号 */
	readonly fondsNumber: string;
	/** 目录号, for records by volume. */
	readonly catalogueNumber?: string;
	/** 档案门类代码, for records by item. */
	readonly categoryCode?: string;
	/** 年度, inclusive. */
	readonly yearFrom?: number;
	readonly yearTo?: number;
	/** 保管期限, by its code. */
	readonly retentionPeriod?: string;
	/** 案卷 (卷) */
	readonly files: number;
	/** 卷内文件 (件) */
	readonly itemsInFiles: number;
	/** Items filed singly (归档文件, 件). */
	readonly singleItems: number;
	/** 页 */
	readonly pages: number;
	/** 排架长度 (米) */
	readonly metres: number;
	/** 载体, as the archives calls it; empty while unknown. */
	readonly carrier: string;
	/** First and last number of the files, or of the single items where there are no files. */
	readonly firstNumber?: number;
	readonly lastNumber?: number;
	/** `YYYYMMDD` */
	readonly countedOn: string;
	readonly countedBy: CountedBy;
	/** Who counted, or which list. */
	readonly source: string;
	/** Units (files and single items) that are not to be digitised, by why. */
	readonly excluded: Readonly<Record<Exclusion, number>>;
	readonly note: string;
}

/** What a line is about. */
export type HoldingsPlace = Pick<
	HoldingsRecord,
	'fondsNumber' | 'catalogueNumber' | 'categoryCode' | 'yearFrom' | 'yearTo' | 'retentionPeriod'
>;

/** Files and single items: what digitisation is counted in (卷件). */
export function unitsOf({ files, singleItems }: Pick<HoldingsRecord, 'files' | 'singleItems'>): number {
	return files + singleItems;
}

/** Units that are not to be digitised, never more than there are. */
export function excludedUnitsOf(line: HoldingsRecord): number {
	const all = EXCLUSIONS.reduce((sum, why) => sum + line.excluded[why], 0);
	return Math.min(all, unitsOf(line));
}

/** A line in one row: `B005 1 1962–1983 Y`. */
export function placeTitle(place: HoldingsPlace): string {
	const { fondsNumber, catalogueNumber, categoryCode, yearFrom, yearTo, retentionPeriod } = place;
	const years = yearFrom === yearTo ? String(yearFrom ?? '') : `${yearFrom ?? ''}–${yearTo ?? ''}`;
	return [fondsNumber, catalogueNumber, categoryCode, years, retentionPeriod]
		.filter((part) => part !== undefined && part !== '')
		.join(' ');
}

/** Whether a record can belong to both. */
export function placesMeet(one: HoldingsPlace, other: HoldingsPlace): boolean {
	return (
		one.fondsNumber === other.fondsNumber &&
		canBeSame(one.catalogueNumber, other.catalogueNumber) &&
		canBeSame(one.categoryCode, other.categoryCode) &&
		canBeSame(one.retentionPeriod, other.retentionPeriod) &&
		(one.yearFrom ?? -Infinity) <= (other.yearTo ?? Infinity) &&
		(other.yearFrom ?? -Infinity) <= (one.yearTo ?? Infinity)
	);
}

function canBeSame(one: string | undefined, other: string | undefined): boolean {
	return one === undefined || other === undefined || one === other;
}
