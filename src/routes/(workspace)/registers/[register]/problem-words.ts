import type { RegisterProblem } from '#domain/catalogue/registers/register.ts';
import { m } from '#i18n/generated/messages.js';
import { loadRegisterProblemWords } from '#i18n/register-problem-words.ts';

/** The words of problems of records, those of saving among them. */
export async function loadProblemWords(): Promise<(problem: RegisterProblem) => string> {
	const words = await loadRegisterProblemWords();
	return (problem) => {
		const said = saving(problem) ?? words(problem);
		return problem.isWarning ? m.registers_problem_warning({ words: said }) : said;
	};
}

function saving({ code, params }: RegisterProblem): string | undefined {
	if (code === 'changedMeanwhile')
		return m.registers_problem_changed({ name: String(params?.['name'] ?? '') });
	if (code === 'unknown') return m.registers_problem_unknown();
	if (code === 'twice') return m.registers_problem_twice();
	return undefined;
}
