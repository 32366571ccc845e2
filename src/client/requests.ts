import { Refusal, type Params } from '#domain/base/refusal.ts';
import { PERSON_HEADER } from '#sync/person-header.ts';

/** A server that says nothing for this long is taken to be away: a line may swallow requests without a word. */
const ANSWER_MS = 30_000;

/**
 * Asks the server for JSON.
 * @param timeoutMs until the answer is here, whole
 * @throws {Refusal} what the server refused, 'client.unreachable' without an answer, 'client.failed' for the rest; an
 * aborted signal rejects with its reason
 */
export type Ask = <T>(path: string, init?: RequestInit, timeoutMs?: number) => Promise<T>;

/** Asks by a way of fetching. */
export function askBy(fetchBy: typeof fetch): Ask {
	return async <T>(path: string, init: RequestInit = {}, timeoutMs = ANSWER_MS) => {
		const timeout = AbortSignal.timeout(timeoutMs);
		const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
		const response = await answered(path, { ...init, signal }, fetchBy);
		try {
			return (await response.json()) as T;
		} catch (error) {
			if (init.signal?.aborted) throw error;
			// Not JSON is not ours: a page of a proxy. Everything else is a line that broke off.
			throw new Refusal(
				error instanceof SyntaxError ? 'client.failed' : 'client.unreachable',
				error instanceof SyntaxError ? { reason: 'unexpected answer' } : {},
			);
		}
	};
}

let asking: string | undefined;

/** From now on the page asks as this person: while another one is signed in, the server refuses. */
export function askAs(personId: string | undefined): void {
	asking = personId;
}

/** What a request of the page says of whose it is. */
export function whoAsks(): Readonly<Record<string, string>> {
	return asking === undefined ? {} : { [PERSON_HEADER]: asking };
}

/** Fetches as the page does. */
const fetchAsPerson: typeof fetch = (input, init) => {
	const headers = new Headers(init?.headers);
	for (const [name, value] of Object.entries(whoAsks())) headers.set(name, value);
	return fetch(input, { ...init, headers });
};

/** Asks as the page does. */
export const request: Ask = askBy(fetchAsPerson);

/** A line of a long answer: progress, then a result or a refusal. */
type Line<P, R> =
	| { readonly progress: P }
	| { readonly result: R }
	| { readonly refusal: { readonly code: string; readonly params: Params } };

/**
 * Asks for long work: the answer comes as lines of JSON, progress first.
 * @throws {Refusal} as {@link request}; an aborted signal rejects with its reason
 */
export async function requestWithProgress<P, R>(
	path: string,
	body: unknown,
	onProgress: (progress: P) => void,
	signal: AbortSignal,
): Promise<R> {
	const response = await answered(path, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
		signal,
	});
	let rest = '';
	const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
	if (!reader) throw new Refusal('client.failed', { reason: 'empty answer' });
	for (;;) {
		const { done, value } = await reader.read();
		rest += value ?? '';
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		for (const text of lines) {
			if (!text) continue;
			const line = JSON.parse(text) as Line<P, R>;
			if ('progress' in line) onProgress(line.progress);
			else if ('result' in line) return line.result;
			else throw new Refusal(line.refusal.code, line.refusal.params);
		}
		if (done) throw new Refusal('client.unreachable');
	}
}

async function answered(path: string, init: RequestInit, fetchBy = fetchAsPerson): Promise<Response> {
	let response: Response;
	try {
		response = await fetchBy(path, init);
	} catch (error) {
		const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
		if (init.signal?.aborted && !isTimeout) throw error;
		throw new Refusal('client.unreachable');
	}
	if (response.ok) return response;
	throw await refusalOf(response);
}

async function refusalOf(response: Response): Promise<Refusal> {
	const text = await response.text();
	const given = text.startsWith('{')
		? (JSON.parse(text) as { refusal?: { code: string; params: Params } })
		: {};
	if (given.refusal) return new Refusal(given.refusal.code, given.refusal.params, response.status);
	return new Refusal(
		response.status === 401 ? 'permissions.sign-in' : 'client.failed',
		{ reason: String(response.status) },
		response.status,
	);
}
