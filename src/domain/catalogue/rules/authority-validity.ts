import type { AuthorityLookup, AuthorityMatch } from '../authorities/authority-lookup.ts';
import type { DatedText } from '../authorities/authority.ts';

/** Whether a name was valid on a day (`YYYYMMDD`); both ends belong to it, in whatever precision they are given. */
export function wasValidOn({ from, to }: DatedText, day: string): boolean {
	return (
		(from === undefined || from === '' || day.slice(0, from.length) >= from) &&
		(to === undefined || to === '' || day.slice(0, to.length) <= to)
	);
}

/** Ids of the authorities matches speak of, each once. */
export function idsOf(matches: readonly AuthorityMatch[]): string[] {
	return [...new Set(matches.map(({ id }) => id))];
}

/** The name that the only one of several authorities had on the day; `undefined` when there is not exactly one. */
export function onlyNameAt(lookup: AuthorityLookup, ids: readonly string[], day: string): string | undefined {
	const names = new Set<string>();
	for (const id of ids) {
		const name = lookup.nameAt(id, day);
		if (name !== undefined) names.add(name);
	}
	return names.size === 1 ? [...names][0] : undefined;
}
