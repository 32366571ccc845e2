import type { RegisterProblemCode } from '#domain/catalogue/registers/register-problems.ts';
import type { RegisterProblem } from '#domain/catalogue/registers/register.ts';

type Params = Readonly<Record<string, string | number>>;
type Key = `register_problem_${RegisterProblemCode}`;
type Words = Readonly<Record<Key, (params: Params) => string>>;

/** What a problem of a record says in the language of the page; a code without words is shown as it is. */
export type RegisterProblemWords = (problem: Pick<RegisterProblem, 'code' | 'params'>) => string;

/** The words of problems, which the first page does not bring along. */
export async function loadRegisterProblemWords(): Promise<RegisterProblemWords> {
	// Every code has its words, or this does not compile; which params they take, each knows for itself.
	const messages = (await import('./register-problem-messages.ts')) satisfies Record<Key, unknown>;
	const words = messages as unknown as Words;
	return ({ code, params = {} }) =>
		words[`register_problem_${code as RegisterProblemCode}`]?.(params) ?? code;
}
