import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { allProfiles } from '#domain/catalogue/profiles.ts';
import { isOwnFonds } from '#domain/catalogue/profile.ts';
import { FONDS_BELOW } from './fonds-below.ts';

/** Whether the level of a row of `entry`, under the name it has in the query, makes it belong to itself. */
export function hasOwnFonds(table: string): RawBuilder<boolean> {
	const pairs = allProfiles().flatMap((profile) =>
		profile.levels.filter(({ id }) => isOwnFonds(profile, id)).map(({ id }) => sql`(${profile.id}, ${id})`),
	);
	return sql`(${sql.ref(`${table}.profile`)}, ${sql.ref(`${table}.level`)}) in (values ${sql.join(pairs)})`;
}

/**
 * A query for the ids of the fonds that lie below entries. Walked from the fonds upwards: those that lie in something are
 * few, entries are many.
 * @param asked a query for the ids of the entries
 */
export function fondsBelow(asked: RawBuilder<unknown>): RawBuilder<unknown> {
	const [before, after] = FONDS_BELOW.split('?') as [string, string];
	return sql`${sql.raw(before)}${asked}${sql.raw(after)}`;
}

/** Entries of a fonds; of what holds fonds together, also those of the fonds in it. */
export function isOfFonds(fonds: string): RawBuilder<SqlBool> {
	return sql`(entry.fonds_id = ${fonds} or entry.fonds_id in (${fondsBelow(sql`${fonds}`)}))`;
}
