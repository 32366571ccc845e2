import { Worker } from 'node:worker_threads';
import { Refusal } from '#domain/base/refusal.ts';
import { localFieldsInUse } from '#domain/catalogue/profiles.ts';
import type { ImportWork, WorkerMessage, Written } from './import-messages.ts';

/** What a reading found, once all of it is written. */
export type Reading = Extract<WorkerMessage, { kind: 'done' }>;
/** A part of a reading, to be written before the next but one is made. */
export type ReadingChunk = Extract<WorkerMessage, { kind: 'chunk' }>;

/** Memory of the reading thread: a workbook of the largest size allowed fits, a hostile one ends alone. */
const MAX_HEAP_MB = 3072;

/**
 * Reads a file in a thread of its own.
 * @param onChunk called one after the other; the thread waits when they are slow
 * @throws {Refusal} of the readers; the reason of the signal when it is aborted
 */
export async function readInThread(
	work: Omit<ImportWork, 'localFields'>,
	running: { readonly signal: AbortSignal; readonly onChunk: (chunk: ReadingChunk) => Promise<void> },
): Promise<Reading> {
	const { signal, onChunk } = running;
	signal.throwIfAborted();
	const thread = new Worker(new URL('./import-worker.ts', import.meta.url), {
		workerData: { ...work, localFields: localFieldsInUse() } satisfies ImportWork,
		resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
	});
	let onAbort: (() => void) | undefined;
	async function afterwards(before: Promise<void>, chunk: ReadingChunk): Promise<void> {
		await before;
		signal.throwIfAborted();
		await onChunk(chunk);
		thread.postMessage({ kind: 'written' } satisfies Written, []);
	}
	// Chunks are written in their order although messages come as they come.
	let writing: Promise<void> = Promise.resolve();
	try {
		return await new Promise<Reading>((resolve, reject) => {
			onAbort = () => reject(signal.reason);
			signal.addEventListener('abort', onAbort, { once: true });
			thread.on('message', (message: WorkerMessage) => {
				if (message.kind === 'chunk') {
					writing = afterwards(writing, message);
					writing.catch(reject);
				} else if (message.kind === 'done') void writing.then(() => resolve(message), reject);
				else
					reject(
						message.refusal
							? new Refusal(message.refusal.code, message.refusal.params, message.refusal.status)
							: new Error(message.message),
					);
			});
			thread.on('error', (error: NodeJS.ErrnoException) =>
				reject(
					error.code === 'ERR_WORKER_OUT_OF_MEMORY'
						? new Refusal('import.too-large', { file: work.fileName, maxMemory: `${MAX_HEAP_MB} MB` }, 413)
						: error,
				),
			);
			thread.on('exit', (code) => {
				if (code !== 0) reject(new Error(`the reading thread ended with ${code}`));
			});
		});
	} finally {
		if (onAbort) signal.removeEventListener('abort', onAbort);
		await thread.terminate();
		// A chunk may be at the writer still: who cleans up after this must come after it.
		await writing.catch(() => undefined);
	}
}
