import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Actor } from '#domain/base/actor.ts';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { createImports, type Imports } from '#server/catalogue/import/imports.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Who imports in tests. */
export const importer: Actor = { id: 'test', name: '测试', via: 'cli' };

/** Imports over a real database, without the rest of the product. */
export interface ImportArchive {
	readonly storage: Storage;
	readonly imports: Imports;
	readonly dataDir: string;
	/** Imports handed to the archival store, in order. */
	readonly deposited: readonly string[];
	/** Entries whose live document was told that they are deleted. */
	readonly deleted: readonly EntryId[];
	/** Stages a file; its upload id. */
	put(content: string | Buffer, fileName: string): Promise<string>;
}

/** An empty archive in a folder of its own; both go away after the test. */
export async function anImportArchive(
	options: {
		readonly maxUploadBytes?: number;
		/** Of the entries whose live document is told that they are deleted, those that were registered meanwhile. */
		readonly registeredMeanwhile?: (ids: readonly EntryId[]) => Promise<readonly EntryId[]>;
	} = {},
): Promise<ImportArchive> {
	const dataDir = await mkdtemp(join(tmpdir(), 'lantai-import-'));
	const storage = await openStorage({ dataDir });
	const deposited: string[] = [];
	const deleted: EntryId[] = [];
	const imports = createImports({
		...(options.maxUploadBytes === undefined ? {} : { maxUploadBytes: options.maxUploadBytes }),
		storage,
		dataDir,
		clock: systemClock,
		archive: {
			async depositImport(importId) {
				deposited.push(importId);
			},
		},
		async setStatusDeleted(ids) {
			const registered = (await options.registeredMeanwhile?.(ids)) ?? [];
			const going = ids.filter((id) => !registered.includes(id));
			deleted.push(...going);
			await storage.db.updateTable('entry').set({ status: 'deleted' }).where('id', 'in', going).execute();
			return registered;
		},
	});
	onTestFinished(async () => {
		await imports.close();
		await storage.close();
		await rm(dataDir, { recursive: true, force: true });
	});
	return {
		storage,
		imports,
		dataDir,
		deposited,
		deleted,
		async put(content, fileName) {
			const { uploadId } = await imports.stage(Readable.from([Buffer.from(content)]), fileName, importer);
			return uploadId;
		},
	};
}
