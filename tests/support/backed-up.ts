import { join } from 'node:path';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { restoreBackup } from '#server/administration/backup/restore.ts';
import type { App } from '#server/app.ts';
import { membersOf } from './backups.ts';
import { aMadeEntry } from './entries.ts';
import { aFolder, startTestServer, type TestServer } from './server.ts';

/** Who makes backups and restores them. */
export const ops = { id: 'system:ops', name: 'ops', via: 'cli' };

/** Nobody follows it or gives it up. */
export const quiet = { signal: new AbortController().signal, progress: () => undefined };

/** Makes a backup. */
export function back(app: App, file: string, signal = quiet.signal, isForced = false) {
	return app.administration.backups.make({ file, isForced, signal, onProgress: () => undefined }, ops);
}

/** Restores one. */
export function restore(file: string, dir: string, signal = quiet.signal) {
	return restoreBackup(file, dir, ops, systemClock, { ...quiet, signal });
}

/** An archive with demonstration holdings, and entries with versions in the store. */
export async function anArchive(): Promise<{ server: TestServer; ids: EntryId[]; folder: string }> {
	const folder = await aFolder();
	const server = await startTestServer({ dataDir: join(folder, 'data'), holdings: 'tiny' });
	const ids: EntryId[] = [];
	for (const title of ['甲号', '乙号', '丙号']) {
		const id = await aMadeEntry(server.app, { title });
		await server.app.preservation.depositNow(id);
		ids.push(id);
	}
	return { server, ids, folder };
}

/** A stopped archive's backup, and what is in it. */
export async function aBackup(): Promise<{
	folder: string;
	file: string;
	members: Awaited<ReturnType<typeof membersOf>>;
}> {
	const { server, folder } = await anArchive();
	const file = join(folder, 'whole.tar');
	await back(server.app, file);
	await server.stop();
	return { folder, file, members: await membersOf(file) };
}
