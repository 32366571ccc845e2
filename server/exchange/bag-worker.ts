import { parentPort } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { Unwrapped } from '#server/catalogue/import/import-report.ts';
import { verifyBag, type BagVerdict } from '#server/preservation/bagit/verify-bag.ts';
import { errorAnswer } from '#server/preservation/worker-client.ts';
import { packBag, unwrapBag } from './bag-import.ts';

/** What the bag worker is asked. */
export interface BagAsks {
	/** Says how far it is as progress. */
	verify: { ask: { readonly path: string }; answer: BagVerdict };
	unwrap: {
		ask: { readonly path: string; readonly fileName: string; readonly folder: string };
		answer: Unwrapped | undefined;
	};
	pack: { ask: { readonly folder: string; readonly target: string }; answer: void };
}

const PROGRESS_MS = 200;
/** Who does not want it any more ends the worker. */
const unstopped = new AbortController().signal;

const answers: {
	[Kind in keyof BagAsks]: (
		ask: BagAsks[Kind]['ask'],
		tell: (progress: unknown) => void,
	) => Promise<BagAsks[Kind]['answer']>;
} = {
	verify({ path }, tell) {
		let toldAt = 0;
		return verifyBag(path, {
			onProgress(progress) {
				if (Date.now() - toldAt < PROGRESS_MS && progress.bytes < progress.total) return;
				toldAt = Date.now();
				tell(progress);
			},
		});
	},
	async unwrap({ path, fileName, folder }) {
		try {
			return await unwrapBag({ path, fileName }, folder, unstopped);
		} catch (error) {
			// Where an upload lies says nothing to whoever sent it.
			if (!isRefusal(error) || error.params['path'] !== path) throw error;
			throw new Refusal(error.code, { ...error.params, path: fileName }, error.status);
		}
	},
	pack: ({ folder, target }) => packBag(folder, target, new Date()),
};

const port = must(parentPort, 'this file runs as a worker');
port.on('message', ({ id, kind, ask }: { id: number; kind: keyof BagAsks; ask: never }) => {
	const run = answers[kind] as (ask: never, tell: (progress: unknown) => void) => Promise<unknown>;
	run(ask, (progress) => port.postMessage({ id, progress }))
		.then((result) => port.postMessage({ id, result }))
		.catch((error: unknown) => port.postMessage({ id, error: errorAnswer(error) }));
});
