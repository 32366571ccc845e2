import { fromBase64, toBase64 } from 'lib0/buffer';
import { docNameOf, entryOf, type DocKey } from '#sync/entry-doc.ts';
import { UNSENT_FORMAT, UNSENT_VERSION, unsentText } from '#sync/unsent-file.ts';
import type { Workspace } from '../contract.ts';
import { serverClock } from '../server-clock.ts';
import type { KeptSuggestion } from '../suggestion-key.ts';
import type { DeviceWork } from './device-work.svelte.ts';
import { draftKindOf, type Draft } from './drafts.ts';
import { readableEdits } from './kept-work.ts';
import { orDamaged } from './or-damaged.ts';

/**
 * Everything that waits or was refused, as the file of rule S11: a person can keep it, read it, and have it imported on
 * the server. What is being written goes along for people to read.
 * @param of.unwritten edits of this tab that the device could not write
 */
export async function unsentFileOf(
	device: DeviceWork,
	of: {
		readonly me: Workspace['me'];
		readonly archive: Workspace['archive'];
		readonly unwritten: ReadonlyMap<DocKey, readonly Uint8Array[]>;
	},
): Promise<Blob> {
	const { store } = device;
	const all = await store.waiting();
	const onlyHere = [...of.unwritten].flatMap(([doc, updates]) => (updates.length > 0 ? [doc] : []));
	const docs = [...new Set([...all.map((each) => each.doc), ...onlyHere])];
	const waiting = await Promise.all(
		docs.map(async (doc) => {
			const [card, stored] = await Promise.all([
				orDamaged(store.card(entryOf(doc))),
				orDamaged(store.load(doc)),
			]);
			const bytes = [
				...all.filter((each) => each.doc === doc).map((each) => each.update),
				...(of.unwritten.get(doc) ?? []),
			];
			return {
				doc: docNameOf(doc),
				title: card?.title ?? '',
				updates: bytes.map((update) => toBase64(update)),
				edits: readableEdits(stored?.state, bytes),
			};
		}),
	);
	const kept = (await store.kept()).map(({ doc, title, updates, edits }) => ({
		doc: docNameOf(doc),
		title,
		updates: [...updates],
		edits: [...edits],
	}));
	const sealed = (await store.damaged()).map((each) => ({
		doc: docNameOf(each.doc),
		bytes: toBase64(each.sealed),
	}));
	const drafts = (await store.drafts()).map(readableDraft);
	const text = unsentText({
		format: UNSENT_FORMAT,
		version: UNSENT_VERSION,
		lineage: device.lineage ?? '',
		archive: { name: of.archive.name, code: of.archive.code },
		device: device.deviceId,
		person: { id: of.me.id, name: of.me.name },
		exportedAt: serverClock.isoNow(),
		items: [...waiting, ...kept],
		...(sealed.length > 0 ? { sealed } : {}),
		...(drafts.length > 0 ? { drafts } : {}),
	});
	return new Blob([text], { type: 'application/json' });
}

/** A proposal is kept as documents; what it says can be read. */
function readableDraft(draft: Draft): Draft {
	if (draftKindOf(draft.key) !== 'suggestion') return draft;
	const { base, fields, texts, why = '' } = draft.value as KeptSuggestion;
	const edits = readableEdits(fromBase64(base), [fromBase64(fields), fromBase64(texts)]);
	return { key: draft.key, value: { why, edits } };
}
