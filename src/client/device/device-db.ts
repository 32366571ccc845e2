import Dexie, { type EntityTable } from 'dexie';
import type { WrappedKey } from './vault.ts';

/** What the device holds of one live document. Only what is indexed is in clear: id, set, position, dirtiness. */
export interface DocRecord {
	/** Id of the entry. */
	id: string;
	/** Working set it was checked out with; empty for entries that were just opened. */
	set: string;
	/** Last known position in the server's log, of `lineage`. */
	seq: number;
	lineage: string;
	/** Grows with every write of `state`: two tabs write the same record. */
	rev: number;
	/** Milliseconds by the server's clock; only for forgetting what was not opened for long. */
	openedAt: number;
	/** Sealed: Yjs state that the server has. */
	state: Uint8Array | null;
}

/** An edit that was written here before it was sent. */
export interface UpdateRecord {
	n: number;
	doc: string;
	/** 1: the server has it; it only waits to be folded into the state. */
	sent: 0 | 1;
	/** Milliseconds by the server's clock, as far as is known. */
	at: number;
	/** Sealed: a Yjs update. */
	update: Uint8Array;
}

/** What the server would not take, kept for the person: sealed {@link KeptWork}. */
export interface KeptRecord {
	n: number;
	doc: string;
	work: Uint8Array;
}

/** What lists and the card show of an entry without the server: sealed EntryDetail. */
export interface CardRecord {
	id: string;
	card: Uint8Array;
}

/** Working sets, by scope; sealed scope. */
export interface SetRecord {
	id: string;
	scope: Uint8Array;
	cursor: number;
}

/** Small facts: who the person is, the archive. Sealed JSON. */
export interface FactRecord {
	key: string;
	value: Uint8Array;
}

/** Grows with every change of the stores below; each step gets its upgrade here and a stored sample in the tests. */
export const PERSON_DB_VERSION = 1;

/** Everything one person keeps on this device, in one database. */
export class PersonDb extends Dexie {
	declare docs: EntityTable<DocRecord, 'id'>;
	declare updates: EntityTable<UpdateRecord, 'n'>;
	declare kept: EntityTable<KeptRecord, 'n'>;
	declare cards: EntityTable<CardRecord, 'id'>;
	declare sets: EntityTable<SetRecord, 'id'>;
	declare facts: EntityTable<FactRecord, 'key'>;

	constructor(personId: string) {
		// Strict: a write that was answered survives the power.
		super(`lantai-${personId}`, { chromeTransactionDurability: 'strict' });
		this.version(PERSON_DB_VERSION).stores({
			docs: 'id, set, seq',
			updates: '++n, doc, sent',
			kept: '++n, doc',
			cards: 'id',
			sets: 'id',
			facts: 'key',
		});
	}
}

/** Somebody who works on this device. In clear: it is read before anything can be opened. */
export interface DevicePerson {
	/** Account id. */
	id: string;
	name: string;
	/** Id of this device for this person, made here. */
	device: string;
	keys: WrappedKey[];
	/** When the server last confirmed the person, milliseconds by the server's clock. */
	confirmedAt: number;
	/** Server's time minus the device's at that moment; records of earlier versions lack these three. */
	clockOffsetMs?: number;
	/** Time spent without the server since then, up to `seenAt`. */
	aloneMs?: number;
	seenAt?: number;
	/** Wrong PINs since the last right one. */
	wrongPins: number;
}

/** Who works on this device. */
export class DeviceDb extends Dexie {
	declare people: EntityTable<DevicePerson, 'id'>;

	constructor() {
		super('lantai', { chromeTransactionDurability: 'strict' });
		this.version(1).stores({ people: 'id' });
	}
}
