/**
 * Whether somebody comes from themselves: the first of `before` from which a way leads back to `id`, by what each came
 * from. `undefined` when there is none.
 */
export function loopThrough(
	id: string,
	before: readonly string[],
	beforeOf: (id: string) => readonly string[],
): string | undefined {
	return before.find((first) => first !== id && leadsTo(first, id, beforeOf));
}

function leadsTo(from: string, to: string, beforeOf: (id: string) => readonly string[]): boolean {
	const seen = new Set([from]);
	const open = [from];
	for (let each = open.pop(); each !== undefined; each = open.pop())
		for (const next of beforeOf(each)) {
			if (next === to) return true;
			if (!seen.has(next)) {
				seen.add(next);
				open.push(next);
			}
		}
	return false;
}
