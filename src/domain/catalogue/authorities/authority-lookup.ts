import type { Authority, DatedText } from './authority.ts';

/** One authority that a text or an organ code can mean, and by which of its names. */
export interface AuthorityMatch {
	readonly id: string;
	readonly authority: Authority;
	readonly how: 'name' | 'shortName' | 'organCode';
	/** The name, short name or code that matched, with its time. */
	readonly dated: DatedText;
}

/** What rules and pick-lists ask of the register of authorities. Days are eight digits, `YYYYMMDD`. */
export interface AuthorityLookup {
	/** Every authority that has, or had, this very name or short name. */
	byText(text: string): readonly AuthorityMatch[];
	/** The full name that was valid on the day; `undefined` when the authority did not exist then or is unknown. */
	nameAt(id: string, day: string): string | undefined;
	/** Every authority with this sign of document numbers, on the day when one is given. */
	byOrganCode(code: string, day?: string): readonly AuthorityMatch[];
}
