import { sql, type Kysely } from 'kysely';

/** What a count depends on. */
const COUNTED = [
	'fields',
	'level',
	'status',
	'hidden',
	'fonds_id',
	'parent_id',
	'reference_code',
	'title',
	'import_row',
];

const mark = (fonds: string): string =>
	`insert into entry_count_stale (fonds_id, marks) values (${fonds}, 1)
		on conflict (fonds_id) do update set marks = marks + 1;`;

const STATEMENTS = [
	`create table entry_count (
		fonds_id text not null,
		import_row integer not null,
		kind text not null,
		fonds_number text not null,
		catalogue_number text,
		category_code text,
		year integer,
		retention_period text,
		entries integer not null,
		digitised integer not null,
		pages integer not null,
		digitised_pages integer not null
	)`,
	`create index entry_count_fonds on entry_count (fonds_id)`,
	`create table entry_count_stale (fonds_id text primary key, marks integer not null) without rowid`,
	// Whoever writes a row, its fonds is counted anew: no way of writing can forget to say so.
	`create trigger entry_count_insert after insert on entry begin ${mark('new.fonds_id')} end`,
	`create trigger entry_count_delete after delete on entry begin ${mark('old.fonds_id')} end`,
	`create trigger entry_count_update after update of ${COUNTED.join(', ')} on entry
		when ${COUNTED.map((column) => `old.${column} is not new.${column}`).join(' or ')}
		begin ${mark('new.fonds_id')} ${mark('old.fonds_id')} end`,
	`insert into entry_count_stale (fonds_id, marks) select distinct fonds_id, 1 from entry where true`,
];

/** How many entries there are by fonds, catalogue or category, year and retention period. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
