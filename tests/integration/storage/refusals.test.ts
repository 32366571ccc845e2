import { spawnSync } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	openSync,
	closeSync,
	ftruncateSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isLocked } from '#server/storage/lock.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { anUpdate, textsOf } from '#server/storage/update-log.contract.ts';
import { aFolder } from '#tests/support/folder.ts';

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mounts();

function mounts(): boolean {
	const folder = `/tmp/lantai-mount-${process.pid}`;
	mkdirSync(folder);
	const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'lantai-test', folder]).status === 0;
	if (isMounted) spawnSync('umount', [folder]);
	rmSync(folder, { recursive: true });
	return isMounted;
}
if (!canMount)
	console.warn('!!! FULL DISK AND READ-ONLY TESTS SKIPPED: only root on Linux can mount a small disk. !!!');

/** A disk of its own, unmounted after the test. */
async function aDisk(size: string): Promise<string> {
	const folder = await aFolder();
	expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'lantai-test', folder]).status).toBe(0);
	onTestFinished(() => void spawnSync('umount', ['-l', folder]));
	return folder;
}

/** Fills what is left of a disk. */
function fill(path: string): void {
	const file = openSync(path, 'a');
	try {
		for (let size = 65_536; size >= 1; size >>= 2)
			for (;;)
				try {
					writeSync(file, Buffer.alloc(size));
				} catch (error) {
					expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
					break;
				}
	} finally {
		closeSync(file);
	}
}

async function aDataDir(): Promise<string> {
	const dataDir = await aFolder();
	const storage = await openStorage({ dataDir });
	await storage.db
		.insertInto('setting')
		.values(Array.from({ length: 2000 }, (_, index) => ({ key: `k${index}`, value: 'v'.repeat(100) })))
		.execute();
	await storage.close();
	return dataDir;
}

async function expectRefusal(
	dataDir: string,
	code: string,
	params: Record<string, unknown> = {},
): Promise<void> {
	await expect(openStorage({ dataDir })).rejects.toMatchObject({
		name: 'Refusal',
		code,
		params: expect.objectContaining(params),
	});
}

describe('a data directory that cannot be opened', () => {
	it('storage.corrupt: no database', async () => {
		const dataDir = await aFolder();
		const path = join(dataDir, 'lantai.sqlite');
		writeFileSync(path, 'not a database at all, but long enough to look like one');
		await expectRefusal(dataDir, 'storage.corrupt', { path, reason: 'not a database' });
		expect(isLocked(dataDir)).toBe(false);
	});

	it('storage.corrupt: pages overwritten', async () => {
		const dataDir = await aDataDir();
		const file = openSync(join(dataDir, 'lantai.sqlite'), 'r+');
		writeSync(file, Buffer.alloc(statSync(join(dataDir, 'lantai.sqlite')).size - 8192, 0xa5), 0, null, 8192);
		closeSync(file);
		await expectRefusal(dataDir, 'storage.corrupt');
	});

	it('storage.corrupt: cut off', async () => {
		const dataDir = await aDataDir();
		const file = openSync(join(dataDir, 'lantai.sqlite'), 'r+');
		ftruncateSync(file, 12_288);
		closeSync(file);
		await expectRefusal(dataDir, 'storage.corrupt');
	});

	it('storage.corrupt: only the write-ahead log is left, and it is kept', async () => {
		const dataDir = await aFolder();
		const log = join(dataDir, 'lantai.sqlite-wal');
		writeFileSync(log, 'what was acknowledged last');
		await expectRefusal(dataDir, 'storage.corrupt');
		expect(statSync(log).size).toBeGreaterThan(0);
		expect(existsSync(join(dataDir, 'lantai.sqlite'))).toBe(false);
	});

	it('storage.unwritable: a file in the place of the directory', async () => {
		const path = join(await aFolder(), 'data');
		writeFileSync(path, '');
		await expectRefusal(path, 'storage.unwritable', { path });
		await expectRefusal(join(path, 'below'), 'storage.unwritable');
	});

	it('storage.unwritable: a directory in the place of the database', async () => {
		const dataDir = await aFolder();
		mkdirSync(join(dataDir, 'lantai.lock.db'));
		await expectRefusal(dataDir, 'storage.unwritable');
	});

	it('storage.newer: a later version has written here', async () => {
		const dataDir = await aDataDir();
		const storage = await openStorage({ dataDir });
		const { rows } = await sql<{ name: string }>`select name from migration order by name desc`.execute(
			storage.db,
		);
		await sql`insert into migration (name, timestamp) values ('9999-later', '2030-01-01T00:00:00.000Z')`.execute(
			storage.db,
		);
		await storage.close();
		await expectRefusal(dataDir, 'storage.newer', { found: '9999-later', known: rows[0]?.name });
		expect(isLocked(dataDir)).toBe(false);
	});

	it('a first start that was killed is begun again', async () => {
		const dataDir = await aFolder();
		await expect(
			openStorage({ dataDir: join(dataDir, 'data') }).then((storage) => storage.abandon()),
		).resolves.toBeUndefined();
		const storage = await openStorage({ dataDir: join(dataDir, 'data') });
		expect(await storage.db.selectFrom('entry').selectAll().execute()).toEqual([]);
		await storage.close();
	});
});

describe.runIf(canMount)('a disk of its own', () => {
	it('storage.full: no room for a new archive', async () => {
		const disk = await aDisk('64k');
		await expectRefusal(join(disk, 'data'), 'storage.full');
	});

	it('storage.full: no room at all', async () => {
		const disk = await aDisk('64k');
		fill(join(disk, 'ballast'));
		await expectRefusal(join(disk, 'data'), 'storage.full');
	});

	it('storage.unwritable: mounted read-only', async () => {
		const disk = await aDisk('4m');
		expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
		await expectRefusal(disk, 'storage.unwritable');
		await expectRefusal(join(disk, 'data'), 'storage.unwritable');
	});

	it('an append that finds no room is refused whole, and the log goes on when there is room again', async () => {
		const disk = await aDisk('8m');
		const storage = await openStorage({ dataDir: join(disk, 'data') });
		onTestFinished(() => storage.close());
		await storage.log.append(anUpdate('entry:a', 'before'));
		fill(join(disk, 'ballast'));
		const large = anUpdate('entry:a', 'x'.repeat(3_000_000));
		await expect(storage.log.append(large)).rejects.toMatchObject({
			code: 'storage.log-failed',
			params: { reason: expect.stringMatching(/full/) },
		});
		expect(await textsOf(storage, 'entry:a')).toEqual(['before']);
		rmSync(join(disk, 'ballast'));
		await storage.log.append(anUpdate('entry:a', 'after'));
		expect(await textsOf(storage, 'entry:a')).toEqual(['before', 'after']);
		expect(readdirSync(disk)).toEqual(['data']);
	});
});
