import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { textOf } from '#domain/catalogue/entry.ts';
import type { RuleFinding, RuleId } from '#domain/catalogue/rules/rule.ts';
import type { CheckedEntry } from '#domain/catalogue/rules/rule-facts.ts';
import type { FindingCells, FindingChange } from './check-asks.ts';
import type { CheckFacts } from './check-facts.ts';

/** Findings that only show across entries; everything else is said of one entry alone. */
export const ACROSS_MESSAGES: readonly string[] = [
	'rule_r05_duplicate',
	'rule_r06_gap',
	'rule_r31_duplicate',
	'rule_r44_sum',
	'rule_r52_count',
];

/** When and for which run findings are made. */
export interface Finding {
	readonly now: string;
	readonly runId: string | null;
}

interface KeptFinding {
	readonly id: number;
	readonly cells: FindingCells;
}

const across = new Set(ACROSS_MESSAGES);
const SELECT = `select id, entry_id, fonds_id, rule, field, severity, message, params, value, suggestion, exception_id,
	first_seen, run_id from finding where`;

/** A finding as it is kept. What it is about is the value of the field where the rule names none. */
export function cellsOf(
	finding: RuleFinding,
	entry: Pick<CheckedEntry, 'id' | 'fields'>,
	fondsId: string,
	facts: CheckFacts,
	{ now, runId }: Finding,
): FindingCells {
	const value = finding.value || textOf(entry.fields[finding.field]).slice(0, 200);
	return [
		entry.id,
		fondsId,
		finding.rule,
		finding.field,
		finding.severity,
		finding.message,
		JSON.stringify(finding.params),
		value,
		finding.suggestion === undefined ? null : JSON.stringify(finding.suggestion),
		facts.exceptionOf(entry.id, finding.rule, finding.field, value),
		now,
		runId,
	];
}

/** Compares what is kept with what holds now. */
export class FindingChanges {
	readonly #ofEntries: StatementSync;
	readonly #acrossOf: StatementSync;
	readonly #strays: StatementSync;
	readonly #gone: StatementSync;
	readonly #fondsOf: StatementSync;

	constructor(database: DatabaseSync) {
		this.#ofEntries = database.prepare(`${SELECT} entry_id in (select value from json_each(?))`);
		this.#acrossOf = database.prepare(
			`${SELECT} fonds_id = ? and rule in ('R05', 'R06', 'R31', 'R44', 'R52')
			and message in (select value from json_each(?))`,
		);
		this.#fondsOf = database.prepare(
			`select distinct fonds_id from entry where id in (select value from json_each(?)) and fonds_id <> ?`,
		);
		this.#strays = database.prepare(
			`select id from finding where fonds_id = ? and not exists (select 1 from entry where entry.id = finding.entry_id
			and entry.fonds_id = finding.fonds_id and entry.status = 'active' and entry.hidden = 0)`,
		);
		this.#gone = database.prepare(
			`select id from finding where entry_id in (select id from entry indexed by entry_gone
			where status <> 'active' or hidden <> 0)`,
		);
	}

	/** Findings kept of entries, but for those across entries. */
	keptOf(ids: readonly string[], rules: ReadonlySet<RuleId> | undefined): KeptFinding[] {
		return keptFrom(this.#ofEntries.all(JSON.stringify(ids))).filter(
			({ cells }) => !across.has(cells[5]) && (!rules || rules.has(cells[2])),
		);
	}

	/** Findings across entries kept of a fonds. */
	keptAcross(fondsId: string, rules: ReadonlySet<RuleId> | undefined): KeptFinding[] {
		return keptFrom(this.#acrossOf.all(fondsId, JSON.stringify(ACROSS_MESSAGES))).filter(
			({ cells }) => !rules || rules.has(cells[2]),
		);
	}

	/** Other fonds with entries that findings across entries name which come or go: theirs may be otherwise now. */
	concernedBy(fondsId: string, kept: readonly KeptFinding[], { removed, added }: FindingChange): string[] {
		const gone = new Set(removed);
		const named = new Set<string>();
		for (const cells of [...kept.filter(({ id }) => gone.has(id)).map(({ cells }) => cells), ...added])
			if (cells[5] === 'rule_r05_duplicate')
				for (const id of (JSON.parse(cells[6]) as { others: string }).others.split(' ')) named.add(id);
		if (named.size === 0) return [];
		return this.#fondsOf
			.all(JSON.stringify([...named]), fondsId)
			.map(({ fonds_id: concerned }) => String(concerned));
	}

	/** Findings of entries that are no longer there, or in another fonds. */
	straysOf(fondsId: string): number[] {
		return this.#strays.all(fondsId).map((row) => Number(row['id']));
	}

	/** Findings of entries that were deleted, also of those in fonds that are no longer there. */
	ofGone(): number[] {
		return this.#gone.all().map((row) => Number(row['id']));
	}
}

/** What is to be removed and added. A finding with another value was first seen when the field first had one of its kind. */
export function changesBetween(
	kept: readonly KeptFinding[],
	found: readonly FindingCells[],
): { readonly removed: number[]; readonly added: FindingCells[] } {
	const same = new Map<string, KeptFinding[]>();
	const seen = new Map<string, string>();
	for (const each of kept) {
		const key = wholeKey(each.cells);
		const known = same.get(key);
		if (known) known.push(each);
		else same.set(key, [each]);
		seen.set(placeKey(each.cells), each.cells[10]);
	}
	const added: FindingCells[] = [];
	for (const cells of found) {
		if (same.get(wholeKey(cells))?.pop()) continue;
		const firstSeen = seen.get(placeKey(cells));
		added.push(firstSeen === undefined ? cells : (cells.with(10, firstSeen) as unknown as FindingCells));
	}
	return { removed: [...same.values()].flat().map(({ id }) => id), added };
}

function keptFrom(rows: readonly Record<string, unknown>[]): KeptFinding[] {
	return rows.map(({ id, ...row }) => ({
		id: Number(id),
		cells: Object.values(row) as unknown as FindingCells,
	}));
}

function wholeKey(cells: FindingCells): string {
	return cells.slice(0, 10).join('\0');
}

function placeKey(cells: FindingCells): string {
	return `${cells[0]}\0${cells[5]}\0${cells[3]}`;
}
