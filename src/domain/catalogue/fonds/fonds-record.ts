/** Which regime of reference codes stands in a fonds for which of its records. What is left out does not limit. */
export interface CodeRegimeUse {
	/** Id of a regime (`reference-codes/regimes.ts`). */
	readonly regime: string;
	/** 档案门类代码: `WS`. */
	readonly categoryCode?: string;
	/** 年度, inclusive. */
	readonly yearFrom?: number;
	readonly yearTo?: number;
	/** 目录号, for records by volume. */
	readonly catalogueNumbers?: readonly string[];
	/** Digits of the last number, where the fonds has its own habit. */
	readonly width?: number;
}

export const FONDS_STATUSES = ['active', 'abolished', 'noMoreTransfers'] as const;
export type FondsStatus = (typeof FONDS_STATUSES)[number];

/** A term of the fonds' own dictionary of organisations and matters (机构(问题)). */
export interface OrgOrMatterTerm {
	readonly code: string;
	readonly label: string;
}

/**
 * A fonds as the register of fonds (全宗名册) knows it.
 * @see DA/T 12-2012, DA/T 14-2012, DA/T 13-2022
 */
export interface FondsRecord {
	/** 全宗号 */
	readonly fondsNumber: string;
	/** 全宗名称 */
	readonly name: string;
	/** 全宗群, by name; empty for none. */
	readonly complex: string;
	/** Id of the authority that made it (立档单位); empty while unknown. */
	readonly creatorId: string;
	/** Years, inclusive; `activeTo` is left out while it goes on. */
	readonly activeFrom?: number;
	readonly activeTo?: number;
	readonly status: FondsStatus;
	/** Fonds numbers. */
	readonly predecessors: readonly string[];
	readonly successors: readonly string[];
	/** 档案门类代码 of what is held. */
	readonly categories: readonly string[];
	/** The first that fits decides. */
	readonly codeRegimes: readonly CodeRegimeUse[];
	readonly orgOrMatter: readonly OrgOrMatterTerm[];
	/** 全宗指南, plain words. */
	readonly guide: string;
	/** Id of the entry in the catalogue that describes it; empty while there is none. */
	readonly entryId: string;
}
