import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import type { TextNews } from '#domain/collaboration/news.ts';
import { bodyFieldOf, entryDocName } from '#sync/entry-doc.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import { topLevelNameOf } from '../gate-apply.ts';

/**
 * Which long texts others have edited after a position of the log, and the person not since. Which text an update is of
 * only shows when it is applied, so the document is built for it.
 */
export async function readTextNews(
	log: Pick<UpdateLog, 'read'>,
	id: EntryId,
	after: number,
	personId: string,
): Promise<TextNews[]> {
	const news = new Map<string, TextNews>();
	const doc = new Y.Doc();
	try {
		for (const [index, { seq, kind, payload, actor, receivedAt }] of (
			await log.read(entryDocName(id))
		).entries()) {
			const texts = textsChangedBy(payload, doc);
			// What a document begins with, or was pressed into one, is nobody's edit.
			if (seq <= after || index === 0 || kind === 'snapshot') continue;
			for (const text of texts) {
				news.delete(text);
				if (actor.id !== personId)
					news.set(text, { text, actorName: actor.name, via: actor.via, at: receivedAt });
			}
		}
	} finally {
		doc.destroy();
	}
	return [...news.values()];
}

function textsChangedBy(payload: Uint8Array, doc: Y.Doc): Set<string> {
	const texts = new Set<string>();
	const note = ({ changed }: Y.Transaction): void => {
		for (const type of changed.keys()) {
			const text = bodyFieldOf(topLevelNameOf(doc, type as Y.AbstractType<unknown>));
			if (text !== undefined) texts.add(text);
		}
	};
	doc.on('afterTransaction', note);
	Y.applyUpdate(doc, payload);
	doc.off('afterTransaction', note);
	return texts;
}
