import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { spawnServer, startServerProcess } from '#tests/support/server-process.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

/** One clear sentence, exit code 1, and no stack. */
async function refused(args: readonly string[], sentence: RegExp): Promise<void> {
	const started = spawnServer(args, { env: { LANG: 'en_US.UTF-8' } });
	expect(await started.ended).toBe(1);
	const lines = started.output().trim().split('\n');
	expect(lines).toHaveLength(1);
	expect(lines[0]).toMatch(sentence);
	expect(lines[0]).not.toContain('    at ');
}

describe('a stop', () => {
	it('SIGTERM ends the server with sockets open, and nothing is lost', async () => {
		const dataDir = await aFolder();
		const setup = await startTestServer({ dataDir });
		const id = await aMadeEntry(setup.app, { title: '旧' });
		const token = await setup.token('甲', 'archivist');
		await setup.stop();
		const server = await startServerProcess(dataDir);
		const client = await joinLive(server.port, id, { token, by: '甲' });
		client.set('title', '新');
		await client.durable();
		const started = Date.now();
		expect(await server.kill('SIGTERM')).toBe(0);
		expect(Date.now() - started).toBeLessThan(15_000);
		const again = await startTestServer({ dataDir });
		expect((await again.app.catalogue.entry(system, id)).title).toBe('新');
	});
});

describe('a start that cannot be', () => {
	it('port in use', async () => {
		const other = createServer();
		await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => void other.close());
		const { port } = other.address() as AddressInfo;
		await refused(['serve', '--data', await aFolder(), '--port', String(port)], new RegExp(String(port)));
	});

	it('a data directory that is a file', async () => {
		const path = join(await aFolder(), 'file');
		writeFileSync(path, '');
		await refused(['serve', '--data', path, '--port', '0'], /file/);
	});

	it('a data directory that cannot be written', async () => {
		const folder = await aFolder();
		if (process.getuid?.() === 0) {
			// Nothing stops root but a file system that is read-only.
			try {
				execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', folder], { stdio: 'ignore' });
			} catch {
				console.warn('skipped: a read-only file system cannot be mounted here');
				return;
			}
			onTestFinished(() => void execFileSync('umount', [folder]));
		} else chmodSync(folder, 0o500);
		await refused(['serve', '--data', folder, '--port', '0'], /./);
	});

	it('a database that is none', async () => {
		const folder = await aFolder();
		writeFileSync(
			join(folder, 'lantai.sqlite'),
			'this is no database, but long enough to look like a file of one'.repeat(50),
		);
		await refused(['serve', '--data', folder, '--port', '0'], /lantai\.sqlite/);
	});

	it('a database with a damaged page', async () => {
		const dataDir = await aFolder();
		const setup = await startTestServer({ dataDir });
		await aMadeEntry(setup.app, { title: '题' });
		await setup.stop();
		const file = join(dataDir, 'lantai.sqlite');
		const { readFileSync } = await import('node:fs');
		const bytes = readFileSync(file);
		bytes.fill(0xaa, 4096, bytes.length);
		writeFileSync(file, bytes);
		await refused(['serve', '--data', dataDir, '--port', '0'], /lantai\.sqlite/);
	});

	it('a full disk', async () => {
		const folder = await aFolder();
		mkdirSync(folder, { recursive: true });
		try {
			execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
		} catch {
			console.warn('skipped: a small file system cannot be mounted here');
			return;
		}
		onTestFinished(() => void execFileSync('umount', [folder]));
		await refused(['serve', '--data', folder, '--port', '0'], /./);
	});

	it('a data directory that another process holds: it says who', async () => {
		const dataDir = await aFolder();
		const first = await startServerProcess(dataDir);
		await refused(['serve', '--data', dataDir, '--port', '0'], new RegExp(String(first.child.pid)));
		expect(existsSync(join(dataDir, 'lantai.lock'))).toBe(true);
	});
});
