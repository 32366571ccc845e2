import type { RegisterDefinition, RegisterProblem, RegisterRecord } from './register.ts';

/** What is wrong with some records among all, at once. */
export function problemsAmong<C extends object>(
	definition: RegisterDefinition<C>,
	changed: readonly string[],
	all: readonly RegisterRecord<C>[],
): (RegisterProblem & { readonly id: string })[] {
	return [...(definition.checkAmong?.(new Set(changed), all) ?? [])].filter(
		(problem) => problem !== undefined,
	);
}
