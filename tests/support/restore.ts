import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { renewLineage } from '#server/storage/lineage.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aFolder, startTestServer, type TestServer } from './server.ts';

/** An archive that goes on after its backup, is lost, and comes back from it. */
export async function aRestore(
	before: (server: TestServer) => Promise<void>,
	afterBackup: (server: TestServer) => Promise<void>,
): Promise<TestServer> {
	const first = await startTestServer();
	await before(first);
	const dataDir = await aFolder();
	await mkdir(dataDir, { recursive: true });
	const beside = new DatabaseSync(join(first.dataDir, 'lantai.sqlite'), { readOnly: true });
	beside.prepare('vacuum into ?').run(join(dataDir, 'lantai.sqlite'));
	beside.close();
	await copyFile(join(first.dataDir, 'secret'), join(dataDir, 'secret'));
	await afterBackup(first);
	await first.stop();
	const storage = await openStorage({ dataDir });
	await renewLineage(storage, '2026-11-25T00:00:00.000Z');
	await storage.close();
	return startTestServer({ dataDir });
}
