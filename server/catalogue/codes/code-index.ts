import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import type { Registers } from '../registers/registers.ts';
import type { Storage } from '#server/storage/storage.ts';
import { codeOf, codeSources, SOURCES_AT_ONCE, type CodedSource } from './code-sources.ts';
import { FondsFinder } from './fonds-finder.ts';

/** Rows that need no reading and are taken off the list at once. */
const SKIPPED_AT_ONCE = 1000;
/** Rounds of one reading: each takes what the one before made due one level further down. */
const MAX_ROUNDS = 20;
/** How soon rows are read after something was written. */
const DELAY_MS = 200;
const RETRY_MS = 5000;

const INSERT = `insert or replace into coded_entry
	(row_id, entry_id, fonds_number, regime, group_key, number, suffix, width, canonical, part, active, problems)
	values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/**
 * What the codes of entries say, read from their rows in the background: which row is due is written by the database with
 * the row, so that nothing is missed whatever wrote it and whenever the process ended.
 */
export class CodeIndex {
	readonly finder: FondsFinder;
	#storage: Storage;
	#logger: Logger;
	#running: Promise<void> | undefined;
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;
	/** Numbers and entries of fonds whose record changed: all their entries are due. */
	#changedFonds = new Set<string>();
	/** By id of the record: as it was read last, since a number may be another one now. */
	#knownFonds = new Map<string, readonly string[]>();
	#isRegisterCompared = false;
	/** The last event that was heard of: an old code is kept by the database itself. */
	#lastEvent: number | undefined;
	#onEvents: () => void;

	constructor(parts: {
		storage: Storage;
		registers: Registers;
		logger: Logger;
		/** Old codes were kept: the archival store is told. */
		onEvents: () => void;
	}) {
		this.#onEvents = parts.onEvents;
		this.#storage = parts.storage;
		this.#logger = parts.logger;
		this.finder = new FondsFinder(parts.registers);
		const namesOf = (id: string): string[] => {
			const content = parts.registers.get<FondsRecord>('fonds', id)?.content;
			return [content?.fondsNumber, content?.entryId].filter(
				(name) => name !== undefined && name !== '',
			) as string[];
		};
		for (const { id } of parts.registers.list('fonds')) this.#knownFonds.set(id, namesOf(id));
		parts.registers.onChanged((register, ids) => {
			if (register !== 'fonds') return;
			for (const id of ids) {
				const names = namesOf(id);
				for (const name of [...names, ...(this.#knownFonds.get(id) ?? [])]) this.#changedFonds.add(name);
				this.#knownFonds.set(id, names);
			}
			this.poke();
		});
	}

	/** Something was written: codes are read soon. */
	poke(): void {
		if (this.#isClosed || this.#timer) return;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			this.settled().catch((error: unknown) => {
				this.#logger.error({ err: error }, 'reading reference codes failed; it is tried again');
				if (!this.#isClosed)
					this.#timer = setTimeout(() => ((this.#timer = undefined), this.poke()), RETRY_MS);
			});
		}, DELAY_MS);
	}

	/** Resolves when every row that is written now is read. */
	async settled(): Promise<void> {
		// What runs may have begun before the last row was written.
		await this.#running?.catch(() => undefined);
		this.#running ??= this.#drain().finally(() => (this.#running = undefined));
		await this.#running;
	}

	/** Waits for what is due, but no longer than this; resolves with how many rows are not read yet. */
	async settledWithin(limitMs: number): Promise<number> {
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
		await Promise.race([this.settled(), late]);
		clearTimeout(timer);
		const { count } = await this.#storage.db
			.selectFrom('coded_entry_due')
			.select((select) => select.fn.countAll<number>().as('count'))
			.executeTakeFirstOrThrow();
		return count;
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		await this.#running?.catch(() => undefined);
	}

	async #drain(): Promise<void> {
		await this.#markChanged();
		await this.#hearEvents();
		for (let round = 0; round < MAX_ROUNDS; round++)
			for (let after = 0; ;) {
				if (this.#isClosed) return;
				const due = await this.#storage.db
					.selectFrom('coded_entry_due')
					.selectAll()
					.where('row_id', '>', after)
					.orderBy('row_id')
					.limit(this.finder.isEmpty ? SKIPPED_AT_ONCE : SOURCES_AT_ONCE)
					.execute();
				if (due.length === 0 && after === 0) return;
				if (due.length === 0) break;
				after = due.at(-1)?.row_id ?? after;
				await this.#read(due);
				await nextTurn();
			}
		this.poke();
	}

	async #hearEvents(): Promise<void> {
		const { id } = await this.#storage.db
			.selectFrom('code_event')
			.select((select) => select.fn.max<number | null>('id').as('id'))
			.executeTakeFirstOrThrow();
		if (this.#lastEvent !== undefined && (id ?? 0) > this.#lastEvent) this.#onEvents();
		this.#lastEvent = id ?? 0;
	}

	/** Entries of fonds whose record changed since they were read, also by an earlier process. */
	async #markChanged(): Promise<void> {
		const { db } = this.#storage;
		const newest = await db
			.selectFrom('register_version')
			.select((select) => select.fn.max<number | null>('id').as('id'))
			.where('register', '=', 'fonds')
			.executeTakeFirst();
		const position = newest?.id ?? 0;
		if (!this.#isRegisterCompared) {
			const read = await db
				.selectFrom('code_progress')
				.select('position')
				.where('name', '=', 'fonds')
				.executeTakeFirst();
			if ((read?.position ?? 0) !== position)
				for (const names of this.#knownFonds.values()) for (const name of names) this.#changedFonds.add(name);
			this.#isRegisterCompared = true;
		}
		if (this.#changedFonds.size === 0) return;
		for (const fonds of [...this.#changedFonds]) {
			await this.#markFonds(fonds);
			this.#changedFonds.delete(fonds);
		}
		await db
			.insertInto('code_progress')
			.values({ name: 'fonds', position })
			.onConflict((conflict) => conflict.column('name').doUpdateSet({ position }))
			.execute();
	}

	/** All entries below the fonds with this number or id, a thousand at a time. */
	async #markFonds(fonds: string): Promise<void> {
		const { db } = this.#storage;
		const roots = await db
			.selectFrom('entry')
			.select('fonds_id')
			.distinct()
			.where((where) => where.or([where('reference_code', '=', fonds), where('id', '=', fonds)]))
			.where('level', '=', 'fonds')
			.execute();
		for (const { fonds_id } of roots)
			for (let after = 0; ;) {
				const rows = await db
					.selectFrom('entry')
					.select('row_id')
					.where('fonds_id', '=', fonds_id)
					.where('row_id', '>', after)
					.orderBy('row_id')
					.limit(SKIPPED_AT_ONCE)
					.execute();
				if (rows.length === 0) break;
				const last = rows.at(-1)?.row_id ?? after;
				await this.#storage.batch([
					sql`insert into coded_entry_due (row_id, below)
						select row_id, 0 from entry where fonds_id = ${fonds_id} and row_id > ${after} and row_id <= ${last}
						on conflict (row_id) do update set stamp = coded_entry_due.stamp + 1`.compile(db),
				]);
				after = last;
			}
	}

	async #read(
		due: readonly { readonly row_id: number; readonly below: number; readonly stamp: number }[],
	): Promise<void> {
		const { db } = this.#storage;
		const rowIds = due.map(({ row_id }) => row_id);
		const below = due.filter((each) => each.below === 1).map(({ row_id }) => row_id);
		const sources = this.finder.isEmpty ? [] : await codeSources(this.#storage, this.finder, { rowIds });
		const rows = sources.flatMap((source) => {
			const row = rowOf(source);
			return row ? [row] : [];
		});
		const kept = new Set(rows.map(([rowId]) => rowId));
		const dropped = rowIds.filter((rowId) => !kept.has(rowId));
		// First what was read: what ends in between is read once more.
		if (rows.length > 0) await this.#storage.bulk([{ sql: INSERT, rows }]);
		await this.#storage.batch([
			...(below.length === 0
				? []
				: [
						sql`insert into coded_entry_due (row_id, below)
							select child.row_id, case when child.level = 'item' then 0 else 1 end
							from entry as parent join entry as child on child.parent_id = parent.id
							where parent.row_id in (${sql.join(below)})
							on conflict (row_id) do update set
								below = max(coded_entry_due.below, excluded.below), stamp = coded_entry_due.stamp + 1`.compile(db),
					]),
			...(dropped.length === 0
				? []
				: [sql`delete from coded_entry where row_id in (${sql.join(dropped)})`.compile(db)]),
			sql`delete from coded_entry_due where (row_id, stamp) in (values ${sql.join(
				due.map((each) => sql`(${each.row_id}, ${each.stamp})`),
			)})`.compile(db),
		]);
	}
}

type Row = readonly [rowId: number, ...rest: (string | number | null)[]];

function rowOf(source: CodedSource): Row | undefined {
	const { fonds, rowId, id } = source;
	const code = codeOf(source);
	if (!code || !fonds) return undefined;
	const active = source.isActive ? 1 : 0;
	const problems = code.problems.length > 0 ? JSON.stringify(code.problems) : null;
	if ('written' in code)
		return [rowId, id, fonds.fondsNumber, code.regime, '', 0, '', 0, code.written, '', active, problems];
	const { regime, groupKey, number, canonical } = code;
	const width = number.width ?? String(number.value).length;
	return [
		rowId,
		id,
		fonds.fondsNumber,
		regime,
		groupKey,
		number.value,
		number.suffix ?? '',
		width,
		canonical,
		code.final,
		active,
		problems,
	];
}
