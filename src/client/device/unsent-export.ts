import canonicalize from 'canonicalize';
import { toBase64 } from 'lib0/buffer';
import { must } from '#domain/base/assert.ts';
import type { Workspace } from '../contract.ts';
import type { DeviceWork } from './device-work.svelte.ts';
import { readableEdits } from './kept-work.ts';

/**
 * Everything that waits or was refused, as the file of `PROTOCOL.md`: a person can keep it, read it, and have it
 * imported on the server.
 */
export async function unsentFileOf(
	device: DeviceWork,
	of: { readonly me: Workspace['me']; readonly archive: Workspace['archive'] },
): Promise<Blob> {
	const { store } = device;
	const all = await store.waiting();
	const waiting = await Promise.all(
		[...new Set(all.map((each) => each.doc))].map(async (doc) => {
			const [card, stored] = await Promise.all([store.card(doc), store.load(doc)]);
			const bytes = all.filter((each) => each.doc === doc).map((each) => each.update);
			return {
				doc: `entry:${doc}`,
				title: card?.title ?? '',
				updates: bytes.map((update) => toBase64(update)),
				edits: readableEdits(stored?.state, bytes),
			};
		}),
	);
	const kept = (await store.kept()).map(({ doc, title, updates, edits }) => ({
		doc: `entry:${doc}`,
		title,
		updates,
		edits,
	}));
	const content = {
		format: 'lantai-unsent',
		version: 1,
		lineage: device.lineage ?? '',
		archive: { name: of.archive.name, code: of.archive.code },
		device: device.deviceId,
		person: { id: of.me.id, name: of.me.name },
		exportedAt: new Date().toISOString(),
		items: [...waiting, ...kept],
	};
	const text = must(canonicalize(content), 'the file is JSON');
	const digest = await sha256Hex(new TextEncoder().encode(text));
	return new Blob([`${JSON.stringify({ ...content, sha256: digest }, null, '\t')}\n`], {
		type: 'application/json',
	});
}

/** Without secure context there is no digest to be had; the import then says that it could not be checked. */
async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
	if (!crypto.subtle) return null;
	return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
		.map((byte) => byte.toString(16).padStart(2, '0'))
		.join('');
}
