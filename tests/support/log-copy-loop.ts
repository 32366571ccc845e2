import { writeSync } from 'node:fs';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aLoggedEntry } from './logged-entries.ts';

/**
 * Edits without end, four entries side by side, with the log in two places, until it is killed. Each line on standard
 * output is a position that was acknowledged.
 * Usage: `node tests/support/log-copy-loop.ts <data directory> <second place>`
 */
const [dataDir, folder] = process.argv.slice(2) as [string, string];
const storage = await openStorage({ dataDir, logCopy: { folder, isStrict: false } });

async function editing(): Promise<never> {
	for (;;) {
		const entry = await aLoggedEntry(storage);
		for (let round = 0; round < 20; round++) writeSync(1, `${await entry.set('title', `第${round}次`)}\n`);
	}
}
await Promise.all(Array.from({ length: 4 }, editing));
