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
	/** What was decided about each text that is on the list, or part of what is. */
	readonly decisions: readonly CreatorDecision[];
}

/**
 * What became of a creator. `shortName` a short form written out · `name` a name of another time · `ambiguous` several can
 * be meant, left as it was · `nameChanged` the name changed in the time of the entry, left.
 */
export interface CreatorDecision {
	readonly decision: 'shortName' | 'name' | 'ambiguous' | 'nameChanged';
	/** As it was written. */
	readonly text: string;
	/** What stands there now; left out for what was left. */
	readonly to?: string;
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
	const decisions: CreatorDecision[] = [];
	for (const { key, value } of itemsOf(fields, CREATOR_FIELD)) {
		const repairs = (days.length === 0 ? [undefined] : days).map((day) => repairOf(value.text, day, lookup));
		const texts = repairs.map((repair) => (repair && 'text' in repair ? repair.text : undefined));
		const [text] = texts;
		const ambiguous = repairs.find((repair) => repair && 'ambiguous' in repair);
		if (ambiguous && 'ambiguous' in ambiguous) {
			unclear++;
			const isOne = ambiguous.ambiguous.every(({ id }) => id === ambiguous.ambiguous[0]?.id);
			decisions.push({ decision: isOne ? 'nameChanged' : 'ambiguous', text: ambiguous.part });
		} else if (texts.some((each) => each !== text)) {
			unclear++;
			decisions.push({ decision: 'nameChanged', text: value.text });
		} else if (text !== undefined && text !== value.text) {
			now = { ...(now ?? fields), [key]: { ...value, text } };
			repaired++;
			const [repair] = repairs;
			if (repair && 'repairs' in repair)
				for (const { from, to, how } of repair.repairs)
					if (from !== to) decisions.push({ decision: how, text: from, to });
		}
	}
	return { fields: now ?? fields, repaired, unclear, decisions };
}
