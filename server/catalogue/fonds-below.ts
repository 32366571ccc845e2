/**
 * A query for the ids of the fonds that lie below entries, with a place for these: threads, which do without the library
 * of the database, take it as text.
 */
export const FONDS_BELOW = `select fonds from (
	with recursive up(fonds, parent_id) as (
		select id, parent_id from entry where fonds_id = id and parent_id is not null
		union select up.fonds, entry.parent_id from entry join up on entry.id = up.parent_id
	) select fonds from up where parent_id in (?))`;
