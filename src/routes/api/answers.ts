import { json } from '@sveltejs/kit';
import { isRefusal } from '#domain/base/refusal.ts';

/** Answers with JSON, or with the refusal and its status. Bugs go on to `handleError`. */
export async function answer(make: () => Promise<unknown>): Promise<Response> {
	try {
		return json(await make());
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return json({ refusal: { code: error.code, params: error.params } }, { status: error.status });
	}
}

/**
 * Answers long work with lines of JSON: progress, then a result or a refusal. The signal is aborted when the client
 * goes away or cancels.
 */
export function answerWithProgress(
	work: (onProgress: (progress: unknown) => void, signal: AbortSignal) => Promise<unknown>,
): Response {
	const cancelled = new AbortController();
	const encoder = new TextEncoder();
	const stream = new ReadableStream<Uint8Array>({
		async start(controller) {
			const write = (line: unknown): void => {
				if (!cancelled.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
			};
			try {
				write({ result: await work((progress) => write({ progress }), cancelled.signal) });
			} catch (error) {
				if (isRefusal(error)) write({ refusal: { code: error.code, params: error.params } });
				else if (!cancelled.signal.aborted) {
					console.error(error);
					write({ refusal: { code: 'server.failed', params: {} } });
				}
			}
			if (!cancelled.signal.aborted) controller.close();
		},
		cancel() {
			cancelled.abort(new Error('cancelled'));
		},
	});
	return new Response(stream, {
		headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' },
	});
}
