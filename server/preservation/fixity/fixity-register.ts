import { createId } from '#domain/base/ids.ts';
import type { BulkInsert, Storage } from '#server/storage/storage.ts';
import { purgedObjects } from '../purge/purged-objects.ts';
import type { SurveyedObject } from '../store-survey.ts';
import type { FixityFinding } from './fixity-finding.ts';
import type { KnownObject, Verdict } from './object-verdict.ts';

/** Why a check was made. */
export type Trigger = 'schedule' | 'read' | 'demand';

/** How far a run has come. */
export interface RunCounts {
	readonly objects: number;
	readonly files: number;
	readonly bytes: number;
	readonly failures: number;
	readonly added: number;
}

/** In which circumstances something was found. */
export interface Circumstances {
	readonly at: string;
	/** A person's id, or `server`. */
	readonly agent: string;
	readonly trigger: Trigger;
	readonly runId: string | null;
}

/** What an event of a check holds as its detail. */
export interface CheckDetail {
	readonly algorithm: 'SHA-512';
	readonly trigger: Trigger;
	readonly files: number;
	readonly bytes: number;
	readonly findings: readonly FixityFinding[];
}

/** The word of PREMIS for what is done here. */
export const FIXITY_CHECK = 'fixity check';
/** Stands for the root in the table of failures. */
export const ROOT_ID = '';

const EVENT = `insert into store_event (id, object_id, version, type, outcome, detail, run_id, agent, at)
	values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const FAILURE = `insert into store_failure (object_id, event_id, at) values (?, ?, ?)
	on conflict (object_id) do update set event_id = excluded.event_id`;
const NO_FAILURE = 'delete from store_failure where object_id = ?';
/** Of what the register does not know even after a survey, the survey itself says what is wrong. */
const NO_OBJECT =
	'delete from store_failure where object_id <> ? and object_id not in (select object_id from store_object)';
const CHECKED = 'update store_object set checked_at = ?, check_outcome = ? where object_id = ?';
/** What was counted holds for the version it was counted of; and the register only moves forward. */
const COUNTED = 'update store_object set files = ?, bytes = ? where object_id = ? and head = ?';
const FORWARD = `update store_object set head = ?, inventory_digest = ?, files = ?, bytes = ?, last_at = ?
	where object_id = ? and head < ?`;
const FOUND = `insert into store_object
	(object_id, kind, head, inventory_digest, files, bytes, first_at, last_at, checked_at, check_outcome)
	values (?, ?, ?, ?, ?, ?, ?, ?, null, null) on conflict (object_id) do nothing`;
const RUN = `update fixity_run set objects = ?, files = ?, bytes = ?, failures = ?, added = ? where id = ?`;
/** Objects asked for in one statement. */
const MAX_IDS = 500;

/** What the database keeps of the store's objects and of their checks. */
export class FixityRegister {
	#storage: Storage;

	constructor(storage: Storage) {
		this.#storage = storage;
	}

	/** What is known of objects, in the order of the ids; those not known are left out. */
	async known(ids: readonly string[]): Promise<KnownObject[]> {
		const found = new Map<string, KnownObject>();
		for (let from = 0; from < ids.length; from += MAX_IDS) {
			const rows = await this.#storage.db
				.selectFrom('store_object')
				.select(['object_id', 'kind', 'head', 'inventory_digest', 'files', 'bytes'])
				.where('object_id', 'in', ids.slice(from, from + MAX_IDS))
				.execute();
			for (const row of rows)
				found.set(row.object_id, {
					objectId: row.object_id,
					kind: row.kind,
					head: row.head,
					inventoryDigest: row.inventory_digest,
					files: row.files,
					bytes: row.bytes,
				});
		}
		return ids.flatMap((id) => found.get(id) ?? []);
	}

	/** Ids after one, in order, with the bytes of each. */
	page(after: string, limit: number): Promise<{ object_id: string; bytes: number }[]> {
		return this.#storage.db
			.selectFrom('store_object')
			.select(['object_id', 'bytes'])
			.where('object_id', '>', after)
			.orderBy('object_id')
			.limit(limit)
			.execute();
	}

	/** Writes what checks found, and how far their run is. */
	async record(verdicts: readonly Verdict[], about: Circumstances, counts?: RunCounts): Promise<void> {
		const events: unknown[][] = [];
		const failures: unknown[][] = [];
		const passed: unknown[][] = [];
		const checked: unknown[][] = [];
		const counted: unknown[][] = [];
		const forward: unknown[][] = [];
		for (const { objectId, version, findings, files, bytes, update } of verdicts) {
			const isFailed = findings.length > 0;
			const eventId = createId<string>();
			events.push(eventRow(eventId, objectId, version || null, { files, bytes, findings }, about));
			if (isFailed) failures.push([objectId, eventId, about.at]);
			else passed.push([objectId]);
			checked.push([about.at, isFailed ? 'fail' : 'pass', objectId]);
			if (update?.head !== undefined)
				forward.push([
					update.head,
					update.inventoryDigest,
					update.files,
					update.bytes,
					update.lastAt,
					objectId,
					update.head,
				]);
			else if (update) counted.push([update.files, update.bytes, objectId, version]);
		}
		await this.#write([
			{ sql: EVENT, rows: events },
			{ sql: FAILURE, rows: failures },
			{ sql: NO_FAILURE, rows: passed },
			{ sql: CHECKED, rows: checked },
			{ sql: COUNTED, rows: counted },
			{ sql: FORWARD, rows: forward },
			...runUpdate(about, counts),
		]);
	}

	/** Writes what a survey found of the root itself. */
	async recordRoot(findings: readonly FixityFinding[], about: Circumstances): Promise<void> {
		const eventId = createId<string>();
		await this.#write([
			{ sql: EVENT, rows: [eventRow(eventId, null, null, { files: 0, bytes: 0, findings }, about)] },
			findings.length
				? { sql: FAILURE, rows: [[ROOT_ID, eventId, about.at]] }
				: { sql: NO_FAILURE, rows: [[ROOT_ID]] },
			{ sql: NO_OBJECT, rows: [[ROOT_ID]] },
		]);
	}

	/** Ids of objects that orders to purge took out of the store for good. */
	async purged(): Promise<ReadonlySet<string>> {
		const purged = [...(await purgedObjects(this.#storage)).values()];
		return new Set(
			purged.flatMap(({ objectId, action, doneAt }) =>
				action === 'remove' && doneAt !== null ? [objectId] : [],
			),
		);
	}

	/** Adds objects that are not known yet, and says how many; those that are stay as they are. */
	async add(found: readonly SurveyedObject[]): Promise<number> {
		const known = await this.known(found.map(({ objectId }) => objectId));
		await this.#write([
			{
				sql: FOUND,
				rows: found.map((each) => [
					each.objectId,
					each.kind,
					each.head,
					each.inventoryDigest,
					each.files,
					each.bytes,
					each.firstAt,
					each.lastAt,
				]),
			},
		]);
		return found.length - known.length;
	}

	/** How many objects there are, and when the root was surveyed last. */
	async state(): Promise<{ readonly objects: number; readonly surveyedAt: string | null }> {
		const { db } = this.#storage;
		const [{ objects }, { at }] = await Promise.all([
			db
				.selectFrom('store_object')
				.select((select) => select.fn.countAll<number>().as('objects'))
				.executeTakeFirstOrThrow(),
			db
				.selectFrom('store_event')
				.select((select) => select.fn.max<string | null>('at').as('at'))
				.where('object_id', 'is', null)
				.where('type', '=', FIXITY_CHECK)
				.executeTakeFirstOrThrow(),
		]);
		return { objects: Number(objects), surveyedAt: at };
	}

	/** What the files of the root were when the root was surveyed first: what is there by then is noted. */
	async rootFiles(seen: Readonly<Record<string, string>>, at: string): Promise<Map<string, string>> {
		const rows = await this.#storage.db.selectFrom('store_root_file').select(['path', 'sha512']).execute();
		const known = new Map(rows.map(({ path, sha512 }) => [path, sha512]));
		if (known.size > 0) return known;
		await this.#write([
			{
				sql: 'insert into store_root_file (path, sha512, noted_at) values (?, ?, ?) on conflict (path) do nothing',
				rows: Object.entries(seen).map(([path, digest]) => [path, digest, at]),
			},
		]);
		return known;
	}

	async #write(inserts: readonly BulkInsert[]): Promise<void> {
		const some = inserts.filter(({ rows }) => rows.length > 0);
		if (some.length) await this.#storage.bulk(some);
	}
}

function eventRow(
	eventId: string,
	objectId: string | null,
	version: number | null,
	what: Pick<CheckDetail, 'files' | 'bytes' | 'findings'>,
	{ at, agent, trigger, runId }: Circumstances,
): unknown[] {
	const detail: CheckDetail = { algorithm: 'SHA-512', trigger, ...what };
	const outcome = what.findings.length ? 'failure' : 'success';
	return [eventId, objectId, version, FIXITY_CHECK, outcome, JSON.stringify(detail), runId, agent, at];
}

function runUpdate({ runId }: Circumstances, counts: RunCounts | undefined): BulkInsert[] {
	if (!counts) return [];
	const { objects, files, bytes, failures, added } = counts;
	return [{ sql: RUN, rows: [[objects, files, bytes, failures, added, runId]] }];
}
