import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { elementsOf, fieldValuesOf, haveSameIds, setField } from '#sync/field-values.ts';
import { eventsOf, reviewDocName } from '#sync/review-doc.ts';
import type { Trifle } from '#server/catalogue/projection.ts';
import type { Judging } from './doc-gate.ts';
import type { LiveDocs } from './live-docs.ts';
import type { LiveServer } from './live-server.ts';

/** Who settles what needs nobody. */
const AUTOMATIC = { id: 'server', name: 'server', via: 'automatic' } as const;

/** Edits made here, logged and shown like any other. */
export class ServerEdits {
	#hocuspocus: LiveServer;
	#docs: LiveDocs;
	#clock: Clock;

	constructor(parts: { hocuspocus: LiveServer; docs: LiveDocs; clock: Clock }) {
		this.#hocuspocus = parts.hocuspocus;
		this.#docs = parts.docs;
		this.#clock = parts.clock;
	}

	/**
	 * Changes an entry.
	 * @param change gets a copy of the document; false leaves everything as it is
	 * @returns the log position, or undefined when nothing changed
	 */
	edit(id: EntryId, actor: Actor, change: (copy: Y.Doc) => boolean): Promise<number | undefined> {
		return this.#change(entryDocName(id), actor, change, 'update');
	}

	/** Sets one field of an entry. */
	set(id: EntryId, field: FieldKey, value: FieldValue, actor: Actor): Promise<number | undefined> {
		return this.edit(id, actor, (copy) => {
			setField(fieldValuesOf(copy), field, value, {
				id: createId<string>(),
				by: actor.id,
				at: isoAt(this.#clock),
				...(actor.via ? { via: actor.via } : {}),
			});
			return true;
		});
	}

	/**
	 * Says something about an entry.
	 * @param make gets a copy of what was said; undefined leaves everything as it is
	 */
	say(
		id: EntryId,
		actor: Actor,
		make: (copy: Y.Doc) => ReviewEvent | undefined,
		judging: 'update' | 'server',
	): Promise<number | undefined> {
		return this.#change(
			reviewDocName(id),
			actor,
			(copy) => {
				const event = make(copy);
				if (event) eventsOf(copy).push([event]);
				return event !== undefined;
			},
			judging,
		);
	}

	/** Values that differ in blanks and width only need nobody: the newest stands, and the timeline says how. */
	async settleTrifles(id: EntryId, trifles: readonly Trifle[]): Promise<void> {
		for (const { field, elements, value } of trifles)
			await this.edit(id, AUTOMATIC, (copy) => {
				const values = fieldValuesOf(copy);
				if (!haveSameIds(elementsOf(values, field), elements)) return false;
				setField(values, field, value, {
					id: createId<string>(),
					by: AUTOMATIC.id,
					at: isoAt(this.#clock),
					via: AUTOMATIC.via,
				});
				return true;
			});
	}

	/**
	 * Takes an update into a document.
	 * @param before asked with the document, before it is judged
	 * @returns the log position, or undefined when it holds nothing new
	 */
	take(
		docName: string,
		update: Uint8Array,
		actor: Actor,
		judging: Judging,
		before: (document: Y.Doc) => Promise<void>,
	): Promise<number | undefined> {
		return this.#hocuspocus.withDocument(docName, async (document) => {
			await before(document);
			return this.#take(docName, document, update, actor, judging);
		});
	}

	#change(
		docName: string,
		actor: Actor,
		change: (copy: Y.Doc) => boolean,
		judging: 'update' | 'server',
	): Promise<number | undefined> {
		return this.#hocuspocus.withDocument(docName, async (document) => {
			const copy = new Y.Doc();
			try {
				Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
				const before = Y.encodeStateVector(copy);
				if (!change(copy)) return undefined;
				return await this.#take(docName, document, Y.encodeStateAsUpdate(copy, before), actor, judging);
			} finally {
				copy.destroy();
			}
		});
	}

	async #take(
		docName: string,
		document: Y.Doc,
		update: Uint8Array,
		actor: Actor,
		judging: Judging,
	): Promise<number | undefined> {
		const taken = await this.#docs.take(docName, document, update, actor, judging);
		if (!taken) return undefined;
		Y.applyUpdate(document, update, { source: 'local' });
		taken.settle();
		return taken.seq;
	}
}
