import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { Due } from './fixity-due.ts';
import type { Circumstances, FixityRegister, RunCounts } from './fixity-register.ts';
import type { ObjectChecker } from './object-checker.ts';
import type { Verdict } from './object-verdict.ts';
import type { RateLimit } from './rate-limit.ts';

/** What is read in one step: small where a limit is to be kept, large where nothing is to be waited for. */
const STEP = { objects: 8, bytes: 8 * 1024 * 1024 };
const LEAP = { objects: 128, bytes: 256 * 1024 * 1024 };
/** Steps at once without a limit: while one is written down, the readers have the next. */
const AT_ONCE = 3;
/** What an object counts at least: to find and open its files costs a disk as much as to read so many bytes. */
const LEAST_BYTES = 64 * 1024;

/** A run as it goes. */
export interface Round {
	readonly register: FixityRegister;
	readonly checker: ObjectChecker;
	readonly limit: RateLimit;
	readonly clock: Clock;
	readonly about: Omit<Circumstances, 'at'>;
	readonly counts: { -readonly [Key in keyof RunCounts]: RunCounts[Key] };
	readonly signal: AbortSignal;
	/** Waits where the run must stand back for something else. */
	readonly standBack: () => Promise<void>;
	readonly onChecked: (verdicts: readonly Verdict[]) => void;
}

/** Checks objects in steps, in their order; ends early when the signal says so. */
export async function checkObjects(round: Round, objects: readonly Due[]): Promise<void> {
	const { limit, signal, standBack } = round;
	const running = new Set<Promise<void>>();
	const failed = Promise.withResolvers<never>();
	failed.promise.catch(() => undefined);
	for (let at = 0; at < objects.length && !signal.aborted;) {
		await standBack();
		const most = limit.bytesPerSecond > 0 ? STEP : LEAP;
		const ids: string[] = [];
		for (let bytes = 0; at < objects.length && ids.length < most.objects && bytes < most.bytes; at++) {
			ids.push((objects[at] as Due).objectId);
			bytes += (objects[at] as Due).bytes;
		}
		const step = checkStep(round, ids)
			.catch((error: unknown) => failed.reject(error))
			.finally(() => running.delete(step));
		running.add(step);
		const atOnce = limit.bytesPerSecond > 0 ? 1 : AT_ONCE;
		while (running.size >= atOnce) await Promise.race([...running, failed.promise]);
	}
	await Promise.all(running);
	// What failed last is told of too, and nothing waits here when nothing did.
	await Promise.race([failed.promise, Promise.resolve()]);
}

async function checkStep(round: Round, ids: readonly string[]): Promise<void> {
	const { register, checker, limit, clock, about, counts, signal } = round;
	const sinceMs = limit.now();
	const verdicts = await checker.check(ids, limit.bytesPerSecond);
	let cost = 0;
	for (const { files, bytes, findings } of verdicts) {
		counts.objects++;
		counts.files += files;
		counts.bytes += bytes;
		if (findings.length) counts.failures++;
		cost += Math.max(bytes, LEAST_BYTES);
	}
	await register.record(verdicts, { ...about, at: isoAt(clock) }, counts);
	round.onChecked(verdicts);
	await limit.pay(cost, sinceMs, signal);
}
