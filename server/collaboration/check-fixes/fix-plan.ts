import type { EntryId } from '#domain/base/ids.ts';
import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import type { ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import { fieldOf } from '#domain/catalogue/profile.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { MAX_ORDER_ROWS, type OrderChange } from '#domain/collaboration/orders.ts';
import { can, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { entryThing, THING_COLUMNS } from '#server/catalogue/entry-thing.ts';
import type { Findings, FindingFilter } from '#server/catalogue/checks/findings.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Findings read at once. */
const AT_ONCE = 1000;

/**
 * Why a suggestion is not taken: `stale` the field says something else than what was found · `conflict` it has several
 * values · `second` another suggestion for the same field comes first, a new check tells what is left · `long` a long text is
 * for people · `denied` the person may not change the entry.
 */
export type LeftOutFix = 'stale' | 'conflict' | 'second' | 'long' | 'denied';

/** What taking suggestions would do. */
export interface FixPlan {
	/** Of entries that take edits. */
	readonly edits: readonly OrderChange[];
	/** Of registered ones, which take them by a correction order. */
	readonly orders: readonly OrderChange[];
	readonly leftOut: Readonly<Record<LeftOutFix, number>>;
	/** There are more than are taken at once. */
	readonly isPartial: boolean;
}

/** Plans what the suggestions of open findings change. Nothing is written. */
export async function planFix(
	{ storage, findings }: { readonly storage: Pick<Storage, 'db'>; readonly findings: Findings },
	person: Person,
	filter: FindingFilter,
	most: number = MAX_ORDER_ROWS,
): Promise<FixPlan> {
	const edits: OrderChange[] = [];
	const orders: OrderChange[] = [];
	const leftOut: Record<LeftOutFix, number> = { stale: 0, conflict: 0, second: 0, long: 0, denied: 0 };
	const taken = new Set<string>();
	let after = 0;
	for (;;) {
		const page = await findings.list(
			person,
			{ ...filter, isAccepted: false, hasSuggestion: true },
			0,
			AT_ONCE,
			after,
		);
		const entries = await read(storage, page);
		for (const finding of page) {
			const entry = entries.get(finding.entryId);
			const place = `${finding.entryId} ${finding.field}`;
			const why = entry ? whyLeft(entry, finding, person) : 'stale';
			if (why) leftOut[why]++;
			else if (taken.has(place)) leftOut.second++;
			else if (entry) {
				const to = finding.suggestion as FieldValue;
				const from = entry.fields[finding.field] ?? null;
				if (isSameValue(from, to)) {
					leftOut.stale++;
					continue;
				}
				if (edits.length + orders.length >= most) return { edits, orders, leftOut, isPartial: true };
				taken.add(place);
				(entry.thing.isRegistered ? orders : edits).push({
					entryId: finding.entryId as EntryId,
					field: finding.field,
					from,
					to,
				});
			}
		}
		if (page.length < AT_ONCE) return { edits, orders, leftOut, isPartial: false };
		after = page.at(-1)?.id ?? after;
	}
}

/** Whether the person may take a suggestion for an entry: drafts are edited, for what is registered an order is made. */
export function mayTake(person: Person, thing: EntryThing): boolean {
	return can(person, thing.isRegistered ? 'comment' : 'edit', thing);
}

interface Read {
	readonly profile: string;
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	readonly thing: EntryThing;
	readonly conflicts: ReadonlySet<string>;
}

function whyLeft(entry: Read, finding: ShownFinding, person: Person): LeftOutFix | undefined {
	const { thing, fields } = entry;
	if (!mayTake(person, thing)) return 'denied';
	if (entry.conflicts.has(finding.field)) return 'conflict';
	if (fieldOf(profileOf(entry.profile), finding.field)?.type === 'longText') return 'long';
	const now = textOf(fields[finding.field]);
	const seen = finding.value.replace(/…$/, '');
	// What was found is shortened when it is long.
	return now === finding.value || (finding.value.endsWith('…') && now.startsWith(seen)) ? undefined : 'stale';
}

async function read(
	{ db }: Pick<Storage, 'db'>,
	findings: readonly ShownFinding[],
): Promise<ReadonlyMap<string, Read>> {
	const ids = [...new Set(findings.map(({ entryId }) => entryId))];
	if (ids.length === 0) return new Map();
	const [rows, conflicts] = await Promise.all([
		db
			.selectFrom('entry')
			.select(['id', 'profile', 'fields', ...THING_COLUMNS])
			.where('id', 'in', ids)
			.where('status', '=', 'active')
			.where('hidden', '=', 0)
			.execute(),
		db.selectFrom('conflict').select(['entry_id', 'field']).where('entry_id', 'in', ids).execute(),
	]);
	const inConflict = Map.groupBy(conflicts, ({ entry_id: id }) => id);
	return new Map(
		rows.map((row) => [
			row.id,
			{
				profile: row.profile,
				fields: JSON.parse(row.fields) as Read['fields'],
				thing: entryThing(row),
				conflicts: new Set((inConflict.get(row.id) ?? []).map(({ field }) => field)),
			},
		]),
	);
}
