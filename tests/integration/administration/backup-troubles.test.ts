import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { anArchive, back, ops, restore } from '#tests/support/backed-up.ts';
import { membersOf } from '#tests/support/backups.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { spawnServer } from '#tests/support/server-process.ts';
import { startTestServer } from '#tests/support/server.ts';

describe('a backup', () => {
	it('of a running server under load holds all acknowledged before, and edits do not wait for it', async () => {
		const { server, folder } = await anArchive();
		await server.app.administration.settings.change({ 'deposit.idleSeconds': 1 }, ops);
		const ids: EntryId[] = [];
		for (let index = 0; index < 8; index++)
			ids.push(await aMadeEntry(server.app, { title: `合成 ${index}` }));
		// Enough in the store that copying it takes a while.
		const ballast = join(server.dataDir, 'tls');
		await mkdir(ballast);
		for (let index = 0; index < 4; index++)
			await writeFile(join(ballast, `${index}.pem`), Buffer.alloc(16 * 1024 * 1024, index + 1));
		const acknowledged: { doc: string; element: string }[] = [];
		const load = spawn(
			process.execPath,
			[
				join(import.meta.dirname, '../../support/edit-load.ts'),
				...[String(server.port), await server.token('甲', 'archivist'), '甲', ids.join(','), '10'],
			],
			{ stdio: ['ignore', 'pipe', 'ignore'] },
		);
		onTestFinished(() => void load.kill('SIGKILL'));
		createInterface({ input: load.stdout }).on('line', (line) =>
			acknowledged.push(JSON.parse(line) as { doc: string; element: string }),
		);
		await eventually(() => expect(acknowledged.length).toBeGreaterThan(100), 30_000);

		const appendMs = async (isOver: () => boolean): Promise<number[]> => {
			const times: number[] = [];
			while (!isOver()) {
				const started = performance.now();
				await server.app.storage.log.append({
					doc: 'presence:measured',
					payload: Buffer.alloc(180),
					actor: ops,
					receivedAt: new Date().toISOString(),
					changes: [],
				});
				times.push(performance.now() - started);
				await new Promise((resolve) => setTimeout(resolve, 5));
			}
			return times.toSorted((one, other) => one - other);
		};
		const quietEnd = Date.now() + 1500;
		const without = await appendMs(() => Date.now() > quietEnd);
		const before = [...acknowledged];
		let isDone = false;
		const file = join(folder, 'under-load.tar');
		const backing = back(server.app, file).finally(() => (isDone = true));
		const during = await appendMs(() => isDone);
		const made = await backing;
		const p99 = (times: readonly number[]): number => times[Math.floor(times.length * 0.99)] ?? Number.NaN;
		console.log(
			`durable append, p99: ${p99(without).toFixed(1)} ms before, ${p99(during).toFixed(1)} ms during a backup of ${(made.bytes / 1e6).toFixed(0)} MB in ${made.seconds} s (${during.length} appends)`,
		);
		expect(acknowledged.length).toBeGreaterThan(before.length);
		// Editing goes on: the backup holds nothing up for its length.
		expect(during.length).toBeGreaterThan(0);
		expect(during[Math.floor(during.length / 2)]).toBeLessThan(Math.max(1000, made.seconds * 500));
		load.kill('SIGKILL');
		await server.stop();

		const dir = join(folder, 'restored');
		await restore(file, dir);
		const storage = await openStorage({ dataDir: dir });
		const elements = new Set(
			(await storage.db.selectFrom('entry_change').select('element_id').execute()).map(
				(row) => row.element_id,
			),
		);
		const deposits = await storage.db.selectFrom('deposit').select(['object_id', 'version']).execute();
		await storage.close();
		expect(before.filter(({ element }) => !elements.has(element))).toEqual([]);
		expect(verify(join(dir, 'archive'))).toMatchObject({ valid: true, errors: [], warnings: [] });
		// Whatever the database says is deposited is in the store.
		expect(deposits.length).toBeGreaterThan(0);
		expect(
			(await membersOf(file)).filter(({ header }) => /\/v\d+\/inventory\.json$/.test(header.name)).length,
		).toBeGreaterThanOrEqual(deposits.length + 1);
		const again = await startTestServer({ dataDir: dir, idleMs: 100 });
		await eventually(
			() => expect(again.app.preservation.status()).toMatchObject({ state: 'ok', waiting: 0 }),
			30_000,
		);
		expect(await again.app.preservation.verify()).toMatchObject({ valid: true, errors: [], warnings: [] });
	});

	it('leaves nothing when it is cancelled or the disk is full', async () => {
		const { server, ids, folder } = await anArchive();
		const giveUp = new AbortController();
		const backing = back(server.app, join(folder, 'a.tar'), giveUp.signal);
		giveUp.abort();
		await expect(backing).rejects.toMatchObject({ code: 'cli.cancelled' });
		expect(readdirSync(folder)).toEqual(['data']);
		for (const size of ['64k', '900k']) {
			const disk = join(folder, `disk-${size}`);
			await mkdir(disk);
			if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'lantai-test', disk]).status !== 0) {
				console.warn('!!! FULL DISK TEST SKIPPED: only root on Linux can mount a small disk. !!!');
				return;
			}
			onTestFinished(() => void spawnSync('umount', ['-l', disk]));
			await expect(back(server.app, join(disk, 'a.tar'))).rejects.toMatchObject({ code: 'storage.full' });
			expect(readdirSync(disk)).toEqual([]);
		}
		// The store is free again.
		await server.app.collaboration.setField(ids[0] as EntryId, 'title', '新', ops);
		expect(await server.app.preservation.depositNow(ids[0] as EntryId)).toMatchObject({ version: 'v2' });
		expect(await server.app.administration.backups.last()).toBeUndefined();
	});
});

describe('kill -9', () => {
	it('in the middle leaves nothing that pretends to be whole', { timeout: 120_000 }, async () => {
		const { server, folder } = await anArchive();
		await mkdir(join(server.dataDir, 'tls'));
		for (let index = 0; index < 6; index++)
			await writeFile(join(server.dataDir, 'tls', `${index}.pem`), Buffer.alloc(24 * 1024 * 1024, index + 1));
		await server.stop();
		const file = join(folder, 'killed.tar');
		const killedOnce = async (args: readonly string[], begun: () => boolean): Promise<void> => {
			const running = spawnServer([...args]);
			await eventually(() => expect(begun()).toBe(true), 30_000);
			await running.kill('SIGKILL');
		};
		await killedOnce(['backup', file, '--data', server.dataDir], () => existsSync(`${file}.partial`));
		expect(existsSync(file)).toBe(false);
		const second = spawnServer(['backup', file, '--data', server.dataDir, '--json']);
		expect([await second.ended, second.output()]).toMatchObject([0, expect.stringContaining('"sha512"')]);
		expect(readdirSync(folder).toSorted()).toEqual(['data', basename(file)]);
		const dir = join(folder, 'restored');
		await killedOnce(['restore', file, '--data', dir], () =>
			readdirSync(folder).some((name) => name.startsWith('restored.partial-')),
		);
		expect(existsSync(dir)).toBe(false);
		expect(await spawnServer(['restore', file, '--data', dir]).ended).toBe(0);
		expect(await spawnServer(['archive', 'verify', '--data', dir]).ended).toBe(0);
	});
});
