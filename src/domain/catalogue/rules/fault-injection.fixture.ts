/** What a fault is, and small ways in which people and machines make them. */
import { textOf, type FieldKey, type FieldValue } from '../entry.ts';
import type { Dice } from './clean-holdings.fixture.ts';
import type { CheckedEntry, EntryFacts } from './rule-facts.ts';
import type { RuleId } from './rule.ts';

/** A fault somebody made: the truth of it, which no rule reads. */
export interface Fault {
	readonly rule: RuleId;
	readonly field: FieldKey;
	readonly truth: FieldValue | undefined;
	readonly given: FieldValue | undefined;
	readonly entry: CheckedEntry;
	/** Other fields that are wrong, or contradict the damaged one, by the same fault. */
	readonly also?: readonly string[];
}

/** Makes a fault of an entry; `undefined` where this entry cannot have it. */
export type Injector = (entry: CheckedEntry, dice: Dice) => Omit<Fault, 'rule'> | undefined;

export const textIn = (entry: CheckedEntry, field: string): string => textOf(entry.fields[field]);

/** The entry with another value in one field. */
export function damaged(
	entry: CheckedEntry,
	field: FieldKey,
	given: FieldValue | undefined,
	also: readonly string[] = [],
	more: { fields?: Record<FieldKey, FieldValue>; facts?: EntryFacts; bodies?: Record<string, string> } = {},
): Omit<Fault, 'rule'> | undefined {
	const truth = entry.fields[field];
	const value =
		typeof given === 'string' && typeof truth === 'object' && truth !== null
			? { ...(truth as object), text: given }
			: given;
	if (given === undefined || (textOf(truth) === textOf(given) && Object.keys(more).length === 0))
		return undefined;
	return {
		field,
		truth,
		given: value as FieldValue,
		also,
		entry: {
			...entry,
			fields: { ...entry.fields, ...more.fields, [field]: value as FieldValue },
			...(more.bodies ? { bodies: { ...entry.bodies, ...more.bodies } } : {}),
			facts: { ...entry.facts, ...more.facts },
		},
	};
}

/** The entry as it is, with other facts. */
export function withFacts(
	entry: CheckedEntry,
	field: FieldKey,
	facts: EntryFacts,
	fields: Record<FieldKey, FieldValue> = {},
	also: readonly string[] = [],
): Omit<Fault, 'rule'> {
	return {
		field,
		truth: undefined,
		given: undefined,
		also,
		entry: { ...entry, fields: { ...entry.fields, ...fields }, facts: { ...entry.facts, ...facts } },
	};
}

export function fullWidth(text: string): string {
	return text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
}

/** One of the places where a sign stands, at random; -1 where it stands nowhere. */
export function placeOf(text: string, sign: string, dice: Dice): number {
	const places: number[] = [];
	for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) places.push(at);
	return places.length === 0 ? -1 : dice.pick(places);
}

export function replacedAt(text: string, at: number, length: number, by: string): string {
	return text.slice(0, at) + by + text.slice(at + length);
}
