import type { Logger } from 'pino';
import type { UpdateLog } from '#server/storage/update-log.ts';
import { isPurgedRefusal } from './purge/refuse-purged.ts';

/** How often it is tried whether the log can be written again. */
const PROBE_MS = 1000;

/** What watching the log needs. */
export interface LogHealthParts {
	readonly logger: Logger;
	/** @throws when nothing can be written */
	readonly tryWriting: () => Promise<void>;
	/** Ends every socket: people keep what they typed on their side and come back by themselves. */
	readonly closeSockets: () => void;
}

/** Whether the log can be written. While it cannot, editing is closed, and it is tried by itself until it can. */
export class LogHealth {
	#parts: LogHealthParts;
	#isReady = true;
	#isClosed = false;
	#probing: NodeJS.Timeout | undefined;

	constructor(parts: LogHealthParts) {
		this.#parts = parts;
	}

	get isReady(): boolean {
		return this.#isReady;
	}

	/** Something was written. */
	written(): void {
		this.#isReady = true;
	}

	/** Something could not be written, by whomever. */
	failed(error: unknown): void {
		if (this.#isClosed) return;
		this.#parts.logger.fatal({ err: error }, 'the log cannot be written; editing is closed until it can');
		this.#isReady = false;
		this.#probing ??= setTimeout(() => void this.#probe(), PROBE_MS);
		setImmediate(() => this.#parts.closeSockets());
	}

	/** The same log, whose failed beginnings are noticed: appends are watched by who judges them. */
	watched(log: UpdateLog): UpdateLog {
		return {
			append: (update) => log.append(update),
			begin: async (update) => {
				try {
					return await log.begin(update);
				} catch (error) {
					if (!isPurgedRefusal(error)) this.failed(error);
					throw error;
				}
			},
			read: (doc, afterSeq, limit) => log.read(doc, afterSeq, limit),
			readMany: (docs) => log.readMany(docs),
			head: (doc) => log.head(doc),
			replace: (snapshot) => log.replace(snapshot),
			kept: (doc) => log.kept(doc),
		};
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#probing);
	}

	/** With editing closed nobody would ever find out that the disk has room again. */
	async #probe(): Promise<void> {
		const { logger, tryWriting } = this.#parts;
		try {
			await tryWriting();
			this.#isReady = true;
			this.#probing = undefined;
			logger.warn('the log can be written again; editing is open');
		} catch (error) {
			logger.warn({ err: error }, 'the log still cannot be written');
			if (!this.#isClosed) this.#probing = setTimeout(() => void this.#probe(), PROBE_MS);
		}
	}
}
