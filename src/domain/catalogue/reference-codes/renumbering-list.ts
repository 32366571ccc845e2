/** What is told of renumberings that were begun: the shapes that server, pages and the command line share. */
import type { RedoLine, RenumberLine } from './renumber-preview.ts';

/**
 * `under-way` it is being done · `stopped` in the middle, and gone on with at the next start or before the next one ·
 * `done` · `not-done` nothing was changed · `taken-back` · `waiting` as a correction order for somebody else · `rejected`
 * and `withdrawn` as such an order.
 */
export type RenumberingState =
	'under-way' | 'stopped' | 'done' | 'not-done' | 'taken-back' | 'waiting' | 'rejected' | 'withdrawn';

/** The message that says what became of one. */
export function renumberingStateKey(state: RenumberingState): string {
	return `codes_state_${state.replaceAll('-', '_')}`;
}

/** A renumbering, as lists show it; counts are of codes of entries that the person may see. */
export interface ShownRenumbering {
	/** Of the batch, or of the correction order. */
	readonly id: string;
	readonly groupKey: string;
	readonly at: string;
	readonly actorName: string;
	/** Empty when it is about entries of others, too. */
	readonly why: string;
	readonly state: RenumberingState;
	/** Codes that it was to change. */
	readonly count: number;
	/** Those that it did change. */
	readonly changed: number;
	/** Those of them that were taken back. */
	readonly undone: number;
	/** Codes that say now what it gave them. */
	readonly standing: number;
	/** The correction order it became, when registered entries were among them. */
	readonly order: { readonly id: string; readonly number: string } | null;
}

/** One code of it, and what it says by now. */
export interface RenumberedLine extends RenumberLine {
	readonly now: string;
}

/** All about it that can be told later on. */
export interface RenumberingReport extends ShownRenumbering {
	readonly lines: readonly RenumberedLine[];
	/** What stands on paper, as far as the new codes stand or an order is still to give them; boxes as they are filled now. */
	readonly redo: readonly RedoLine[];
	/** Whether the person may take it back now; an order is taken back as an order. */
	readonly canUndo: boolean;
}

/** A part of the list, newest first. */
export interface RenumberingPage {
	readonly total: number;
	readonly offset: number;
	readonly renumberings: readonly ShownRenumbering[];
}
