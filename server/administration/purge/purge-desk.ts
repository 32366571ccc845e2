import { isoAt } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import {
	whyNotPurge,
	type PurgeAction,
	type PurgeCertificate,
	type PurgeDetail,
	type PurgeGround,
	type PurgePreview,
	type PurgeState,
	type ShownPurge,
} from '#domain/administration/purge.ts';
import { can, demand, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { Storage } from '#server/storage/storage.ts';
import { depositPurge } from './certificate.ts';
import { previewPurge } from './purge-preview.ts';
import { PurgeRecords } from './purge-records.ts';
import { PurgeRunner, type PurgeRunnerParts } from './purge-runner.ts';
import { belowOf, scopeOf } from './purge-scope.ts';

/** What is proposed. */
export interface PurgeProposal {
	readonly entries: readonly EntryId[];
	readonly ground: PurgeGround;
	readonly why: string;
	/** With all entries below those named. */
	readonly below: boolean;
	/** What is left keeps its reference code. */
	readonly keepsCode: boolean;
}

/**
 * Orders to purge content (清除): classified content that slipped in, lawful destruction. One person proposes, an
 * administrator who is somebody else approves; then the content goes from every place, and a certificate says so.
 *
 * Every answer is for who may see purges: administrators and archivists who work with all fonds.
 */
export interface PurgeDesk {
	/**
	 * @throws {Refusal} 'purge.without-reason' and what `scopeOf` refuses
	 */
	propose(identity: Identity, proposal: PurgeProposal): Promise<PurgeDetail>;
	list(person: Person, state?: PurgeState): Promise<readonly ShownPurge[]>;
	/** @throws {Refusal} 'purge.unknown' (404); all below throw it as well */
	show(person: Person, order: string): Promise<PurgeDetail>;
	/** What an order would remove, wherever it is. @throws {Refusal} 'purge.closed' (409) */
	preview(person: Person, order: string): Promise<PurgePreview>;
	/**
	 * Approves an order and begins to carry it out, in the background.
	 * @param number the number of the order, given again by who approves
	 * @throws {Refusal} 'purge.own-order' (403) | 'purge.closed' (409) | 'purge.other-number' | 'purge.named-person' (403) for
	 * whoever is no account · 'purge.changed' (409) when there is something below the entries now
	 */
	approve(identity: Identity, order: string, number: string, why: string): Promise<PurgeDetail>;
	/** @throws {Refusal} 'purge.own-order' (403) | 'purge.closed' (409) | 'purge.without-reason' */
	reject(identity: Identity, order: string, why: string): Promise<PurgeDetail>;
	/** @throws {Refusal} 'purge.others-order' (403) | 'purge.closed' (409) */
	withdraw(identity: Identity, order: string): Promise<PurgeDetail>;
	/** Resolves when it is carried out, or this process ends. */
	ended(order: string): Promise<void>;
	/** @throws {Refusal} 'purge.not-done' (409) */
	certificate(person: Person, order: string): Promise<PurgeCertificate>;
	/** Says that a backup was destroyed. @throws {Refusal} 'purge.unknown-backup' (404) | 'purge.not-done' (409) */
	tickBackup(identity: Identity, order: string, file: string): Promise<PurgeDetail>;
	/** Entries purged since a number devices know, in order; what devices still have of them they delete. */
	purgedSince(number: number): Promise<{ readonly ids: readonly EntryId[]; readonly last: number }>;
	/** The newest of these numbers; 0 when nothing was purged yet. */
	lastNumber(): Promise<number>;
	/** Goes on with what an earlier process left. */
	resume(): Promise<void>;
	close(): Promise<void>;
}

/** Ids told in one answer. */
const MAX_TOLD = 5000;

/** Opens the desk. */
export function createPurgeDesk(parts: Omit<PurgeRunnerParts, 'records'>): PurgeDesk {
	const { storage, clock, preservation } = parts;
	const { db } = storage;
	const records = new PurgeRecords(storage, clock);
	const runner = new PurgeRunner({ ...parts, records });

	async function detail(person: Person, name: string): Promise<PurgeDetail> {
		demand(person, 'see', { kind: 'purge' });
		const order = await records.find(name);
		const may = (action: PurgeAction): boolean =>
			can(person, action === 'withdraw' ? 'create' : 'decide', { kind: 'purge' }) &&
			!whyNotPurge(action, order, person.id);
		return {
			...order,
			can: { withdraw: may('withdraw'), approve: may('approve'), reject: may('reject') },
			progress: runner.progress(order.id),
			backups: await records.backups(order.id),
			hasCertificate: order.state === 'done',
		};
	}

	/** The order, if this person may do that with it now. */
	async function demandOrder({ person }: Identity, name: string, action: PurgeAction): Promise<ShownPurge> {
		demand(person, action === 'withdraw' ? 'create' : 'decide', { kind: 'purge' });
		const order = await records.find(name);
		const refusal = whyNotPurge(action, order, person.id);
		if (refusal) throw refusal;
		return order;
	}

	async function certificate(person: Person, name: string): Promise<PurgeCertificate> {
		demand(person, 'see', { kind: 'purge' });
		const row = await records.row(name);
		if (row.state !== 'done' || row.certificate === null) throw new Refusal('purge.not-done', {}, 409);
		return {
			...(JSON.parse(row.certificate) as PurgeCertificate),
			backups: await records.backups(row.id),
		};
	}

	return {
		async propose(identity, { entries, ground, why, below, keepsCode }) {
			demand(identity.person, 'create', { kind: 'purge' });
			demandReason(why);
			const ids = await scopeOf(storage, entries, { below });
			const id = await records.add({ ground, why, below, keepsCode }, ids, actorOf(identity));
			return detail(identity.person, id);
		},
		async list(person, state) {
			demand(person, 'see', { kind: 'purge' });
			return records.list(state);
		},
		show: detail,
		async preview(person, name) {
			demand(person, 'see', { kind: 'purge' });
			const order = await records.find(name);
			if (order.state !== 'proposed') throw new Refusal('purge.closed', { state: order.state }, 409);
			return previewPurge(parts, await records.entryIds(order.id));
		},
		async approve(identity, name, number, why) {
			const order = await demandOrder(identity, name, 'approve');
			// Whoever has the terminal can be any account; the account is what stands on the certificate.
			if (identity.person.id.startsWith('system:')) throw new Refusal('purge.named-person', {}, 403);
			if (number.trim().toUpperCase() !== order.number)
				throw new Refusal('purge.other-number', { number: number.slice(0, 40) });
			await refuseChanged(storage, order, await records.entryIds(order.id));
			await records.decide(order, 'approved', why, actorOf(identity));
			runner.start(order.id);
			return detail(identity.person, order.id);
		},
		async reject(identity, name, why) {
			demandReason(why);
			const order = await demandOrder(identity, name, 'reject');
			await records.decide(order, 'rejected', why, actorOf(identity));
			return detail(identity.person, order.id);
		},
		async withdraw(identity, name) {
			const order = await demandOrder(identity, name, 'withdraw');
			await records.decide(order, 'withdrawn', '', actorOf(identity));
			return detail(identity.person, order.id);
		},
		ended: async (name) => runner.ended((await records.find(name)).id),
		certificate,
		async tickBackup(identity, name, file) {
			demand(identity.person, 'decide', { kind: 'purge' });
			const made = await certificate(identity.person, name);
			if (!made.backups.some((backup) => backup.file === file))
				throw new Refusal('purge.unknown-backup', { file: file.slice(0, 200) }, 404);
			await storage.batch([
				db
					.updateTable('purge_backup')
					.set({ destroyed_at: isoAt(clock), destroyed_by: identity.person.name })
					.where('order_id', '=', made.orderId)
					.where('file', '=', file)
					.where('destroyed_at', 'is', null),
				auditLine(storage, clock, actorOf(identity), 'purges.backup-destroyed', made.orderId, { file }),
			]);
			const { certificate: kept } = await records.row(made.orderId);
			const version = await depositPurge(
				{ storage, records, preservation, clock },
				made.orderId,
				JSON.parse(kept ?? 'null') as PurgeCertificate,
			);
			await db
				.updateTable('purge_order')
				.set({ deposited_version: version })
				.where('id', '=', made.orderId)
				.execute();
			return detail(identity.person, made.orderId);
		},
		async purgedSince(number) {
			const rows = await db
				.selectFrom('purged_entry')
				.select(['number', 'entry_id'])
				.where('number', '>', number)
				.orderBy('number')
				.limit(MAX_TOLD)
				.execute();
			return {
				ids: rows.map(({ entry_id }) => entry_id as EntryId),
				last: rows.at(-1)?.number ?? number,
			};
		},
		async lastNumber() {
			const row = await db
				.selectFrom('purged_entry')
				.select((select) => select.fn.max<number | null>('number').as('last'))
				.executeTakeFirst();
			return row?.last ?? 0;
		},
		resume: () => runner.resume(),
		close: () => runner.close(),
	};
}

/** What came below the entries since the order was made is looked at by who approves, not taken along unseen. */
async function refuseChanged(
	storage: Pick<Storage, 'db'>,
	order: ShownPurge,
	ids: readonly EntryId[],
): Promise<void> {
	const beneath = await belowOf(storage, ids);
	if (beneath.length > 0)
		throw new Refusal('purge.changed', { order: order.number, count: beneath.length }, 409);
}

function demandReason(why: string): void {
	if (why.trim() === '') throw new Refusal('purge.without-reason');
}
