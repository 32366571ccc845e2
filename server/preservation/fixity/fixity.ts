import type { Logger } from 'pino';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { parseEntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';
import { WorkerClient } from '../worker-client.ts';
import { allObjects, dueObjects, shareOf, type Due } from './fixity-due.ts';
import { finding, type FixityFinding } from './fixity-finding.ts';
import { FixityRegister, type Circumstances, type RunCounts } from './fixity-register.ts';
import {
	eventsOf,
	reportFixity,
	type FixityReport,
	type ReportAsked,
	type ShownEvent,
} from './fixity-report.ts';
import { checkObjects, type Round } from './fixity-round.ts';
import { FixityRuns, type RunAbout, type RunOutcome } from './fixity-runs.ts';
import type { FixityAsks } from './fixity-worker.ts';
import { seenObjects, type SeenFonds } from './object-fonds.ts';
import { ObjectChecker } from './object-checker.ts';
import { premisXml } from './premis.ts';
import { isAway } from './root-presence.ts';
import { RateLimit, steadyPace, type Pace } from './rate-limit.ts';
import { survey } from './root-survey.ts';

/** How the schedule is to run. */
export interface FixitySettings {
	/** Every object is read again within so many days. */
	readonly everyDays: number;
	readonly megabytesPerSecond: number;
}

/** How far a run has come. */
export interface FixityProgress extends RunCounts {
	/** Objects it will check, as far as that is known. */
	readonly total: number;
}

/** What is to be checked now. */
export interface FixityRequest {
	/** Ids of objects or of entries. Without any, and without `isAll`, what is due. */
	readonly objects?: readonly string[];
	readonly isAll?: boolean;
	/** In place of the setting; 0 for no limit. */
	readonly megabytesPerSecond?: number;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: FixityProgress) => void;
	readonly actor: Actor;
	/** Fonds whose objects may be named, to be checked and in what is told; by default all. */
	readonly fonds?: SeenFonds;
}

/** What a run found. */
export interface FixityRunReport extends RunCounts {
	readonly runId: string;
	readonly outcome: RunOutcome;
	/** Objects that failed and may be seen, a thousand at most; `objectId` is null for the root itself. */
	readonly failed: readonly {
		readonly objectId: string | null;
		readonly findings: readonly FixityFinding[];
	}[];
	readonly seconds: number;
}

/** Whether what lies in the store is what was put there. */
export interface Fixity {
	/** Begins the schedule. */
	start(): void;
	set(settings: FixitySettings): void;
	/**
	 * Checks objects.
	 * @throws {Refusal} 'preservation.unknown-object' (404) | 'preservation.root-missing' | 'cli.cancelled'
	 */
	run(request: FixityRequest): Promise<FixityRunReport>;
	/** Does what the schedule has to do now; false when there was nothing. */
	runScheduled(): Promise<boolean>;
	report(asked: ReportAsked): Promise<FixityReport>;
	/**
	 * What happened to an object, or to the object of an entry, oldest first.
	 * @throws {Refusal} 'preservation.unknown-object' (404), also of one that may not be seen
	 */
	events(object: string, fonds: SeenFonds): Promise<ShownEvent[]>;
	/**
	 * PREMIS 3 of an object, or of the object of an entry.
	 * @throws {Refusal} 'preservation.unknown-object' (404), also of one that may not be seen | 'preservation.damaged' |
	 * 'preservation.root-missing'
	 */
	premis(object: string, fonds: SeenFonds): Promise<string>;
	/** Content was found damaged when it was read for use. */
	noteDamage(objectId: string, path: string): Promise<void>;
	/** Ends what runs. */
	close(): Promise<void>;
}

const SERVER = { id: 'server', name: 'Lantai' };
const DAY_MS = 86_400_000;
/** After the start people come first. */
const START_MS = 20_000;
const TICK_MS = 5 * 60_000;
/** While something else has the store. */
const STAND_BACK_MS = 1000;
/** The root is walked through at least so often, to find what nobody put there. */
const SURVEY_DAYS = 7;
const MAX_FAILED = 1000;

/** Parts the checks stand on. */
export interface FixityParts {
	readonly storage: Storage;
	readonly root: string;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly software: { readonly name: string; readonly version: string };
	readonly hold: () => Promise<() => void>;
	/** See `StoreHolds.watch`. */
	readonly watch: () => () => boolean;
	/** Whether somebody keeps the store as it is, for a copy of it. */
	readonly isHeld: () => boolean;
	readonly pace?: Pace;
}

/** Makes the checks of a store. */
export function createFixity(parts: FixityParts): Fixity {
	const { storage, root, clock, logger, hold, watch } = parts;
	const pace = parts.pace ?? steadyPace;
	const register = new FixityRegister(storage);
	const runs = new FixityRuns(storage, clock);
	const closing = new AbortController();
	const running = new Set<Promise<unknown>>();
	let settings: FixitySettings = { everyDays: 90, megabytesPerSecond: 20 };
	const usual = new RateLimit(settings.megabytesPerSecond * 1e6, pace);
	let demands = 0;
	let timer: NodeJS.Timeout | undefined;

	function newWorker(): WorkerClient<FixityAsks> {
		return new WorkerClient<FixityAsks>(new URL('./fixity-worker.ts', import.meta.url), {});
	}

	/** Keeps track of work, so that closing waits for it. */
	async function tracked<T>(work: Promise<T>): Promise<T> {
		running.add(work);
		try {
			return await work;
		} finally {
			running.delete(work);
		}
	}

	async function runNow(
		about: RunAbout,
		request: Pick<FixityRequest, 'megabytesPerSecond' | 'signal' | 'onProgress'>,
		what: {
			readonly isSurveyed: boolean;
			readonly objects: (done: () => number) => AsyncIterable<readonly Due[]>;
			readonly total: number;
		},
	): Promise<FixityRunReport> {
		const started = performance.now();
		const signals = [closing.signal, ...(request.signal ? [request.signal] : [])];
		const signal = AbortSignal.any(signals);
		const runId = await runs.begin(about);
		const counts: Round['counts'] = { objects: 0, files: 0, bytes: 0, failures: 0, added: 0 };
		const failed: { objectId: string | null; findings: readonly FixityFinding[] }[] = [];
		const worker = newWorker();
		const stop = (): void => void worker.close();
		signal.addEventListener('abort', stop, { once: true });
		const circumstances: Omit<Circumstances, 'at'> = { agent: about.agent, trigger: about.trigger, runId };
		const rate = request.megabytesPerSecond;
		const limit = rate === undefined ? usual : new RateLimit(rate * 1e6, pace);
		const round: Round = {
			register,
			checker: new ObjectChecker({ root, worker, register, hold, watch }),
			limit,
			clock,
			about: circumstances,
			counts,
			signal,
			async standBack() {
				while (about.trigger === 'schedule' && !signal.aborted && (parts.isHeld() || demands > 0))
					await pace.wait(STAND_BACK_MS, signal);
			},
			onChecked(verdicts) {
				for (const { objectId, findings } of verdicts)
					if (findings.length && failed.length < MAX_FAILED) failed.push({ objectId, findings });
				request.onProgress?.({ ...counts, total: Math.max(what.total, counts.objects) });
			},
		};
		let outcome: RunOutcome = 'complete';
		try {
			if (what.isSurveyed) {
				await round.standBack();
				const at = isoAt(clock);
				const surveyed = await survey({ root, worker, register, hold, at, signal });
				counts.added = surveyed.added;
				if (surveyed.findings.length) {
					counts.failures++;
					failed.push({ objectId: null, findings: surveyed.findings });
				}
				if (!signal.aborted) await register.recordRoot(surveyed.findings, { ...circumstances, at });
			}
			for await (const objects of what.objects(() => counts.objects)) {
				if (signal.aborted) break;
				await checkObjects(round, objects);
			}
			if (signal.aborted) throw new Refusal('cli.cancelled');
		} catch (error) {
			outcome = signal.aborted ? 'cancelled' : 'failed';
			throw signal.aborted ? new Refusal('cli.cancelled') : error;
		} finally {
			signal.removeEventListener('abort', stop);
			await worker.close();
			await runs.end(runId, outcome, counts);
		}
		const seconds = Math.round(performance.now() - started) / 1000;
		return { runId, outcome, ...counts, failed, seconds };
	}

	async function* listed(ids: readonly string[]): AsyncGenerator<readonly Due[]> {
		yield (await register.known(ids)).map(({ objectId, bytes }) => ({ objectId, bytes }));
	}

	/** What is due until the share of the day is done and nothing is overdue. */
	async function* dueLists(perDay: number, doneBefore: number, done: () => number): AsyncGenerator<Due[]> {
		for (;;) {
			const share = { ...shareOf(1, settings.everyDays, clock.now()), perDay };
			const { due, hasMore } = await dueObjects(storage, share, perDay - doneBefore - done());
			if (due.length) yield due;
			if (!hasMore) return;
		}
	}

	async function dueNow(): Promise<Parameters<typeof runNow>[2] & { readonly isAny: boolean }> {
		const { objects, surveyedAt } = await register.state();
		const surveyMs = Math.min(SURVEY_DAYS, settings.everyDays) * DAY_MS;
		const isSurveyed = surveyedAt === null || Date.parse(surveyedAt) + surveyMs <= clock.now();
		const share = shareOf(objects, settings.everyDays, clock.now());
		const before = await runs.checkedToday();
		const { due } = await dueObjects(storage, share, share.perDay - before);
		return {
			isSurveyed,
			isAny: isSurveyed || due.length > 0,
			total: due.length,
			async *objects(done) {
				// A survey may have filled the register only now.
				const { perDay } = shareOf((await register.state()).objects, settings.everyDays, clock.now());
				yield* dueLists(perDay, before, done);
			},
		};
	}

	/** Ids of objects, for ids of objects or of what they are of. */
	async function objectIds(asked: readonly string[], fonds: SeenFonds): Promise<string[]> {
		const ids: string[] = [];
		for (const each of asked) {
			const id = parseEntryId(each.replace(/^urn:uuid:/, ''));
			const deposits = id
				? await storage.db
						.selectFrom('deposit')
						.select('object_id')
						.distinct()
						.where('entry_id', '=', id)
						.execute()
				: [];
			const names = [each, ...(id ? [`urn:uuid:${id}`] : []), ...deposits.map(({ object_id }) => object_id)];
			const known = await register.known([...new Set(names)]);
			const seen = await seenObjects(
				storage,
				known.map(({ objectId }) => objectId),
				fonds,
			);
			if (seen.size === 0) throw new Refusal('preservation.unknown-object', { id: each.slice(0, 80) }, 404);
			ids.push(...seen);
		}
		return [...new Set(ids)];
	}

	async function runRequest(request: FixityRequest): Promise<FixityRunReport> {
		const { objects, isAll, actor, fonds = null } = request;
		if (request.signal?.aborted) throw new Refusal('cli.cancelled');
		const about = { trigger: 'demand', agent: actor.id, agentName: actor.name } as const;
		if (objects?.length) {
			const ids = await objectIds(objects, fonds);
			const lists = (): AsyncGenerator<readonly Due[]> => listed(ids);
			const what = { isSurveyed: false, objects: lists, total: ids.length };
			return runNow({ ...about, scope: 'objects' }, request, what);
		}
		if (!isAll) return runNow({ ...about, scope: 'due' }, request, await dueNow());
		const { objects: total } = await register.state();
		const what = { isSurveyed: true, objects: () => allObjects(register), total };
		return runNow({ ...about, scope: 'all' }, request, what);
	}

	async function seenOf(
		failed: FixityRunReport['failed'],
		fonds: SeenFonds,
	): Promise<FixityRunReport['failed']> {
		if (fonds === null) return failed;
		const seen = await seenObjects(
			storage,
			failed.flatMap(({ objectId }) => objectId ?? []),
			fonds,
		);
		return failed.filter(({ objectId }) => objectId !== null && seen.has(objectId));
	}

	async function runScheduled(): Promise<boolean> {
		const due = await dueNow();
		if (!due.isAny || closing.signal.aborted) return false;
		const about = { trigger: 'schedule', scope: 'due', agent: SERVER.id, agentName: SERVER.name } as const;
		const { failed } = await runNow(about, {}, due);
		if (failed.length) logger.error({ failed: failed.slice(0, 20) }, 'the archival store is damaged');
		return true;
	}

	function arm(ms: number): void {
		if (closing.signal.aborted) return;
		timer = setTimeout(() => {
			tracked(runScheduled())
				.catch((error: unknown) => {
					if (!closing.signal.aborted) logger.warn({ err: error }, 'the archival store could not be checked');
				})
				.finally(() => arm(TICK_MS));
		}, ms);
		timer.unref();
	}

	return {
		start: () => arm(START_MS),
		set(next) {
			settings = next;
			usual.bytesPerSecond = next.megabytesPerSecond * 1e6;
		},
		async run(request) {
			demands++;
			try {
				const report = await tracked(runRequest(request));
				return { ...report, failed: await seenOf(report.failed, request.fonds ?? null) };
			} finally {
				demands--;
			}
		},
		runScheduled: () => tracked(runScheduled()),
		report: (asked) => reportFixity({ storage, clock, runs }, settings, asked),
		async events(object, fonds) {
			const all = await Promise.all((await objectIds([object], fonds)).map((id) => eventsOf(storage, id)));
			return all.flat();
		},
		async premis(object, fonds) {
			const [objectId = ''] = await objectIds([object], fonds);
			const worker = newWorker();
			try {
				const described = await worker.ask('describe', { root, objectId });
				if (!described) throw new Refusal('preservation.damaged', { id: objectId, path: '.' });
				const events = await eventsOf(storage, objectId);
				const names = await runs.agentNames();
				return premisXml({ ...described, events, names, software: parts.software });
			} finally {
				await worker.close();
			}
		},
		async noteDamage(objectId, path) {
			if (await isAway(root)) return;
			const [known] = await register.known([objectId]);
			const findings = [finding('F005', path)];
			const verdict = {
				objectId,
				version: known?.head ?? 0,
				findings,
				files: 0,
				bytes: 0,
				update: undefined,
			};
			await register.record([verdict], { at: isoAt(clock), agent: SERVER.id, trigger: 'read', runId: null });
		},
		async close() {
			clearTimeout(timer);
			closing.abort();
			await Promise.allSettled(running);
		},
	};
}
