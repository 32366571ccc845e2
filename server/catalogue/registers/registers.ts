import { sql } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import { must } from '#domain/base/assert.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import { mergeRecords } from '#domain/catalogue/registers/merge-records.ts';
import type {
	RegisterContent,
	RegisterDefinition,
	RegisterId,
	RegisterProblem,
	RegisterRecord,
	RegisterVersion,
} from '#domain/catalogue/registers/register.ts';
import { isAcceptable, registerProblem } from '#domain/catalogue/registers/register-problems.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { auditLine } from '#server/storage/audit.ts';
import type { RegisterVersionTable } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Selectable } from 'kysely';
import { Turns } from './turns.ts';

/** Rows written at once. */
const CHUNK = 250;

/** By what the versions of a merge, and of its undoing, are known as one. */
export const MERGE = 'merge:';
export const UNDO_MERGE = 'undo-merge:';

/** A record as somebody wants it. */
export interface RegisterChange {
	/** Left out for a new record. */
	readonly id?: string;
	/** The version they started from; 0 for a new record. */
	readonly based: number;
	readonly content: RegisterContent;
	/** Takes it out of use, or back into it. */
	readonly isWithdrawn?: boolean;
}

/** What is wrong with one of several changes. */
export interface ChangeProblem extends RegisterProblem {
	/** Of the change among those that were sent, from 0. */
	readonly index: number;
	readonly id: string;
}

/** What became of changes: all are saved, or none. */
export interface RegisterSaved {
	/** As they stand now; also those that said nothing new. Empty when a problem keeps them from it. */
	readonly saved: readonly RegisterRecord[];
	/** Warnings among them keep nothing from being saved. */
	readonly problems: readonly ChangeProblem[];
}

/** Changes of several registers that belong together. */
export type ChangesOfRegisters = ReadonlyMap<RegisterId, readonly RegisterChange[]>;

/** Changes that follow from how the registers stand. */
export interface PlannedChanges {
	readonly changes: ChangesOfRegisters;
	/** Only says what would become of them. */
	readonly isTrial: boolean;
}

type Records = Map<string, RegisterRecord>;

/** How records would stand after changes. */
interface Checked {
	readonly next: Records;
	readonly problems: readonly ChangeProblem[];
}

/**
 * The registers of an archive: every version of each record in the database, the newest ones in memory. Somebody who
 * saves over an older version than the newest loses nothing: what both changed is said, the rest is joined.
 */
export class Registers {
	#storage: Storage;
	#clock: Clock;
	#definitions: ReadonlyMap<RegisterId, RegisterDefinition>;
	#records = new Map<RegisterId, Records>();
	#listeners = new Set<(register: RegisterId, ids: readonly string[]) => void>();
	/** One save at a time: what is checked is what is written. */
	#saving: Promise<unknown> = Promise.resolve();

	private constructor(parts: { storage: Storage; clock: Clock; definitions: readonly RegisterDefinition[] }) {
		this.#storage = parts.storage;
		this.#clock = parts.clock;
		this.#definitions = new Map(parts.definitions.map((definition) => [definition.id, definition]));
		for (const { id } of parts.definitions) this.#records.set(id, new Map());
	}

	/** Reads how every record stands. */
	static async open(parts: {
		storage: Storage;
		clock: Clock;
		definitions: readonly RegisterDefinition[];
	}): Promise<Registers> {
		const registers = new Registers(parts);
		const rows = await parts.storage.db
			.selectFrom('register_version')
			.selectAll()
			.where(sql<boolean>`id in (select max(id) from register_version group by register, record_id)`)
			.orderBy(
				sql`(select first.id from register_version as first where first.register = register_version.register
					and first.record_id = register_version.record_id and first.version = 1)`,
			)
			.execute();
		for (const row of rows)
			registers.#records.get(row.register as RegisterId)?.set(row.record_id, recordOf(row));
		return registers;
	}

	/** The records of a register, those out of use among them; in the order they were made. */
	list<C extends object = RegisterContent>(register: RegisterId): readonly RegisterRecord<C>[] {
		return [...this.#recordsOf(register).values()] as unknown as readonly RegisterRecord<C>[];
	}

	get<C extends object = RegisterContent>(register: RegisterId, id: string): RegisterRecord<C> | undefined {
		return this.#recordsOf(register).get(id) as RegisterRecord<C> | undefined;
	}

	definition(register: RegisterId): RegisterDefinition {
		return must(this.#definitions.get(register), 'a register that is kept');
	}

	/** Every version of a record, newest first. */
	async history(register: RegisterId, id: string): Promise<RegisterVersion[]> {
		const rows = await this.#storage.db
			.selectFrom('register_version')
			.selectAll()
			.where('register', '=', register)
			.where('record_id', '=', id)
			.orderBy('version', 'desc')
			.execute();
		const undone = new Set(
			rows.flatMap(({ via }) => (via?.startsWith(UNDO_MERGE) ? [via.slice(UNDO_MERGE.length)] : [])),
		);
		return rows.map((row) => {
			const mergeId = row.via?.startsWith(MERGE) ? row.via.slice(MERGE.length) : undefined;
			return {
				...recordOf(row),
				why: row.why,
				...(mergeId !== undefined && !undone.has(mergeId) ? { mergeId } : {}),
			};
		});
	}

	/** The versions that were written as one, by how they were written. */
	async writtenVia(
		via: string,
	): Promise<(Pick<RegisterRecord, 'id' | 'version' | 'isWithdrawn'> & { readonly register: RegisterId })[]> {
		const rows = await this.#storage.db
			.selectFrom('register_version')
			.select(['register', 'record_id', 'version', 'withdrawn'])
			.where('via', '=', via)
			.orderBy('id')
			.execute();
		return rows.map((row) => ({
			register: row.register as RegisterId,
			id: row.record_id,
			version: row.version,
			isWithdrawn: row.withdrawn === 1,
		}));
	}

	/** Forgets what is known of a register, and reads it again: records have gone with the words of entries. */
	async reload(register: RegisterId): Promise<void> {
		const { db } = this.#storage;
		const rows = await db
			.selectFrom('register_version')
			.select('record_id')
			.distinct()
			.where('register', '=', register)
			.execute();
		const there = new Set(rows.map(({ record_id }) => record_id));
		const records = this.#recordsOf(register);
		const gone = [...records.keys()].filter((id) => !there.has(id));
		for (const id of gone) records.delete(id);
		if (gone.length > 0) for (const listener of this.#listeners) listener(register, gone);
	}

	/** Calls back after every save. @returns ends it */
	onChanged(listener: (register: RegisterId, ids: readonly string[]) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/**
	 * Saves changes, all or none. Whether the person may is asked by who calls.
	 * @param isTrial says what would become of them, and saves nothing
	 */
	async save(
		register: RegisterId,
		changes: readonly RegisterChange[],
		why: string,
		actor: Actor,
		options: { readonly isTrial?: boolean } = {},
	): Promise<RegisterSaved> {
		const saved = await this.saveTogether(new Map([[register, changes]]), why, actor, options);
		return must(saved.get(register), 'the register that was saved');
	}

	/**
	 * The same over several registers: all of it is saved with one reason, in one transaction, or nothing.
	 * @param given a plan is made when nobody else saves any more: nothing can come between it and what is written
	 * @param options.action what the audit log calls it
	 */
	saveTogether(
		given: ChangesOfRegisters | (() => PlannedChanges),
		why: string,
		actor: Actor,
		options: { readonly isTrial?: boolean; readonly action?: string } = {},
	): Promise<ReadonlyMap<RegisterId, RegisterSaved>> {
		const saved = this.#saving.then(() => {
			const { changes, isTrial = false } =
				typeof given === 'function' ? given() : { changes: given, isTrial: options.isTrial };
			return this.#save(changes, why, actor, { ...options, isTrial });
		});
		this.#saving = saved.catch(() => undefined);
		return saved;
	}

	async #save(
		changes: ChangesOfRegisters,
		why: string,
		actor: Actor,
		{ isTrial, action = 'register.save' }: { isTrial: boolean; action?: string },
	): Promise<ReadonlyMap<RegisterId, RegisterSaved>> {
		const turns = new Turns();
		const checked = new Map<RegisterId, Checked>();
		for (const [register, each] of changes)
			checked.set(register, await this.#checked(register, each, actor, turns));
		const isGood = [...checked.values()].every(({ problems }) => isAcceptable(problems));
		if (isGood && !isTrial) await this.#write(checked, why, actor, action, turns);
		const saved = new Map<RegisterId, RegisterSaved>();
		for (const [register, { next, problems }] of checked) {
			const records = this.#recordsOf(register);
			const stand = isGood ? [...next.values()] : [];
			saved.set(register, {
				saved: isTrial ? stand : stand.map((record) => records.get(record.id) ?? record),
				problems,
			});
		}
		return saved;
	}

	/** How records would stand, and what is wrong with that. Nobody saves meanwhile, so what is checked can be written. */
	async #checked(
		register: RegisterId,
		changes: readonly RegisterChange[],
		actor: Actor,
		turns: Turns,
	): Promise<Checked> {
		const records = this.#recordsOf(register);
		const at = isoAt(this.#clock);
		const next = new Map<string, RegisterRecord>();
		const indices = new Map<string, number>();
		const problems: ChangeProblem[] = [];
		for (const [index, change] of changes.entries()) {
			const id = change.id ?? createId<string>();
			const say = (problem: RegisterProblem): void => void problems.push({ ...problem, index, id });
			if (next.has(id)) say(registerProblem('twice', ''));
			const known = records.get(id);
			const content = await this.#joined(register, id, known, change, say);
			next.set(id, {
				id,
				version: (known?.version ?? 0) + 1,
				content,
				isWithdrawn: change.isWithdrawn ?? known?.isWithdrawn ?? false,
				actorName: actor.name,
				at,
			});
			indices.set(id, index);
			if (turns.isOver) await turns.next();
		}
		const definition = this.definition(register);
		const placeOf = (id: string) => ({ id, index: indices.get(id) ?? 0 });
		for (const record of next.values()) {
			for (const problem of definition.check(record.content))
				problems.push({ ...problem, ...placeOf(record.id) });
			if (turns.isOver) await turns.next();
		}
		// What is malformed is compared with nothing.
		if (isAcceptable(problems) && definition.checkAmong)
			for (const problem of definition.checkAmong(new Set(next.keys()), standing(records, next))) {
				if (problem) problems.push({ ...problem, ...placeOf(problem.id) });
				if (turns.isOver) await turns.next();
			}
		return { next, problems };
	}

	/** What a change comes to over what others have written since it was begun. */
	async #joined(
		register: RegisterId,
		id: string,
		known: RegisterRecord | undefined,
		change: RegisterChange,
		say: (problem: RegisterProblem) => void,
	): Promise<RegisterContent> {
		if (!known) {
			if (change.based > 0) say(registerProblem('record_unknown', ''));
			return change.content;
		}
		if (change.based === known.version) return change.content;
		const base =
			change.based > 0
				? (await this.history(register, id)).find(({ version }) => version === change.based)?.content
				: {};
		if (!base) {
			say(registerProblem('record_unknown', ''));
			return change.content;
		}
		const { content, disputed } = mergeRecords(base, known.content, change.content);
		for (const field of disputed)
			say(registerProblem('changed_meanwhile', field, { name: known.actorName, version: known.version }));
		return content;
	}

	async #write(
		checked: ReadonlyMap<RegisterId, Checked>,
		why: string,
		actor: Actor,
		action: string,
		turns: Turns,
	): Promise<void> {
		const { db } = this.#storage;
		const written = new Map<RegisterId, readonly RegisterRecord[]>();
		for (const [register, { next }] of checked) {
			const known = this.#recordsOf(register);
			const others: RegisterRecord[] = [];
			for (const record of next.values()) {
				if (isOther(known.get(record.id), record)) others.push(record);
				if (turns.isOver) await turns.next();
			}
			if (others.length > 0) written.set(register, others);
		}
		if (written.size === 0) return;
		const row = (register: RegisterId, record: RegisterRecord) => ({
			register,
			record_id: record.id,
			version: record.version,
			entry_id: this.definition(register).entryOf?.(record.content) ?? null,
			content: JSON.stringify(record.content),
			withdrawn: record.isWithdrawn ? 1 : 0,
			why,
			actor_id: actor.id,
			actor_name: actor.name,
			via: actor.via,
			at: record.at,
		});
		// One transaction: a list of thousands is saved whole or not at all, and so is what concerns several registers.
		await db.transaction().execute(async (transaction) => {
			for (const [register, records] of written) {
				for (let from = 0; from < records.length; from += CHUNK) {
					await transaction
						.insertInto('register_version')
						.values(records.slice(from, from + CHUNK).map((record) => row(register, record)))
						.execute();
					if (turns.isOver) await turns.next();
				}
				const ids = records.slice(0, 20).map(({ id }) => id);
				const audit = auditLine(this.#storage, this.#clock, actor, action, register, {
					count: records.length,
					ids,
					why,
				});
				await transaction.executeQuery('compile' in audit ? audit.compile() : audit);
			}
		});
		// First all of it, then who listens: nobody sees one register without the other.
		for (const [register, records] of written) {
			const known = this.#recordsOf(register);
			for (const record of records) known.set(record.id, record);
		}
		for (const [register, records] of written) {
			const ids = records.map(({ id }) => id);
			for (const listener of this.#listeners) listener(register, ids);
		}
	}

	#recordsOf(register: RegisterId): Records {
		return must(this.#records.get(register), 'a register that is kept');
	}
}

function recordOf(row: Selectable<RegisterVersionTable>): RegisterRecord {
	return {
		id: row.record_id,
		version: row.version,
		content: JSON.parse(row.content) as RegisterContent,
		isWithdrawn: row.withdrawn === 1,
		actorName: row.actor_name,
		at: row.at,
	};
}

function isOther(known: RegisterRecord | undefined, record: RegisterRecord): boolean {
	return !known || known.isWithdrawn !== record.isWithdrawn || !isSameValue(known.content, record.content);
}

/** All records as they would stand. */
function standing(records: Records, next: Records): RegisterRecord[] {
	const all = [...records.values()].filter(({ id }) => !next.has(id));
	return [...all, ...next.values()];
}
