import * as Y from 'yjs';
import { fromBase64, toBase64 } from 'lib0/buffer';
import { createId } from '#domain/base/ids.ts';
import { SYNC_PROTOCOL } from '#sync/sync-messages.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import type { Archive } from './archive.ts';

/** Several people set one field from their devices, none having seen the others' values. */
export async function makeConflict(
	archive: Archive,
	id: string,
	field: string,
	values: Readonly<Record<string, string>>,
): Promise<void> {
	const updates: { readonly token: string; readonly update: Uint8Array }[] = [];
	for (const [name, value] of Object.entries(values)) {
		const { token } = await archive.verb<{ token: string }>(['token', name]);
		const answer = await fetch(`${archive.origin}/api/sync/docs/entry:${id}`, {
			headers: { authorization: `Bearer ${token}` },
		});
		const { state } = (await answer.json()) as { state: string };
		const doc = new Y.Doc();
		Y.applyUpdate(doc, fromBase64(state));
		const before = Y.encodeStateVector(doc);
		setField(fieldValuesOf(doc), field, value, {
			id: createId<string>(),
			by: name,
			at: new Date().toISOString(),
		});
		updates.push({ token, update: Y.encodeStateAsUpdate(doc, before) });
	}
	for (const { token, update } of updates) {
		const answer = await fetch(`${archive.origin}/api/sync/push`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify({
				protocol: SYNC_PROTOCOL,
				device: createId<string>(),
				batchId: createId<string>(),
				items: [{ doc: `entry:${id}`, update: toBase64(update) }],
			}),
		});
		const { results } = (await answer.json()) as { results: readonly { ok: boolean }[] };
		if (!results[0]?.ok) throw new Error(`the edit was refused: ${JSON.stringify(results)}`);
	}
}
