import { Refusal } from '#domain/base/refusal.ts';

/** How long a piece of work takes, and what says that it is given up. */
export interface Turn {
	readonly isLong?: boolean;
	readonly signal?: AbortSignal | undefined;
}

/** Runs what changes one thing, by its id, one after the other. */
export type OneAtATime = <T>(id: string, run: () => Promise<T>, turn?: Turn) => Promise<T>;

/**
 * Work on the same thing waits for what came before; only while something long is under way nothing waits for it, and
 * whoever asks is told. Long work that was given up ends in a moment, so that is waited for.
 * @param busy what they are told
 */
export function oneAtATime(
	busy: () => Refusal = () => new Refusal('collaboration.order-busy', {}, 409),
): OneAtATime {
	const last = new Map<string, Promise<unknown>>();
	const long = new Map<string, Turn>();
	return async (id, run, turn = {}) => {
		const underWay = long.get(id);
		if (underWay && !underWay.signal?.aborted) throw busy();
		if (turn.isLong) long.set(id, turn);
		const before = last.get(id) ?? Promise.resolve();
		const work = before.then(run);
		const ended = work.then(
			() => undefined,
			() => undefined,
		);
		last.set(id, ended);
		try {
			return await work;
		} finally {
			if (long.get(id) === turn) long.delete(id);
			if (last.get(id) === ended) last.delete(id);
		}
	};
}
