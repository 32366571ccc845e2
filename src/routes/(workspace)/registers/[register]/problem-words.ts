import type { RegisterProblem } from '#domain/catalogue/registers/register.ts';
import { m } from '#i18n/generated/messages.js';
import { loadRegisterProblemWords } from '#i18n/register-problem-words.ts';

/** The words of problems of records; warnings say that they are. */
export async function loadProblemWords(): Promise<(problem: RegisterProblem) => string> {
	const words = await loadRegisterProblemWords();
	return (problem) => {
		const said = words(problem);
		return problem.isWarning ? m.registers_problem_warning({ words: said }) : said;
	};
}
