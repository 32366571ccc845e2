import type { Generated } from 'kysely';

/** A version of a record of a register. Never changed; the newest of a record is how it stands. */
export interface RegisterVersionTable {
	/** In the order they were written, of all registers. */
	id: Generated<number>;
	/** See `REGISTERS` of `src/domain/catalogue/registers/register.ts`. */
	register: string;
	record_id: string;
	/** From 1 within the record. */
	version: number;
	/** Entry whose words the record quotes, so that it goes with them; null for none. */
	entry_id: string | null;
	/** JSON: RegisterContent. */
	content: string;
	withdrawn: number;
	why: string;
	actor_id: string;
	actor_name: string;
	via: string | null;
	at: string;
}

/** How far a register is in the archival store. */
export interface RegisterDepositTable {
	register: string;
	/** Id of the last version it holds. */
	version_id: number;
}
