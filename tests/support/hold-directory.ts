import { writeSync } from 'node:fs';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';

/** Holds a data directory until it is killed; says `held` or the code of the refusal. */
try {
	await openStorage({ dataDir: process.argv[2] ?? '', what: 'test' });
	writeSync(1, 'held\n');
	// An open database alone does not keep a process alive.
	setInterval(() => undefined, 60_000);
} catch (error) {
	writeSync(1, `${(error as { code?: string }).code ?? String(error)}\n`);
}
