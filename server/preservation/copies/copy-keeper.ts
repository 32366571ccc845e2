import type { Logger } from 'pino';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { errorOf, WorkerClient } from '../worker-client.ts';
import { rootOfCopy } from './copy-place.ts';
import type { CopyRegister, Cursor } from './copy-register.ts';
import { reasonOf } from '../store-state.ts';
import { stateOf, type CopyState, type CopyStatus } from './copy-state.ts';
import type { CopyAsks, TransferOutcome } from './copy-worker.ts';

/** Objects brought in one go: what was done is known in the database after each. */
const BATCH = 16;
const LONGEST_RETRY_MS = 5 * 60_000;
/** All objects are looked through so often, beside those that were just written. */
const ALL_MS = 60 * 60_000;
/** An object that could not be brought is tried again after this. */
const FAILED_AGAIN_MS = 10 * 60_000;
/** More are not kept by name: then all are looked through. */
const MAX_NOTED = 500;

/** What a copy needs to be kept up to date. */
export interface CopyKeeperParts {
	readonly register: CopyRegister;
	readonly clock: Clock;
	readonly logger: Logger;
	/** The root it is a copy of. */
	readonly root: string;
	/** Before the first new try after a failure; doubles with each. */
	readonly retryMs: number;
	/** What is deposited within this time is brought together. */
	readonly settleMs: number;
}

/** How a run is told what to do, and ended. */
export interface RunOptions {
	/** Begins a copy in an empty folder that was one, or may have been one. */
	readonly begin?: boolean;
	/** Objects that failed lately too. */
	readonly isAsked?: boolean;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: {
		readonly copied: number;
		readonly total: number;
		readonly bytes: number;
	}) => void;
}

/** What a run did. */
export interface RunResult {
	readonly copyId: string;
	readonly objects: number;
	readonly bytes: number;
	readonly removed: number;
	readonly failed: readonly TransferOutcome[];
}

/** Keeps one copy up to date. What is done with it is done one after the other, in a thread of its own. */
export class CopyKeeper {
	readonly path: string;
	#parts: CopyKeeperParts;
	#worker: WorkerClient<CopyAsks> | undefined;
	#last: Promise<unknown> = Promise.resolve();
	#closing = new AbortController();
	#timer: NodeJS.Timeout | undefined;
	#timerAt = Infinity;
	#noted = new Set<string>();
	/** Those who wait for removals. */
	#settling: (() => void)[] = [];
	/** When all objects are to be looked through; 0: with the next run. */
	#allAt = 0;
	#failures = 0;
	#state: CopyState = 'behind';
	#reason: string | undefined;
	#sinceAt: string;
	#behind = { objects: 0, bytes: 0 };
	#failed = 0;
	#completeAt: string | undefined;

	constructor(path: string, parts: CopyKeeperParts) {
		this.path = path;
		this.#parts = parts;
		this.#sinceAt = isoAt(parts.clock);
	}

	get root(): string {
		return rootOfCopy(this.path);
	}

	status(): CopyStatus {
		const behind = { ...this.#behind, objects: this.#behind.objects + this.#noted.size };
		return {
			path: this.path,
			state: this.#state === 'ok' && behind.objects > 0 ? 'behind' : this.#state,
			reason: this.#reason,
			sinceAt: this.#sinceAt,
			behind,
			failed: this.#failed,
			completeAt: this.#completeAt,
		};
	}

	/** From now on it runs by itself. */
	start(): void {
		this.#arm(0);
	}

	/** An object was written. */
	note(objectId: string): void {
		if (this.#noted.size < MAX_NOTED) this.#noted.add(objectId);
		else this.#allAt = 0;
		// While it fails, its next try is timed already.
		if (this.#failures === 0) this.#arm(this.#parts.settleMs);
	}

	/** Something is to be removed. */
	wake(): void {
		if (this.#failures === 0) this.#arm(0);
	}

	/**
	 * Brings the copy up to date.
	 * @throws {Refusal} 'cli.cancelled' and what opening the copy refuses
	 */
	run(options: RunOptions = {}): Promise<RunResult> {
		return this.exclusive(options.signal, () => this.#bring(options, true));
	}

	/** Does something with the open copy while nothing else is done with it. */
	exclusive<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
		const all = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]);
		const done = this.#last.then(async () => {
			if (all.aborted) throw new Refusal('cli.cancelled');
			// What is being copied ends where it is: opening the copy the next time clears up behind it.
			const cancel = (): void => this.#endWorker();
			all.addEventListener('abort', cancel, { once: true });
			try {
				return await run();
			} catch (error) {
				throw all.aborted ? new Refusal('cli.cancelled') : error;
			} finally {
				all.removeEventListener('abort', cancel);
			}
		});
		this.#last = done.catch(() => undefined);
		return done;
	}

	/**
	 * Opens the copy; inside {@link exclusive}. What was purged while a database that is no more knew the copy is found
	 * out when it is seen first, and waits to be removed.
	 */
	async open(begin = false): Promise<string> {
		const { register, clock, logger } = this.#parts;
		const archiveId = await register.archiveId();
		const isKnown = (await register.copyAt(this.path)) !== undefined;
		const mayBegin = begin || (!isKnown && !(await register.isRestored()));
		const { copyId, recovered } = await this.ask('open', {
			archiveId,
			isKnown,
			...(mayBegin ? { begin: { copyId: createId<string>(), at: isoAt(clock) } } : {}),
		});
		if (recovered.finished.length || recovered.undone.length || recovered.unclear.length)
			logger.warn({ recovered, copy: this.path }, 'a copy of the archival store was interrupted');
		if (!(await register.isKnown(copyId))) await register.removals.askOf(copyId, await this.unpurged());
		await register.seen(this.path, copyId);
		return copyId;
	}

	/** Objects of the open copy that were purged, and lie there all the same or as they were; inside {@link exclusive}. */
	async unpurged(): Promise<readonly string[]> {
		const objects = await this.#parts.register.removals.purged();
		return objects.length === 0 ? [] : this.ask('unpurged', { objects });
	}

	/** Removes what waits for that; inside {@link exclusive}. */
	async removeWaiting(copyId: string): Promise<number> {
		const { removals } = this.#parts.register;
		for (let removed = 0; ;) {
			const objectIds = await removals.of(copyId, BATCH);
			if (objectIds.length === 0) return removed;
			removed += await removals.done(copyId, objectIds, await this.ask('remove', { objectIds }));
		}
	}

	/** The same, as far as the copy can be written: what is read of it must not wait for that. */
	async tryRemoving(copyId: string): Promise<void> {
		try {
			await this.removeWaiting(copyId);
		} catch (error) {
			this.#parts.logger.warn(
				{ err: error, copy: this.path },
				'what was purged is not removed from a copy yet',
			);
		}
	}

	/** Removes what waits for that, and brings nothing; where a run is under way, between two of its batches. */
	async settle(): Promise<void> {
		const amidst = new Promise<void>((resolve) => this.#settling.push(resolve));
		const alone = this.exclusive(undefined, async () => {
			if (this.#settling.length > 0) await this.#settleNow(await this.open());
		}).catch((error: unknown) => {
			if (!this.#closing.signal.aborted) this.#become(stateOf(error), reasonOf(error));
		});
		await Promise.race([amidst, alone]);
	}

	async #settleNow(copyId: string): Promise<void> {
		const settling = this.#settling.splice(0);
		await this.removeWaiting(copyId);
		for (const resolve of settling) resolve();
	}

	/** Brings an object in, whole, in the place of what is there; inside {@link exclusive}. */
	async replace(copyId: string, objectId: string, isOurs: boolean): Promise<TransferOutcome | undefined> {
		const outcomes = await this.ask('replicate', { objectIds: [objectId], mayReplace: true, isOurs });
		await this.#parts.register.note(copyId, outcomes, { isReplaced: true });
		return outcomes[0];
	}

	/**
	 * Brings objects in, or further versions of them, as the store has them; inside {@link exclusive}.
	 * @param onBrought told what became of each, also when the copy fails on the way
	 */
	async bring(
		copyId: string,
		objectIds: readonly string[],
		onBrought?: (outcomes: readonly TransferOutcome[]) => void,
	): Promise<void> {
		const outcomes = await this.ask('replicate', { objectIds, mayReplace: false });
		const isStopped = outcomes.length < objectIds.length || isOfCopy(outcomes.at(-1));
		const ofObjects = isStopped ? outcomes.slice(0, -1) : outcomes;
		await this.#parts.register.note(copyId, ofObjects);
		onBrought?.(ofObjects);
		const stopped = isStopped ? outcomes.at(-1)?.error : undefined;
		if (stopped) throw errorOf(stopped);
	}

	/** Asks about the open copy, or changes it; inside {@link exclusive}. */
	ask<Kind extends keyof CopyAsks>(
		kind: Kind,
		ask: CopyAsks[Kind]['ask'],
	): Promise<CopyAsks[Kind]['answer']> {
		const file = new URL('./copy-worker.ts', import.meta.url);
		this.#worker ??= new WorkerClient<CopyAsks>(file, { root: this.#parts.root, path: this.path });
		return this.#worker.ask(kind, ask);
	}

	/** Says how the copy is after a check or a repair of it. @param reason what is wrong there, if anything */
	async judge(copyId: string, reason: string | undefined): Promise<void> {
		await this.count(copyId);
		this.#become(reason === undefined ? 'ok' : 'failing', reason);
	}

	/** Counts anew what waits and what failed. */
	async count(copyId: string | undefined): Promise<void> {
		const { objects, bytes, failed } = await this.#parts.register.count(copyId ?? '');
		this.#behind = { objects, bytes };
		this.#failed = failed;
	}

	/** Ends what runs, where it is; the next start goes on. */
	async close(): Promise<void> {
		this.#closing.abort();
		clearTimeout(this.#timer);
		this.#endWorker();
		await this.#last;
	}

	/** @param isAll looks through all objects, not only those that were noted */
	async #bring(options: RunOptions, isAll: boolean): Promise<RunResult> {
		const { register, clock } = this.#parts;
		let copyId: string | undefined;
		// What is noted from now on is for the next run: it may be written while this one is at it.
		const among = isAll ? undefined : [...this.#noted];
		this.#noted.clear();
		try {
			copyId = await this.open(options.begin);
			const removed = await this.removeWaiting(copyId);
			const brought = await this.#bringWaiting(copyId, options, among);
			if (brought.objects > 0 || brought.failed.length > 0)
				await register.write([
					register.event({
						objectId: null,
						type: 'replication',
						outcome: brought.failed.length > 0 ? 'failure' : 'success',
						detail: {
							copyId,
							path: this.path,
							objects: brought.objects,
							bytes: brought.bytes,
							failed: brought.failed.length,
						},
					}),
				]);
			// To count is to look through all objects. What was written between bringing and counting was counted then.
			if (isAll || brought.failed.length > 0 || this.#behind.objects > 0) await this.count(copyId);
			this.#failures = 0;
			if (isAll) this.#allAt = performance.now() + ALL_MS;
			if (this.#behind.objects === 0) this.#completeAt = isoAt(clock);
			const first = this.#failed > 0 ? (await register.failed(copyId))[0] : undefined;
			this.#become(first ? 'failing' : 'ok', first?.reason);
			return { copyId, removed, ...brought };
		} catch (error) {
			this.#allAt = 0;
			if (this.#closing.signal.aborted || options.signal?.aborted) throw error;
			this.#become(stateOf(error), reasonOf(error));
			await this.count(copyId ?? (await register.copyAt(this.path)));
			throw error;
		}
	}

	async #bringWaiting(
		copyId: string,
		{ isAsked, onProgress }: RunOptions,
		among: readonly string[] | undefined,
	): Promise<Omit<RunResult, 'copyId' | 'removed'>> {
		const { register, clock } = this.#parts;
		const failedBefore = new Date(clock.now() + (isAsked ? 1 : -FAILED_AGAIN_MS)).toISOString();
		const failed: TransferOutcome[] = [];
		const total = onProgress ? (await register.count(copyId)).objects : 0;
		let [objects, bytes] = [0, 0];
		let after: Cursor | undefined;
		for (;;) {
			if (this.#settling.length > 0) await this.#settleNow(copyId);
			const waiting = await register.waiting(copyId, failedBefore, {
				limit: BATCH,
				...(after ? { after } : {}),
				...(among ? { among } : {}),
			});
			after = waiting.at(-1);
			if (!after) return { objects, bytes, failed };
			await this.bring(
				copyId,
				waiting.map(({ objectId }) => objectId),
				(outcomes) => {
					for (const { done } of outcomes) {
						if (!done) continue;
						objects++;
						bytes += done.bytes;
					}
					failed.push(...outcomes.filter(({ error }) => error));
					onProgress?.({ copied: objects, total, bytes });
				},
			);
		}
	}

	#arm(inMs: number): void {
		const at = performance.now() + inMs;
		if (this.#closing.signal.aborted || at >= this.#timerAt) return;
		clearTimeout(this.#timer);
		this.#timerAt = at;
		this.#timer = setTimeout(() => void this.#runByItself(), inMs);
		this.#timer.unref();
	}

	async #runByItself(): Promise<void> {
		this.#timerAt = Infinity;
		const { logger, retryMs } = this.#parts;
		const isAll = performance.now() >= this.#allAt;
		try {
			await this.exclusive(undefined, () => this.#bring({}, isAll));
			this.#arm(this.#noted.size > 0 ? this.#parts.settleMs : ALL_MS);
		} catch (error) {
			if (this.#closing.signal.aborted) return;
			const again = Math.min(retryMs * 2 ** this.#failures, LONGEST_RETRY_MS);
			// Said once: a disk that is away for a week is no news.
			const log = this.#failures === 0 ? logger.error.bind(logger) : logger.debug.bind(logger);
			log(
				{ err: error, copy: this.path },
				'a copy of the archival store is not up to date; it is tried again',
			);
			this.#failures++;
			this.#arm(again);
		}
	}

	#become(state: CopyState, reason: string | undefined): void {
		if (state !== this.#state || reason !== this.#reason) this.#sinceAt = isoAt(this.#parts.clock);
		this.#state = state;
		this.#reason = reason;
	}

	#endWorker(): void {
		void this.#worker?.close();
		this.#worker = undefined;
	}
}

/** True when what failed is not the one object. */
function isOfCopy(outcome: TransferOutcome | undefined): boolean {
	return outcome?.error !== undefined && !outcome.error.code?.startsWith('preservation.');
}
