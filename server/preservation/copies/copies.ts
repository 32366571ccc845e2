import { resolve, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '#domain/base/clock.ts';
import type { Params } from '#domain/base/refusal.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';
import { checkCopy, type CopyVerdict } from './copy-check.ts';
import { CopyKeeper, type CopyKeeperParts, type RunOptions } from './copy-keeper.ts';
import { CopyRegister } from './copy-register.ts';
import { reasonOf } from '../store-state.ts';
import { stateOf, type CopyState, type CopyStatus } from './copy-state.ts';

export type { CopyState, CopyStatus } from './copy-state.ts';

const RETRY_MS = 5000;
const SETTLE_MS = 2000;
/** So long a purge waits for copies. */
const SETTLE_LIMIT_MS = 60_000;
/** A disk that does not answer must not keep the process. */
const CLOSE_MS = 1500;

/** What became of one copy in a run. */
export interface CopyRun {
	readonly path: string;
	readonly state: CopyState;
	readonly objects: number;
	readonly bytes: number;
	readonly removed: number;
	readonly failed: readonly { readonly objectId: string; readonly code: string; readonly params: Params }[];
	/** Why the copy could not be brought up to date. */
	readonly stopped: { readonly code: string; readonly params: Params } | null;
	readonly verdict: CopyVerdict | null;
}

/** What `archive replicate` answers. */
export interface ReplicationAnswer {
	/** False when anything is not as it should be. */
	readonly isWhole: boolean;
	readonly copies: readonly CopyRun[];
}

/** What a run is asked for. */
export interface ReplicationAsk extends Omit<RunOptions, 'onProgress' | 'isAsked'> {
	/** A folder, in the place of those that are configured. */
	readonly to?: string;
	/** Reads every byte of the copies afterwards. */
	readonly verify?: boolean;
	readonly onProgress?: (progress: unknown) => void;
}

/** What copies need. */
export interface CopiesParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly dataDir: string;
	readonly root: string;
	/** Folders of the copies. */
	readonly paths: readonly string[];
	readonly retryMs?: number;
	readonly settleMs?: number;
	readonly onArchiveId: () => void;
}

/** The copies of the archival store: each a folder with an OCFL root of its own, kept up to date by itself. */
export class Copies {
	readonly register: CopyRegister;
	#keeperParts: CopyKeeperParts;
	#dataDir: string;
	#keepers: readonly CopyKeeper[];

	constructor(parts: CopiesParts) {
		this.register = new CopyRegister(parts.storage, parts.clock, parts.onArchiveId);
		this.#dataDir = resolve(parts.dataDir);
		this.#keeperParts = {
			register: this.register,
			clock: parts.clock,
			logger: parts.logger,
			root: parts.root,
			retryMs: parts.retryMs ?? RETRY_MS,
			settleMs: parts.settleMs ?? SETTLE_MS,
		};
		this.#keepers = parts.paths.map((path) => new CopyKeeper(this.#placeOf(path), this.#keeperParts));
	}

	/** From now on copies are kept up to date by themselves. */
	start(): void {
		for (const keeper of this.#keepers) keeper.start();
	}

	/** An object was written. */
	note(objectId: string): void {
		for (const keeper of this.#keepers) keeper.note(objectId);
	}

	status(): CopyStatus[] {
		return this.#keepers.map((keeper) => keeper.status());
	}

	/**
	 * Removes an object from all copies, also from those that are away now, and what was kept aside of it there. To be
	 * called when it is gone from the store and from its register: else it is brought there again.
	 */
	async removeFromCopies(objectId: string): Promise<void> {
		await this.register.removals.ask(objectId);
		for (const keeper of this.#keepers) keeper.wake();
	}

	/**
	 * Removes from every copy that can be reached what waits for that; what is to be brought there waits on, since deposits
	 * stand still until this resolves.
	 * @returns copies that still hold some of these objects, because they are away
	 */
	async settleRemovals(
		objectIds: readonly string[],
	): Promise<readonly { readonly path: string; readonly objects: number }[]> {
		// What stops a copy is told by its state; here only what is left in it counts. One that is being checked whole, or does
		// not answer, removes it when its turn comes.
		const limit = new AbortController();
		await Promise.race([
			Promise.all(this.#keepers.map((keeper) => keeper.settle())),
			wait(SETTLE_LIMIT_MS, undefined, { ref: false, signal: limit.signal }).catch(() => undefined),
		]);
		limit.abort();
		return this.register.removals.waiting(objectIds);
	}

	/**
	 * Brings copies up to date now. What stops one of them is told of it; the others go on.
	 * @throws {Refusal} 'preservation.no-copies' | 'preservation.copy-inside' | 'cli.cancelled'
	 */
	async replicate(ask: ReplicationAsk = {}): Promise<ReplicationAnswer> {
		const copies = await this.withKeepers(ask.to, async (keepers) => {
			const runs: CopyRun[] = [];
			for (const keeper of keepers) runs.push(await this.#replicateTo(keeper, ask));
			return runs;
		});
		return {
			isWhole: copies.every(
				({ stopped, failed, verdict }) =>
					!stopped && failed.length === 0 && (verdict?.valid ?? true) && !verdict?.differing.length,
			),
			copies,
		};
	}

	/**
	 * Does something with the copy in a folder, or with all that are configured.
	 * @throws {Refusal} 'preservation.no-copies' | 'preservation.copy-inside'
	 */
	async withKeepers<T>(
		path: string | undefined,
		run: (keepers: readonly CopyKeeper[]) => Promise<T>,
	): Promise<T> {
		if (path === undefined) {
			if (this.#keepers.length === 0) throw new Refusal('preservation.no-copies');
			return run(this.#keepers);
		}
		const place = this.#placeOf(path);
		const known = this.#keepers.find((keeper) => keeper.path === place);
		if (known) return run([known]);
		const keeper = new CopyKeeper(place, this.#keeperParts);
		try {
			return await run([keeper]);
		} finally {
			await keeper.close();
		}
	}

	/** Ends what runs, where it is; the next start goes on. */
	async close(): Promise<void> {
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<void>((resolved) => (timer = setTimeout(resolved, CLOSE_MS)));
		await Promise.race([Promise.all(this.#keepers.map((keeper) => keeper.close())), late]);
		clearTimeout(timer);
	}

	async #replicateTo(keeper: CopyKeeper, ask: ReplicationAsk): Promise<CopyRun> {
		const { path } = keeper;
		const nothing = { objects: 0, bytes: 0, removed: 0, failed: [], stopped: null, verdict: null };
		const progress = (told: object): void => ask.onProgress?.({ copy: path, ...told });
		try {
			const { copyId, failed, ...counts } = await keeper.run({ ...ask, isAsked: true, onProgress: progress });
			const { signal } = ask;
			const parts = { register: this.register, clock: this.#keeperParts.clock };
			const verdict = ask.verify
				? await keeper.exclusive(signal, () =>
						checkCopy(parts, keeper, copyId, { signal, onProgress: progress }),
					)
				: null;
			return {
				...nothing,
				...counts,
				path,
				state: keeper.status().state,
				failed: failed.map(({ objectId, error }) => ({
					objectId,
					code: error?.code ?? 'server.failed',
					params: error?.params ?? {},
				})),
				verdict,
			};
		} catch (error) {
			if (ask.signal?.aborted) throw error;
			return { ...nothing, path, state: stateOf(error), stopped: told(error, path) };
		}
	}

	/** @throws {Refusal} 'preservation.copy-inside' for a folder that holds the data directory or the store, or lies in one */
	#placeOf(path: string): string {
		const place = resolve(path);
		for (const own of [this.#dataDir, resolve(this.#keeperParts.root)])
			if (`${place}${sep}`.startsWith(own + sep) || `${own}${sep}`.startsWith(place + sep))
				throw new Refusal('preservation.copy-inside', { path: place });
		return place;
	}
}

function told(error: unknown, path: string): { readonly code: string; readonly params: Params } {
	if (isRefusal(error)) return { code: error.code, params: error.params };
	return { code: 'preservation.copy-failed', params: { path, reason: reasonOf(error) } };
}
