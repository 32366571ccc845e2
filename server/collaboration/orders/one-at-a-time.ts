import { Refusal } from '#domain/base/refusal.ts';

/** Runs what changes one thing, by its id, one after the other. */
export type OneAtATime = <T>(id: string, run: () => Promise<T>, length?: 'short' | 'long') => Promise<T>;

/**
 * Work on the same thing waits for what came before; only while something long is under way nothing waits for it, and
 * whoever asks is told.
 * @throws {Refusal} 'collaboration.order-busy' (409)
 */
export function oneAtATime(): OneAtATime {
	const last = new Map<string, Promise<unknown>>();
	const long = new Set<string>();
	return async (id, run, length = 'short') => {
		if (long.has(id)) throw new Refusal('collaboration.order-busy', {}, 409);
		if (length === 'long') long.add(id);
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
			if (length === 'long') long.delete(id);
			if (last.get(id) === ended) last.delete(id);
		}
	};
}
