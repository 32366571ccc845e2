/** The time as the process knows it, passed in so that tests can hold it. */
export interface Clock {
	/** Milliseconds since 1970 UTC. */
	now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Time that only ever goes on, for waiting: what it shows means nothing by itself. */
export const steadyClock: Clock = { now: () => performance.now() };

/** The instant as an ISO string in UTC. */
export function isoAt(clock: Clock): string {
	return new Date(clock.now()).toISOString();
}
