import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import type { ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import { fieldOf } from '#domain/catalogue/profile.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { masked, personNumbersIn } from '#domain/catalogue/rules/person-rules.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { MAX_ORDER_ROWS, type OrderChange } from '#domain/collaboration/orders.ts';
import { can, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { entryThing, THING_COLUMNS } from '#server/catalogue/entry-thing.ts';
import type { Findings, FindingFilter } from '#server/catalogue/checks/findings.ts';
import type { Storage } from '#server/storage/storage.ts';
import { countedItems, type CountedItems } from './counted-items.ts';
import type { FixRunning } from './fix-running.ts';

/** Findings read at once. */
const AT_ONCE = 1000;
const COUNTED: ReadonlySet<string> = new Set(['rule_r44_sum', 'rule_r52_count']);

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

interface Parts {
	readonly storage: Pick<Storage, 'db'>;
	readonly findings: Findings;
	/** Makes the findings of entries those that hold now. */
	readonly recheck: (entryIds: readonly string[]) => Promise<void>;
}

/**
 * Plans what the suggestions of open findings change, after these entries were checked anew. Nothing else is written.
 * @throws {Refusal} 'cli.cancelled'
 */
export async function planFix(
	{ storage, findings, recheck }: Parts,
	person: Person,
	filter: FindingFilter,
	{ signal, onProgress }: FixRunning,
	most: number = MAX_ORDER_ROWS,
): Promise<FixPlan> {
	const edits: OrderChange[] = [];
	const orders: OrderChange[] = [];
	const leftOut: Record<LeftOutFix, number> = { stale: 0, conflict: 0, second: 0, long: 0, denied: 0 };
	const taken = new Set<string>();
	const meant = { ...filter, isAccepted: false, hasSuggestion: true };
	const total = await findings.count(person, meant);
	let looked = 0;
	let after = 0;
	for (;;) {
		if (signal?.aborted) throw new Refusal('cli.cancelled');
		const kept = await findings.list(person, meant, 0, AT_ONCE, after);
		const last = kept.at(-1)?.id;
		if (last === undefined) return { edits, orders, leftOut, isPartial: false };
		// A suggestion is made of registers, of other fields and of neighbours, which may say something else by now.
		await recheck([...new Set(kept.map(({ entryId }) => entryId))]);
		// What is found anew stands behind all others.
		const page = (await findings.list(person, meant, 0, AT_ONCE, after)).filter(({ id }) => id <= last);
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
		after = last;
		looked += kept.length;
		onProgress?.({ step: 'looking', done: looked, total });
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
	/** Of files of which findings say how much lies in them. */
	readonly counted: CountedItems | undefined;
}

function whyLeft(entry: Read, finding: ShownFinding, person: Person): LeftOutFix | undefined {
	const { thing } = entry;
	if (!mayTake(person, thing)) return 'denied';
	if (entry.conflicts.has(finding.field)) return 'conflict';
	if (fieldOf(profileOf(entry.profile), finding.field)?.type === 'longText') return 'long';
	return isAsFound(entry, finding) ? undefined : 'stale';
}

/** What was found is still what the entry says, and what lies in it. */
function isAsFound({ fields, counted }: Read, { message, field, value, suggestion }: ShownFinding): boolean {
	const now = textOf(fields[field]);
	// Looked at across entries, which large fonds are only in runs.
	if (message === 'rule_r52_count' && counted?.items !== suggestion) return false;
	if (message === 'rule_r44_sum' && counted?.pages !== suggestion) return false;
	// Numbers of persons are nowhere kept but in the entry.
	const seen = message === 'rule_r51_number' ? masked(now, personNumbersIn(now)) : now;
	// What was found is shortened when it is long.
	return seen === value || (value.endsWith('…') && seen.startsWith(value.slice(0, -1)));
}

async function read(
	{ db }: Pick<Storage, 'db'>,
	findings: readonly ShownFinding[],
): Promise<ReadonlyMap<string, Read>> {
	const ids = [...new Set(findings.map(({ entryId }) => entryId))];
	if (ids.length === 0) return new Map();
	const ofFiles = findings.filter(({ message }) => COUNTED.has(message)).map(({ entryId }) => entryId);
	const [rows, conflicts, counted] = await Promise.all([
		db
			.selectFrom('entry')
			.select(['id', 'profile', 'fields', ...THING_COLUMNS])
			.where('id', 'in', ids)
			.where('status', '=', 'active')
			.where('hidden', '=', 0)
			.execute(),
		db.selectFrom('conflict').select(['entry_id', 'field']).where('entry_id', 'in', ids).execute(),
		countedItems({ db }, [...new Set(ofFiles)]),
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
				counted: counted.get(row.id),
			},
		]),
	);
}
