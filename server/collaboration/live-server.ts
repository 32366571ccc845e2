import { Hocuspocus, type Document } from '@hocuspocus/server';

import { must } from '#domain/base/assert.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { CLOSE, type ConnectionContext } from './connection-context.ts';

/** Why a document cannot be loaded, however often it is tried. */
const FINAL = ['collaboration.unknown-document', 'collaboration.unreadable-document', 'catalogue.purged'];

type LoadedDocument = Parameters<Hocuspocus['unloadDocument']>[0];

/**
 * Hocuspocus with one loaded copy of a document at a time. As it comes, it forgets a document by its name, even when
 * an older copy asks for it: whoever joined the newer one then edits beside the next, each with a gate of its own.
 */
export class LiveServer extends Hocuspocus<ConnectionContext> {
	override async createDocument(
		...asked: Parameters<Hocuspocus<ConnectionContext>['createDocument']>
	): ReturnType<Hocuspocus<ConnectionContext>['createDocument']> {
		const [docName, , , , context] = asked;
		await this.unloadingDocuments.get(docName);
		try {
			return await super.createDocument(...asked);
		} catch (error) {
			// The provider is told `reason`; anything else would reach it as a bare "permission-denied".
			if (isRefusal(error) && FINAL.includes(error.code)) throw Object.assign(error, { reason: error.code });
			// Not a no, for nobody who waits for this document: they come back by themselves.
			context?.socket?.close(CLOSE.logFailed, 'collaboration.log-failed');
			throw error;
		}
	}

	override async unloadDocument(document: LoadedDocument): Promise<void> {
		if (this.documents.get(document.name) === document) await super.unloadDocument(document);
		// One that could not be loaded is nowhere, and its awareness would keep a timer for ever.
		else if (document.isLoading) document.destroy();
	}

	/** Runs with the live document, loaded for it if nobody has it open; it stays loaded until the end. */
	async withDocument<T>(docName: string, run: (document: Document) => Promise<T>): Promise<T> {
		for (;;) {
			const connection = await this.openDirectConnection(docName);
			try {
				const document = must(connection.document, 'a new direct connection has its document');
				// It may have left memory between being found and being joined.
				if (this.documents.get(docName) === document) return await run(document);
			} finally {
				await connection.disconnect();
			}
		}
	}
}
