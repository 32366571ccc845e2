import type { Label } from '../profile.ts';

/**
 * How a fact is known: `seen` read in the standard or in codes of real holdings · `memory` known but not read again ·
 * `derived` inferred from what was read · `proposal` decided here.
 */
export type Certainty = 'seen' | 'memory' | 'derived' | 'proposal';

export interface CodeTerm {
	readonly code: string;
	readonly label: Label;
	readonly certainty: Certainty;
}

function seen(code: string, zh: string, en: string): CodeTerm {
	return { code, label: { zh, en }, certainty: 'seen' };
}

/**
 * The categories of an agency's archives. An archives may have more: they belong to its variant of a regime.
 * @see DA/T 13-2022 (series number)
 */
export const CATEGORY_TERMS: readonly CodeTerm[] = [
	seen('WS', '文书', 'Administrative'),
	seen('KJ', '科技', 'Science and technology'),
	seen('RS', '人事', 'Personnel'),
	seen('KU', '会计', 'Accounting'),
	seen('ZY', '专业', 'Specialised'),
	seen('ZP', '照片', 'Photographs'),
	seen('LY', '录音', 'Sound recordings'),
	seen('LX', '录像', 'Video recordings'),
	seen('SJ', '业务数据', 'Business data'),
	seen('YJ', '公务电子邮件', 'Official e-mail'),
	seen('WY', '网页信息', 'Web pages'),
	seen('MT', '社交媒体', 'Social media'),
	seen('SW', '实物', 'Artefacts'),
];

export interface RetentionTerm extends CodeTerm {
	/** Last year of records that get this term; left out where it is given today. */
	readonly untilYear?: number;
	/** First year of records that get it. */
	readonly fromYear?: number;
}

/**
 * The codes of retention periods. `D` alone is the old short term, never a fixed one.
 * @see DA/T 13-2022 (retention code)
 */
export const RETENTION_TERMS: readonly RetentionTerm[] = [
	seen('Y', '永久', 'Permanent'),
	{ ...seen('D30', '定期30年', '30 years'), fromYear: 2007 },
	{ ...seen('D10', '定期10年', '10 years'), fromYear: 2007 },
	{ code: 'D100', label: { zh: '定期100年', en: '100 years' }, certainty: 'memory' },
	{
		code: 'C',
		label: { zh: '长期', en: 'Long term' },
		certainty: 'memory',
		untilYear: 2006,
	},
	{
		code: 'D',
		label: { zh: '短期', en: 'Short term' },
		certainty: 'memory',
		untilYear: 2006,
	},
];

const RETENTION_BY_CODE = new Map(RETENTION_TERMS.map((term) => [term.code, term]));

/** The term of a retention code, when it is one that is in the list. */
export function retentionTermOf(code: string): RetentionTerm | undefined {
	return RETENTION_BY_CODE.get(code);
}

/** Years of a fixed term (`D30`: 30); `undefined` for other codes. */
export function fixedTermYears(code: string): number | undefined {
	if (code.length < 2 || code.length > 4 || code[0] !== 'D' || code[1] === '0') return undefined;
	let years = 0;
	for (let at = 1; at < code.length; at++) {
		const digit = code.charCodeAt(at) - 48;
		if (digit < 0 || digit > 9) return undefined;
		years = years * 10 + digit;
	}
	return years;
}

/** Where a retention code stands among others: permanent first, then longer before shorter, as shelves are filled. */
export function retentionRank(code: string): number {
	if (code === 'Y') return 0;
	if (code === 'C') return 950;
	if (code === 'D') return 985;
	const years = fixedTermYears(code);
	return years === undefined ? 2000 : 1000 - years;
}
