import * as Y from 'yjs';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { FieldElement } from '#sync/field-values.ts';
import type { LoggedUpdate } from '#server/storage/update-log.ts';

/**
 * What a setting replaced on its device, although another had replaced it on the server before: an update says which
 * elements it removes, and earlier updates say what they were. A resent update names all removals its device knows of,
 * so of these the one that was logged last is meant. Empty when a compaction took the earlier updates.
 * @param updates of the document, in the order of the log
 * @param seq position of the update with the setting
 */
export function replacedOnDevice(
	updates: readonly LoggedUpdate[],
	seq: number,
	field: FieldKey,
): readonly FieldValue[] {
	let removals: ReturnType<typeof Y.decodeUpdate>['ds'] | undefined;
	const settings: { readonly client: number; readonly clock: number; readonly value: FieldValue }[] = [];
	for (const update of updates) {
		if (update.seq > seq) break;
		const { structs, ds } = Y.decodeUpdate(update.payload);
		if (update.seq === seq) {
			removals = ds;
			break;
		}
		for (const struct of structs) {
			if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue;
			for (const [offset, given] of struct.content.getContent().entries()) {
				const element = given as Partial<FieldElement> | null;
				if (typeof element === 'object' && element?.field === field)
					settings.push({
						client: struct.id.client,
						clock: struct.id.clock + offset,
						value: element.value as FieldValue,
					});
			}
		}
	}
	const isRemoved = ({ client, clock }: (typeof settings)[number]): boolean =>
		(removals?.clients.get(client) ?? []).some(
			(range) => range.clock <= clock && clock < range.clock + range.len,
		);
	const last = settings.findLast(isRemoved);
	return last ? [last.value] : [];
}
