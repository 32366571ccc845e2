/** What work resolves with; it goes on, but nobody waits for it any more, when the signal says so. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
	const aborted = Promise.withResolvers<never>();
	const abort = (): void => aborted.reject(signal.reason as Error);
	if (signal.aborted) abort();
	signal.addEventListener('abort', abort);
	return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
}
