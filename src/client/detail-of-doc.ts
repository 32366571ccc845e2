import type * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { isDescriptive, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { rowColumns } from '#domain/catalogue/row-columns.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { isDisputeKey } from '#domain/collaboration/conflicts.ts';
import { readEntryDoc } from '#sync/entry-doc.ts';
import { distinctValues, type FieldElement } from '#sync/field-values.ts';

/**
 * What the server's projection would make of a document, as far as one device can know it: the place in the hierarchy,
 * rights and versions stay as they were last heard.
 * @param position newest is highest
 */
export function detailOfDoc(
	known: EntryDetail,
	doc: Y.Doc,
	position: (element: FieldElement) => number,
): EntryDetail {
	const { elements, bodies } = readEntryDoc(doc);
	const newest = new Map<FieldKey, FieldValue>();
	let conflictCount = 0;
	for (const [field, list] of elements) {
		const sorted = [...list].sort((a, b) => position(b) - position(a) || (a.at < b.at ? 1 : -1));
		if (sorted[0]) newest.set(field, sorted[0].value);
		if (!isDisputeKey(field) && distinctValues(sorted).length > 1) conflictCount++;
	}
	const fields = Object.fromEntries(
		[...newest]
			.filter(([key, value]) => value !== null && isDescriptive(key))
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);
	const level = String(newest.get('level') ?? known.level);
	const columns = rowColumns(profileOf(known.profile), { level, fields, bodies });
	return {
		...known,
		level,
		parentId: newest.has('parent') ? (newest.get('parent') as EntryId | null) : known.parentId,
		order: String(newest.get('order') ?? known.order),
		status: (newest.get('status') ?? known.status) as EntryDetail['status'],
		title: columns.title,
		referenceCode: columns.referenceCode,
		dateText: columns.dateText,
		creatorsText: columns.creatorsText,
		fields,
		bodies,
		conflictCount,
		// No version holds what was typed here.
		state: 'server',
	};
}
