import { sql, type Kysely } from 'kysely';

/** Fields that say a part of a code; see `CODE_FIELDS`, which may grow: then a further migration makes the trigger anew. */
const FIELDS = [
	'referenceCode',
	'categoryCode',
	'secondaryClass',
	'tertiaryClass',
	'projectNumber',
	'seriesNumber',
	'catalogueNumber',
	'year',
	'retentionPeriod',
	'orgOrMatter',
	'fileNumber',
	'startPage',
];

/** What a purge or a rebuild leaves in between may be no JSON: then it says something else. */
const SAYS_OTHERWISE = `(old.fields is not new.fields and case when json_valid(old.fields) and json_valid(new.fields) then ${FIELDS.map(
	(field) => `json_extract(old.fields, '$.${field}') is not json_extract(new.fields, '$.${field}')`,
).join(' or ')} else 1 end)`;

const STATEMENTS = [
	`create table coded_entry (
		row_id integer primary key not null,
		entry_id text not null,
		fonds_number text not null,
		regime text not null,
		group_key text not null,
		number integer not null,
		suffix text not null,
		width integer not null,
		canonical text not null,
		part text not null,
		active integer not null,
		problems text
	)`,
	`create index coded_entry_group on coded_entry (group_key, number, suffix, active, width)`,
	`create index coded_entry_canonical on coded_entry (canonical)`,
	`create index coded_entry_fonds on coded_entry (fonds_number, group_key)`,
	`create unique index coded_entry_entry on coded_entry (entry_id)`,
	`create table coded_entry_due (
		row_id integer primary key not null,
		below integer not null default 0,
		stamp integer not null default 0
	)`,
	// Whatever writes a row — an import, an edit, a purge — leaves it due in the same transaction: no code is overlooked.
	`create trigger coded_entry_new after insert on entry begin
		insert into coded_entry_due (row_id, below) values (new.row_id, 0)
			on conflict (row_id) do update set stamp = coded_entry_due.stamp + 1;
	end`,
	`create trigger coded_entry_changed after update of fields, parent_id, status, level, hidden, fonds_id on entry
	when old.parent_id is not new.parent_id or old.status is not new.status or old.level is not new.level
		or old.hidden is not new.hidden or old.fonds_id is not new.fonds_id or ${SAYS_OTHERWISE}
	begin
		insert into coded_entry_due (row_id, below)
		values (new.row_id, case when new.level <> 'item' and (old.parent_id is not new.parent_id
			or old.level is not new.level or ${SAYS_OTHERWISE}) then 1 else 0 end)
		on conflict (row_id) do update set
			below = max(coded_entry_due.below, excluded.below), stamp = coded_entry_due.stamp + 1;
	end`,
	`create trigger coded_entry_gone after delete on entry begin
		delete from coded_entry where row_id = old.row_id;
		delete from coded_entry_due where row_id = old.row_id;
	end`,
	`create table code_event (
		id integer primary key autoincrement,
		kind text not null,
		fonds_number text not null,
		regime text not null,
		group_key text not null,
		number integer not null,
		number_to integer not null,
		suffix text not null default '',
		entry_id text,
		code text not null,
		new_code text not null default '',
		block_id text,
		why text not null,
		actor_id text not null,
		actor_name text not null,
		via text,
		at text not null
	)`,
	// No number is allotted twice, whoever asks.
	`create unique index code_event_number on code_event (group_key, number, suffix) where kind = 'allotted'`,
	`create index code_event_group on code_event (group_key, kind, number)`,
	`create index code_event_entry on code_event (entry_id)`,
	`create index code_event_block on code_event (block_id) where block_id is not null`,
	`create index code_event_alias on code_event (code) where kind = 'alias'`,
	// The code of a registered entry never changes silently: the old one stays, in the same transaction.
	`create trigger coded_entry_alias after update of reference_code on entry
	when (old.review_state = 'registered' or (select via like 'order:%' or via like 'undo-order:%' from log_update
			where doc = 'entry:' || new.id order by seq desc limit 1)) and old.reference_code <> '' and new.reference_code <> old.reference_code
		and substr(old.reference_code, 1, 1) <> '~' and new.status in ('active', 'deleted')
	begin
		insert into code_event (kind, fonds_number, regime, group_key, number, number_to, suffix, entry_id, code, new_code,
			why, actor_id, actor_name, via, at)
		select 'alias', coalesce(known.fonds_number, ''), coalesce(known.regime, ''), coalesce(known.group_key, ''),
			coalesce(known.number, 0), coalesce(known.number, 0), coalesce(known.suffix, ''),
			new.id, old.reference_code, new.reference_code, '',
			coalesce(said.actor_id, 'server'), coalesce(said.actor_name, 'server'), said.via, new.updated_at
		from (select 1) left join coded_entry as known on known.row_id = new.row_id
		left join (select actor_id, actor_name, via from log_update where doc = 'entry:' || new.id order by seq desc limit 1)
			as said;
	end`,
	`create table code_progress (
		name text primary key not null,
		position integer not null
	)`,
	// What is there already, once; the work itself is done in the background.
	`insert into coded_entry_due (row_id, below) select row_id, 0 from entry`,
];

/** Reference codes read into their parts, the numbers that were allotted, and old codes. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
