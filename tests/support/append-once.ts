import { writeSync } from 'node:fs';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';

/** Appends one update and says so on its standard output: what the durability test traces. */
const [dataDir = '', synchronous = '', payload = '', ack = ''] = process.argv.slice(2);
const storage = await openStorage({ dataDir, synchronous: synchronous as 'full' | 'normal' | 'off' });
await storage.log.append({
	doc: 'entry:traced',
	payload: new TextEncoder().encode(payload),
	actor: { id: 'test', name: 'test', via: null },
	receivedAt: new Date().toISOString(),
	changes: [],
});
writeSync(1, `${ack}\n`);
await storage.close();
