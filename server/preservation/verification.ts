import { Refusal } from '#domain/base/refusal.ts';
import type { Verdict, VerifyProgress } from './ocfl-verify-run.ts';
import type { VerifyAsks } from './verify-worker.ts';
import { WorkerClient } from './worker-client.ts';

/** How whoever waits for a verification ends it, and hears of it. */
export interface Verifying {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: VerifyProgress) => void;
}

/**
 * Checks a storage root or an object as `verify` does, in threads of its own, several files at once.
 * @param ask `againMs`: see `VerifyOptions`
 * @throws {Refusal} 'cli.cancelled' when the signal says so
 */
export async function verifyApart(
	ask: { readonly path: string; readonly againMs?: number; readonly as?: 'root' | 'object' },
	{ signal, onProgress }: Verifying = {},
): Promise<Verdict> {
	if (signal?.aborted) throw new Refusal('cli.cancelled');
	const verifier = new WorkerClient<VerifyAsks>(new URL('./verify-worker.ts', import.meta.url), {});
	const cancel = (): void => void verifier.close();
	signal?.addEventListener('abort', cancel, { once: true });
	try {
		return await verifier.ask(
			'verify',
			{ ...ask, againMs: ask.againMs ?? 0 },
			onProgress as ((progress: unknown) => void) | undefined,
		);
	} catch (error) {
		throw signal?.aborted ? new Refusal('cli.cancelled') : error;
	} finally {
		signal?.removeEventListener('abort', cancel);
		await verifier.close();
	}
}
