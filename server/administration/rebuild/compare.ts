import { DatabaseSync } from 'node:sqlite';
import { Refusal } from '#domain/base/refusal.ts';
import { canonicalJson } from '#server/preservation/canonical-json.ts';
import { NOT_HELD, TABLES, type ComparedKind, type ComparedTable, type NotHeld } from './compared-tables.ts';

/** Something a database had that the store has not, or not like that. */
export interface Difference {
	readonly of: ComparedKind;
	readonly id: string;
	/** Of entries, and of what is said about them. */
	readonly title: string;
	/**
	 * `missing`: the store has nothing of it · `older`: it has less · `different`: both have it, not alike; which is the
	 * newer one nobody can tell.
	 */
	readonly is: 'missing' | 'older' | 'different';
	/** Where it stands in the store, and where in the database: a position of the log, or a state; null for neither. */
	readonly stored: string | number | null;
	readonly lost: string | number | null;
}

/** What a copy of a lost database has beyond the rebuilt one, and how it is otherwise. */
export interface Comparison {
	readonly differences: readonly Difference[];
	/** Things that the store has and the copy has not, or that are newer there: the copy is not the last there was. */
	readonly onlyStored: number;
	/** Rows of the copy that no archival store holds. */
	readonly notHeld: Readonly<Record<NotHeld, number>>;
}

type Row = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

/** What entries have from those above them. */
const INHERITED = ['fonds_id', 'access_status', 'hidden'];

/**
 * Refuses what cannot be compared with, before anything is begun.
 * @throws {Refusal} 'rebuild.no-database'
 */
export function probe(lost: string): void {
	reading(lost, (database) => {
		for (const table of ['entry', 'log_head', 'setting'])
			database.prepare(`select * from main.${table} limit 1`).all();
	});
}

/**
 * Says exactly what a copy of the lost database has that the rebuilt one has not: every table of {@link TABLES}.
 * @throws {Refusal} 'rebuild.no-database'
 */
export function compareWith(lost: string, rebuilt: string): Comparison {
	return reading(lost, (database) => {
		database.prepare('attach database ? as rebuilt').run(rebuilt);
		return new Comparing(database).run();
	});
}

function reading<T>(path: string, read: (database: DatabaseSync) => T): T {
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(path, { readOnly: true });
		return read(database);
	} catch (error) {
		throw new Refusal('rebuild.no-database', { path, reason: (error as Error).message }, 404);
	} finally {
		database?.close();
	}
}

class Comparing {
	#database: DatabaseSync;
	/** Each thing once, by kind and id: what is found first says most. */
	#found = new Map<string, Difference>();
	/** Entries of which the store knows more than the copy, or whose rows the copy had not yet brought up to its log. */
	#ahead = new Set<string>();
	/** Entries that only have something else from those above them. */
	#inheriting: { readonly id: string; readonly title: string }[] = [];
	#onlyStored = 0;

	constructor(database: DatabaseSync) {
		this.#database = database;
	}

	run(): Comparison {
		const notHeld = Object.fromEntries(NOT_HELD.map((group) => [group, 0])) as Record<NotHeld, number>;
		const there = this.#all(
			`select name from main.sqlite_master where type in ('table', 'view') and name not like 'sqlite^_%' escape '^'
				and name not like 'entry^_text^_%' escape '^' order by name`,
		).map(({ name }) => String(name));
		this.#documents();
		// Imports first: of one that is missing nobody wants to read every entry.
		for (const [name, how] of Object.entries(TABLES).toSorted(
			([a], [b]) => Number(b === 'import') - Number(a === 'import'),
		)) {
			if (!there.includes(name)) continue;
			if (how === 'positions') continue;
			if (typeof how === 'string') notHeld[how] += this.#count(name, 'true');
			else {
				this.#table(name, how);
				if (how.isMain && how.held && name !== 'setting')
					notHeld.unfinished += this.#count(name, `not (${how.held})`);
			}
		}
		this.#inherited();
		for (const name of there)
			if (!Object.hasOwn(TABLES, name)) this.#note({ of: 'table', id: name, is: 'missing' });
		return { differences: [...this.#found.values()], onlyStored: this.#onlyStored, notHeld };
	}

	#all(sql: string): Row[] {
		return this.#database.prepare(sql).all() as Row[];
	}

	#count(table: string, where: string): number {
		return Number(
			this.#all(`select count(*) as rows from main.${table} as lost where ${where}`)[0]?.['rows'],
		);
	}

	#note({ of, id, is, ...more }: Pick<Difference, 'of' | 'id' | 'is'> & Partial<Difference>): void {
		const key = `${of}:${id}`;
		if (!this.#found.has(key))
			this.#found.set(key, { of, id, title: '', is, stored: null, lost: null, ...more });
	}

	/** Live documents, by their positions in the log. */
	#documents(): void {
		for (const row of this.#all(
			`select head.doc, head.seq as lost, coalesce(known.seq, 0) as stored, coalesce(entry.title, '') as title,
				coalesce(entry.projected_seq, 0) as shown
			from main.log_head as head
			left join rebuilt.log_head as known on known.doc = head.doc
			left join main.entry as entry on entry.id = substr(head.doc, instr(head.doc, ':') + 1)
			where head.doc like 'review:%' or head.updates > 1
				or exists (select 1 from main.entry_change where entry_change.doc = head.doc)
			order by head.seq`,
		)) {
			const [of, id] = String(row['doc']).split(':') as ['entry' | 'review', string];
			const [lost, stored] = [Number(row['lost']), Number(row['stored'])];
			if (lost > stored)
				this.#note({
					...{ of, id, title: String(row['title']), is: stored === 0 ? 'missing' : 'older' },
					...{ stored, lost },
				});
			else if (lost < stored) {
				this.#ahead.add(id);
				this.#onlyStored++;
			} else if (of === 'entry' && Number(row['shown']) < lost) this.#ahead.add(id);
		}
	}

	#table(name: string, table: ComparedTable): void {
		const columns = this.#columns(name, table);
		if (columns.length === 0) return this.#note({ of: 'table', id: name, is: 'missing' });
		const { key, held = 'true' } = table;
		const values = [
			...columns.map((column) => [`lost."${column}"`, `known."${column}"`] as const),
			...(table.also ?? []).map(
				(also) =>
					[
						also.replaceAll('{of}', 'main').replaceAll('{row}', 'lost'),
						also.replaceAll('{of}', 'rebuilt').replaceAll('{row}', 'known'),
					] as const,
			),
		];
		if (!key) {
			const listed = columns.map((column) => `"${column}"`).join(', ');
			const rows = this.#database
				.prepare(
					`select ${table.id} as object from (select ${listed} from main.${name} as lost where ${held}
					except select ${listed} from rebuilt.${name}) as lost`,
				)
				.iterate() as Iterable<Row>;
			for (const row of rows)
				this.#note({ of: table.of, id: String(row['object']), is: table.isMain ? 'missing' : 'older' });
			return;
		}
		const on = key.map((column) => `known."${column}" = lost."${column}"`).join(' and ');
		const isMissing = `known."${key[0]}" is null`;
		const title = table.of === 'entry' || table.of === 'review' ? titleOf(table.id) : `''`;
		const states =
			table.isMain && columns.includes('state')
				? 'lost.state as lost, known.state as stored'
				: 'null as lost';
		const rows = this.#database
			.prepare(
				`select ${table.id} as object, ${title} as title, ${isMissing} as is_missing, ${states},
					${values.map(([one, other], index) => `${one} as l${index}, ${other} as k${index}`).join(', ')}
				from main.${name} as lost left join rebuilt.${name} as known on ${on}
				where (${isMissing} or ${values.map(([one, other]) => `${one} is not ${other}`).join(' or ')}) and ${held}`,
			)
			.iterate() as Iterable<Row>;
		for (const row of rows) this.#row(row, table, columns);
		if (!table.isMain) return;
		const { more } = this.#all(
			`select count(*) as more from rebuilt.${name} as lost
				where not exists (select 1 from main.${name} as known where ${on})`,
		)[0] as { more: number };
		this.#onlyStored += name === 'setting' ? 0 : more;
	}

	#row(row: Row, table: ComparedTable, columns: readonly string[]): void {
		const id = String(row['object']);
		const isMissing = row['is_missing'] === 1;
		if (table.how === 'follows' && (this.#ahead.has(id) || this.#found.has(`${table.of}:${id}`))) return;
		const differing = [...columns, ...(table.also ?? [])].filter((column, index) => {
			const [one, other] = [row[`l${index}`], row[`k${index}`]];
			return table.json?.includes(column) ? sorted(one) !== sorted(other) : one !== other;
		});
		if (differing.length === 0) return;
		const title = String(row['title'] ?? '');
		if (table.isMain && table.of === 'entry') {
			const byImport = row[`l${columns.length}`];
			if (isMissing && this.#found.get(`import:${String(byImport)}`)?.is === 'missing') return;
			if (!isMissing && differing.every((column) => INHERITED.includes(column)))
				return void this.#inheriting.push({ id, title });
		}
		const [stored, lost] = [stateOf(row['stored']), stateOf(row['lost'])];
		const is = !isMissing
			? 'different'
			: table.isMain
				? 'missing'
				: table.how === 'grows'
					? 'older'
					: 'different';
		this.#note({ of: table.of, id, title, is, ...(stored === lost ? {} : { stored, lost }) });
	}

	/** What entries have from above differs where one above them does: that one is told of, not all below it. */
	#inherited(): void {
		const above = this.#database.prepare(
			`with recursive up(id) as (
				select parent_id from main.entry where id = ?1 union select parent_id from rebuilt.entry where id = ?1
				union select entry.parent_id from up join main.entry as entry on entry.id = up.id
				union select entry.parent_id from up join rebuilt.entry as entry on entry.id = up.id
			) select id from up where id is not null`,
		);
		for (const { id, title } of this.#inheriting)
			if (
				!above.all(id).some((each) => {
					const over = String(each['id']);
					return this.#ahead.has(over) || this.#found.has(`entry:${over}`);
				})
			)
				this.#note({ of: 'entry', id, title, is: 'different' });
	}

	/** Columns that both have: a copy may be of other software. */
	#columns(name: string, { leftOut = [] }: ComparedTable): string[] {
		const of = (database: string): string[] =>
			this.#all(`select name from pragma_table_info('${name}', '${database}')`).map((row) =>
				String(row['name']),
			);
		const rebuilt = of('rebuilt');
		return of('main').filter((column) => rebuilt.includes(column) && !leftOut.includes(column));
	}
}

function titleOf(id: string): string {
	return `coalesce((select entry.title from main.entry as entry where entry.id = ${id}), '')`;
}

function stateOf(value: Row[string] | undefined): string | null {
	return typeof value === 'string' ? value : null;
}

/** JSON with its keys in order; anything else as it is. */
function sorted(value: Row[string] | undefined): Row[string] | undefined {
	if (typeof value !== 'string') return value;
	try {
		return canonicalJson(JSON.parse(value) as never);
	} catch {
		return value;
	}
}
