import type { Selectable } from 'kysely';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import {
	purgeNumber,
	type HeldBackup,
	type PurgeFailure,
	type PurgeGround,
	type PurgeState,
	type PurgeStep,
	type ShownPurge,
} from '#domain/administration/purge.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { PurgeOrderTable } from '#server/storage/schema.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { sql } from 'kysely';

/** Rows of one statement. */
const CHUNK = 500;

/** What an order is made of. */
export interface NewPurge {
	readonly ground: PurgeGround;
	readonly why: string;
	readonly below: boolean;
	readonly keepsCode: boolean;
}

type Row = Selectable<PurgeOrderTable> & { readonly entries: number };

/** Orders to purge, in the database. Who may see them is asked before. */
export class PurgeRecords {
	#storage: Storage;
	#clock: Clock;

	constructor(storage: Storage, clock: Clock) {
		this.#storage = storage;
		this.#clock = clock;
	}

	/** Newest first. */
	async list(state: PurgeState | undefined): Promise<ShownPurge[]> {
		let query = this.#rows().orderBy('created_at', 'desc').limit(CHUNK);
		if (state !== undefined) query = query.where('state', '=', state);
		return (await query.execute()).map((row) => shownOf(row as Row));
	}

	/**
	 * An order by number or id.
	 * @throws {Refusal} 'purge.unknown' (404)
	 */
	async find(name: string): Promise<ShownPurge> {
		return shownOf(await this.row(name));
	}

	/** @throws {Refusal} 'purge.unknown' (404) */
	async row(name: string): Promise<Row> {
		const number = /^P?(\d{4})-0*(\d{1,9})$/i.exec(name.trim());
		const query = this.#rows();
		const row = await (
			number
				? query.where('year', '=', Number(number[1])).where('serial', '=', Number(number[2]))
				: query.where('id', '=', name.trim().toLowerCase())
		).executeTakeFirst();
		if (!row) throw new Refusal('purge.unknown', { order: name.slice(0, 60) }, 404);
		return row as Row;
	}

	/** Ids of the entries of an order, parents first. */
	async entryIds(orderId: string): Promise<EntryId[]> {
		const rows = await this.#storage.db
			.selectFrom('purge_order_entry')
			.select('entry_id')
			.where('order_id', '=', orderId)
			.orderBy('position')
			.execute();
		return rows.map(({ entry_id }) => entry_id as EntryId);
	}

	async add(order: NewPurge, ids: readonly EntryId[], actor: Actor): Promise<string> {
		const { db } = this.#storage;
		const id = createId<string>();
		const at = isoAt(this.#clock);
		// People number by their own calendar.
		const year = new Date(this.#clock.now()).getFullYear();
		await this.#storage.batch([
			db.insertInto('purge_order').values({
				id,
				year,
				serial: sql<number>`(select coalesce(max(serial), 0) + 1 from purge_order where year = ${year})`,
				ground: order.ground,
				why: order.why,
				below: order.below ? 1 : 0,
				keeps_code: order.keepsCode ? 1 : 0,
				state: 'proposed',
				proposer_id: actor.id,
				proposer_name: actor.name,
				created_at: at,
				decider_id: null,
				decider_name: null,
				decided_at: null,
				decided_why: null,
				step: null,
				failure: null,
				originals: null,
				finished_at: null,
				certificate: null,
				deposited_version: null,
			}),
			...this.entryStatements(id, ids, 0),
			auditLine(this.#storage, this.#clock, actor, 'purges.propose', id, { ...order, entries: ids.length }),
		]);
		return id;
	}

	/** Statements that add entries to an order. */
	entryStatements(orderId: string, ids: readonly EntryId[], from: number): Statement[] {
		const { db } = this.#storage;
		return Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, chunk) =>
			db
				.insertInto('purge_order_entry')
				.values(
					ids.slice(chunk * CHUNK, (chunk + 1) * CHUNK).map((entry_id, index) => ({
						order_id: orderId,
						entry_id,
						position: from + chunk * CHUNK + index,
						place: null,
						counts: null,
					})),
				)
				.onConflict((conflict) => conflict.doNothing()),
		);
	}

	/** Decides an order that waits: of two at once the first counts. */
	async decide(
		order: ShownPurge,
		state: 'approved' | 'rejected' | 'withdrawn',
		why: string,
		actor: Actor,
	): Promise<void> {
		const { db } = this.#storage;
		await db.transaction().execute(async (transaction) => {
			const { numUpdatedRows } = await transaction
				.updateTable('purge_order')
				.set({
					state,
					decider_id: actor.id,
					decider_name: actor.name,
					decided_at: isoAt(this.#clock),
					decided_why: why,
					step: state === 'approved' ? 'seal' : null,
				})
				.where('id', '=', order.id)
				.where('state', '=', 'proposed')
				.executeTakeFirst();
			if (numUpdatedRows === 0n) throw new Refusal('purge.closed', { state: order.state }, 409);
			const action = { approved: 'approve', rejected: 'reject', withdrawn: 'withdraw' }[state];
			await transaction.executeQuery(
				auditLine(this.#storage, this.#clock, actor, `purges.${action}`, order.id, {
					number: order.number,
				}) as never,
			);
		});
	}

	/** Orders that are being carried out. */
	async unfinished(): Promise<string[]> {
		const rows = await this.#storage.db
			.selectFrom('purge_order')
			.select('id')
			.where('state', '=', 'approved')
			.orderBy('decided_at')
			.execute();
		return rows.map(({ id }) => id);
	}

	async backups(orderId: string): Promise<HeldBackup[]> {
		const rows = await this.#storage.db
			.selectFrom('purge_backup')
			.selectAll()
			.where('order_id', '=', orderId)
			.orderBy('at')
			.execute();
		return rows.map(({ file, at, sha512, destroyed_at, destroyed_by }) => ({
			file,
			at,
			sha512,
			destroyedAt: destroyed_at,
			destroyedBy: destroyed_by,
		}));
	}

	#rows() {
		return this.#storage.db
			.selectFrom('purge_order')
			.selectAll()
			.select((select) =>
				select
					.selectFrom('purge_order_entry')
					.select((each) => each.fn.countAll<number>().as('entries'))
					.whereRef('purge_order_entry.order_id', '=', 'purge_order.id')
					.as('entries'),
			);
	}
}

function shownOf(row: Row): ShownPurge {
	return {
		id: row.id,
		number: purgeNumber(row.year, row.serial),
		ground: row.ground as PurgeGround,
		why: row.why,
		below: row.below === 1,
		keepsCode: row.keeps_code === 1,
		state: row.state as PurgeState,
		proposerId: row.proposer_id,
		proposerName: row.proposer_name,
		createdAt: row.created_at,
		deciderName: row.decider_name,
		decidedAt: row.decided_at,
		decidedWhy: row.decided_why,
		finishedAt: row.finished_at,
		entries: row.entries,
		step: row.step as PurgeStep | null,
		failure: row.failure === null ? null : failureOf(row.failure),
	};
}

/** Orders of earlier versions say code or message alone. */
function failureOf(written: string): PurgeFailure {
	return written.startsWith('{') ? (JSON.parse(written) as PurgeFailure) : { code: written, params: {} };
}
