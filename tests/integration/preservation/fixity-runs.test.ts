import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { anArchive } from '#tests/support/archive.ts';
import { eventually } from '#tests/support/eventually.ts';
import { anUnknownRoot, checkAll, checker } from '#tests/support/fixity.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aVersion } from '#tests/support/ocfl.ts';

/** Files this process has open. */
function openFiles(): string[] {
	return readdirSync('/proc/self/fd').flatMap((each) => {
		try {
			return [readlinkSync(`/proc/self/fd/${each}`)];
		} catch {
			// Closed since.
			return [];
		}
	});
}

it('a run ends where it is told to, and one that the process took with it is shown as that', async () => {
	const archive = await anUnknownRoot(40, {}, 1000);
	const { fixity } = archive.preservation;
	const ending = new AbortController();
	const running = fixity.run({
		isAll: true,
		megabytesPerSecond: 1,
		actor: checker,
		signal: ending.signal,
		onProgress: () => ending.abort(),
	});
	await expect(running).rejects.toThrow('cli.cancelled');
	const [cancelled] = (await fixity.report({ fonds: null })).runs;
	expect(cancelled).toMatchObject({ outcome: 'cancelled', agentName: '检查员', scope: 'all' });
	expect(cancelled?.objects).toBeLessThan(40);
	const stopped = expect(
		fixity.run({
			isAll: true,
			megabytesPerSecond: 0.1,
			actor: checker,
			onProgress: () => void archive.close(),
		}),
	).rejects.toThrow('cli.cancelled');
	await stopped;
	await archive.close();
	const again = await anArchive({ dataDir: archive.dataDir });
	await again.storage.db
		.updateTable('fixity_run')
		.set({ outcome: 'running', ended_at: null })
		.where('id', '=', cancelled?.id ?? '')
		.execute();
	const runs = (await again.preservation.fixity.report({ fonds: null })).runs.map(({ outcome }) => outcome);
	expect(runs).toEqual(['cancelled', 'interrupted']);
});

it('a database that cannot be written once does not end the checks for good', async () => {
	const archive = await anUnknownRoot(1);
	const { fixity } = archive.preservation;
	const { db } = archive.storage;
	await sql`insert into fixity_run select 'earlier', 'demand', 'all', 'x', 'x', '2026-01-01T00:00:00Z', null, 'running',
		0, 0, 0, 0, 0`.execute(db);
	await sql`create trigger full before update on fixity_run begin
		select raise(abort, 'database or disk is full'); end`.execute(db);
	await expect(fixity.report({ fonds: null })).rejects.toThrow();
	await expect(checkAll(archive)).rejects.toThrow();
	await sql`drop trigger full`.execute(db);
	expect(await checkAll(archive)).toMatchObject({ outcome: 'complete', objects: 1 });
	const { runs } = await fixity.report({ fonds: null });
	expect(runs.map(({ outcome }) => outcome).toSorted()).toEqual(['complete', 'interrupted']);
});

it('a root that is away is no damage of everything in it', async () => {
	const archive = await anUnknownRoot(2);
	await checkAll(archive);
	rmSync(archive.root, { recursive: true });
	await expect(checkAll(archive)).rejects.toThrow();
	await expect(archive.preservation.fixity.run({ objects: ['urn:x:1'], actor: checker })).rejects.toThrow(
		'preservation.root-missing',
	);
	const { checked, runs, failures } = await archive.preservation.fixity.report({ fonds: null });
	expect([checked, runs[0]?.outcome]).toEqual([2, 'failed']);
	expect(failures).toEqual([]);
	await expect(archive.preservation.fixity.run({ objects: ['nobody'], actor: checker })).rejects.toThrow(
		'preservation.unknown-object',
	);
});

it('a root that goes away while it is read is no damage of what was being read', async () => {
	const dataDir = await aFolder();
	const store = new OcflStore(join(dataDir, 'archive'), join(dataDir, 'archive-staging'));
	store.open({ mayCreate: true });
	const files = { 'a.txt': 'a'.repeat(2_000_000), 'b.txt': 'b'.repeat(2_000_000) };
	store.putVersion(aVersion('urn:x:0', files));
	const archive = await anArchive({ dataDir });
	await checkAll(archive);
	const { root } = archive;
	const objects = ['urn:x:0'];
	const run = archive.preservation.fixity.run({ objects, megabytesPerSecond: 2, actor: checker });
	const ending = expect(run).rejects.toThrow('preservation.root-missing');
	await eventually(() =>
		expect(openFiles()).toContain(join(root, objectPath('urn:x:0'), 'v1/content/a.txt')),
	);
	renameSync(root, `${root}.away`);
	mkdirSync(root);
	await ending;
	const { checked, runs, failures } = await archive.preservation.fixity.report({ fonds: null });
	expect([checked, runs[0]?.outcome, failures]).toEqual([1, 'failed', []]);
});

it('a process that is killed in the middle leaves what it has checked, and the run as interrupted', async () => {
	const archive = await anUnknownRoot(60, {}, 1000);
	await archive.close();
	const loop = spawn(process.execPath, ['tests/support/fixity-loop.ts', archive.dataDir], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const line = await new Promise<string>((resolve) =>
		loop.stdout.once('data', (text) => resolve(String(text))),
	);
	loop.kill('SIGKILL');
	await once(loop, 'exit');
	const again = await anArchive({ dataDir: archive.dataDir });
	const { runs, checked } = await again.preservation.fixity.report({ fonds: null });
	expect(runs).toMatchObject([{ outcome: 'interrupted', added: 60 }]);
	expect(runs[0]?.objects).toBe(checked);
	expect(checked).toBeGreaterThanOrEqual(Number.parseInt(line, 10));
	expect(checked).toBeLessThan(60);
	expect(await checkAll(again)).toMatchObject({ objects: 60, failures: 0 });
});
