import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type {
	KeptRule,
	OrderDecision,
	OrderGroup,
	OrderRowState,
	OrderState,
} from '#domain/collaboration/orders.ts';

/** An order as lists show it. */
export interface ShownOrder {
	readonly id: string;
	/** `2026-0001`, counted by year. */
	readonly number: string;
	readonly state: OrderState;
	/** Approved, or being taken back, and not done with: deciding or taking back again goes on where it stopped. */
	readonly isUnderWay: boolean;
	/** It concerns fonds of others too: their rows are not told, nor what was said of all; not for this person to decide. */
	readonly isPartial: boolean;
	/** Empty, like the rule, when it is partial and somebody else's. */
	readonly why: string;
	readonly rule: KeptRule | null;
	readonly proposerId: string;
	readonly proposerName: string;
	readonly createdAt: string;
	readonly submittedAt: string | null;
	/** Without reason and rows when the order is partial. */
	readonly decision: OrderDecision | null;
	/** When all that was approved was carried out, or it was rejected. */
	readonly finishedAt: string | null;
	readonly undo: { readonly actorName: string; readonly at: string; readonly why: string } | null;
	readonly undoneAt: string | null;
	/** Rows of entries the person works with. */
	readonly rows: number;
}

/** Rows drawn at random to be looked at; a later sample never replaces an earlier one. */
export interface ShownSample {
	readonly id: string;
	readonly actorId: string;
	readonly actorName: string;
	readonly at: string;
	readonly size: number;
	/** Positions of its rows, as far as the person works with them. */
	readonly positions: readonly number[];
}

/** One row, with what stands around it. */
export interface ShownOrderRow {
	readonly position: number;
	readonly entryId: EntryId;
	/** Empty when the entry is gone. */
	readonly title: string;
	readonly referenceCode: string;
	readonly profile: string;
	readonly level: string;
	readonly field: FieldKey;
	readonly from: FieldValue;
	readonly to: FieldValue;
	readonly group: number;
	readonly state: OrderRowState;
	/** Why it was rejected, or the code of what refused it. */
	readonly why: string;
	readonly judgedBy: string | null;
}

/** Rows that change the same, and what became of them. */
export interface ShownGroup extends OrderGroup {
	readonly states: Readonly<Partial<Record<OrderRowState, number>>>;
}

/** Everything about an order but its rows, which come in pages. */
export interface OrderDetail extends ShownOrder {
	readonly states: Readonly<Partial<Record<OrderRowState, number>>>;
	/** The largest first; at most so many as one answer holds, of `groupCount`. */
	readonly groups: readonly ShownGroup[];
	readonly groupCount: number;
	readonly samples: readonly ShownSample[];
	/** What the person asking may do with it now. */
	readonly can: Readonly<Record<'submit' | 'withdraw' | 'judge' | 'decide' | 'undo', boolean>>;
}

/** What an order would do. */
export interface OrderPreview {
	/** Values it changes, of so many entries. */
	readonly rows: number;
	readonly entries: number;
	readonly groups: readonly OrderGroup[];
	readonly groupCount: number;
	readonly examples: readonly Pick<
		ShownOrderRow,
		'entryId' | 'title' | 'referenceCode' | 'profile' | 'level' | 'field' | 'from' | 'to' | 'group'
	>[];
	/** Values it means and leaves: in conflict, several where one is to be set, too long. */
	readonly leftOut: { readonly conflict: number; readonly several: number; readonly long: number };
}

/** What became of an order that was decided or taken back. */
export interface OrderOutcome {
	readonly id: string;
	readonly number: string;
	readonly state: OrderState;
	/** False when it was given up on the way: the same again goes on. */
	readonly isWhole: boolean;
	readonly states: Readonly<Partial<Record<OrderRowState, number>>>;
}
