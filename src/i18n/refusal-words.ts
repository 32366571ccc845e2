import { refusalKey, type Params } from '#domain/base/refusal.ts';
import { codeProblemKey, isCodeProblem } from '#domain/catalogue/reference-codes/code-problem-key.ts';
import * as first from './refusal-messages.ts';

type Messages = Readonly<Record<string, ((params: Params) => string) | undefined>>;

let messages = first as unknown as Messages;
let loading: Promise<void> | undefined;

/** Loads the words that the first page does not bring along; asked for again when it failed. */
export function loadRefusalWords(): Promise<void> {
	return (loading ??= Promise.all([
		import('./refusal-messages-later.ts'),
		import('./code-problem-messages.ts'),
	]).then(
		(later) => void (messages = Object.assign({}, messages, ...later) as Messages),
		(error: unknown) => {
			loading = undefined;
			// Until they are there a refusal is shown by its code.
			console.warn(error);
		},
	));
}

void loadRefusalWords();

/** What a refusal says in the language of the page; a code without words is shown as it is. */
export function refusalWords(code: string, params: Params = {}): string {
	const message = messages[refusalKey(code)];
	if (!message) void loadRefusalWords();
	return message ? message(spelledOut(params)) : code;
}

/** Some refusals say with an id what is wrong with a reference code. */
function spelledOut(params: Params): Params {
	const { problem } = params;
	const said = isCodeProblem(problem) ? messages[codeProblemKey(problem)] : undefined;
	return said ? { ...params, problem: said(params) } : params;
}
