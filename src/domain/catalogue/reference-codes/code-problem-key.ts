import type { CodeRule } from './code-problems.ts';

/** The key of the words of a problem: `code.too-long` → `code_problem_too_long`. */
export function codeProblemKey(code: CodeRule): string {
	return `code_problem_${code.slice('code.'.length).replaceAll('-', '_')}`;
}

/** Whether a parameter of a refusal is the id of a problem of codes, to be put into words. */
export function isCodeProblem(problem: string | number | undefined): problem is CodeRule {
	return typeof problem === 'string' && /^code\.[a-z]+(?:-[a-z]+)*$/.test(problem);
}
