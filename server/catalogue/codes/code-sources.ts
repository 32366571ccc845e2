import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { allProfiles } from '#domain/catalogue/profiles.ts';
import {
	isCodedLevel,
	readEntryCode,
	type CodeSource,
} from '#domain/catalogue/reference-codes/entry-code.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { FondsFinder } from './fonds-finder.ts';

/** Entries asked for in one statement. */
export const SOURCES_AT_ONCE = 500;
/** Deeper than any hierarchy: what is damaged must not be walked for ever. */
const MAX_DEPTH = 100;

/** An entry with those above it, as far as its code asks. */
export interface CodedSource {
	readonly rowId: number;
	readonly id: EntryId;
	readonly profile: string;
	readonly level: string;
	readonly isActive: boolean;
	readonly title: string;
	/** The entry itself, then those above it, the nearest first. */
	readonly chain: readonly CodeSource[];
	/** What the register says of its fonds. */
	readonly fonds: FondsRecord | undefined;
}

interface Above extends CodeSource {
	readonly id: string;
}

/** Entries by row or id, at most {@link SOURCES_AT_ONCE}, in no order. */
export async function codeSources(
	{ db }: Pick<Storage, 'db'>,
	finder: FondsFinder,
	which: { readonly rowIds: readonly number[] } | { readonly ids: readonly EntryId[] },
): Promise<CodedSource[]> {
	const wanted = 'ids' in which ? which.ids : which.rowIds;
	if (wanted.length === 0) return [];
	const rows = await db
		.selectFrom('entry')
		.select(['row_id', 'id', 'parent_id', 'profile', 'level', 'status', 'hidden', 'title', 'fields'])
		.where('ids' in which ? 'id' : 'row_id', 'in', wanted as never)
		.execute();
	const above = await chainsAbove(db, [
		...new Set(rows.flatMap(({ parent_id }) => (parent_id === null ? [] : [parent_id]))),
	]);
	return rows.map((row) => {
		const own: Above = { id: row.id, level: row.level, fields: parsed(row.fields) };
		const chain = [own, ...(row.parent_id === null ? [] : (above.get(row.parent_id) ?? []))];
		return {
			rowId: row.row_id,
			id: row.id as EntryId,
			profile: row.profile,
			level: row.level,
			isActive: row.status === 'active' && row.hidden === 0,
			title: row.title,
			chain,
			fonds: finder.of(chain.find(({ level }) => level === 'fonds')),
		};
	});
}

/** What the code of an entry says, or another one in its place; undefined where it has none, or none is read of it. */
export function codeOf(
	{ fonds, profile, level, chain }: CodedSource,
	written?: string,
): ReturnType<typeof readEntryCode> {
	const rules = allProfiles().find(({ id }) => id === profile);
	const [own, ...above] = chain;
	if (!own || !fonds || fonds.codeRegimes.length === 0 || !rules || !isCodedLevel(level)) return undefined;
	const said = written === undefined ? own : { ...own, fields: { ...own.fields, referenceCode: written } };
	return readEntryCode(rules, [said, ...above], fonds);
}

/** Each of the entries with all above it, the nearest first. */
async function chainsAbove(
	db: Storage['db'],
	parents: readonly string[],
): Promise<ReadonlyMap<string, readonly Above[]>> {
	const chains = new Map<string, Above[]>();
	if (parents.length === 0) return chains;
	const { rows } = await sql<{ start: string; id: string; level: string; fields: string }>`
		with recursive up(start, id, parent_id, depth) as (
			select id, id, parent_id, 0 from entry where id in (${sql.join([...parents])})
			union all select up.start, entry.id, entry.parent_id, up.depth + 1
				from entry join up on entry.id = up.parent_id where up.depth < ${MAX_DEPTH}
		) select up.start, entry.id, entry.level, entry.fields
			from up join entry on entry.id = up.id order by up.start, up.depth`.execute(db);
	const read = new Map<string, Above>();
	for (const { start, id, level, fields } of rows) {
		let each = read.get(id);
		if (!each) read.set(id, (each = { id, level, fields: parsed(fields) }));
		const chain = chains.get(start);
		if (chain) chain.push(each);
		else chains.set(start, [each]);
	}
	return chains;
}

function parsed(fields: string): Readonly<Record<FieldKey, FieldValue>> {
	return JSON.parse(fields) as Record<FieldKey, FieldValue>;
}
