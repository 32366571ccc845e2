import type { Generated } from 'kysely';

/** An entry whose content was purged: the log takes nothing of it, ever again. */
export interface PurgedEntryTable {
	/** In the order in which devices are told. */
	number: Generated<number>;
	entry_id: string;
	order_id: string;
	at: string;
}

/** An order to purge entries: proposed by one person, approved by another, carried out step by step. */
export interface PurgeOrderTable {
	id: string;
	/** Of the local calendar when it was made. */
	year: number;
	/** From 1 within the year. */
	serial: number;
	/** `classified` · `destruction` */
	ground: string;
	why: string;
	/** 1: with all entries below those that were named. */
	below: number;
	/** 1: what is left of an entry keeps its reference code. */
	keeps_code: number;
	/** `proposed` · `withdrawn` · `rejected` · `approved` being carried out · `done` */
	state: string;
	proposer_id: string;
	proposer_name: string;
	created_at: string;
	decider_id: string | null;
	decider_name: string | null;
	decided_at: string | null;
	decided_why: string | null;
	/** Which step comes next, while it is carried out. */
	step: string | null;
	/** Why that step failed last; it is tried again by itself. */
	failure: string | null;
	/** JSON: digests of files as received that it takes out of the store, until it is done. */
	originals: string | null;
	finished_at: string | null;
	/** JSON: PurgeCertificate. Null until every place was searched again. */
	certificate: string | null;
	/** Version of its archival object. */
	deposited_version: string | null;
}

/** An entry of an order. */
export interface PurgeOrderEntryTable {
	order_id: string;
	entry_id: string;
	/** Parents before what is below them. */
	position: number;
	/** JSON: KeptPlace, what is left of it. Null until it was taken out. */
	place: string | null;
	/** JSON: how much of it there was in each place. */
	counts: string | null;
}

/** An object of the archival store that an order removes or rewrites. */
export interface PurgeObjectTable {
	order_id: string;
	object_id: string;
	/** See {@link StoreObjectTable}. */
	kind: string;
	/** `remove` · `rewrite` */
	action: string;
	/** JSON: ObjectState as it was found. Written before anything of it is removed. */
	before: string | null;
	/** JSON: ObjectState as it is now; null when it is gone. */
	after: string | null;
	done_at: string | null;
}

/** A backup that was made while the content was there, and whether somebody has seen to it. */
export interface PurgeBackupTable {
	order_id: string;
	/** As the audit log names it. */
	file: string;
	at: string;
	sha512: string;
	destroyed_at: string | null;
	/** Name of who ticked it off. */
	destroyed_by: string | null;
}
