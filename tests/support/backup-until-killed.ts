import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { ops } from './backed-up.ts';
import { aMadeEntry } from './entries.ts';

/** A process that makes an entry and a backup, and ends itself while that is written: `backup-until-killed.ts DIR FILE`. */
const [dataDir = '', file = ''] = process.argv.slice(2);
const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }));
await aMadeEntry(app, { title: '一', level: 'fonds' });
await app.administration.backups.make(
	{
		file,
		isForced: false,
		signal: new AbortController().signal,
		onProgress: () => void process.kill(process.pid, 'SIGKILL'),
	},
	ops,
);
