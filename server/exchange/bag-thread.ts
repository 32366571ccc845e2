import { Refusal } from '#domain/base/refusal.ts';
import type { Unwrap } from '#server/catalogue/import/import-report.ts';
import { packedForm } from '#server/preservation/bagit/bag-files.ts';
import { BAG_LIMITS } from '#server/preservation/bagit/bag-limits.ts';
import type { BagVerdict, Checking } from '#server/preservation/bagit/verify-bag.ts';
import { WorkerClient } from '#server/preservation/worker-client.ts';
import type { BagAsks } from './bag-worker.ts';

/**
 * Checks a bag as `verifyBag` does, in a thread of its own.
 * @throws {Refusal} like `verifyBag` | 'preservation.bag-too-much-memory' (413)
 */
export function verifyBagApart(path: string, { signal, onProgress }: Checking = {}): Promise<BagVerdict> {
	return apart(path, 'verify', { path }, signal, onProgress);
}

/**
 * Takes the file with the entries out of a packed bag as `unwrapBag` does, in a thread of its own.
 * @throws {Refusal} like `unwrapBag` | 'preservation.bag-too-much-memory' (413)
 */
export const unwrapBagApart: Unwrap = async ({ path, fileName }, folder, signal) => {
	// Most of what is imported is a plain file, for which no thread is begun.
	if ((await packedForm(path)) === undefined) return undefined;
	return apart(fileName, 'unwrap', { path, fileName, folder }, signal);
};

/**
 * Packs a bag that lies in a folder as `packBag` does, in a thread of its own.
 * @throws {Refusal} like `packBag` | 'preservation.bag-too-much-memory' (413)
 */
export function packBagApart(folder: string, target: string, signal: AbortSignal): Promise<void> {
	return apart(folder, 'pack', { folder, target }, signal);
}

/** @param name what whoever asks knows the bag as */
async function apart<Kind extends keyof BagAsks>(
	name: string,
	kind: Kind,
	ask: BagAsks[Kind]['ask'],
	signal?: AbortSignal,
	onProgress?: Checking['onProgress'],
): Promise<BagAsks[Kind]['answer']> {
	signal?.throwIfAborted();
	const worker = new WorkerClient<BagAsks>(new URL('./bag-worker.ts', import.meta.url), undefined, {
		maxOldGenerationSizeMb: BAG_LIMITS.heapMegabytes,
	});
	const cancel = (): void => void worker.close();
	signal?.addEventListener('abort', cancel, { once: true });
	try {
		return await worker.ask(kind, ask, onProgress as ((progress: unknown) => void) | undefined);
	} catch (error) {
		if (signal?.aborted) throw signal.reason;
		if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
		const megabytes = BAG_LIMITS.heapMegabytes;
		throw new Refusal('preservation.bag-too-much-memory', { path: name, megabytes }, 413);
	} finally {
		signal?.removeEventListener('abort', cancel);
		await worker.close();
	}
}
