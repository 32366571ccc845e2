import type { EntryId } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import { fieldIdOf, textOf, type FieldKey, type FieldValue } from '../catalogue/entry.ts';

/** Rows of one order at most. */
export const MAX_ORDER_ROWS = 50_000;
/** Words that a replacement looks for or puts in, in UTF-16 units. */
export const MAX_WORDS_LENGTH = 1000;
/** Of so many rows of an order one is looked at when nobody says otherwise. */
const SAMPLED_OF = 20;

/**
 * A correction order (更正单): `draft` only its proposer sees it · `submitted` waits for somebody else · `applied`, `rejected` by
 * them · `withdrawn` by the proposer · `undone` taken back as a whole after it was applied.
 */
export const ORDER_STATES = ['draft', 'submitted', 'applied', 'rejected', 'withdrawn', 'undone'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/**
 * One row of an order: `waiting` · `approved` looked at and found right · `rejected` not to be applied · `applied` · `stale` the
 * field said something else by then · `unchanged` it said the new value already · `refused` the entry could not take it ·
 * `undone`.
 */
export const ORDER_ROW_STATES = [
	'waiting',
	'approved',
	'rejected',
	'applied',
	'stale',
	'unchanged',
	'refused',
	'undone',
] as const;
export type OrderRowState = (typeof ORDER_ROW_STATES)[number];

/** Which of the entries below another are meant; everything given must hold. */
export interface OrderCondition {
	/** The text of this field equals, or contains, these words; of a repeatable field, that of one item. */
	readonly field?: string | undefined;
	readonly equals?: string | undefined;
	readonly contains?: string | undefined;
	readonly level?: string | undefined;
	/** Years, both included, of the first year in the entry's dates. */
	readonly fromYear?: number | undefined;
	readonly toYear?: number | undefined;
}

/** One line of a list of corrections, as somebody wrote it. */
export interface ListedRow {
	/** Entry id or reference code. */
	readonly entry: string;
	readonly field: string;
	readonly value: string;
	/** Where it stands in its file, from 1. */
	readonly line?: number | undefined;
}

/** How an order is made. */
export type OrderRule =
	| {
			readonly kind: 'set';
			/** This entry and all below it. */
			readonly under: EntryId;
			readonly where?: OrderCondition | undefined;
			readonly field: string;
			/** As people write it. */
			readonly value: string;
	  }
	| {
			readonly kind: 'replace';
			readonly under: EntryId;
			readonly where?: OrderCondition | undefined;
			readonly field: string;
			readonly words: string;
			readonly by: string;
	  }
	| {
			readonly kind: 'rows';
			/** Name of the file it came from. */
			readonly file?: string | undefined;
			readonly rows: readonly ListedRow[];
	  };

/** The rule as it is kept with the order: rows stand by themselves. */
export type KeptRule =
	| Exclude<OrderRule, { kind: 'rows' }>
	| { readonly kind: 'rows'; readonly file?: string | undefined; readonly count: number };

/** One value that is to take the place of another. */
export interface OrderChange {
	readonly entryId: EntryId;
	readonly field: FieldKey;
	readonly from: FieldValue;
	readonly to: FieldValue;
}

/** Rows that change the same: the field, the words before and after. */
export interface OrderGroup {
	/** From 0 within the order, the largest first. */
	readonly group: number;
	readonly fieldId: string;
	readonly from: string;
	readonly to: string;
	readonly count: number;
}

/**
 * Groups changes by what changes. Replaced words count by themselves, whatever stands around them: thousands of titles that
 * lose the same mistake are one group.
 * @returns the groups, the largest first, and the group of each change
 */
export function groupChanges(
	changes: readonly Omit<OrderChange, 'entryId'>[],
	rule: Pick<OrderRule, 'kind'> & { readonly words?: string; readonly by?: string },
): { readonly groups: readonly OrderGroup[]; readonly groupOf: readonly number[] } {
	const found = new Map<string, { fieldId: string; from: string; to: string; at: number[] }>();
	for (const [at, change] of changes.entries()) {
		const fieldId = fieldIdOf(change.field);
		const [from, to] =
			rule.kind === 'replace' ? [rule.words ?? '', rule.by ?? ''] : [textOf(change.from), textOf(change.to)];
		const key = JSON.stringify([fieldId, from, to]);
		const known = found.get(key);
		if (known) known.at.push(at);
		else found.set(key, { fieldId, from, to, at: [at] });
	}
	const groupOf: number[] = [];
	const groups = [...found.values()]
		.sort((a, b) => b.at.length - a.at.length)
		.map(({ fieldId, from, to, at }, group): OrderGroup => {
			for (const each of at) groupOf[each] = group;
			return { group, fieldId, from, to, count: at.length };
		});
	return { groups, groupOf };
}

/** How many rows a sample holds: 5 % rounded up, or as many as asked; at least one, at most all. */
export function sampleSize(total: number, asked?: number): number {
	return Math.min(total, Math.max(1, Math.trunc(asked ?? Math.ceil(total / SAMPLED_OF))));
}

/**
 * Draws so many of the positions, each as likely as any other.
 * @param below a random whole number from 0, below its argument
 * @returns in ascending order
 */
export function drawSample(
	positions: readonly number[],
	size: number,
	below: (limit: number) => number,
): number[] {
	const left = [...positions];
	const drawn: number[] = [];
	while (drawn.length < size && left.length > 0) {
		const at = below(left.length);
		drawn.push(left[at] as number);
		left[at] = left.at(-1) as number;
		left.pop();
	}
	return drawn.sort((a, b) => a - b);
}

/** What decides whether something may be done with an order. */
export interface OrderStanding {
	readonly state: OrderState;
	readonly proposerId: string;
	/** Approved, and not all of it is carried out. */
	readonly isUnderWay: boolean;
}

export type OrderAction = 'submit' | 'withdraw' | 'sample' | 'judge' | 'reject' | 'approve' | 'undo';

/** Why an action is not open to a person, rights aside; undefined when it is. Nobody checks their own order. */
export function whyNotOrder(
	action: OrderAction,
	{ state, proposerId, isUnderWay }: OrderStanding,
	personId: string,
): Refusal | undefined {
	const isOwn = proposerId === personId;
	if (action === 'submit' || action === 'withdraw') {
		if (!isOwn) return new Refusal('collaboration.others-order', {}, 403);
		const isOpen = state === 'draft' || (state === 'submitted' && action === 'withdraw' && !isUnderWay);
		return isOpen ? undefined : new Refusal('collaboration.order-closed', {}, 409);
	}
	if (isOwn) return new Refusal('collaboration.own-order', {}, 403);
	if (action === 'undo')
		return state === 'applied' ? undefined : new Refusal('collaboration.order-not-applied', {}, 409);
	const isOpen = state === 'submitted' && (!isUnderWay || action === 'approve');
	return isOpen ? undefined : new Refusal('collaboration.order-closed', {}, 409);
}

/** How an order was decided, by whom, and on what ground. */
export interface OrderDecision {
	readonly verdict: 'approve' | 'reject';
	readonly actorId: string;
	readonly actorName: string;
	readonly at: string;
	readonly why: string;
	/** The samples that had been drawn; none: every row answers for itself. */
	readonly samples: readonly string[];
	/** Positions of rows that were found wrong. */
	readonly rejected: readonly number[];
	/** How many had been looked at and found right. */
	readonly approved: number;
}
