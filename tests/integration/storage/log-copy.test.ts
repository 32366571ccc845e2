import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmSync,
	truncateSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { fillFromLog } from '#server/collaboration/entry-loader.ts';
import { recoverLog } from '#server/collaboration/log-recovery.ts';
import type { SqliteStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { entryDocName, readEntryDoc } from '#sync/entry-doc.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aCopiedLog, copied, copyPlaces, segmentsOf } from '#tests/support/log-copies.ts';
import { aLoggedEntry } from '#tests/support/logged-entries.ts';

const quiet = { signal: new AbortController().signal, progress: () => undefined };

async function stateOf(storage: SqliteStorage, id: string): Promise<unknown> {
	const doc = new Y.Doc();
	await fillFromLog(entryDocName(id as never), doc, storage.log);
	return readEntryDoc(doc);
}

it('what an append has resolved is in both places, whole and in order', async () => {
	const { dataDir, folder } = await copyPlaces();
	const storage = await aCopiedLog(dataDir, folder);
	const entries = await Promise.all(Array.from({ length: 5 }, () => aLoggedEntry(storage)));
	await Promise.all(
		entries.map(async (entry) => {
			for (const title of ['一', '二', '三']) {
				const seq = await entry.set('title', title);
				expect(copied(folder).map((each) => each.seq)).toContain(seq);
			}
		}),
	);
	const rows = await storage.db.selectFrom('log_update').selectAll().orderBy('seq').execute();
	expect(
		copied(folder).map(({ seq, doc, payload }) => [seq, doc, Buffer.from(payload).toString('hex')]),
	).toEqual(rows.map(({ seq, doc, payload }) => [seq, doc, Buffer.from(payload).toString('hex')]));
	expect(copied(folder).at(-1)?.changes).toMatchObject([{ field: 'title', toValue: '"三"' }]);
	expect(storage.logCopy?.status()).toMatchObject({ state: 'ok' });
});

it('a lost disk loses nothing: an empty database gets all of it, once', async () => {
	const { dataDir, other, folder } = await copyPlaces();
	const storage = await aCopiedLog(dataDir, folder);
	const entry = await aLoggedEntry(storage);
	await entry.set('title', '二');
	await entry.setApart('summary', '甲', '乙');
	const before = await stateOf(storage, entry.id);
	const changes = await storage.db.selectFrom('entry_change').select(['element_id', 'to_value']).execute();
	await storage.close();
	rmSync(dataDir, { recursive: true });

	const fresh = await aCopiedLog(other);
	const first = await recoverLog(fresh, folder, quiet);
	expect(first).toMatchObject({ documents: 1, damaged: [] });
	expect(first.recovered).toBe(first.records);
	expect(await stateOf(fresh, entry.id)).toEqual(before);
	expect(await fresh.db.selectFrom('entry_change').select(['element_id', 'to_value']).execute()).toEqual(
		changes,
	);
	expect(await recoverLog(fresh, folder, quiet)).toMatchObject({ records: first.records, recovered: 0 });
	await expect(recoverLog(fresh, other, quiet)).rejects.toMatchObject({ code: 'storage.no-log-copy' });
});

it('what it missed while it was away is caught up; an unmounted disk is no second place', async () => {
	const { dataDir, folder } = await copyPlaces();
	const storage = await aCopiedLog(dataDir, folder);
	const entry = await aLoggedEntry(storage);
	renameSync(folder, `${folder}-away`);
	mkdirSync(folder);
	await entry.set('title', '二');
	expect(storage.logCopy?.status()).toMatchObject({ state: 'failing', reason: 'ENOENT' });
	expect(readdirSync(folder)).toEqual([]);
	const seq = await entry.set('title', '三');
	rmSync(folder, { recursive: true });
	renameSync(`${folder}-away`, folder);
	await eventually(() => expect(storage.logCopy?.status()).toMatchObject({ state: 'ok', position: seq }));
	const rows = await storage.db.selectFrom('log_update').select('seq').orderBy('seq').execute();
	expect(copied(folder).map((each) => each.seq)).toEqual(rows.map((row) => row.seq));
});

it('strict, nothing is acknowledged that is not there', async () => {
	const { dataDir, folder } = await copyPlaces();
	const storage = await aCopiedLog(dataDir, folder, true);
	const entry = await aLoggedEntry(storage);
	renameSync(folder, `${folder}-away`);
	await expect(entry.set('title', '二')).rejects.toMatchObject({ code: 'storage.log-failed' });
	await expect(storage.tryWriting()).rejects.toThrow();
	renameSync(`${folder}-away`, folder);
	await eventually(() => storage.tryWriting());
	const seq = await entry.set('title', '三');
	expect(copied(folder).at(-1)?.seq).toBe(seq);
});

it('a database put back to an earlier state by hand goes on beside what it lost, and gets it back', async () => {
	const { dataDir, folder } = await copyPlaces();
	const first = await aCopiedLog(dataDir, folder);
	await aLoggedEntry(first);
	await first.close();
	cpSync(dataDir, `${dataDir}-earlier`, { recursive: true });
	const second = await aCopiedLog(dataDir, folder);
	const later = await aLoggedEntry(second, '后来');
	await later.set('title', '二');
	const lost = await stateOf(second, later.id);
	await second.close();
	rmSync(dataDir, { recursive: true });
	renameSync(`${dataDir}-earlier`, dataDir);

	const third = await aCopiedLog(dataDir, folder);
	const again = await (await aLoggedEntry(third, '另一')).set('title', '三');
	expect(copied(folder).filter(({ seq }) => seq === again)).toHaveLength(2);
	await third.close();
	const fourth = await aCopiedLog(dataDir);
	expect(await recoverLog(fourth, folder, quiet)).toMatchObject({ documents: 1, damaged: [] });
	expect(await stateOf(fourth, later.id)).toEqual(lost);
});

it('a torn end is cut off and written again', async () => {
	const { dataDir, folder } = await copyPlaces();
	const first = await aCopiedLog(dataDir, folder);
	const entry = await aLoggedEntry(first);
	await entry.set('title', '二');
	await first.close();
	const segment = segmentsOf(folder)[0] ?? '';
	const all = copied(folder).map(({ seq }) => seq);
	for (const tear of [
		() => truncateSync(segment, 200),
		() => appendFileSync(segment, Buffer.from('00000040ffffffff01', 'hex')),
		() => truncateSync(segment, 3),
	]) {
		tear();
		const storage = await aCopiedLog(dataDir, folder);
		await eventually(() => expect(copied(folder).map(({ seq }) => seq)).toEqual(all));
		await storage.close();
	}
	expect(existsSync(join(folder, 'log-copy.json'))).toBe(true);
});

it('five times killed while editing: all that was acknowledged is in the second place, and comes back from there', async () => {
	const { dataDir, other, folder } = await copyPlaces();
	const acknowledged = new Set<number>();
	for (let round = 0; round < 5; round++)
		for (const seq of await editUntilKilled(dataDir, folder, 20 + round * 13)) acknowledged.add(seq);
	const there = new Set(copied(folder).map(({ seq }) => seq));
	expect([...acknowledged].filter((seq) => !there.has(seq))).toEqual([]);
	expect(acknowledged.size).toBeGreaterThan(200);
	const fresh = await aCopiedLog(other);
	expect(await recoverLog(fresh, folder, quiet)).toMatchObject({ recovered: there.size });
});

function editUntilKilled(dataDir: string, folder: string, lines: number): Promise<number[]> {
	const loop = join(import.meta.dirname, '../../support/log-copy-loop.ts');
	const child = spawn(process.execPath, [loop, dataDir, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
	const told: number[] = [];
	createInterface({ input: child.stdout }).on('line', (line) => {
		told.push(Number(line));
		if (told.length === lines) child.kill('SIGKILL');
	});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) =>
			signal === 'SIGKILL' ? resolve(told) : reject(new Error(`the loop ended with ${String(code)}`)),
		);
	});
}
