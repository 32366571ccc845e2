import type { ListChoice } from '#domain/catalogue/list-choice.ts';

/** Which rows an address asks for: `dates=` as written, `sort=date`. */
export function choiceIn({ searchParams }: URL): ListChoice {
	return { dates: searchParams.get('dates') ?? undefined, byDate: searchParams.get('sort') === 'date' };
}

/** The address that asks for other rows of the same list. */
export function addressWith(url: URL, { dates, byDate }: ListChoice): string {
	const { searchParams } = new URL(url);
	for (const [name, value] of [
		['dates', dates],
		['sort', byDate ? 'date' : undefined],
	] as const)
		if (value) searchParams.set(name, value);
		else searchParams.delete(name);
	const query = searchParams.toString();
	return url.pathname + (query ? `?${query}` : '');
}
