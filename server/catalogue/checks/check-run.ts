import type { AcrossFinding, AcrossRules } from '#domain/catalogue/rules/across-rules.ts';
import { ACROSS_RULES } from '#domain/catalogue/rules/across-rules.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { MAX_CELLS, type FindingCells, type RunPosition, type RunScope, type RunStep } from './check-asks.ts';
import type { CheckFacts, FondsRow } from './check-facts.ts';
import type { Checking, CheckedSlice } from './checking.ts';
import type { ArchiveCodes, SharedCodes } from './codes-elsewhere.ts';
import { cellsOf, changesBetween, type Finding, type FindingChanges } from './finding-changes.ts';

/** Entries of one step: what asks in between waits so long. */
const STEP_ENTRIES = 1000;
const BEGINNING: RunPosition = { fonds: -1, container: -1, done: 0 };
const ACROSS_IDS: ReadonlySet<string> = new Set([...ACROSS_RULES.map(({ id }) => id), 'R44']);

interface Parts {
	readonly checking: Checking;
	readonly changes: FindingChanges;
	readonly facts: () => CheckFacts;
	readonly codes: ArchiveCodes;
}

type Part = Omit<RunStep, 'isOver'>;

/** A run over a scope, fonds by fonds and container by container, that says after each part where it stands. */
export class CheckRun {
	readonly runId: string;
	readonly total: number;
	readonly #parts: Parts;
	readonly #scope: RunScope;
	readonly #steps: Generator<Part, void>;
	#position: RunPosition;
	#finding: Finding;
	/** Entries checked, and those of them in containers checked to their end. */
	#done: number;
	#whole: number;
	/** What fonds share with others, once that was read. */
	#shared: SharedCodes | undefined;

	constructor(parts: Parts, scope: RunScope, position: RunPosition | null) {
		this.runId = scope.runId;
		this.#parts = parts;
		this.#scope = scope;
		this.#position = position ?? BEGINNING;
		this.#done = this.#whole = this.#position.whole ?? this.#position.done;
		this.#finding = { now: '', runId: scope.runId };
		this.total = parts.checking.rows.count(scope.under);
		this.#steps = this.#run();
	}

	/** Checks on, for about {@link STEP_ENTRIES} entries. */
	step(now: string): RunStep {
		this.#finding = { now, runId: this.runId };
		const removed: number[] = [];
		const added: FindingCells[] = [];
		const concerned = new Set<string>();
		const from = this.#position.done;
		while (
			removed.length < MAX_CELLS &&
			added.length < MAX_CELLS &&
			this.#position.done - from < STEP_ENTRIES
		) {
			const next = this.#steps.next();
			if (next.done)
				return { removed, added, position: this.#position, isOver: true, concerned: [...concerned] };
			removed.push(...next.value.removed);
			added.push(...next.value.added);
			for (const fondsId of next.value.concerned) concerned.add(fondsId);
			this.#position = next.value.position;
		}
		return { removed, added, position: this.#position, isOver: false, concerned: [...concerned] };
	}

	*#run(): Generator<Part, void> {
		const { rows } = this.#parts.checking;
		const { under } = this.#scope;
		const begun = this.#position;
		for (const fonds of rows.fondsIn(under)) {
			if (fonds.row_id < begun.fonds) continue;
			const inScope = under === null || fonds.whole === 1 ? undefined : rows.containersBelow(under);
			yield* this.#fonds(fonds, inScope, fonds.row_id === begun.fonds ? begun.container : -1);
		}
		if (under === null) yield* inChunks(this.#parts.changes.ofGone(), [], this.#position, []);
	}

	/** @param checked the last container that was checked before the run was interrupted */
	*#fonds(fonds: FondsRow, inScope: ReadonlySet<string> | undefined, checked: number): Generator<Part, void> {
		const { checking, changes } = this.#parts;
		const rules = this.#scope.rules ?? undefined;
		const chosen = rules && new Set<RuleId>(rules);
		const across = !rules || rules.some((id) => ACROSS_IDS.has(id)) ? checking.acrossFor(fonds) : undefined;
		let container = checked;
		const position = (): RunPosition => ({
			fonds: fonds.row_id,
			container,
			done: this.#done,
			whole: this.#whole,
		});
		const part = (slice: CheckedSlice): Part => {
			const kept = changes.keptOf(slice.ids, chosen);
			this.#done += slice.ids.length;
			return { ...changesBetween(kept, slice.found), position: position(), concerned: [] };
		};
		const still = (): Part => ({ removed: [], added: [], position: position(), concerned: [] });
		if (checked < 0) {
			if (!inScope) yield part(checking.fondsEntry(fonds, this.#looking(across, true)));
			else {
				const under = checking.rows.row(this.#scope.under as string);
				if (under)
					yield part({ ids: [under.id], found: this.#ofRules(checking.entry(under, fonds, this.#finding)) });
			}
		}
		for (const { id, row_id: rowId } of checking.rows.containersOf(fonds.id)) {
			const isChecked = rowId > checked && (!inScope || inScope.has(id));
			if (!isChecked && !across) continue;
			for (const slice of checking.container(id, fonds, this.#looking(across, isChecked)))
				yield isChecked ? part(slice) : still();
			if (!isChecked) continue;
			container = rowId;
			this.#whole = this.#done;
		}
		if (across) yield* this.#acrossParts(fonds, across, chosen, inScope, position);
		this.#whole = this.#done;
	}

	*#acrossParts(
		fonds: FondsRow,
		across: AcrossRules,
		chosen: ReadonlySet<RuleId> | undefined,
		inScope: ReadonlySet<string> | undefined,
		position: () => RunPosition,
	): Generator<Part, void> {
		const { checking, changes, facts, codes } = this.#parts;
		if (!this.#shared && (!chosen || chosen.has('R05'))) {
			const reading = codes.read(checking, facts(), this.#scope.under === null ? null : fonds.id);
			let read = reading.next();
			for (; !read.done; read = reading.next())
				yield { removed: [], added: [], position: position(), concerned: [] };
			this.#shared = read.value;
		}
		const elsewhere = this.#shared?.elsewhere(fonds.id);
		const isMeant = (entryId: string): boolean => {
			if (!inScope) return true;
			const row = checking.rows.row(entryId);
			return row !== undefined && (entryId === this.#scope.under || inScope.has(row.parent_id ?? ''));
		};
		const found = acrossCells(checking, facts(), fonds, across.finish(elsewhere), this.#finding).filter(
			(cells) => (!chosen || chosen.has(cells[2])) && isMeant(cells[0]),
		);
		const kept = changes.keptAcross(fonds.id, chosen).filter(({ cells }) => isMeant(cells[0]));
		const { removed, added } = changesBetween(kept, found);
		// Of the whole archive the others are looked at anyway.
		const concerned =
			this.#scope.under === null ? [] : changes.concernedBy(fonds.id, kept, { removed, added });
		removed.push(...changes.straysOf(fonds.id));
		yield* inChunks([...new Set(removed)], added, position(), concerned);
	}

	#looking(across: AcrossRules | undefined, isChecked: boolean) {
		return { across, isChecked, rules: this.#scope.rules ?? undefined, finding: this.#finding };
	}

	#ofRules(found: readonly FindingCells[]): readonly FindingCells[] {
		const { rules } = this.#scope;
		return rules ? found.filter((cells) => rules.includes(cells[2])) : found;
	}
}

/** Findings across entries as they are kept. */
export function acrossCells(
	checking: Checking,
	facts: CheckFacts,
	fonds: FondsRow,
	found: readonly AcrossFinding[],
	finding: Finding,
): FindingCells[] {
	return found.map(({ entryId, ...each }) => {
		const fields =
			each.value === '' ? (JSON.parse(checking.rows.row(entryId)?.fields ?? '{}') as Fields) : {};
		return cellsOf(each, { id: entryId, fields }, fonds.id, facts, finding);
	});
}

type Fields = Record<FieldKey, FieldValue>;

function* inChunks(
	removed: readonly number[],
	added: readonly FindingCells[],
	position: RunPosition,
	concerned: readonly string[],
): Generator<Part, void> {
	for (let from = 0; from < Math.max(removed.length, added.length, 1); from += MAX_CELLS / 2)
		yield {
			removed: removed.slice(from, from + MAX_CELLS / 2),
			added: added.slice(from, from + MAX_CELLS / 2),
			position,
			concerned,
		};
}
