import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { heldBackups } from '#server/administration/purge/held-backups.ts';
import { back, restore } from '#tests/support/backed-up.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';

async function open(dataDir: string): Promise<App> {
	const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }));
	onTestFinished(() => app.close());
	return app;
}

/** Backups that a purge of the first entry would list. */
async function heldBy({ storage, config }: App): Promise<string[]> {
	const { since } = await storage.db
		.selectFrom('entry')
		.select((select) => select.fn.min('created_at').as('since'))
		.executeTakeFirstOrThrow();
	return (await heldBackups(storage, config.dataDir, since)).map(({ file }) => file).toSorted();
}

it('a purge names what a killed backup left, and the next start removes it when it can', async () => {
	const folder = await aFolder();
	const dataDir = join(folder, 'data');
	const [disk, away] = [join(folder, 'disk'), join(folder, 'away')];
	const file = join(disk, 'a.tar');
	await mkdir(disk);
	// Enough that it is not over before the process is.
	await mkdir(join(dataDir, 'tls'), { recursive: true });
	await writeFile(join(dataDir, 'tls', 'ballast.pem'), Buffer.alloc(32 * 1024 * 1024, 1));
	const script = join(import.meta.dirname, '../../support/backup-until-killed.ts');
	const child = spawn(process.execPath, [script, dataDir, file], { stdio: ['ignore', 'ignore', 'inherit'] });
	expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
	const left = (await readdir(disk)).map((name) => join(disk, name)).toSorted();
	expect(left).toContain(`${file}.partial-db`);

	// The disk is away: what lies on it cannot be seen.
	await rename(disk, away);
	const app = await open(dataDir);
	await app.administration.backups.hold();
	expect(await heldBy(app)).toEqual([file, `${file}.partial`, `${file}.partial-db`]);
	// Found there again, it is what is there.
	await rename(away, disk);
	expect(await heldBy(app)).toEqual(left);
	await app.close();

	const again = await open(dataDir);
	await eventually(async () => expect(await readdir(disk)).toEqual([]));
	await eventually(async () => expect(await heldBy(again)).toEqual([]));
});

it('a backup that was given up, or that a restored archive came from, counts as no unfinished one', async () => {
	const folder = await aFolder();
	const app = await open(join(folder, 'data'));
	await aMadeEntry(app, { title: '一', level: 'fonds' });
	await app.preservation.flush('demand');
	const file = join(folder, 'a.tar');
	await expect(back(app, file, AbortSignal.timeout(1))).rejects.toMatchObject({ code: 'cli.cancelled' });
	expect(await heldBy(app)).toEqual([]);
	await back(app, file);
	expect(await heldBy(app)).toEqual([file]);
	await restore(file, join(folder, 'restored'));
	expect(await heldBy(await open(join(folder, 'restored')))).toEqual([]);
});
