import { sql, type Kysely } from 'kysely';

/** Levels that belong to themselves, as the profiles had them when this was released. */
const isOwn = (table: string): string =>
	`(${table}.profile, ${table}.level) in (values ('dat18', 'fondsComplex'), ('dat18', 'fonds'), ('isad', 'fonds'))`;

const STATEMENTS = [
	// All fonds, and where they lie: few among very many entries.
	`create index entry_own_fonds on entry (parent_id) where fonds_id = id`,
	// Who works with one fonds must not read findings of what went to another.
	`create trigger finding_fonds after update of fonds_id on entry when old.fonds_id is not new.fonds_id
		begin update finding set fonds_id = new.fonds_id where entry_id = new.id; end`,
	// Who worked with all that lay together goes on to: what was one fonds for their rights may be several now.
	`update "user" set fonds = (
		select json_group_array(id) from (
			select value as id from json_each("user".fonds)
			union select entry.id from entry join json_each("user".fonds) as given on given.value = entry.fonds_id
				where entry.parent_id is not null and ${isOwn('entry')}))
		where fonds is not null and json_valid(fonds)`,
	`with recursive down(id, fonds_id) as (
			select id, id from entry where parent_id is not null and ${isOwn('entry')}
			union select child.id, down.fonds_id from entry as child join down on child.parent_id = down.id
				where not ${isOwn('child')}
		)
		update entry set fonds_id = down.fonds_id from down where entry.id = down.id and entry.fonds_id <> down.fonds_id`,
];

/** The fonds of an entry is the nearest above it, no longer the outermost entry: a group of fonds does not take their place. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
