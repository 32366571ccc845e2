import { parseEntryId, type EntryId } from '#domain/base/ids.ts';
import type { RenumberAsk } from '#domain/catalogue/reference-codes/renumber-preview.ts';

/** The fields of the form, as they are filled in. */
export interface RenumberForm {
	readonly under: EntryId;
	readonly kind: 'insert' | 'renumber';
	readonly from: string;
	readonly at: string;
	readonly count: string;
	readonly inserted: string;
	/** Empty: there is only one. */
	readonly group: string;
}

/** What a form asks, or why it asks nothing: no number, or `unread`, which names no entry. */
export type AskedOfForm =
	{ readonly ask: RenumberAsk } | { readonly ask?: undefined; readonly unread?: string | undefined };

/** Reads the form. What names no entry is told, never left out: others would move up instead. */
export function askedOf({ under, kind, from, at, count, inserted, group }: RenumberForm): AskedOfForm {
	const chosen = group === '' ? {} : { groupKey: group };
	if (kind === 'renumber') {
		const first = numberOf(from);
		return first === undefined ? {} : { ask: { under, from: first, ...chosen } };
	}
	const insertAt = numberOf(at);
	if (insertAt === undefined) return {};
	const ids: EntryId[] = [];
	for (const text of inserted.split(/[\s,，;；、]+/).filter((each) => each !== '')) {
		const id = entryIn(text);
		if (!id) return { unread: text };
		ids.push(id);
	}
	if (ids.length > 0) return { ask: { under, insertAt, inserted: ids, ...chosen } };
	const insertCount = numberOf(count);
	return insertCount === undefined ? {} : { ask: { under, insertAt, insertCount, ...chosen } };
}

/** An id, or the address of an entry, which says after `?` where it was opened from. */
function entryIn(text: string): EntryId | undefined {
	const [path = ''] = text.split(/[?#]/, 1);
	return parseEntryId(path.replace(/\/+$/, '').split('/').at(-1) ?? '');
}

function numberOf(text: string): number | undefined {
	return /^[1-9]\d{0,5}$/.test(text.trim()) ? Number(text.trim()) : undefined;
}
