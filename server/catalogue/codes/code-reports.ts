import { sql, type RawBuilder } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type {
	CodeDuplicate,
	CodedEntryLine,
	CodeGap,
	CodeGroup,
	CodeReport,
	FondsCodes,
	GapReason,
	OddWidth,
	UnreadLine,
} from '#domain/catalogue/reference-codes/code-report.ts';
import { covers } from '#domain/catalogue/reference-codes/code-jump.ts';
import type { CodeProblem } from '#domain/catalogue/reference-codes/code-problems.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { Storage } from '#server/storage/storage.ts';
import { jumpsIn } from './code-jumps.ts';
import { usedWidth, type FondsFinder } from './fonds-finder.ts';

/** Reasons of one gap that are told. */
const MAX_REASONS = 50;
/** Entries with one code that are named. */
const MAX_MEMBERS = 50;

/** Which codes a person may be told of: of active entries of their fonds, and of no import under way. */
function among(person: Person, fondsNumber: string | undefined): RawBuilder<unknown> {
	return sql`from coded_entry as code join entry on entry.row_id = code.row_id
		where code.active = 1
		${fondsNumber === undefined ? sql`` : sql`and code.fonds_number = ${fondsNumber}`}
		and ${isWithin(person)}
		and entry.import_row not in (select row_id from import where state = 'staging')`;
}

/** Whether an entry lies in the fonds a person works with. */
function isWithin({ fonds }: Person): RawBuilder<unknown> {
	if (fonds === null) return sql`1 = 1`;
	return fonds.length === 0 ? sql`1 = 0` : sql`entry.fonds_id in (${sql.join([...fonds])})`;
}

/** Says the next number of groups, as registration would give it. */
export type NextOf = (
	keys: readonly string[],
) => Promise<ReadonlyMap<string, { readonly number: number; readonly width: number }>>;

interface Parts {
	readonly storage: Storage;
	readonly finder: FondsFinder;
	readonly nextOf: NextOf;
}

/**
 * The groups of codes a person may see, of one fonds or all, and what is odd about them; computed beside the process that
 * answers people.
 */
export async function codeReport(
	parts: Parts,
	person: Person,
	asked: { readonly fondsNumber?: string | undefined; readonly limit: number },
): Promise<Omit<CodeReport, 'waiting'>> {
	const { db } = parts.storage;
	const own = among(person, asked.fondsNumber);
	const { limit } = asked;
	const [fonds, groups, gaps, duplicates, widths, unread] = await Promise.all([
		fondsOf(parts, person),
		groupsOf(parts, own, limit),
		gapsOf(db, person, own, limit),
		duplicatesOf(db, own, limit),
		widthsOf(db, own, limit),
		unreadOf(db, own, limit),
	]);
	return { fonds, ...groups, ...gaps, ...duplicates, ...widths, ...unread };
}

async function fondsOf({ storage, finder }: Parts, person: Person): Promise<FondsCodes[]> {
	const { rows } = await sql<{ fonds: string; entries: number; groups: number }>`
		select code.fonds_number as fonds, count(*) as entries,
			count(distinct nullif(code.group_key, '')) as groups
		${among(person, undefined)} group by code.fonds_number order by code.fonds_number`.execute(storage.db);
	return rows.map(({ fonds, entries, groups }) => ({
		fondsNumber: fonds,
		name: finder.byNumber(fonds)?.name ?? '',
		entries,
		groups,
	}));
}

async function groupsOf(
	{ storage, finder, nextOf }: Parts,
	own: RawBuilder<unknown>,
	limit: number,
): Promise<Pick<CodeReport, 'groups' | 'groupCount'>> {
	const { rows } = await sql<Omit<CodeGroup, 'next' | 'jumps'> & { readonly total: number }>`
		select code.fonds_number as "fondsNumber", code.group_key as "groupKey", code.regime, count(*) as entries,
			min(code.number) as lowest, max(code.number) as highest,
			max(code.number) - count(distinct case when code.suffix = '' then code.number end) as missing,
			count(*) over () as total
		${own} and code.group_key <> '' and code.part <> 'pageNumber'
		group by code.fonds_number, code.group_key, code.regime
		order by code.fonds_number, code.group_key limit ${limit}`.execute(storage.db);
	const keys = rows.map(({ groupKey }) => groupKey);
	const next = await nextOf(keys);
	const found = await jumpsIn(storage, keys, (groupKey) => next.get(groupKey)?.number);
	const jumps = Map.groupBy(found, ({ groupKey }) => groupKey);
	return {
		groupCount: rows[0]?.total ?? 0,
		groups: rows.map(({ fondsNumber, groupKey, regime, entries, lowest, highest, missing }): CodeGroup => {
			const { number, width } = next.get(groupKey) ?? { number: highest + 1, width: 1 };
			const digits = usedWidth(finder.byNumber(fondsNumber), regime) ?? width;
			// A group of codes without a fonds number says whose it is before them.
			const prefix = groupKey.slice(groupKey.indexOf('|') + 1);
			return {
				fondsNumber,
				groupKey,
				regime,
				entries,
				lowest,
				highest,
				missing,
				next: prefix + String(number).padStart(digits, '0'),
				jumps: (jumps.get(groupKey) ?? []).map(({ from, to }) => ({ from, to })),
			};
		}),
	};
}

interface GapRow {
	readonly fonds: string;
	readonly key: string;
	readonly before: number;
	readonly after: number;
	readonly before_id: string | null;
	readonly after_id: string | null;
	readonly total: number;
}

async function gapsOf(
	db: Storage['db'],
	person: Person,
	own: RawBuilder<unknown>,
	limit: number,
): Promise<Pick<CodeReport, 'gaps' | 'gapCount'>> {
	const { rows } = await sql<GapRow>`
		select *, count(*) over () as total from (
			select fonds_number as fonds, group_key as key, number as after, entry_id as after_id,
				lag(number, 1, 0) over (partition by group_key order by number) as before,
				lag(entry_id) over (partition by group_key order by number) as before_id
			from (select code.fonds_number, code.group_key, code.number, min(code.entry_id) as entry_id ${own}
				and code.group_key <> '' and code.suffix = '' and code.part <> 'pageNumber'
				group by code.group_key, code.number)
		) where after > before + 1 order by fonds, key, after limit ${limit}`.execute(db);
	const reasons = await reasonsOf(db, person, rows);
	return {
		gapCount: rows[0]?.total ?? 0,
		gaps: rows.map((row): CodeGap => {
			const [from, to] = [row.before + 1, row.after - 1];
			const its = (reasons.get(row.key) ?? [])
				.filter((reason) => reason.from <= to && reason.to >= from)
				.map((reason) => ({ ...reason, from: Math.max(reason.from, from), to: Math.min(reason.to, to) }));
			return {
				fondsNumber: row.fonds,
				groupKey: row.key,
				from,
				to,
				beforeId: row.before_id as EntryId | null,
				afterId: row.after_id as EntryId | null,
				isExplained: covers(its, { from, to }),
				reasons: its.slice(0, MAX_REASONS),
			};
		}),
	};
}

const KEYS_AT_ONCE = 500;

async function reasonsOf(
	db: Storage['db'],
	person: Person,
	gaps: readonly Pick<GapRow, 'key'>[],
): Promise<ReadonlyMap<string, readonly GapReason[]>> {
	// An entry that had a number of the group may lie in a fonds of others by now: then nothing is told of it.
	const isTold = isWithin(person);
	const keys = [...new Set(gaps.map(({ key }) => key))];
	const found = new Map<string, GapReason[]>();
	for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
		const list = sql.join(keys.slice(at, at + KEYS_AT_ONCE));
		const { rows } = await sql<{
			key: string;
			kind: GapReason['kind'];
			first: number;
			last: number;
			why: string;
			actor_name: string;
			at: string;
			entry_id: string | null;
			title: string | null;
		}>`
			select event.group_key as key, event.kind, event.number as first, event.number_to as last, event.why,
				event.actor_name, event.at, case when entry.id is null or ${isTold} then event.entry_id end as entry_id,
				case when ${isTold} then entry.title end as title
			from code_event as event left join entry on entry.id = event.entry_id
			where event.group_key in (${list}) and event.kind <> 'renumbering'
			union all
			select code.group_key, 'deleted', code.number, code.number, '', '', entry.updated_at,
				case when ${isTold} then code.entry_id end, case when ${isTold} then entry.title end
			from coded_entry as code join entry on entry.row_id = code.row_id
			where code.group_key in (${list}) and code.active = 0 and code.suffix = ''
			order by 7`.execute(db);
		for (const row of rows) {
			const reason: GapReason = {
				kind: row.kind,
				from: row.first,
				to: row.last,
				why: row.why,
				actorName: row.actor_name,
				at: row.at,
				entryId: row.entry_id as EntryId | null,
				title: row.title ?? '',
			};
			const known = found.get(row.key);
			if (known) known.push(reason);
			else found.set(row.key, [reason]);
		}
	}
	return found;
}

async function duplicatesOf(
	db: Storage['db'],
	own: RawBuilder<unknown>,
	limit: number,
): Promise<Pick<CodeReport, 'duplicates' | 'duplicateCount'>> {
	const members = (where: RawBuilder<unknown>) => sql`(
		select json_group_array(json_object('id', id, 'code', code, 'title', title)) from (
			select code.entry_id as id, entry.reference_code as code, entry.title ${own} and ${where}
			order by code.row_id limit ${MAX_MEMBERS}))`;
	// What could not be read is compared as it is written.
	const { rows } = await sql<Omit<CodeDuplicate, 'entries'> & { entries: string; total: number }>`
		select same.fonds as "fondsNumber", same.key as "groupKey", same.code, same.count, same.total, case same.key
			when '' then ${members(sql`code.canonical = same.code and +code.group_key = '' and +code.fonds_number = same.fonds`)}
			else ${members(
				sql`code.group_key = same.key and code.number = same.number and code.suffix = same.suffix
					and +code.fonds_number = same.fonds`,
			)} end as entries
		from (
			select code.fonds_number as fonds, code.group_key as key, code.number, code.suffix,
				min(code.canonical) as code, count(*) as count, count(*) over () as total
			${own}
			group by code.fonds_number, code.group_key, code.number, code.suffix,
				case when code.group_key = '' then code.canonical else '' end
			having count(*) > 1 order by code.fonds_number, code.group_key, code.number, code.suffix limit ${limit}
		) as same order by same.fonds, same.key, same.number, same.suffix`.execute(db);
	return {
		duplicateCount: rows[0]?.total ?? 0,
		duplicates: rows.map(({ fondsNumber, groupKey, code, count, entries }): CodeDuplicate => ({
			fondsNumber,
			groupKey,
			code,
			count,
			entries: (JSON.parse(entries) as CodedEntryLine[]).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
		})),
	};
}

/**
 * The digits of each group: those to which most numbers conform. A number without zeros before it conforms to every width
 * up to its own.
 */
async function widthsOf(
	db: Storage['db'],
	own: RawBuilder<unknown>,
	limit: number,
): Promise<Pick<CodeReport, 'widths' | 'widthCount'>> {
	const { rows: counted } = await sql<{ key: string; width: number; digits: number; count: number }>`
		select key, width, digits, count(*) as count from (
			select code.group_key as key, code.width as width, length(code.number) as digits ${own}
			and code.group_key <> ''
			and code.group_key in (select group_key from coded_entry where group_key <> '' group by group_key having max(width) > 1)
		) group by key, width, digits`.execute(db);
	const odd: { key: string; width: number }[] = [];
	for (const [key, rows] of Map.groupBy(counted, ({ key }) => key)) {
		const width = commonWidth(rows);
		if (rows.some((row) => row.width !== Math.max(row.digits, width))) odd.push({ key, width });
	}
	const widthOf = new Map(odd.map(({ key, width }) => [key, width]));
	if (odd.length === 0) return { widths: [], widthCount: 0 };
	const { rows } = await sql<{
		fonds: string;
		key: string;
		id: string;
		code: string;
		title: string;
		total: number;
	}>`
		select code.fonds_number as fonds, code.group_key as key, code.entry_id as id, entry.reference_code as code,
			entry.title, count(*) over () as total
		${own} and exists (select 1 from json_each(${JSON.stringify(odd.map(({ key, width }) => [key, width]))}) as odd
			where odd.value ->> 0 = code.group_key and code.width <> max(length(code.number), odd.value ->> 1))
		order by code.fonds_number, code.group_key, code.number limit ${limit}`.execute(db);
	return {
		widthCount: rows[0]?.total ?? 0,
		widths: rows.map(({ fonds, key, id, code, title }): OddWidth => ({
			fondsNumber: fonds,
			groupKey: key,
			id: id as EntryId,
			code,
			title,
			width: widthOf.get(key) ?? 1,
		})),
	};
}

/** As `GroupScan` counts it: of equals the largest. */
function commonWidth(rows: readonly { width: number; digits: number; count: number }[]): number {
	const conforming = new Map<number, number>();
	for (const { width, digits, count } of rows)
		for (let each = width > digits ? width : 1; each <= width; each++)
			conforming.set(each, (conforming.get(each) ?? 0) + count);
	let best = 1;
	for (const [width, count] of [...conforming].toSorted(([a], [b]) => a - b))
		if (count >= (conforming.get(best) ?? 0)) best = width;
	return best;
}

async function unreadOf(
	db: Storage['db'],
	own: RawBuilder<unknown>,
	limit: number,
): Promise<Pick<CodeReport, 'unread' | 'unreadCount'>> {
	const { rows } = await sql<{
		fonds: string;
		regime: string;
		id: string;
		code: string;
		title: string;
		problems: string | null;
		total: number;
	}>`
		select code.fonds_number as fonds, code.regime, code.entry_id as id, entry.reference_code as code, entry.title,
			code.problems, count(*) over () as total
		${own} and code.group_key = '' order by code.fonds_number, code.canonical limit ${limit}`.execute(db);
	return {
		unreadCount: rows[0]?.total ?? 0,
		unread: rows.map(({ fonds, regime, id, code, title, problems }): UnreadLine => ({
			fondsNumber: fonds,
			regime,
			id: id as EntryId,
			code,
			title,
			problems:
				problems === null
					? []
					: (JSON.parse(problems) as CodeProblem[]).map((each) => ({ code: each.code, params: each.params })),
		})),
	};
}
