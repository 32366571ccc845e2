import type { EntryId } from '../base/ids.ts';
import { Refusal, type Params } from '../base/refusal.ts';

/** Why content has to go: it is classified (涉密) and must not be here, or it is destroyed by law (依法销毁). */
export const PURGE_GROUNDS = ['classified', 'destruction'] as const;
export type PurgeGround = (typeof PURGE_GROUNDS)[number];

/** `approved`: it is being carried out. `done`: every place was searched again, and the certificate is in the store. */
export const PURGE_STATES = ['proposed', 'withdrawn', 'rejected', 'approved', 'done'] as const;
export type PurgeState = (typeof PURGE_STATES)[number];

/** What is done with an order, one after the other; each can be done again. */
export const PURGE_STEPS = ['seal', 'plan', 'rows', 'store', 'files', 'scrub', 'search', 'deposit'] as const;
export type PurgeStep = (typeof PURGE_STEPS)[number];

/** Entries of one order at most. */
export const MAX_PURGED = 5000;

/** What people may do with an order. */
export type PurgeAction = 'withdraw' | 'approve' | 'reject';

/** What is left of an entry: that there was one, and where. */
export interface KeptPlace {
	readonly parentId: EntryId | null;
	readonly order: string;
	readonly level: string;
	readonly profile: string;
	readonly fondsId: EntryId;
	/** Empty unless the order keeps it. */
	readonly referenceCode: string;
	readonly createdAt: string;
}

/** An object of the archival store as it stood. */
export interface ObjectState {
	/** Digest of its inventory, which names every file with its digest. */
	readonly inventoryDigest: string;
	readonly head: number;
	readonly files: number;
	readonly bytes: number;
}

/** An object that an order removed or rewrote. */
export interface PurgedObject {
	readonly objectId: string;
	readonly kind: string;
	readonly action: 'remove' | 'rewrite';
	/** Null when there was none. */
	readonly before: ObjectState | null;
	readonly after: ObjectState | null;
	/** When it was done, null before; certificates of earlier versions do not say it. */
	readonly doneAt?: string | null;
}

/** Why a step failed: the code of a refusal with its values, or the code or message of the system. */
export interface PurgeFailure {
	readonly code: string;
	readonly params: Params;
	/** When it failed first and has not been done since; orders of earlier versions do not say it. */
	readonly sinceAt?: string;
}

/** A backup that was made while the content was there. */
export interface HeldBackup {
	readonly file: string;
	readonly at: string;
	readonly sha512: string;
	readonly destroyedAt: string | null;
	readonly destroyedBy: string | null;
}

/** A copy of the archival store that was away, so that it still holds objects; it removes them when it is back. */
export interface HeldCopy {
	readonly path: string;
	readonly objects: number;
}

/** An entry that an order purges, with what there is or was of it by place; `code` and `title` only while it is there. */
export interface PurgedEntry {
	readonly id: EntryId;
	readonly counts: Readonly<Record<string, number>>;
}

/** An import whose file as received has to go, because nothing can be cut out of it. */
export interface LostOriginal {
	readonly importId: string;
	readonly fileName: string;
	/** Entries of it that stay. */
	readonly others: number;
}

/** The proof (销毁凭证): what was removed, by whom, when, why, and what is left to be done. */
export interface PurgeCertificate {
	readonly orderId: string;
	readonly number: string;
	readonly ground: PurgeGround;
	readonly why: string;
	readonly proposedBy: string;
	readonly proposedAt: string;
	readonly approvedBy: string;
	readonly approvedAt: string;
	readonly finishedAt: string;
	readonly entries: readonly PurgedEntry[];
	/** By place, over all entries. */
	readonly counts: Readonly<Record<string, number>>;
	readonly objects: readonly PurgedObject[];
	/** When every place was searched again, and found empty. */
	readonly searchedAt: string;
	readonly backups: readonly HeldBackup[];
	/** As of when the certificate was deposited. */
	readonly copies?: readonly HeldCopy[];
}

/**
 * Why an action on an order is refused by what it is; who may do it at all is asked of the permissions. Nobody decides
 * what they proposed themselves.
 */
export function whyNotPurge(
	action: PurgeAction,
	order: { readonly state: PurgeState; readonly proposerId: string },
	personId: string,
): Refusal | undefined {
	if (order.state !== 'proposed') return new Refusal('purge.closed', { state: order.state }, 409);
	const isOwn = order.proposerId === personId;
	if (action === 'withdraw') return isOwn ? undefined : new Refusal('purge.others-order', {}, 403);
	return isOwn ? new Refusal('purge.own-order', {}, 403) : undefined;
}

/** The number people know an order by. */
export function purgeNumber(year: number, serial: number): string {
	return `P${year}-${String(serial).padStart(4, '0')}`;
}

/** An order, as lists show it. */
export interface ShownPurge {
	readonly id: string;
	readonly number: string;
	readonly ground: PurgeGround;
	readonly why: string;
	readonly below: boolean;
	readonly keepsCode: boolean;
	readonly state: PurgeState;
	readonly proposerId: string;
	readonly proposerName: string;
	readonly createdAt: string;
	readonly deciderName: string | null;
	readonly decidedAt: string | null;
	readonly decidedWhy: string | null;
	readonly finishedAt: string | null;
	readonly entries: number;
	/** Which step comes next, while it is carried out. */
	readonly step: PurgeStep | null;
	/** Why that step failed last. It is tried again by itself. */
	readonly failure: PurgeFailure | null;
}

/** An order with what a person may do with it. */
export interface PurgeDetail extends ShownPurge {
	readonly can: Readonly<Record<PurgeAction, boolean>>;
	readonly progress: { readonly step: PurgeStep; readonly done: number; readonly total: number } | null;
	readonly backups: readonly HeldBackup[];
	readonly hasCertificate: boolean;
}

/** An entry that goes, as it stands. */
export interface GoingEntry {
	readonly id: EntryId;
	readonly title: string;
	readonly referenceCode: string;
	readonly level: string;
	readonly counts: Readonly<Record<string, number>>;
}

/** Everything that an order would remove, or has not removed yet. */
export interface PurgePreview {
	readonly total: number;
	/** The first of them. */
	readonly entries: readonly GoingEntry[];
	/** Rows by table, over all entries. */
	readonly counts: Readonly<Record<string, number>>;
	/** Objects of the store that are there, with what happens to each. */
	readonly objects: readonly (PurgedObject & { readonly before: ObjectState })[];
	readonly originals: readonly LostOriginal[];
	/** Other imports of the same files: they hold the same words in entries of their own, which the order does not name. */
	readonly sameFiles: readonly Pick<LostOriginal, 'importId' | 'fileName'>[];
	readonly backups: readonly HeldBackup[];
	/** Folders of copies of the store: objects go there too, at once or when a copy is back. */
	readonly copies: readonly string[];
	/** Size of the database, which is written anew: nobody can write meanwhile. */
	readonly databaseBytes: number;
}
