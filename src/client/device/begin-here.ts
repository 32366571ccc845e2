import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { detailOfDoc } from '../detail-of-doc.ts';
import type { DeviceStore } from './device-store.ts';
import { NOTHING_KNOWN } from './nothing-known.ts';

/** An entry as the device that makes it knows it. */
export interface Beginning {
	readonly id: EntryId;
	readonly parentId: EntryId | null;
	readonly profile: string;
	readonly level: string;
	/** Yjs update that builds it. */
	readonly update: Uint8Array;
}

/**
 * Makes an entry on this device while the server cannot be asked: its card first, then its first update among what waits.
 * The server takes it, or refuses, before anything else of it is sent.
 * @throws {Refusal} 'device.not-here' when the device does not know where it belongs, and what the device refuses
 */
export async function beginHere(
	store: Pick<DeviceStore, 'append' | 'card' | 'cards' | 'keepCard'>,
	beginning: Beginning,
): Promise<void> {
	const path = await pathTo(store, beginning.parentId);
	const doc = new Y.Doc();
	try {
		Y.applyUpdate(doc, beginning.update);
		await store.keepCard(detailOfDoc(emptyCard(beginning, path), doc, () => 0));
		await store.append(beginning.id, beginning.update);
	} finally {
		doc.destroy();
	}
}

/** The way down to an entry, itself included. */
async function pathTo(
	store: Pick<DeviceStore, 'card' | 'cards'>,
	id: EntryId | null,
): Promise<EntryDetail['path']> {
	if (id === null) return [];
	const own = await store.card(id);
	if (own) {
		const { title, level, profile, dateText } = own;
		return [...own.path, { id, title, level, profile, dateText }];
	}
	for (const { path } of await store.cards()) {
		const at = path.findIndex((each) => each.id === id);
		if (at >= 0) return path.slice(0, at + 1);
	}
	throw new Refusal('device.not-here');
}

/** What is known of an entry before the server has heard of it. */
function emptyCard({ id, parentId, profile, level }: Beginning, path: EntryDetail['path']): EntryDetail {
	return {
		...NOTHING_KNOWN,
		id,
		parentId,
		profile,
		level,
		path,
		title: '',
		dateText: '',
		synthetic: false,
		seq: 0,
		fields: {},
		bodies: {},
		conflicts: {},
		disputes: {},
		attributions: {},
		versions: [],
		can: { edit: true, comment: true, decide: false, create: true, delete: true },
		problems: [],
		review: { state: 'draft', last: undefined, steps: [], refused: [], seq: 0 },
	};
}
