import { writeSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { systemClock } from '#domain/base/clock.ts';
import { createPreservation } from '#server/preservation/preservation.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aLoggedEntry } from './logged-entries.ts';

/**
 * Deposits without end, two entries side by side, while a copy is kept by itself, until it is killed. Each line on
 * standard output is said after the database knew it: `D` entry and version that were deposited, `C` object and version
 * that came into the copy.
 * Usage: `node tests/support/copy-loop.ts <data directory> <folder of the copy>`
 */
const [dataDir, disk] = process.argv.slice(2) as [string, string];
const storage = await openStorage({ dataDir });
const preservation = await createPreservation({
	storage,
	dataDir,
	clock: systemClock,
	logger: pino({ level: 'error' }, pino.destination({ dest: join(dataDir, 'loop.log'), sync: true })),
	idleMs: 60_000,
	copies: [disk],
	settleMs: 1,
	retryMs: 20,
	async begin(id) {
		throw new Error(`${id} has a document from its beginning`);
	},
	onDeposited() {
		// Nobody listens here.
	},
});
await preservation.resume();

async function depositing(): Promise<never> {
	for (;;) {
		const entry = await aLoggedEntry(storage);
		for (let round = 0; round < 4; round++) {
			const deposited = await preservation.depositNow(entry.id);
			if (deposited) writeSync(1, `D urn:uuid:${entry.id} ${deposited.version}\n`);
			await entry.set('title', `第${round}次`);
		}
	}
}

async function copied(): Promise<string[]> {
	const rows = await storage.db
		.selectFrom('store_copy')
		.select(['object_id', 'head'])
		.where('outcome', '=', 'pass')
		.where('head', 'is not', null)
		.execute();
	return rows.map(({ object_id, head }) => `C ${object_id} v${head}\n`);
}

async function telling(told: Set<string>): Promise<never> {
	for (;;) {
		for (const line of await copied()) {
			if (!told.has(line)) writeSync(1, line);
			told.add(line);
		}
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
const before = new Set(await copied());
await Promise.all([telling(before), depositing(), depositing()]);
