import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { isUuid } from '#domain/base/ids.ts';

/** Refuses an update that moves an entry to where the person may not put it. */
export type MoveCheck = (payload: Uint8Array, person: Person, document: Y.Doc) => Promise<void>;

/**
 * Every new value of `parent` in an update is a place the person must be allowed to create in. What the document
 * already holds is no move: a whole state says again where the entry is.
 * The update is only scanned, not applied: what it does otherwise is the gate's question.
 */
export function createMoveCheck(thingOf: (id: EntryId) => Promise<EntryThing | undefined>): MoveCheck {
	return async (payload, person, document) => {
		// Texts stand in an update as they are: without the word there is no new place in it.
		if (!Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).includes('parent')) return;
		for (const target of parentTargets(payload, document)) {
			if (target === null) demand(person, 'create', { kind: 'archive' });
			else {
				const thing = isUuid(target) ? await thingOf(target as EntryId) : undefined;
				if (!thing) throw new Refusal('collaboration.unknown-parent', { parent: target.slice(0, 80) }, 409);
				demand(person, 'create', thing);
			}
		}
	};
}

function parentTargets(payload: Uint8Array, document: Y.Doc): (string | null)[] {
	let structs: readonly unknown[];
	try {
		structs = Y.decodeUpdate(payload).structs;
	} catch (error) {
		throw new Refusal('collaboration.malformed-update', {
			reason: error instanceof Error ? error.message : String(error),
		});
	}
	const targets: (string | null)[] = [];
	for (const struct of structs) {
		if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue;
		const heldClock = Y.getState(document.store, struct.id.client);
		for (const value of (struct.content.arr as unknown[]).slice(Math.max(0, heldClock - struct.id.clock))) {
			const element = value as { field?: unknown; value?: unknown } | null;
			if (element && typeof element === 'object' && element.field === 'parent')
				targets.push(typeof element.value === 'string' ? element.value : null);
		}
	}
	return targets;
}
