import type { AuthorityLookup, AuthorityMatch } from '../authorities/authority-lookup.ts';

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
