import type { Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Storage } from '#server/storage/storage.ts';
import { shareOf } from './fixity-due.ts';
import type { FixityFinding } from './fixity-finding.ts';
import { ROOT_ID, type CheckDetail } from './fixity-register.ts';
import type { FixityRuns, ShownRun } from './fixity-runs.ts';
import { entryIdOf, isInFonds, type SeenFonds } from './object-fonds.ts';

/** A failure that is open. */
export interface ShownFailure {
	/** Null for the storage root, outside of all objects. */
	readonly objectId: string | null;
	readonly kind: string;
	/** Of the entry it is of, when it is of one that may be seen. */
	readonly entryId: string | null;
	readonly title: string | null;
	readonly referenceCode: string | null;
	readonly version: number | null;
	readonly findings: readonly FixityFinding[];
	/** When it was found first, and when it was seen last. */
	readonly at: string;
	readonly lastAt: string;
}

/** How the store is, as far as its checks say. */
export interface FixityReport {
	readonly objects: number;
	readonly checked: number;
	readonly neverChecked: number;
	readonly oldestCheckedAt: string | null;
	/** The object that goes without a check for the longest time, and since when. */
	readonly oldestUnverified: { readonly objectId: string; readonly since: string } | null;
	/** Of the whole store. */
	readonly failureCount: number;
	/** How many of them are of objects that whoever asks may not see. */
	readonly unseenFailures: number;
	/** The newest of the others, a thousand at most. */
	readonly failures: readonly ShownFailure[];
	/** The newest first. */
	readonly runs: readonly ShownRun[];
	readonly schedule: {
		readonly everyDays: number;
		readonly megabytesPerSecond: number;
		readonly objectsPerDay: number;
		/** Objects not checked within the period. */
		readonly overdue: number;
		/** Less than the limit, or the period cannot be kept. */
		readonly neededMegabytesPerSecond: number;
	};
}

/** An event of an object, as it is kept. */
export interface ShownEvent {
	readonly id: string;
	readonly type: string;
	readonly version: number | null;
	readonly outcome: string;
	readonly detail: Readonly<Record<string, unknown>>;
	readonly runId: string | null;
	readonly agent: string;
	readonly at: string;
}

/** What reports ask for. */
export interface ReportAsked {
	/** Runs that began at this time or later; by default the newest twenty. */
	readonly since?: string;
	readonly fonds: SeenFonds;
}

const FAILURES = 1000;
const RUNS = { byDefault: 20, since: 1000 };
const DAY_SECONDS = 86_400;

/** Puts together what checks have found. */
export async function reportFixity(
	parts: { readonly storage: Storage; readonly clock: Clock; readonly runs: FixityRuns },
	schedule: { readonly everyDays: number; readonly megabytesPerSecond: number },
	{ since, fonds }: ReportAsked,
): Promise<FixityReport> {
	const { db } = parts.storage;
	const since0 = new Date(parts.clock.now() - schedule.everyDays * DAY_SECONDS * 1000).toISOString();
	const [sums, oldest, overdue, failures, failureCount, unseenFailures, runs] = await Promise.all([
		db
			.selectFrom('store_object')
			.select((select) => [
				select.fn.countAll<number>().as('objects'),
				select.fn.count<number>('checked_at').as('checked'),
				select.fn.min<string | null>('checked_at').as('oldestCheckedAt'),
				select.fn.sum<number | null>('bytes').as('bytes'),
			])
			.executeTakeFirstOrThrow(),
		db
			.selectFrom('store_object')
			.select((select) => ['object_id', select.fn.coalesce('checked_at', 'first_at').as('since')])
			.orderBy('since')
			.orderBy('object_id')
			.limit(1)
			.executeTakeFirst(),
		db
			.selectFrom('store_object')
			.select((select) => select.fn.countAll<number>().as('count'))
			.where((where) => where(where.fn.coalesce('checked_at', 'first_at'), '<', since0))
			.executeTakeFirstOrThrow(),
		failuresOf(parts.storage, fonds),
		countFailures(parts.storage),
		fonds === null ? 0 : countFailures(parts.storage, fonds),
		parts.runs.list(since, since === undefined ? RUNS.byDefault : RUNS.since),
	]);
	const [objects, checked] = [Number(sums.objects), Number(sums.checked)];
	const days = Math.max(schedule.everyDays - 1, schedule.everyDays / 2);
	return {
		objects,
		checked,
		neverChecked: objects - checked,
		oldestCheckedAt: sums.oldestCheckedAt,
		oldestUnverified: oldest ? { objectId: oldest.object_id, since: String(oldest.since) } : null,
		failureCount,
		unseenFailures,
		failures,
		runs,
		schedule: {
			...schedule,
			objectsPerDay: shareOf(objects, schedule.everyDays, 0).perDay,
			overdue: Number(overdue.count),
			neededMegabytesPerSecond: Number(sums.bytes ?? 0) / days / DAY_SECONDS / 1e6,
		},
	};
}

/** @param without fonds whose objects are left out */
async function countFailures({ db }: Storage, without?: readonly EntryId[]): Promise<number> {
	let query = db.selectFrom('store_failure').select((select) => select.fn.countAll<number>().as('count'));
	if (without)
		query = query.where((where) => where.not(isInFonds(where, 'store_failure.object_id', without)));
	return Number((await query.executeTakeFirstOrThrow()).count);
}

/** What happened to an object, oldest first. */
export async function eventsOf({ db }: Storage, objectId: string): Promise<ShownEvent[]> {
	const rows = await db
		.selectFrom('store_event')
		.selectAll()
		.where('object_id', '=', objectId)
		.orderBy('at')
		.orderBy('id')
		.execute();
	return rows.map((row) => ({
		id: row.id,
		type: row.type,
		version: row.version,
		outcome: row.outcome,
		detail: JSON.parse(row.detail) as Record<string, unknown>,
		runId: row.run_id,
		agent: row.agent,
		at: row.at,
	}));
}

async function failuresOf({ db }: Storage, fonds: SeenFonds): Promise<ShownFailure[]> {
	let query = db
		.selectFrom('store_failure')
		.innerJoin('store_event', 'store_event.id', 'store_failure.event_id')
		.leftJoin('store_object', 'store_object.object_id', 'store_failure.object_id')
		.select([
			'store_failure.object_id as objectId',
			'store_failure.at as at',
			'store_event.at as lastAt',
			'store_event.version as version',
			'store_event.detail as detail',
			'store_object.kind as kind',
		])
		.orderBy('store_failure.at', 'desc')
		.limit(FAILURES);
	if (fonds) query = query.where((where) => isInFonds(where, 'store_failure.object_id', fonds));
	const rows = await query.execute();
	const entries = new Map<string, { title: string; reference_code: string }>();
	const ids = rows.map(({ objectId }) => entryIdOf(objectId));
	for (let from = 0; from < ids.length; from += 500) {
		const some = await db
			.selectFrom('entry')
			.select(['id', 'title', 'reference_code'])
			.where('id', 'in', ids.slice(from, from + 500))
			.execute();
		for (const { id, ...entry } of some) entries.set(id, entry);
	}
	return rows.map(({ objectId, at, lastAt, version, detail, kind }) => {
		const entry = entries.get(entryIdOf(objectId));
		return {
			objectId: objectId === ROOT_ID ? null : objectId,
			kind: objectId === ROOT_ID ? 'root' : (kind ?? 'unknown'),
			entryId: entry ? entryIdOf(objectId) : null,
			title: entry?.title ?? null,
			referenceCode: entry?.reference_code ?? null,
			version,
			findings: (JSON.parse(detail) as CheckDetail).findings,
			at,
			lastAt,
		};
	});
}
