import * as Y from 'yjs';
import { Refusal } from '#domain/base/refusal.ts';
import { itemsOf } from './doc-items.ts';
import { refuseReusedClocks } from './reused-clocks.ts';

/** What an update does to a copy of a document, as far as every kind of document asks. */
export interface Applied {
	readonly isNew: boolean;
	/** Types it changed, with the keys it changed in them. */
	readonly changed: ReadonlyMap<Y.AbstractType<unknown>, ReadonlySet<string | null>>;
	/** Names of top-level types it brought. */
	readonly broughtNames: readonly string[];
}

/**
 * Applies an update to the copy.
 * @param look sees the transaction before anything it deleted is cleared away
 * @throws {Refusal} 'collaboration.malformed-update' | 'collaboration.missing-history' (409) |
 * 'collaboration.reused-clock' and what `look` refuses
 */
export function applyToCopy(
	copy: Y.Doc,
	payload: Uint8Array,
	look: (transaction: Y.Transaction) => void,
): Applied {
	return watched(copy, () => applyOrRefuse(copy, payload), look);
}

/** The same for a change that is made here, in one transaction. */
export function watched(copy: Y.Doc, apply: () => void, look: (transaction: Y.Transaction) => void): Applied {
	// Asked for later, it would take the place of the type that the update is seen to change.
	copy.getMap('meta');
	const before = new Set(copy.share.keys());
	let isNew = false;
	let changed: Applied['changed'] = new Map();
	const onTransaction = (transaction: Y.Transaction): void => {
		isNew ||= isAnythingNew(transaction);
		changed = transaction.changed as unknown as Applied['changed'];
		look(transaction);
	};
	copy.on('beforeObserverCalls', onTransaction);
	try {
		apply();
	} finally {
		copy.off('beforeObserverCalls', onTransaction);
	}
	if (copy.store.pendingStructs || copy.store.pendingDs)
		throw new Refusal('collaboration.missing-history', {}, 409);
	return { isNew, changed, broughtNames: [...copy.share.keys()].filter((name) => !before.has(name)) };
}

/** Items a transaction added to a list, whether they stand or are deleted again. */
export function* itemsAdded<T>(
	{ doc, beforeState, afterState }: Y.Transaction,
	list: Y.Array<T>,
): Generator<Y.Item> {
	for (const [client, end] of afterState) {
		const begin = beforeState.get(client) ?? 0;
		if (begin === end) continue;
		for (const item of itemsOf(doc, client, begin, end))
			// What is put under a key of the list is refused by its name.
			if (item.parent === (list as unknown) && item.parentSub === null) yield item;
	}
}

/** Items of a list that stood before a transaction deleted them. */
export function* itemsDeleted<T>(
	{ doc, beforeState, deleteSet }: Y.Transaction,
	list: Y.Array<T>,
): Generator<Y.Item> {
	for (const [client, ranges] of deleteSet.clients)
		for (const { clock, len } of ranges)
			for (const item of itemsOf(doc, client, clock, clock + len))
				if (item.parent === (list as unknown) && item.id.clock < (beforeState.get(client) ?? 0)) yield item;
}

/** The name of the top-level type that a type belongs to. */
export function topLevelNameOf(copy: Y.Doc, type: Y.AbstractType<unknown>): string {
	let top = type;
	while (top._item) top = top._item.parent as Y.AbstractType<unknown>;
	for (const [name, each] of copy.share) if ((each as unknown) === top) return name;
	return '?';
}

function isAnythingNew({ beforeState, afterState, deleteSet }: Y.Transaction): boolean {
	if (deleteSet.clients.size > 0) return true;
	for (const [client, end] of afterState) if (beforeState.get(client) !== end) return true;
	return false;
}

function applyOrRefuse(copy: Y.Doc, payload: Uint8Array): void {
	try {
		// Decoding first: a half-applied broken update must not be taken for a small good one.
		refuseReusedClocks(copy, Y.decodeUpdate(payload).structs);
		Y.applyUpdate(copy, payload);
	} catch (error) {
		if (error instanceof Error && error.name === 'Refusal') throw error;
		throw new Refusal('collaboration.malformed-update', {
			reason: error instanceof Error ? error.message : String(error),
		});
	}
}

/** @throws {Refusal} 'collaboration.update-too-large' (413) */
export function refuseTooLarge({ byteLength: bytes }: Uint8Array, limit: number): void {
	if (bytes > limit) throw new Refusal('collaboration.update-too-large', { bytes, limit }, 413);
}
