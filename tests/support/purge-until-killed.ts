import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { anApprovedPurge, aPlainArchive } from './purges.ts';

/** A process that purges, and ends itself at a place: `purge-until-killed.ts DIR FOLDER STEP|object`. */
const [dataDir = '', folder = '', place = ''] = process.argv.slice(2);
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }), {
	purge: { beforeStep: (step) => (step === place ? die() : undefined) },
	// After the first object has gone, before that is noted.
	removeFromCopies: async () => (place === 'object' ? die() : undefined),
});
const { id } = await anApprovedPurge(app, await aPlainArchive(app, folder));
const alive = setInterval(() => undefined, 1000);
await app.purges.ended(id);
clearInterval(alive);
