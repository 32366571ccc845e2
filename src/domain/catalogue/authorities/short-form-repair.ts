import { itemsOf, textOf, type FieldKey, type FieldValue } from '../entry.ts';
import type { AuthorityLookup, AuthorityMatch } from './authority-lookup.ts';
import { isSameName } from './creator-parts.ts';
import type { DayText } from './dated-text.ts';
import { repairOf, type ShortFormDecision } from './resolve.ts';

/** The fields that name who made a record. */
export const CREATOR_FIELD = 'creators';

/**
 * Why a field that has the short form is left as it is: `undated` the decision is for some years and the entry has no date ·
 * `ambiguous` somebody else can be meant, or the name changed in the time of the entry.
 */
export type ShortFormLeft = 'undated' | 'ambiguous';

export interface ShortFormRepairs {
	readonly changes: readonly { readonly field: FieldKey; readonly from: string; readonly to: string }[];
	readonly left: readonly ShortFormLeft[];
}

/**
 * What a decision about a short form makes of an entry's creators: that form becomes the name of the day, every other
 * creator stays letter by letter.
 * @param lookup the list as it stands with the decision
 */
export function shortFormRepairs(
	fields: Readonly<Record<FieldKey, FieldValue>>,
	days: readonly DayText[],
	decision: ShortFormDecision,
	lookup: AuthorityLookup,
): ShortFormRepairs {
	const changes: { field: FieldKey; from: string; to: string }[] = [];
	const left: ShortFormLeft[] = [];
	const only = onlyThis(decision.text, lookup);
	for (const [field, text] of creatorsIn(fields)) {
		if (!text.includes(decision.text)) continue;
		const isLimited = decision.from !== undefined || decision.to !== undefined;
		if (days.length === 0 && isLimited) {
			left.push('undated');
			continue;
		}
		const repairs = (days.length === 0 ? [undefined] : days).map((day) => repairOf(text, day, only));
		const texts = repairs.map((repair) => (repair && 'text' in repair ? repair.text : undefined));
		const [to] = texts;
		if (repairs.some((repair) => repair && 'ambiguous' in repair) || texts.some((each) => each !== to))
			left.push('ambiguous');
		else if (to !== undefined && to !== text) changes.push({ field, from: text, to });
	}
	return { changes, left };
}

function creatorsIn(fields: Readonly<Record<FieldKey, FieldValue>>): [FieldKey, string][] {
	const bare = textOf(fields[CREATOR_FIELD]);
	return [
		...(bare === '' ? [] : ([[CREATOR_FIELD, bare]] as [FieldKey, string][])),
		...itemsOf(fields, CREATOR_FIELD).map(({ key, value }): [FieldKey, string] => [key, value.text]),
	];
}

/** The list in which everybody else is called what is written, so that only the one form is repaired. */
function onlyThis(text: string, lookup: AuthorityLookup): AuthorityLookup {
	return {
		byText: (each) =>
			isSameName(each, text) ? lookup.byText(each) : lookup.byText(each).map((match) => asWritten(match)),
		nameAt: (id, day) => lookup.nameAt(id, day),
		byOrganCode: (code, day) => lookup.byOrganCode(code, day),
	};
}

function asWritten({ id, authority, dated: { text } }: AuthorityMatch): AuthorityMatch {
	return { id, authority, how: 'name', dated: { text } };
}
