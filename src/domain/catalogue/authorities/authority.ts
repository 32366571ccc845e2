/** A name, short name or code with the time it was valid. Open ends are left out. */
export interface DatedText {
	readonly text: string;
	/** First day, inclusive: `YYYY`, `YYYYMM` or `YYYYMMDD`, Gregorian. */
	readonly from?: string;
	/** Last day, inclusive, in the same forms. */
	readonly to?: string;
}

export const AUTHORITY_KINDS = ['body', 'person', 'family'] as const;
export type AuthorityKind = (typeof AUTHORITY_KINDS)[number];

/**
 * A body, person or family that makes records: one creator through all its names. A predecessor that was another body is
 * another authority.
 * @see ISAAR(CPF) 5.1, 5.2; DA/T 18-2022, 责任者
 */
export interface Authority {
	readonly kind: AuthorityKind;
	/** Full names, each with its time. */
	readonly names: readonly DatedText[];
	/** Short forms that stand for it in a time, official (规范化简称) or as people write: `区府`. */
	readonly shortNames: readonly DatedText[];
	/** 机关代字 of its document numbers: `沧府`. */
	readonly organCodes: readonly DatedText[];
	/** Ids of the authorities it came from. */
	readonly predecessors: readonly string[];
	/** Fonds it is the creator of. */
	readonly fondsNumbers: readonly string[];
	/** Offices of a person, each with its time: `县长`. */
	readonly offices: readonly DatedText[];
	readonly note: string;
}
