import type { EntryId } from '#domain/base/ids.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import { CLOSE, type ConnectionContext } from '../connection-context.ts';
import type { LiveServer } from '../live-server.ts';
import type { Projector } from '../projector.ts';
import type { StillEntries } from '../still-entries.ts';

const REASON = 'catalogue.purged';

/** Entries whose content is taken out: nobody has them open any more, and nothing is written back from memory. */
export class SealedEntries {
	#parts: { hocuspocus: LiveServer; projector: Projector; still: StillEntries };
	#sealed = new Set<EntryId>();

	constructor(parts: { hocuspocus: LiveServer; projector: Projector; still: StillEntries }) {
		this.#parts = parts;
	}

	/** True from the moment on at which its content began to go. In this process: afterwards there is nothing to write. */
	has(id: EntryId): boolean {
		return this.#sealed.has(id);
	}

	/**
	 * Takes entries out.
	 * @param seal has the log take nothing more of them
	 * @param remove removes what is there; runs when nothing is under way any more
	 */
	async run(
		ids: readonly EntryId[],
		{ seal, remove }: { readonly seal: () => Promise<void>; readonly remove: () => Promise<void> },
	): Promise<void> {
		const { hocuspocus, projector, still } = this.#parts;
		const docNames = ids.flatMap((id) => [entryDocName(id), reviewDocName(id)]);
		await still.run(ids, async () => {
			await seal();
			for (const id of ids) this.#sealed.add(id);
			for (const docName of docNames) this.#close(docName);
			for (const docName of docNames) await projector.upToDate(docName);
			await remove();
		});
		for (const docName of docNames) {
			const document = hocuspocus.documents.get(docName);
			if (document && document.getConnectionsCount() === 0) await hocuspocus.unloadDocument(document);
		}
	}

	/** How many of their documents are in memory. */
	countOpen(ids: readonly EntryId[]): number {
		const { hocuspocus } = this.#parts;
		return ids
			.flatMap((id) => [entryDocName(id), reviewDocName(id)])
			.filter((docName) => hocuspocus.documents.has(docName)).length;
	}

	/** Ends the sockets on which somebody has it open; they come back for their other entries. */
	#close(docName: string): void {
		const { hocuspocus } = this.#parts;
		for (const connection of hocuspocus.documents.get(docName)?.getConnections() ?? []) {
			const { socket } = connection.context as Partial<ConnectionContext>;
			connection.sendStateless(JSON.stringify({ type: 'refused', code: REASON, params: {} }));
			socket?.close(CLOSE.refused, REASON);
		}
		hocuspocus.closeConnections(docName);
	}
}
