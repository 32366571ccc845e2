import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

it('a disk that fills up closes editing and readiness; with room again both are back by themselves, nothing lost', async () => {
	const dataDir = await aFolder();
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', dataDir], { stdio: 'ignore' });
	} catch {
		console.warn('skipped: a small file system cannot be mounted here');
		return;
	}
	const server = await startTestServer({ dataDir });
	onTestFinished(() => void execFileSync('umount', ['-l', dataDir]));
	const health = async (): Promise<number> => (await fetch(`${server.origin}/healthz`)).status;
	const id = await aMadeEntry(server.app, { title: '旧' });
	const imported = await anImportedEntry(server.app, '未打开');
	const token = await server.token('甲', 'archivist');
	const client = await joinLive(server.port, id, { token, by: '甲' });
	expect(await health()).toBe(200);

	const filler = join(dataDir, 'filler');
	const fill = (): void => {
		for (const bytes of [1024 * 1024, 4096, 1])
			try {
				for (;;) writeFileSync(filler, Buffer.alloc(bytes, 1), { flag: 'a' });
			} catch (error) {
				expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
			}
	};
	fill();
	const note = client.doc.getXmlFragment('body:note');
	const { XmlText } = await import('yjs');
	// The write-ahead log may have room for a little.
	note.insert(0, [new XmlText('字'.repeat(250_000))]);
	client.set('title', '新');
	await eventually(() => expect(client.closes.map((each) => each.code)).toContain(4503));
	expect(await health()).toBe(503);
	const late = await joinLive(server.port, imported, { token, by: '甲', wait: false });
	await new Promise((resolve) => setTimeout(resolve, 1500));
	expect(late.refusals).toEqual([]);
	expect(late.provider.synced).toBe(false);
	expect(await health()).toBe(503);

	rmSync(filler);
	await eventually(async () => expect(await health()).toBe(200));
	await eventually(() => expect(late.values('title')).toEqual(['未打开']));
	await eventually(() => expect(client.provider.synced).toBe(true));
	await client.durable();
	await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('新'));
});
