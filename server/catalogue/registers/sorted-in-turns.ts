import { Turns } from './turns.ts';

/** Items that are sorted in one go. */
const RUN = 500;

/** The items in order, equal ones as they were, while others get their turn. */
export async function sortedInTurns<T>(
	items: readonly T[],
	compare: (a: T, b: T) => number,
): Promise<readonly T[]> {
	const turns = new Turns();
	let runs: T[][] = [];
	for (let from = 0; from < items.length; from += RUN) {
		runs.push(items.slice(from, from + RUN).sort(compare));
		if (turns.isOver) await turns.next();
	}
	while (runs.length > 1) {
		const merged: T[][] = [];
		for (let at = 0; at < runs.length; at += 2)
			merged.push(await mergedInTurns(runs[at] ?? [], runs[at + 1] ?? [], compare, turns));
		runs = merged;
	}
	return runs[0] ?? [];
}

async function mergedInTurns<T>(
	first: T[],
	second: T[],
	compare: (a: T, b: T) => number,
	turns: Turns,
): Promise<T[]> {
	const merged: T[] = [];
	let at = 0;
	for (const item of first) {
		for (; at < second.length && compare(second[at] as T, item) < 0; at++) merged.push(second[at] as T);
		merged.push(item);
		if (turns.isOver) await turns.next();
	}
	for (; at < second.length; at++) merged.push(second[at] as T);
	return merged;
}
