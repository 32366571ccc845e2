import { setTimeout as wait } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { folderStorage } from './folder-storage.ts';
import { isOfFiles } from './ocfl-findings.ts';
import { VerifyRun, type Verdict } from './ocfl-verify-run.ts';
import { OBJECTS, ReaderPool, READERS } from './reader-pool.ts';
import { errorAnswer } from './worker-client.ts';

/** What the verify worker is asked. It is not the deposit worker: reading a whole store must not keep versions waiting. */
export interface VerifyAsks {
	verify: {
		ask: { readonly path: string; readonly againMs: number; readonly as?: 'root' | 'object' };
		answer: Verdict;
	};
}

const PROGRESS_MS = 200;

const port = must(parentPort, 'this file runs as a worker');
port.on('message', ({ id, ask }: { id: number; ask: VerifyAsks['verify']['ask'] }) => {
	const started = new Verifier((progress) => port.postMessage({ id, progress }));
	started
		.verify(ask)
		.then((result) => port.postMessage({ id, result }))
		.catch((error: unknown) => port.postMessage({ id, error: errorAnswer(error) }));
});

/** Verifies with several readers at once. This thread walks the root, and waits when all of them have enough to do. */
class Verifier {
	#pool = new ReaderPool();
	#onProgress: (progress: unknown) => void;
	#toldAt = 0;

	constructor(onProgress: (progress: unknown) => void) {
		this.#onProgress = onProgress;
	}

	async verify({ path, againMs, as }: VerifyAsks['verify']['ask']): Promise<Verdict> {
		const options = as === undefined ? {} : { as };
		try {
			const first = await this.#look(new VerifyRun(folderStorage, path, options));
			const verdict = first.verdict();
			if (verdict.valid || !againMs) return verdict;
			await wait(againMs);
			return (await this.#look(new VerifyRun(folderStorage, path, options, first))).verdict();
		} finally {
			await this.#pool.close();
		}
	}

	async #look(run: VerifyRun): Promise<VerifyRun> {
		let objects: string[] = [];
		for (const object of run.objects()) {
			objects.push(object);
			// The first ask is small: a root with few objects has them read at once by all.
			if (objects.length < Math.min(OBJECTS, run.progress.objects / READERS)) continue;
			await this.#pool.start(this.#read(run, objects));
			objects = [];
		}
		if (objects.length) await this.#pool.start(this.#read(run, objects));
		await this.#pool.settle();
		return run;
	}

	async #read(run: VerifyRun, objects: readonly string[]): Promise<void> {
		try {
			await this.#pool.readObjects(run.path, objects, {
				took: (object, outcome, hasMore) => run.took(object, outcome, hasMore),
				tookContent: (object, outcome) => {
					run.tookContent(object, outcome);
					this.#tell(run);
				},
			});
		} catch (error) {
			if (!isOfFiles(error)) throw error;
			// One that cannot be read ends an ask; the others of it are asked for by themselves.
			for (const object of objects)
				if (objects.length > 1) await this.#read(run, [object]);
				else run.cannotRead(object, error);
		}
		this.#tell(run);
	}

	#tell(run: VerifyRun): void {
		if (Date.now() - this.#toldAt < PROGRESS_MS) return;
		this.#toldAt = Date.now();
		this.#onProgress(run.progress);
	}
}
