import type { Params } from '#domain/base/refusal.ts';
import { codeProblemKey } from '#domain/catalogue/reference-codes/code-problem-key.ts';
import type { CodeRule } from '#domain/catalogue/reference-codes/code-problems.ts';
import * as messages from './code-problem-messages.ts';

type Underscored<Name extends string> = Name extends `${infer First}-${infer Rest}`
	? `${First}_${Underscored<Rest>}`
	: Name;
type KeyOf<Rule extends string> = Rule extends `code.${infer Name}`
	? `code_problem_${Underscored<Name>}`
	: never;
type Words = Readonly<Record<string, ((params: Params) => string) | undefined>>;

// Every problem has its words, or this does not compile; which params they take, each knows for itself.
const words = messages satisfies Record<KeyOf<CodeRule>, unknown> as unknown as Words;

/** What is wrong with a reference code, in words; the id itself for one that has none. */
export function codeProblemWords(code: string, params: Params = {}): string {
	return words[codeProblemKey(code as CodeRule)]?.(params) ?? code;
}
