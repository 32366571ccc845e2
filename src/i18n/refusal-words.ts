import { refusalKey, type Params } from '#domain/base/refusal.ts';
import * as messages from './refusal-messages.ts';

type Message = (params: Params) => string;

let known = messages as unknown as Readonly<Record<string, Message | undefined>>;

/** Adds the words of refusals that only some pages meet, so that others need not load them. */
export function addRefusalWords(more: object): void {
	known = { ...known, ...(more as typeof known) };
}

/** What a refusal says in the language of the page; a code without words is shown as it is. */
export function refusalWords(code: string, params: Params = {}): string {
	const message = known[refusalKey(code)];
	return message ? message(params) : code;
}
