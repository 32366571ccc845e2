import { Refusal } from '#domain/base/refusal.ts';
import {
	REGISTERS,
	type RegisterId,
	type RegisterRecord,
	type RegisterVersion,
} from '#domain/catalogue/registers/register.ts';
import { can, demand, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { ListedRecords } from './listed-records.ts';
import type { RegisterChange, Registers, RegisterSaved } from './registers.ts';

/** Most changes of one save: a list of an archive's creators is one. */
export const MAX_REGISTER_CHANGES = 20_000;

/** A page of a register. */
export interface RegisterPage {
	readonly records: readonly RegisterRecord[];
	/** Of all that were found. */
	readonly total: number;
	/** The person may change them. */
	readonly canEdit: boolean;
}

/** Registers as people and scripts use them. */
export class RegisterDesk {
	#registers: Registers;
	#listed: ListedRecords;

	constructor(registers: Registers) {
		this.#registers = registers;
		this.#listed = new ListedRecords(registers);
	}

	/**
	 * Records in the order of their names, those out of use at the end.
	 * @param find words their name or any value of theirs holds
	 * @param withdrawn those out of use as well
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-register' (404)
	 */
	async list(
		person: Person,
		register: string,
		{
			find = '',
			withdrawn = true,
			offset = 0,
			limit = 100,
		}: { find?: string; withdrawn?: boolean; offset?: number; limit?: number },
	): Promise<RegisterPage> {
		const id = registerOf(register);
		demand(person, 'see', { kind: 'register', register: id });
		const words = find.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean);
		const found = (await this.#listed.found(id, words)).filter(
			({ isWithdrawn }) => withdrawn || !isWithdrawn,
		);
		return {
			records: found.slice(offset, offset + limit),
			total: found.length,
			canEdit: can(person, 'edit', { kind: 'register', register: id }),
		};
	}

	/**
	 * A record with its versions, newest first.
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-record' (404)
	 */
	async record(
		person: Person,
		register: string,
		recordId: string,
	): Promise<{ readonly record: RegisterRecord; readonly versions: readonly RegisterVersion[] }> {
		const id = registerOf(register);
		demand(person, 'see', { kind: 'register', register: id });
		const record = this.#registers.get(id, recordId);
		if (!record) throw new Refusal('catalogue.unknown-record', { register: id, id: recordId }, 404);
		return { record, versions: await this.#registers.history(id, recordId) };
	}

	/**
	 * Saves changes, all or none; what is wrong with them is in the answer.
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.too-many-records' (413)
	 */
	async save(
		identity: Identity,
		register: string,
		changes: readonly RegisterChange[],
		why: string,
		options: { readonly isTrial?: boolean } = {},
	): Promise<RegisterSaved> {
		const id = registerOf(register);
		demand(identity.person, 'edit', { kind: 'register', register: id });
		if (changes.length > MAX_REGISTER_CHANGES)
			throw new Refusal('catalogue.too-many-records', { max: MAX_REGISTER_CHANGES }, 413);
		return this.#registers.save(id, changes, why, actorOf(identity), options);
	}
}

function registerOf(given: string): RegisterId {
	const id = REGISTERS.find((each) => each === given);
	if (!id) throw new Refusal('catalogue.unknown-register', { register: given.slice(0, 40) }, 404);
	return id;
}
