import { sql } from 'kysely';
import type { DayNumber } from '#domain/catalogue/archival-date/days.ts';
import type { AuthorityLookup } from '#domain/catalogue/authorities/authority-lookup.ts';
import { entryDays } from '#domain/catalogue/authorities/entry-days.ts';
import type { ShortFormDecision } from '#domain/catalogue/authorities/resolve.ts';
import {
	CREATOR_FIELD,
	shortFormRepairs,
	type ShortFormLeft,
} from '#domain/catalogue/authorities/short-form-repair.ts';
import { fieldIdOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { queryTokens } from '#domain/catalogue/search-tokens.ts';
import type { ListedRow } from '#domain/collaboration/orders.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { visible } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Entries read at once. */
const ENTRIES_AT_ONCE = 1000;

/** Which fields a decision about a short form changes, of the entries the person sees. */
export interface ShortFormPlan {
	readonly rows: readonly ListedRow[];
	/** Fonds, with how many rows of theirs. */
	readonly byFonds: ReadonlyMap<string, number>;
	/** Fields with the short form that stay as they are. `conflict`: several values stand there, to be settled first. */
	readonly left: Readonly<Record<ShortFormLeft | 'conflict', number>>;
}

/** Finds what a decision changes now. Nothing is written. */
export async function planShortForm(
	{ db, fullText }: Storage,
	person: Person,
	decision: ShortFormDecision,
	lookup: AuthorityLookup,
	today: DayNumber,
): Promise<ShortFormPlan> {
	const tokens = queryTokens(decision.text);
	let query = visible(db, person)
		.select('entry.id')
		.where('entry.status', '=', 'active')
		.where('entry.hidden', '=', 0)
		.where(sql<boolean>`entry.creators_text like ${likeOf(decision.text)} escape '~'`);
	// The index knows where the words are; without it every row would be read.
	if (tokens.phrases.length > 0 || tokens.chars.length > 0) query = query.where(fullText.matches(tokens));
	const ids = (await query.orderBy('entry.reference_code').orderBy('entry.row_id').execute()).map(
		({ id }) => id,
	);
	const rows: ListedRow[] = [];
	const byFonds = new Map<string, number>();
	const left = { undated: 0, ambiguous: 0, conflict: 0 };
	for (let from = 0; from < ids.length; from += ENTRIES_AT_ONCE) {
		const part = ids.slice(from, from + ENTRIES_AT_ONCE);
		const [entries, conflicts] = await Promise.all([
			db.selectFrom('entry').select(['id', 'fonds_id', 'fields']).where('id', 'in', part).execute(),
			db.selectFrom('conflict').select(['entry_id', 'field']).where('entry_id', 'in', part).execute(),
		]);
		const contested = new Set(
			conflicts
				.filter(({ field }) => fieldIdOf(field) === CREATOR_FIELD)
				.map(({ entry_id, field }) => `${entry_id} ${field}`),
		);
		const byId = new Map(entries.map((entry) => [entry.id, entry]));
		for (const id of part) {
			const entry = byId.get(id);
			if (!entry) continue;
			const fields = JSON.parse(entry.fields) as Readonly<Record<FieldKey, FieldValue>>;
			const repairs = shortFormRepairs(fields, entryDays(fields, today), decision, lookup);
			for (const why of repairs.left) left[why]++;
			for (const { field, to } of repairs.changes) {
				if (contested.has(`${id} ${field}`)) {
					left.conflict++;
					continue;
				}
				rows.push({ entry: id, field, value: to });
				byFonds.set(entry.fonds_id, (byFonds.get(entry.fonds_id) ?? 0) + 1);
			}
		}
	}
	return { rows, byFonds, left };
}

function likeOf(text: string): string {
	return `%${text.replace(/[~%_]/g, '~$&')}%`;
}
