import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sql, type Kysely } from 'kysely';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { DepositClient } from './deposit-client.ts';
import { userOf } from './entry-deposit.ts';
import { canonicalJson } from './canonical-json.ts';

/** Rows of a record that are read and written together. */
export const PAGE = 5000;

/** What depositing records of their own needs. */
export interface RecordParts {
	readonly storage: Storage;
	readonly worker: DepositClient;
	readonly clock: Clock;
	readonly dataDir: string;
	readonly software: { readonly name: string; readonly version: string };
}

/**
 * A step of review over entries that nobody has edited, so that they have no object of their own: who, when, why, and
 * with which entries. An import of a million stays one object, and so does what was decided about it.
 *
 * What was decided about these entries before goes first: an entry knows its last step alone, and once that is in the
 * store nothing would ask for the others.
 */
export async function depositStep(parts: RecordParts, stepId: string): Promise<string | undefined> {
	for (const earlier of await earlierSteps(parts.storage.db, stepId))
		await inTurn(earlier, () => putStep(parts, earlier, `${earlier}-before-${stepId}`));
	return inTurn(stepId, () => putStep(parts, stepId, stepId));
}

/** What is being put of steps, by their ids. */
const putting = new Map<string, Promise<unknown>>();

/**
 * One after the other for each step: it may be wanted for itself, and as what was before several others, and what was read
 * of it first must not come into the store last.
 */
async function inTurn<T>(stepId: string, put: () => Promise<T>): Promise<T> {
	const done = (putting.get(stepId) ?? Promise.resolve()).then(put, put);
	putting.set(stepId, done);
	try {
		return await done;
	} finally {
		if (putting.get(stepId) === done) putting.delete(stepId);
	}
}

/**
 * Steps in no version that were taken before this one with any of the entries that have no object of their own, and
 * those before them: each found one stays in reach of the step asked for until it is put, when put in this order.
 */
async function earlierSteps(db: Kysely<Schema>, stepId: string): Promise<string[]> {
	const found = new Set([stepId]);
	// What is added meanwhile is looked at in its turn.
	for (const id of found)
		for (let after = '', hasMore = true; hasMore;) {
			const page = db
				.selectFrom('review_step_entry as taken')
				.where('taken.step_id', '=', id)
				.where('taken.entry_id', '>', after);
			const end = await page
				.select('taken.entry_id')
				.orderBy('taken.entry_id')
				.offset(PAGE - 1)
				.limit(1)
				.executeTakeFirst();
			const earlier = await page
				.$if(end !== undefined, (all) => all.where('taken.entry_id', '<=', end?.entry_id ?? ''))
				.innerJoin('entry', 'entry.id', 'taken.entry_id')
				.innerJoin('review_step_entry as before', 'before.entry_id', 'taken.entry_id')
				.innerJoin('review_step as step', 'step.id', 'before.step_id')
				.where('entry.deposited_seq', 'is', null)
				.where('entry.projected_seq', '=', 0)
				.whereRef('before.position', '<=', 'taken.position')
				.where('step.deposited_version', 'is', null)
				.select('step.id')
				.distinct()
				.execute();
			for (const step of earlier) found.add(step.id);
			hasMore = end !== undefined;
			after = end?.entry_id ?? after;
		}
	return [...found].toReversed().slice(0, -1);
}

/** @param rowsName of the folder in which its rows are gathered, which no two at once may share */
async function putStep(parts: RecordParts, stepId: string, rowsName: string): Promise<string | undefined> {
	const { storage, worker, clock, software } = parts;
	const { db } = storage;
	const step = await db.selectFrom('review_step').selectAll().where('id', '=', stepId).executeTakeFirst();
	if (!step) return undefined;
	const waiting = await db
		.selectFrom('entry')
		.select('id')
		.where('last_step', '=', stepId)
		.where(sql<boolean>`last_step is distinct from deposited_step`)
		.limit(1)
		.executeTakeFirst();
	if (!waiting && step.deposited_version !== null) return undefined;
	const { deposited_version: _, ...taken } = step;
	// Taken with many entries it grows batch by batch, perhaps while its record is written.
	const isWhole = sql<boolean>`(select entries from review_step where id = ${stepId}) = ${step.entries}`;
	return withRows(
		parts,
		rowsName,
		async (last: string) => {
			const rows = await db
				.selectFrom('review_step_entry')
				.select(['entry_id', 'from_state', 'to_state', 'seq', 'position'])
				.where('step_id', '=', stepId)
				.where('entry_id', '>', last)
				.orderBy('entry_id')
				.limit(PAGE)
				.execute();
			return { rows, next: rows.at(-1)?.entry_id };
		},
		'',
		async (path) => {
			const { version } = await worker.put('record', {
				objectId: `urn:uuid:${stepId}`,
				files: [
					['step.json', canonicalJson({ schema: 'lantai-step/1', ...taken })],
					['entries.jsonl', { path }],
				],
				record: { schema: 'lantai-record/1', kind: 'step', stepId, at: step.at, software },
				about: {
					created: isoAt(clock),
					message: `review: ${step.step}`,
					user: userOf({ id: step.actor_id, name: step.actor_name }),
				},
			});
			await storage.batch([
				db
					.updateTable('review_step')
					.set({ deposited_version: version })
					.where('id', '=', stepId)
					.where('entries', '=', step.entries),
				// Entries with an object of their own say it themselves, in their next version.
				db
					.updateTable('entry')
					.set({ deposited_step: stepId })
					.where('last_step', '=', stepId)
					.where(isWhole)
					.where('deposited_seq', 'is', null)
					.where('projected_seq', '=', 0)
					.where(({ not, exists, selectFrom }) =>
						not(
							exists(
								selectFrom('review').select('review.entry_id').whereRef('review.entry_id', '=', 'entry.id'),
							),
						),
					),
			]);
			return version;
		},
	);
}

/** A correction order as it stands: what it changes, who proposed it, and how it was decided. */
export async function depositOrder(parts: RecordParts, orderId: string): Promise<string | undefined> {
	const { storage, worker, clock, software } = parts;
	const { db } = storage;
	// Whoever changes the order from now on takes this away: then the version does not say all, and another one is wanted.
	const underWay = `under way ${createId<string>()}`;
	await db
		.updateTable('correction_order')
		.set({ deposited_as: underWay })
		.where('id', '=', orderId)
		.where('state', '!=', 'draft')
		.execute();
	const order = await db
		.selectFrom('correction_order')
		.selectAll()
		.where('id', '=', orderId)
		.executeTakeFirst();
	if (!order || order.state === 'draft') return undefined;
	const as = orderStanding(order);
	const { deposited_version: _, deposited_as: __, ...record } = order;
	const samples = await db
		.selectFrom('correction_order_sample')
		.selectAll()
		.where('order_id', '=', orderId)
		.orderBy('at')
		.execute();
	return withRows(
		parts,
		orderId,
		async (last: number) => {
			const rows = await db
				.selectFrom('correction_order_row')
				.selectAll()
				.where('order_id', '=', orderId)
				.where('position', '>', last)
				.orderBy('position')
				.limit(PAGE)
				.execute();
			return { rows, next: rows.at(-1)?.position };
		},
		-1,
		async (path) => {
			// Rows may have been judged anew; the same as before makes no version.
			const { version, isNew } = await worker.put('record', {
				objectId: `urn:uuid:${orderId}`,
				files: [
					['order.json', canonicalJson({ schema: 'lantai-order/1', ...record, samples })],
					['rows.jsonl', { path }],
				],
				record: { schema: 'lantai-record/1', kind: 'order', orderId, standing: as, software },
				about: {
					created: isoAt(clock),
					message: `order: ${order.state}`,
					user: userOf({ id: order.proposer_id, name: order.proposer_name }),
				},
			});
			const known = db.updateTable('correction_order').where('id', '=', orderId);
			await storage.batch([
				known.set({ deposited_version: version }),
				known.set({ deposited_as: as }).where('deposited_as', '=', underWay),
			]);
			return isNew ? version : undefined;
		},
	);
}

/** In which of its states an order is: another one wants another version. */
export function orderStanding(order: {
	readonly state: string;
	readonly decided_at: string | null;
	readonly finished_at: string | null;
	readonly undone_at: string | null;
}): string {
	return [order.state, order.decided_at, order.finished_at, order.undone_at]
		.map((each) => each ?? '')
		.join(' ');
}

type ReadPage<K> = (last: K) => Promise<{ readonly rows: readonly object[]; readonly next: K | undefined }>;

/** Writes rows into a file of their own, page by page, hands it on, and removes it. */
export async function withRows<K, T>(
	{ dataDir }: RecordParts,
	name: string,
	read: ReadPage<K>,
	first: K,
	run: (path: string) => Promise<T>,
): Promise<T> {
	const folder = join(dataDir, 'staging', `record-${name}`);
	await mkdir(folder, { recursive: true });
	try {
		const path = join(folder, 'rows.jsonl');
		await pipeline(linesOf(read, first), createWriteStream(path));
		return await run(path);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function* linesOf<K>(read: ReadPage<K>, first: K): AsyncGenerator<string> {
	for (let last: K | undefined = first; last !== undefined;) {
		const page: Awaited<ReturnType<typeof read>> = await read(last);
		if (page.rows.length > 0) yield page.rows.map((row) => `${JSON.stringify(row)}\n`).join('');
		last = page.rows.length < PAGE ? undefined : page.next;
	}
}
