import type { RegisterDefinition, RegisterProblem, RegisterRecord } from './register.ts';

/** Asks of every changed record what is wrong with it among all others. */
export function eachAmong<C extends object>(
	check: (
		record: { readonly id: string; readonly content: C },
		others: Iterable<RegisterRecord<C>>,
	) => readonly RegisterProblem[],
): NonNullable<RegisterDefinition<C>['checkAmong']> {
	return (changed, all) =>
		all
			.filter(({ id }) => changed.has(id))
			.flatMap((record) => check(record, all).map((problem) => ({ ...problem, id: record.id })));
}
