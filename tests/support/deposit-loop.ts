import { writeSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { systemClock } from '#domain/base/clock.ts';
import { createPreservation } from '#server/preservation/preservation.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aLoggedEntry } from './logged-entries.ts';

/**
 * Edits and deposits without end, eight entries side by side, until it is killed. Each line on standard output is a
 * deposit that was returned: entry, version, log position.
 * Usage: `node tests/support/deposit-loop.ts <data directory>`
 */
const dataDir = process.argv[2] as string;
const storage = await openStorage({ dataDir });
const preservation = await createPreservation({
	storage,
	dataDir,
	clock: systemClock,
	logger: pino({ level: 'error' }, pino.destination({ dest: join(dataDir, 'loop.log'), sync: true })),
	idleMs: 60_000,
	async begin(id) {
		throw new Error(`${id} has a document from its beginning`);
	},
	onDeposited() {
		// Nobody listens here.
	},
});
await preservation.resume();
await preservation.flush('demand');

async function loop(): Promise<never> {
	for (;;) {
		const entry = await aLoggedEntry(storage);
		for (let round = 0; round < 4; round++) {
			const deposited = await preservation.depositNow(entry.id);
			if (deposited) writeSync(1, `${entry.id} ${deposited.version} ${deposited.seq}\n`);
			await entry.set('title', `第${round}次`);
		}
	}
}
await Promise.all(Array.from({ length: 8 }, loop));
