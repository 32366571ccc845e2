import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isLocked, lockDirectory, type LockHolder } from '#server/storage/lock.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aFolder } from '#tests/support/folder.ts';

const SCRIPT = join(import.meta.dirname, '../../support/hold-directory.ts');

/** A process of its own that opens a data directory; resolves with the first line it says. */
async function aProcess(dataDir: string): Promise<{ pid: number; says: string; kill(): Promise<void> }> {
	const child = spawn(process.execPath, [SCRIPT, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const kill = async (): Promise<void> => {
		child.kill('SIGKILL');
		await ended;
	};
	onTestFinished(kill);
	const says = await new Promise<string>((resolve, reject) => {
		child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
		child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
	});
	return { pid: child.pid ?? 0, says, kill };
}

const holderOf = (dataDir: string): LockHolder =>
	JSON.parse(readFileSync(join(dataDir, 'lantai.lock'), 'utf8')) as LockHolder;

function writeHolder(dataDir: string, holder: Partial<LockHolder>): void {
	const all = {
		pid: 1,
		host: hostname(),
		startedAt: '2026-01-01T00:00:00.000Z',
		what: 'server',
		processStart: null,
		...holder,
	};
	writeFileSync(join(dataDir, 'lantai.lock'), JSON.stringify(all));
}

describe('one process per data directory', () => {
	it('refuses another process, and says who has it', async () => {
		const dataDir = await aFolder();
		const holder = await aProcess(dataDir);
		expect(holder.says).toBe('held');
		expect(isLocked(dataDir)).toBe(true);
		await expect(openStorage({ dataDir })).rejects.toMatchObject({
			name: 'Refusal',
			code: 'storage.locked',
			params: { pid: holder.pid, host: hostname(), since: holderOf(dataDir).startedAt, what: 'test' },
		});
	});

	it('a killed holder frees it at once', async () => {
		const dataDir = await aFolder();
		const holder = await aProcess(dataDir);
		await holder.kill();
		expect(holderOf(dataDir).pid).toBe(holder.pid);
		expect(isLocked(dataDir)).toBe(false);
		const storage = await openStorage({ dataDir });
		expect(holderOf(dataDir)).toMatchObject({ pid: process.pid, host: hostname(), what: 'server' });
		await storage.close();
	});

	it('of several that start at once, one gets it', async () => {
		const dataDir = await aFolder();
		const all = await Promise.all([aProcess(dataDir), aProcess(dataDir), aProcess(dataDir)]);
		expect(all.map(({ says }) => says).toSorted()).toEqual(['held', 'storage.locked', 'storage.locked']);
		expect(holderOf(dataDir).pid).toBe(all.find(({ says }) => says === 'held')?.pid);
	});

	it('refuses this process a second time, and asking changes nothing', async () => {
		const dataDir = await aFolder();
		expect(isLocked(dataDir)).toBe(false);
		const storage = await openStorage({ dataDir, what: 'import' });
		const before = holderOf(dataDir);
		expect(isLocked(dataDir)).toBe(true);
		await expect(openStorage({ dataDir })).rejects.toMatchObject({
			code: 'storage.locked',
			params: { pid: process.pid, what: 'import' },
		});
		expect(holderOf(dataDir)).toEqual(before);
		// The refused attempt must not have dropped the lock either.
		const other = await aProcess(dataDir);
		expect(other.says).toBe('storage.locked');
		await storage.close();
		expect(existsSync(join(dataDir, 'lantai.lock'))).toBe(false);
		expect(isLocked(dataDir)).toBe(false);
	});

	it.each([
		['a dead process', { pid: 4_194_303, processStart: '1' }],
		['a process id that somebody else has now', { pid: process.ppid, processStart: '1' }],
		['another machine', { pid: process.ppid, host: 'elsewhere' }],
	])('takes over from %s', async (_, holder) => {
		const dataDir = await aFolder();
		writeHolder(dataDir, holder);
		const lock = lockDirectory(dataDir);
		expect(holderOf(dataDir).pid).toBe(process.pid);
		lock.release();
		lock.release();
	});

	it('takes over from a file that is no record', async () => {
		const dataDir = await aFolder();
		writeFileSync(join(dataDir, 'lantai.lock'), '{"pid": 12');
		lockDirectory(dataDir).release();
	});

	it.runIf(process.platform === 'linux')(
		'believes the record where the file system lost the lock of a process that runs',
		async () => {
			const dataDir = await aFolder();
			const holder = await aProcess(await aFolder());
			const stat = readFileSync(`/proc/${holder.pid}/stat`, 'utf8');
			const processStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
			writeHolder(dataDir, { pid: holder.pid, processStart });
			expect(() => lockDirectory(dataDir)).toThrow(/storage\.locked/);
			await holder.kill();
			lockDirectory(dataDir).release();
		},
	);
});
