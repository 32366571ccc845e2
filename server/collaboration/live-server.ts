import { Hocuspocus, type Document } from '@hocuspocus/server';

import { must } from '#domain/base/assert.ts';
import type { ConnectionContext } from './connection-context.ts';

type LoadedDocument = Parameters<Hocuspocus['unloadDocument']>[0];

/**
 * Hocuspocus with one loaded copy of a document at a time. As it comes, it forgets a document by its name, even when
 * an older copy asks for it: whoever joined the newer one then edits beside the next, each with a gate of its own.
 */
export class LiveServer extends Hocuspocus<ConnectionContext> {
	override async createDocument(
		...asked: Parameters<Hocuspocus<ConnectionContext>['createDocument']>
	): ReturnType<Hocuspocus<ConnectionContext>['createDocument']> {
		await this.unloadingDocuments.get(asked[0]);
		return super.createDocument(...asked);
	}

	override async unloadDocument(document: LoadedDocument): Promise<void> {
		if (this.documents.get(document.name) === document) await super.unloadDocument(document);
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
