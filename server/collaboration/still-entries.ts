import type { Document } from '@hocuspocus/server';
import type { EntryId } from '#domain/base/ids.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import type { BulkEdits } from './bulk-edits.ts';
import type { LiveDocs } from './live-docs.ts';
import type { LiveServer } from './live-server.ts';
import type { Projector } from './projector.ts';

/** Open documents by name. */
export type OpenDocs = ReadonlyMap<string, Document>;

/**
 * Keeps entries as they are while something is decided about them: nobody opens the closed ones, the open ones take
 * nothing, and their rows show all that is logged. One decision at a time, so that two never wait for each other.
 */
export class StillEntries {
	#parts: { hocuspocus: LiveServer; docs: LiveDocs; bulk: BulkEdits; projector: Projector };
	#last: Promise<void> = Promise.resolve();

	constructor(parts: { hocuspocus: LiveServer; docs: LiveDocs; bulk: BulkEdits; projector: Projector }) {
		this.#parts = parts;
	}

	/** Runs with the open documents among the entries. */
	async run<T>(ids: readonly EntryId[], work: (open: OpenDocs) => Promise<T>): Promise<T> {
		const before = this.#last;
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#last = promise;
		await before;
		try {
			const docNames = ids.map(entryDocName);
			return await this.#parts.bulk.whileHeld(docNames, (open) =>
				this.#whileOpenOnesStand(open, async (documents) => {
					await Promise.all(docNames.map((docName) => this.#parts.projector.upToDate(docName)));
					return work(documents);
				}),
			);
		} finally {
			resolve();
		}
	}

	async #whileOpenOnesStand<T>(
		docNames: readonly string[],
		work: (documents: OpenDocs) => Promise<T>,
	): Promise<T> {
		const { hocuspocus, docs } = this.#parts;
		const ending = Promise.withResolvers<void>();
		const held = docNames.map((docName) => {
			const here = Promise.withResolvers<readonly [string, Document]>();
			const ended = hocuspocus
				.withDocument(docName, (document) =>
					docs.whileStill(document, async () => {
						here.resolve([docName, document]);
						await ending.promise;
					}),
				)
				.catch((error: unknown) => here.reject(error));
			return { here: here.promise, ended };
		});
		try {
			return await work(new Map(await Promise.all(held.map(({ here }) => here))));
		} finally {
			ending.resolve();
			await Promise.all(held.map(({ ended }) => ended));
		}
	}
}
