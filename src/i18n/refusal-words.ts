import { refusalKey, type Params } from '#domain/base/refusal.ts';
import * as messages from './refusal-messages.ts';

type Message = (params: Params) => string;

/** What a refusal says in the language of the page; a code without words is shown as it is. */
export function refusalWords(code: string, params: Params = {}): string {
	const message = (messages as unknown as Readonly<Record<string, Message | undefined>>)[refusalKey(code)];
	return message ? message(params) : code;
}
