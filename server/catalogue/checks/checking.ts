import type { DatabaseSync } from 'node:sqlite';
import { checkEntry } from '#domain/catalogue/rules/check-entry.ts';
import { acrossRules, type AcrossRules } from '#domain/catalogue/rules/across-rules.ts';
import { EntryView } from '#domain/catalogue/rules/entry-view.ts';
import { pageSpanOf } from '#domain/catalogue/rules/page-rules.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import type { CheckedEntry, PageSpan, PreparedRules } from '#domain/catalogue/rules/rule-facts.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { isCheckedProfile } from '#domain/catalogue/rules/checked-profile.ts';
import type { FindingCells } from './check-asks.ts';
import type { CheckFacts, FondsRow } from './check-facts.ts';
import { checkedEntry, CheckRows, type CheckRow } from './check-rows.ts';
import { containerFacts, usualWidths, WIDTH_SAMPLE, type ContainerFacts } from './container-facts.ts';
import { cellsOf, type Finding } from './finding-changes.ts';

const NO_FACTS: ContainerFacts = Object.freeze({});
/** Entries that are asked whether the codes of their file name pages. */
const PAGED_SAMPLE = 8;
const START = { order_key: '', id: '' };

/** The entries of a container that are looked at together. */
export interface CheckedSlice {
	readonly ids: readonly string[];
	readonly found: readonly FindingCells[];
}

/** How a container is looked at. */
export interface Looking {
	/** Whether each entry is checked by itself. */
	readonly isChecked: boolean;
	/** Takes entries for what shows across them. */
	readonly across: AcrossRules | undefined;
	readonly rules: readonly RuleId[] | undefined;
	readonly finding: Finding;
}

/** Puts rules and rows together. */
export class Checking {
	readonly rows: CheckRows;
	readonly #facts: CheckFacts;
	/** Facts of containers, the newest last. */
	readonly #above = new Map<string, ContainerFacts>();
	/** Usual widths of numbers in containers. */
	readonly #widths = new Map<string, ReadonlyMap<string, number>>();

	constructor(database: DatabaseSync, facts: CheckFacts) {
		this.rows = new CheckRows(database);
		this.#facts = facts;
	}

	/** Rules across the entries of a fonds. */
	acrossFor(fonds: FondsRow): AcrossRules {
		return acrossRules(this.#facts.preparedFor(fonds, 'dat18'));
	}

	/** A row with the facts its container gives and the rules of its fonds: what its code is read by. */
	codeSource(
		row: CheckRow,
		fonds: FondsRow,
	): { readonly entry: CheckedEntry; readonly rules: PreparedRules } {
		const above = row.parent_id === null ? NO_FACTS : this.aboveOf(row.parent_id, fonds);
		return { entry: checkedEntry(row, above), rules: this.#facts.preparedFor(fonds, row.profile) };
	}

	/** Looks at what lies in a container, slice by slice; nothing is read that the slice does not need. */
	*container(containerId: string, fonds: FondsRow, looking: Looking): Generator<CheckedSlice> {
		const above = this.aboveOf(containerId, fonds);
		let widths: ReadonlyMap<string, number> | undefined;
		let before: PageSpan | undefined;
		let rows = this.rows.children(containerId, fonds.id, START, WIDTH_SAMPLE);
		while (rows.length > 0) {
			const next =
				rows.length < WIDTH_SAMPLE
					? []
					: this.rows.children(containerId, fonds.id, rows.at(-1) as CheckRow, WIDTH_SAMPLE);
			widths ??= this.#widthsOf(rows, fonds);
			const slice = this.#slice([...rows, ...next.slice(0, 1)], rows.length, fonds, {
				...looking,
				above,
				widths,
				before,
			});
			yield slice;
			before = slice.last;
			rows = next;
		}
	}

	/** The entry that stands for the fonds. */
	fondsEntry(fonds: FondsRow, looking: Looking): CheckedSlice {
		const row = this.rows.row(fonds.id);
		const slice = { ...looking, above: NO_FACTS, widths: new Map<string, number>(), before: undefined };
		return row ? this.#slice([row], 1, fonds, slice) : { ids: [fonds.id], found: [] };
	}

	/** One entry, with the same facts it has in its container. */
	entry(row: CheckRow, fonds: FondsRow, finding: Finding): readonly FindingCells[] {
		if (row.id === fonds.id)
			return this.fondsEntry(fonds, { isChecked: true, across: undefined, rules: undefined, finding }).found;
		const { entry, profile } = this.entryWithFacts(row, fonds);
		return this.#findingsOf(entry, fonds, profile, undefined, finding);
	}

	/** An entry as rules see it when it is looked at alone. */
	entryWithFacts(row: CheckRow, fonds: FondsRow): { readonly entry: CheckedEntry; readonly profile: string } {
		const parentId = row.id === fonds.id ? null : row.parent_id;
		const above = parentId === null ? NO_FACTS : this.aboveOf(parentId, fonds);
		const width = parentId === null ? undefined : this.#widthsIn(parentId, fonds).get(row.level);
		const [before, after] = above.file
			? [this.rows.before(row), this.rows.after(row)].map((each) => each && this.#spanOf(each, fonds))
			: [];
		return {
			profile: row.profile,
			entry: checkedEntry(row, {
				...above,
				...(width === undefined ? {} : { groupWidth: width }),
				...(before ? { before } : {}),
				...(after ? { after } : {}),
			}),
		};
	}

	/** What a container tells of what lies in it. */
	aboveOf(containerId: string, fonds: FondsRow): ContainerFacts {
		const known = this.#above.get(containerId);
		if (known) return known;
		const row = this.rows.row(containerId);
		if (!row) return NO_FACTS;
		// What holds fonds together says nothing of what lies in them.
		const isOutermost = row.id === fonds.id || row.parent_id === null;
		const outer = isOutermost ? NO_FACTS : this.aboveOf(row.parent_id, fonds);
		const prepared = this.#facts.preparedFor(fonds, row.profile);
		const facts = containerFacts(
			row.level,
			JSON.parse(row.fields) as Record<FieldKey, FieldValue>,
			outer,
			prepared.today,
			prepared.facts.fonds,
		);
		if (this.#above.size > 2000) this.#above.clear();
		this.#above.set(containerId, facts);
		return facts;
	}

	/** What containers told may be otherwise now. */
	forget(): void {
		this.#above.clear();
		this.#widths.clear();
	}

	/** Of entries looked at one by one many lie in the same container. */
	#widthsIn(containerId: string, fonds: FondsRow): ReadonlyMap<string, number> {
		let widths = this.#widths.get(containerId);
		if (!widths) {
			if (this.#widths.size > 2000) this.#widths.clear();
			widths = this.#widthsOf(this.rows.children(containerId, fonds.id, START, WIDTH_SAMPLE), fonds);
			this.#widths.set(containerId, widths);
		}
		return widths;
	}

	#widthsOf(rows: readonly CheckRow[], fonds: FondsRow): ReadonlyMap<string, number> {
		// A fonds that says its habit has said it.
		const { facts } = this.#facts.preparedFor(fonds, rows[0]?.profile ?? 'dat18');
		return facts.fonds?.codeRegimes.some(({ width }) => width !== undefined) ? new Map() : usualWidths(rows);
	}

	/** Pages of the items of a file; undefined where nothing says on which they begin, as nearly everywhere. */
	#spansOf(
		entries: readonly CheckedEntry[],
		rows: readonly CheckRow[],
		fonds: FondsRow,
	): readonly (PageSpan | undefined)[] | undefined {
		const first = rows[0];
		if (!first) return undefined;
		const prepared = this.#facts.preparedFor(fonds, first.profile);
		const hasPages = (entry: CheckedEntry): boolean =>
			'startPage' in entry.fields || pageSpanOf(new EntryView(entry, prepared)) !== undefined;
		// Codes of one file are made alike: the first few tell whether they name pages, though one may not be readable.
		const isPaged =
			entries.some(({ fields }) => 'startPage' in fields) || entries.slice(0, PAGED_SAMPLE).some(hasPages);
		return isPaged ? entries.map((entry) => pageSpanOf(new EntryView(entry, prepared))) : undefined;
	}

	#spanOf(row: CheckRow, fonds: FondsRow): PageSpan | undefined {
		const prepared = this.#facts.preparedFor(fonds, row.profile);
		return pageSpanOf(new EntryView(checkedEntry(row, NO_FACTS), prepared));
	}

	/** @param count how many of the rows are looked at; the one behind them is only a neighbour */
	#slice(
		rows: readonly CheckRow[],
		count: number,
		fonds: FondsRow,
		looking: Looking & {
			readonly above: ContainerFacts;
			readonly widths: ReadonlyMap<string, number>;
			readonly before: PageSpan | undefined;
		},
	): CheckedSlice & { readonly last: PageSpan | undefined } {
		const { above, widths, across, isChecked, rules, finding } = looking;
		const read = rows.map((row) => checkedEntry(row, above));
		const spans = isChecked && above.file ? this.#spansOf(read, rows, fonds) : undefined;
		const found: FindingCells[] = [];
		for (let at = 0; at < count; at++) {
			const row = rows[at] as CheckRow;
			if (!isCheckedProfile(row.profile)) continue;
			const plain = read[at] as CheckedEntry;
			const before = spans ? (at === 0 ? looking.before : spans[at - 1]) : undefined;
			const after = spans?.[at + 1];
			const width = widths.get(row.level);
			const entry: CheckedEntry =
				width === undefined && !before && !after
					? plain
					: {
							...plain,
							facts: {
								...above,
								...(width === undefined ? {} : { groupWidth: width }),
								...(before ? { before } : {}),
								...(after ? { after } : {}),
							},
						};
			across?.add(entry);
			if (isChecked) found.push(...this.#findingsOf(entry, fonds, row.profile, rules, finding));
		}
		return { ids: rows.slice(0, count).map(({ id }) => id), found, last: spans?.[count - 1] };
	}

	#findingsOf(
		entry: CheckedEntry,
		fonds: FondsRow,
		profile: string,
		rules: readonly RuleId[] | undefined,
		finding: Finding,
	): FindingCells[] {
		if (!isCheckedProfile(profile)) return [];
		const prepared = this.#facts.preparedFor(fonds, profile);
		return checkEntry(entry, prepared, rules ? { rules } : {}).map((each) =>
			cellsOf(each, entry, fonds.id, this.#facts, finding),
		);
	}
}
