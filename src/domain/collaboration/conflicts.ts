import type { EntryId } from '../base/ids.ts';
import { DISPUTE_PREFIX, fieldIdOf, type FieldKey, type FieldValue, type Json } from '../catalogue/entry.ts';
import type { ConflictingValue } from '../catalogue/rows.ts';

/**
 * How several values of one field came to stand beside each other: `together`, people online at the same moment ·
 * `offline`, one of them was set on a device without the server · `bulk`, one belongs to a change of many entries ·
 * `recovered`, one came back from a device after a restore.
 */
export const CONFLICT_CAUSES = ['together', 'offline', 'bulk', 'recovered'] as const;
export type ConflictCause = (typeof CONFLICT_CAUSES)[number];

/** A device that says it set a value this much earlier than the server received it was without the server. */
const OFFLINE_AFTER_MS = 60_000;

/** Ways of changing many entries at once, as `via` begins. */
const BULK = ['order:', 'rule:', 'import'];

/** Why a field has several values. */
export function causeOf(values: readonly ConflictingValue[]): ConflictCause {
	const vias = values.map(({ attribution }) => attribution.via ?? '');
	if (vias.includes('recovered')) return 'recovered';
	if (vias.some((via) => BULK.some((prefix) => via.startsWith(prefix)))) return 'bulk';
	const isLate = ({ claimedAt, attribution }: ConflictingValue): boolean =>
		Date.parse(attribution.receivedAt) - Date.parse(claimedAt) > OFFLINE_AFTER_MS;
	return values.some(isLate) ? 'offline' : 'together';
}

/** When the field came to have several values: as the second was received. ISO UTC. */
export function conflictSince(values: readonly ConflictingValue[]): string {
	return values.map(({ attribution }) => attribution.receivedAt).sort()[1] ?? '';
}

/** Conflicts with the same key are alike: the same field, the same people by the same ways, the same cause. */
export function conflictGroupOf(field: FieldKey, values: readonly ConflictingValue[]): string {
	const sides = new Set(values.map(({ attribution }) => `${attribution.actorId} ${attribution.via ?? ''}`));
	return [fieldIdOf(field), causeOf(values), ...[...sides].sort()].join('|');
}

/**
 * True when values differ in blanks and in full or half width only. Wider foldings change what is written (① and 1,
 * ㎡ and m2) and are for people to judge.
 */
export function isSameButForWidth(a: FieldValue, b: FieldValue): boolean {
	return JSON.stringify(narrow(a)) === JSON.stringify(narrow(b));
}

function narrow(value: Json): Json {
	if (typeof value === 'string')
		return value
			.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
			.replace(/\s+/gu, '');
	if (value === null || typeof value !== 'object') return value;
	if (Array.isArray(value)) return (value as readonly Json[]).map(narrow);
	return Object.fromEntries(
		Object.entries(value as Readonly<Record<string, Json>>)
			.sort(([x], [y]) => (x < y ? -1 : 1))
			.map(([key, each]) => [key, narrow(each)]),
	);
}

/** A conflict somebody left standing, and why. It holds while exactly these values stand. */
export interface Dispute {
	readonly reason: string;
	/** Element ids. */
	readonly elements: readonly string[];
}

/** The field that says why another is left in conflict. */
export function disputeKeyOf(field: FieldKey): FieldKey {
	return DISPUTE_PREFIX + field.replace('#', '_');
}

export function isDisputeKey(field: FieldKey): boolean {
	return field.startsWith(DISPUTE_PREFIX);
}

/** The dispute a value says, if it still speaks of the values that stand. */
export function disputeOf(value: FieldValue | undefined, elementIds: readonly string[]): Dispute | undefined {
	if (!isDispute(value)) return undefined;
	const named = new Set(value.elements);
	return named.size === elementIds.length && elementIds.every((id) => named.has(id)) ? value : undefined;
}

/** Whether a value has the shape of a {@link Dispute}. */
export function isDispute(value: unknown): value is FieldValue & Dispute {
	if (value === null || typeof value !== 'object') return false;
	const { reason, elements } = value as Partial<Dispute>;
	return (
		typeof reason === 'string' &&
		reason.trim() !== '' &&
		Array.isArray(elements) &&
		elements.every((id) => typeof id === 'string')
	);
}

/** Which of several values is to stand, said for many conflicts at once. */
export type ConflictChoice =
	| { readonly kind: 'newest' }
	| { readonly kind: 'oldest' }
	| { readonly kind: 'person'; readonly actorId: string }
	| { readonly kind: 'element'; readonly elementId: string };

/**
 * The value a choice means, or undefined when it means none of them.
 * @param values newest first
 */
export function chosenValue(
	values: readonly ConflictingValue[],
	choice: ConflictChoice,
): ConflictingValue | undefined {
	switch (choice.kind) {
		case 'newest':
			return values[0];
		case 'oldest':
			return values.at(-1);
		case 'person':
			return values.find(({ attribution }) => attribution.actorId === choice.actorId);
		case 'element':
			return values.find(({ elementId }) => elementId === choice.elementId);
	}
}

/** What of the conflict queue is asked for. */
export interface ConflictFilter {
	/** One entry, and one field of it. */
	readonly entry?: EntryId;
	readonly field?: FieldKey;
	/** The entry that stands for it. */
	readonly fonds?: EntryId;
	/** Account id of one who set one of the values. */
	readonly person?: string;
	readonly cause?: ConflictCause;
	/** Came to be before this moment, ISO UTC. */
	readonly before?: string;
	/** Alike conflicts, see {@link conflictGroupOf}. */
	readonly group?: string;
	/** `open` to be settled · `disputed` left standing with a reason. Both when not given. */
	readonly state?: 'open' | 'disputed';
}

/** One field of one entry with several values, as the queue shows it. */
export interface ConflictRow {
	readonly entryId: EntryId;
	readonly field: FieldKey;
	readonly profile: string;
	readonly level: string;
	/** Plain words of the entry's title by its newest value. */
	readonly title: string;
	readonly referenceCode: string;
	/** Name of the fonds it lies in. */
	readonly fondsTitle: string;
	readonly since: string;
	readonly cause: ConflictCause;
	readonly group: string;
	/** Newest first. */
	readonly values: readonly ConflictingValue[];
	readonly dispute: { readonly reason: string; readonly actorName: string; readonly at: string } | null;
}

/** Conflicts that are alike. */
export interface ConflictGroup {
	readonly group: string;
	readonly fieldId: string;
	readonly profile: string;
	readonly cause: ConflictCause;
	readonly count: number;
	/** When the oldest and the newest of them came to be. */
	readonly first: string;
	readonly last: string;
	/** Who set the values. */
	readonly people: readonly {
		readonly actorId: string;
		readonly actorName: string;
		readonly via: string | null;
	}[];
}

/** What a decision over many conflicts would do. */
export interface ConflictPreview {
	/** Conflicts the filter finds. */
	readonly found: number;
	/** Of these, how many the choice settles. */
	readonly settles: number;
	readonly examples: readonly {
		readonly row: ConflictRow;
		readonly stands: ConflictingValue;
		readonly goes: readonly ConflictingValue[];
	}[];
}

/** A decision as it was carried out. */
export interface DecisionOutcome {
	readonly decisionId: string;
	/** Fields it set, or gave back. */
	readonly done: number;
	/** Fields left alone, because somebody changed them meanwhile or the person may not. */
	readonly left: number;
}

/** A decision that was made. */
export interface DecisionRow {
	readonly id: string;
	readonly why: string;
	readonly choice: ConflictChoice;
	readonly filter: ConflictFilter;
	readonly actorName: string;
	readonly at: string;
	/** Fields it was to set, of entries the person asking works with. */
	readonly items: number;
	/** It concerns others too: they and their reason are not told, and it is not for this person to take back. */
	readonly isPartial: boolean;
	readonly undoneAt: string | null;
}
