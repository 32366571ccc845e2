import { itemsOf, type FieldKey, type FieldValue } from '../entry.ts';
import type { AuthorityLookup } from './authority-lookup.ts';
import type { DayText } from './dated-text.ts';
import { repairOf } from './resolve.ts';
import { CREATOR_FIELD } from './short-form-repair.ts';

/** The creators of an entry with the names that the list knows for them. */
export interface RepairedCreators {
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	/** Values written otherwise. */
	readonly repaired: number;
	/** Values that could mean several, or nobody could say which name; as they were. */
	readonly unclear: number;
}

/** Writes the name of the day for every short form and name of another time; the rest stays letter by letter. */
export function repairCreators(
	fields: Readonly<Record<FieldKey, FieldValue>>,
	days: readonly DayText[],
	lookup: AuthorityLookup,
): RepairedCreators {
	let now: Record<FieldKey, FieldValue> | undefined;
	let repaired = 0;
	let unclear = 0;
	for (const { key, value } of itemsOf(fields, CREATOR_FIELD)) {
		const repairs = (days.length === 0 ? [undefined] : days).map((day) => repairOf(value.text, day, lookup));
		const texts = repairs.map((repair) => (repair && 'text' in repair ? repair.text : undefined));
		const [text] = texts;
		if (repairs.some((repair) => repair && 'ambiguous' in repair) || texts.some((each) => each !== text))
			unclear++;
		else if (text !== undefined && text !== value.text) {
			now = { ...(now ?? fields), [key]: { ...value, text } };
			repaired++;
		}
	}
	return { fields: now ?? fields, repaired, unclear };
}
