import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { demandLevel } from '#domain/catalogue/fonds/fonds-rights.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { isUuid } from '#domain/base/ids.ts';
import { readMeta } from '#sync/entry-doc.ts';
import { elementsOf, fieldValuesOf } from '#sync/field-values.ts';

/** Refuses an update that moves an entry to where the person may not put it, or makes a fonds without the right to. */
export type MoveCheck = (payload: Uint8Array, person: Person, document: Y.Doc) => Promise<void>;

/**
 * Every new value of `parent` in an update is a place the person must be allowed to create in, and a new `level` may take
 * an entry out of its fonds. What the document already holds is no move: a whole state says again where the entry is.
 * The update is only scanned, not applied: what it does otherwise is the gate's question.
 */
export function createMoveCheck(thingOf: (id: EntryId) => Promise<EntryThing | undefined>): MoveCheck {
	return async (payload, person, document) => {
		// Texts stand in an update as they are: without the word there is no new place in it.
		const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
		if (!bytes.includes('parent') && !bytes.includes('level')) return;
		const { parents, levels } = newPlaces(payload, document);
		const meta = levels.length > 0 ? readMeta(document) : undefined;
		if (meta) {
			const standing = elementsOf(fieldValuesOf(document), 'level').map(({ value }) => String(value));
			for (const level of levels) demandLevel(person, profileOf(meta.profile), level, standing);
		}
		for (const target of parents) {
			if (target === null) demand(person, 'create', { kind: 'archive' });
			else {
				const thing = isUuid(target) ? await thingOf(target as EntryId) : undefined;
				if (!thing) throw new Refusal('collaboration.unknown-parent', { parent: target.slice(0, 80) }, 409);
				demand(person, 'create', thing);
			}
		}
	};
}

function newPlaces(
	payload: Uint8Array,
	document: Y.Doc,
): { readonly parents: readonly (string | null)[]; readonly levels: readonly string[] } {
	let structs: readonly unknown[];
	try {
		structs = Y.decodeUpdate(payload).structs;
	} catch (error) {
		throw new Refusal('collaboration.malformed-update', {
			reason: error instanceof Error ? error.message : String(error),
		});
	}
	const parents: (string | null)[] = [];
	const levels: string[] = [];
	for (const struct of structs) {
		if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue;
		const heldClock = Y.getState(document.store, struct.id.client);
		for (const value of (struct.content.arr as unknown[]).slice(Math.max(0, heldClock - struct.id.clock))) {
			const element = value as { field?: unknown; value?: unknown } | null;
			if (!element || typeof element !== 'object') continue;
			if (element.field === 'parent') parents.push(typeof element.value === 'string' ? element.value : null);
			else if (element.field === 'level') levels.push(String(element.value));
		}
	}
	return { parents, levels };
}
