import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { Attribution, ConflictingValue, EntryDetail } from '#domain/catalogue/rows.ts';
import { disputeKeyOf, disputeOf, isDisputeKey } from '#domain/collaboration/conflicts.ts';
import type { EntryDocContent } from '#sync/entry-doc.ts';
import { distinctValues, type FieldElement } from '#sync/field-values.ts';

/** One value per field key, chosen by log position, with what disagrees. */
export interface Chosen {
	readonly values: ReadonlyMap<FieldKey, FieldValue>;
	readonly conflicts: Readonly<Record<FieldKey, readonly ConflictingValue[]>>;
	readonly disputes: EntryDetail['disputes'];
}

/** One setting as the log knows it. */
export type Setting = Attribution & Pick<ConflictingValue, 'replaced' | 'claimedAt'>;

/** Chooses the newest surviving value of every field; fields with several distinct ones are conflicts. */
export function chooseValues(content: EntryDocContent, settings: ReadonlyMap<string, Setting>): Chosen {
	const values = new Map<FieldKey, FieldValue>();
	const conflicts: Record<FieldKey, ConflictingValue[]> = {};
	const seqOf = ({ id }: FieldElement): number => settings.get(id)?.seq ?? 0;
	const newestFirst = (elements: readonly FieldElement[]): FieldElement[] =>
		[...elements].sort((a, b) => seqOf(b) - seqOf(a) || (a.id < b.id ? 1 : -1));
	for (const [key, elements] of content.elements) {
		const sorted = newestFirst(elements);
		values.set(key, (sorted[0] as FieldElement).value);
		const distinct = isDisputeKey(key) ? [] : distinctValues(sorted);
		if (distinct.length > 1)
			conflicts[key] = distinct.map((element) => conflictingValue(element, settings.get(element.id)));
	}
	const disputes: Record<FieldKey, EntryDetail['disputes'][string]> = {};
	for (const key of Object.keys(conflicts)) {
		const [said] = newestFirst(content.elements.get(disputeKeyOf(key)) ?? []);
		const standing = (content.elements.get(key) ?? []).map((element) => element.id);
		const dispute = said && disputeOf(said.value, standing);
		if (!dispute) continue;
		const setting = settings.get(said.id);
		disputes[key] = {
			reason: dispute.reason,
			actorName: setting?.actorName ?? said.by,
			at: setting?.receivedAt ?? said.at,
		};
	}
	return { values, conflicts, disputes };
}

function conflictingValue(element: FieldElement, setting: Setting | undefined): ConflictingValue {
	if (setting) {
		const { replaced, claimedAt, ...attribution } = setting;
		return { elementId: element.id, value: element.value, attribution, replaced, claimedAt };
	}
	return {
		elementId: element.id,
		value: element.value,
		attribution: {
			seq: 0,
			actorId: element.by,
			actorName: element.by,
			receivedAt: element.at,
			via: element.via ?? null,
		},
		replaced: [],
		claimedAt: element.at,
	};
}

/** Elements whose settings decide what a row shows: those of fields with several, and what is said of these fields. */
export function contestedElements(content: EntryDocContent): FieldElement[] {
	const contested: FieldElement[] = [];
	for (const [key, elements] of content.elements)
		if (elements.length > 1 && !isDisputeKey(key))
			contested.push(...elements, ...(content.elements.get(disputeKeyOf(key)) ?? []));
	return contested;
}
