import { isDescriptive, type FieldKey, type FieldValue } from '../catalogue/entry.ts';
import type { LoggedEdit } from './timeline.ts';

/** What others made of one field since somebody was last at an entry. */
export interface FieldNews {
	readonly field: FieldKey;
	/** What stood there then. */
	readonly from: readonly FieldValue[];
	readonly to: FieldValue;
	/** Who set it last. */
	readonly actorName: string;
	readonly via: string | null;
	readonly at: string;
}

/** Who last edited a long text. */
export interface TextNews {
	/** Field id of the text. */
	readonly text: string;
	readonly actorName: string;
	readonly via: string | null;
	readonly at: string;
}

/** What others did to an entry since somebody was last there. */
export interface News {
	/** In the order in which they were last set. */
	readonly fields: readonly FieldNews[];
	readonly texts: readonly TextNews[];
}

export const NO_NEWS: News = { fields: [], texts: [] };

/**
 * Fields that are new to somebody: what others set and they have not set since. A field that is again as it was is not
 * new, and an order among siblings that moved is nothing to read.
 * @param edits since the person was last there, in the order of the log
 */
export function fieldNewsOf(edits: readonly LoggedEdit[], personId: string): FieldNews[] {
	const news = new Map<FieldKey, FieldNews>();
	for (const { actorId, actorName, via, at, setting } of edits) {
		if (!setting || !isShown(setting.field)) continue;
		const { field, from, to } = setting;
		const known = news.get(field);
		// The last to be set comes last.
		news.delete(field);
		// Whoever sets a field has seen what stood there.
		if (actorId !== personId) news.set(field, { field, from: known?.from ?? from, to, actorName, via, at });
	}
	return [...news.values()].filter(
		({ from, to }) => !(from.length === 1 && JSON.stringify(from[0]) === JSON.stringify(to)),
	);
}

function isShown(field: FieldKey): boolean {
	return isDescriptive(field) || field === 'level' || field === 'status' || field === 'parent';
}
