import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readSegment, segmentsIn, type CopiedUpdate } from '#server/storage/log-copy/segments.ts';
import { openStorage, type SqliteStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aFolder } from './folder.ts';

/** A database, with a second place of its log where a folder is given. */
export async function aCopiedLog(dataDir: string, folder?: string, isStrict = false): Promise<SqliteStorage> {
	const storage = await openStorage({ dataDir, ...(folder ? { logCopy: { folder, isStrict } } : {}) });
	onTestFinished(() => storage.close());
	return storage;
}

/** Data directories, and a folder for the second place of the log. */
export async function copyPlaces(): Promise<{ dataDir: string; other: string; folder: string }> {
	const base = await aFolder();
	const folder = join(base, 'second');
	mkdirSync(folder);
	return { dataDir: join(base, 'data'), other: join(base, 'other'), folder };
}

/** Segments in a second place, of all lineages. */
export function segmentsOf(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true })
		.filter((each) => each.isDirectory())
		.flatMap(({ name }) => segmentsIn(join(folder, name)));
}

/** Updates that can be read in a second place. */
export function copied(folder: string): CopiedUpdate[] {
	return segmentsOf(folder).flatMap((file) => [...readSegment(file)]);
}
