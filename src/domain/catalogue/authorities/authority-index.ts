import type { RegisterRecord } from '../registers/register.ts';
import type { Authority, DatedText } from './authority.ts';
import type { AuthorityLookup, AuthorityMatch } from './authority-lookup.ts';
import { isValidOn, normalName, onlyTextOn } from './dated-text.ts';

const NONE: readonly AuthorityMatch[] = [];

/** The authority list by its texts. Records that are withdrawn stand for nothing. */
export class AuthorityIndex implements AuthorityLookup {
	readonly #authorities = new Map<string, Authority>();
	/** One match where there is one, as nearly everywhere: a list for each text would cost more than the texts. */
	readonly #byText = new Map<string, AuthorityMatch | AuthorityMatch[]>();
	readonly #byCode = new Map<string, AuthorityMatch | AuthorityMatch[]>();

	constructor(records: Iterable<RegisterRecord<Authority>> = []) {
		for (const record of records) this.put(record);
	}

	get size(): number {
		return this.#authorities.size;
	}

	/** Takes a record in, in the place of an earlier version of it. */
	put(record: Pick<RegisterRecord<Authority>, 'id' | 'content' | 'isWithdrawn'>): void {
		this.remove(record.id);
		if (record.isWithdrawn) return;
		const { id, content: authority } = record;
		this.#authorities.set(id, authority);
		for (const dated of authority.names) add(this.#byText, { id, authority, how: 'name', dated });
		for (const dated of authority.shortNames) add(this.#byText, { id, authority, how: 'shortName', dated });
		for (const dated of authority.organCodes) add(this.#byCode, { id, authority, how: 'organCode', dated });
	}

	/** Takes a record out; nothing happens when it is not there. */
	remove(id: string): void {
		const authority = this.#authorities.get(id);
		if (!authority) return;
		this.#authorities.delete(id);
		for (const texts of [authority.names, authority.shortNames])
			for (const { text } of texts) drop(this.#byText, text, id);
		for (const { text } of authority.organCodes) drop(this.#byCode, text, id);
	}

	get(id: string): Authority | undefined {
		return this.#authorities.get(id);
	}

	byText(text: string): readonly AuthorityMatch[] {
		return listOf(this.#byText.get(normalName(text)));
	}

	nameAt(id: string, day: string): string | undefined {
		const authority = this.#authorities.get(id);
		return authority && onlyTextOn(authority.names, day);
	}

	byOrganCode(code: string, day?: string): readonly AuthorityMatch[] {
		const matches = listOf(this.#byCode.get(normalName(code)));
		return day === undefined ? matches : matches.filter(({ dated }) => isValidOn(dated, day));
	}
}

type Matches = Map<string, AuthorityMatch | AuthorityMatch[]>;

function listOf(found: AuthorityMatch | AuthorityMatch[] | undefined): readonly AuthorityMatch[] {
	return found === undefined ? NONE : Array.isArray(found) ? found : [found];
}

function add(into: Matches, match: AuthorityMatch): void {
	const key = normalName(match.dated.text);
	const known = into.get(key);
	if (known === undefined) into.set(key, match);
	else if (!Array.isArray(known))
		into.set(key, match.how === 'name' && known.how === 'shortName' ? [match, known] : [known, match]);
	else if (match.how === 'name') known.splice(firstShortName(known), 0, match);
	else known.push(match);
}

function firstShortName(matches: readonly AuthorityMatch[]): number {
	const first = matches.findIndex(({ how }) => how === 'shortName');
	return first < 0 ? matches.length : first;
}

function drop(from: Matches, text: DatedText['text'], id: string): void {
	const key = normalName(text);
	const left = listOf(from.get(key)).filter((match) => match.id !== id);
	if (left.length === 0) from.delete(key);
	else from.set(key, left.length === 1 ? (left[0] as AuthorityMatch) : left);
}
