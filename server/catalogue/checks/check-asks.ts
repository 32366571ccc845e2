import type { LocalFieldInUse } from '#domain/catalogue/registers/local-field.ts';
import type { EntryFacts } from '#domain/catalogue/rules/rule-facts.ts';
import type { RuleId, RuleSeverity } from '#domain/catalogue/rules/rule.ts';

/** A finding as it is kept: cells of `finding` in the order of {@link FINDING_COLUMNS}. */
export type FindingCells = readonly [
	entryId: string,
	fondsId: string,
	rule: RuleId,
	field: string,
	severity: RuleSeverity,
	message: string,
	params: string,
	value: string,
	suggestion: string | null,
	exceptionId: string | null,
	firstSeen: string,
	runId: string | null,
];

export const FINDING_COLUMNS = [
	'entry_id',
	'fonds_id',
	'rule',
	'field',
	'severity',
	'message',
	'params',
	'value',
	'suggestion',
	'exception_id',
	'first_seen',
	'run_id',
] as const;

/** What is to be written so that the findings kept are those that hold now. At most {@link MAX_CELLS} of each. */
export interface FindingChange {
	readonly removed: readonly number[];
	readonly added: readonly FindingCells[];
}

/** Findings written at once: a person's edit never waits longer behind them. */
export const MAX_CELLS = 1000;

/** What a run looks at. */
export interface RunScope {
	readonly runId: string;
	/** An entry with all below it; null for all. */
	readonly under: string | null;
	/** Null for all. */
	readonly rules: readonly RuleId[] | null;
}

/** Where a run goes on: the fonds it is in, and the last container of it that was checked. Both by `row_id`. */
export interface RunPosition {
	readonly fonds: number;
	readonly container: number;
	/** Entries checked. */
	readonly done: number;
	/** Those of them that lie in containers checked to their end: a container that was interrupted is checked anew. */
	readonly whole?: number;
}

/** How far a run is with what it found on the way. */
export interface RunStep extends FindingChange {
	readonly position: RunPosition;
	readonly isOver: boolean;
	/** Other fonds that what changed across entries concerns. */
	readonly concerned: readonly string[];
}

/** Everything the worker of checks is asked. */
export interface CheckAsks {
	/** Registers are others now. */
	facts: {
		ask: { readonly today: string; readonly localFields: readonly LocalFieldInUse[] };
		answer: void;
	};
	/** Exceptions are others now; a run that is under way goes on with them. */
	exceptions: { ask: undefined; answer: void };
	/** Begins a run, or goes on with one; another one that was under way is dropped. */
	begin: {
		ask: RunScope & { readonly position: RunPosition | null };
		answer: { readonly total: number };
	};
	/** Checks the next entries of the run. */
	step: { ask: { readonly runId: string; readonly now: string }; answer: RunStep };
	/** Checks single entries, with those that a change of them concerns. */
	recheck: {
		ask: { readonly ids: readonly string[]; readonly now: string };
		answer: FindingChange & { readonly fondsIds: readonly string[]; readonly checked: number };
	};
	/** What is known of one entry beside its description. */
	entryFacts: {
		ask: { readonly id: string };
		answer: { readonly facts: EntryFacts; readonly fondsNumber: string | null } | undefined;
	};
	/** Looks again at what only shows across the entries of a fonds, and between it and others; nothing when it has more than `most`. */
	across: {
		ask: { readonly fondsId: string; readonly most: number; readonly now: string };
		answer: FindingChange & { readonly concerned: readonly string[] };
	};
}
