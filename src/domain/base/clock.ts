/** The time as the process knows it, passed in so that tests can hold it. */
export interface Clock {
	/** Milliseconds since 1970 UTC. */
	now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Time that only ever goes on, for waiting: what it shows means nothing by itself. */
export const steadyClock: Clock = { now: () => performance.now() };

/** The day it is in the time zone of this machine, as YYYY-MM-DD: what people write today is not of tomorrow. */
export function dayAt(clock: Clock): string {
	const at = new Date(clock.now());
	const two = (number: number): string => String(number).padStart(2, '0');
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The same as YYYYMMDD, as dates are described. */
export function eightDigitDay(clock: Clock): string {
	return dayAt(clock).replaceAll('-', '');
}

/** The instant as an ISO string in UTC. */
export function isoAt(clock: Clock): string {
	return new Date(clock.now()).toISOString();
}
