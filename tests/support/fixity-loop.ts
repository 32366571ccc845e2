import { writeSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { systemClock } from '#domain/base/clock.ts';
import { createPreservation } from '#server/preservation/preservation.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';

/**
 * Checks everything at a slow rate, until it is killed. Each line on standard output is how many objects are done.
 * Usage: `node tests/support/fixity-loop.ts <data directory>`
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
const alive = setInterval(() => undefined, 60_000);
await preservation.fixity.run({
	isAll: true,
	megabytesPerSecond: 0.5,
	actor: { id: 'system:test', name: 'test', via: 'cli' },
	onProgress: ({ objects }) => void writeSync(1, `${objects}\n`),
});
clearInterval(alive);
