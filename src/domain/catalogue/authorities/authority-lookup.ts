import type { Authority, DatedText } from './authority.ts';

/** An authority that a text can stand for, and by which of its dated texts. */
export interface AuthorityMatch {
	readonly id: string;
	readonly authority: Authority;
	readonly how: 'name' | 'shortName' | 'organCode';
	readonly dated: DatedText;
}

/** What rules and pick-lists ask of the authority list. */
export interface AuthorityLookup {
	/** Who has the text as a name or short name, names first, whatever the time; blanks and full-width forms aside. */
	byText(text: string): readonly AuthorityMatch[];
	/** The name on a day (`YYYY`, `YYYYMM`, `YYYYMMDD`); `undefined` when there is none, or when several could be meant. */
	nameAt(id: string, day: string): string | undefined;
	/** Who had the organ code (机关代字), on the day when one is given. */
	byOrganCode(code: string, day?: string): readonly AuthorityMatch[];
}
