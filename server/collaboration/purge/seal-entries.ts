import type { EntryId } from '#domain/base/ids.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import { CLOSE, type ConnectionContext, type LiveSocket } from '../connection-context.ts';
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
	 * @param tell says that they are others now, on the sockets that are closed after it: who comes back has heard of it
	 */
	async run(
		ids: readonly EntryId[],
		work: { readonly seal: () => Promise<void>; readonly remove: () => Promise<void> },
		tell: () => Promise<void>,
	): Promise<void> {
		const { hocuspocus, projector, still } = this.#parts;
		const docNames = ids.flatMap((id) => [entryDocName(id), reviewDocName(id)]);
		const sockets = new Set<LiveSocket>();
		await still.run(ids, async () => {
			await work.seal();
			for (const id of ids) this.#sealed.add(id);
			for (const docName of docNames) for (const socket of this.#close(docName)) sockets.add(socket);
			for (const docName of docNames) await projector.upToDate(docName);
			await work.remove();
		});
		await tell();
		for (const socket of sockets) socket.close(CLOSE.refused, REASON);
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

	/** Nobody has it open any more. Gives the sockets on which somebody had. */
	#close(docName: string): LiveSocket[] {
		const { hocuspocus } = this.#parts;
		const connections = hocuspocus.documents.get(docName)?.getConnections() ?? [];
		for (const connection of connections)
			connection.sendStateless(JSON.stringify({ type: 'refused', code: REASON, params: {} }));
		hocuspocus.closeConnections(docName);
		return connections.flatMap(({ context }) => (context as Partial<ConnectionContext>).socket ?? []);
	}
}
