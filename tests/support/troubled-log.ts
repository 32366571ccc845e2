import { Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';

/**
 * Stands between live editing and a real database, and does what a failing disk would: writes that fail before or after
 * they happened, documents that cannot be read, or only after a while.
 */
export class TroubledLog {
	/**
	 * `before`: appends fail and nothing is written. `after`: all is written, but the answer is an error, as when the disk
	 * fails in the last step of a commit.
	 */
	writing: 'well' | 'before' | 'after' = 'well';
	/** How many appends have failed. */
	failed = 0;
	/** Documents that cannot be read. */
	readonly unreadable = new Set<string>();
	/** Documents whose reading was asked for and waits. */
	readonly waiting = new Set<string>();
	#held = new Map<string, PromiseWithResolvers<void>>();

	/** Reading the document waits until it is released. */
	hold(doc: string): void {
		this.#held.set(doc, Promise.withResolvers());
	}

	release(doc: string): void {
		this.#held.get(doc)?.resolve();
		this.#held.delete(doc);
	}

	/** For `startTestServer`. */
	wrap = (storage: Storage): Storage => {
		const { log } = storage;
		const write = async <T>(run: () => Promise<T>): Promise<T> => {
			const { writing } = this;
			const result = writing === 'before' ? undefined : await run();
			if (writing === 'well') return result as T;
			this.failed++;
			throw new Refusal('storage.log-failed', { reason: 'disk I/O error' }, 503);
		};
		return {
			...storage,
			log: {
				append: (update) => write(() => log.append(update)),
				begin: (update) => write(() => log.begin(update)),
				read: async (doc, afterSeq, limit) => {
					const held = this.#held.get(doc);
					if (held) {
						this.waiting.add(doc);
						await held.promise;
						this.waiting.delete(doc);
					}
					if (this.unreadable.has(doc)) throw new Error('disk I/O error');
					return log.read(doc, afterSeq, limit);
				},
				readMany: (docs) => log.readMany(docs),
				head: (doc) => log.head(doc),
				replace: (snapshot) => write(() => log.replace(snapshot)),
				kept: (doc) => log.kept(doc),
			},
			tryWriting: async () => {
				if (this.writing !== 'well') throw new Error('disk I/O error');
				await storage.tryWriting();
			},
		};
	};
}
