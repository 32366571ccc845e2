import { AuthorityIndex } from './authority-index.ts';
import type { AuthorityLookup } from './authority-lookup.ts';
import type { Authority } from './authority.ts';

/** The list as it would be with one authority changed. Costs nothing, however long the list is. */
export function withChanged(list: AuthorityLookup, id: string, content: Authority): AuthorityLookup {
	const changed = new AuthorityIndex();
	changed.put({ id, content, isWithdrawn: false });
	return {
		byText: (text) => [...changed.byText(text), ...list.byText(text).filter((match) => match.id !== id)],
		nameAt: (each, day) => (each === id ? changed : list).nameAt(each, day),
		byOrganCode: (code, day) => [
			...changed.byOrganCode(code, day),
			...list.byOrganCode(code, day).filter((match) => match.id !== id),
		],
	};
}
