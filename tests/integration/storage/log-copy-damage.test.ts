import {
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recoverLog } from '#server/collaboration/log-recovery.ts';
import { readSegment, segmentsIn } from '#server/storage/log-copy/segments.ts';
import type { SqliteStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aCopiedLog, copied, copyPlaces, segmentsOf } from '#tests/support/log-copies.ts';
import { aLoggedEntry, type LoggedEntry } from '#tests/support/logged-entries.ts';
import { findWords } from '#tests/support/raw-bytes.ts';

const SECRET = '绝密词';
const quiet = { signal: new AbortController().signal, progress: () => undefined };

/** Flips a bit of the words of an update. */
function spoil(folder: string, words: string): void {
	for (const file of segmentsOf(folder)) {
		const bytes = readFileSync(file);
		const at = bytes.indexOf(words);
		if (at < 0) continue;
		bytes[at] = (bytes[at] ?? 0) ^ 1;
		writeFileSync(file, bytes);
	}
}

async function positions(storage: SqliteStorage): Promise<number[]> {
	const rows = await storage.db.selectFrom('log_update').select('seq').orderBy('seq').execute();
	return rows.map(({ seq }) => seq);
}

/** What a purge does to the log of the database before it comes to the second place. */
async function takeOut(storage: SqliteStorage, { id }: LoggedEntry): Promise<void> {
	await storage.db.insertInto('purged_entry').values({ entry_id: id, order_id: 'o', at: '2026' }).execute();
	for (const table of ['log_update', 'log_head', 'entry_change'] as const)
		await storage.db.deleteFrom(table).where('doc', '=', entryDocName(id)).execute();
}

describe('a bit that flipped in the second place of the log', () => {
	it('hides nothing from a purge, and loses nothing that stands before or behind it', async () => {
		const { dataDir, folder } = await copyPlaces();
		const storage = await aCopiedLog(dataDir, folder);
		await aLoggedEntry(storage, 'first');
		const hidden = await aLoggedEntry(storage, `spoiled ${SECRET}`);
		await aLoggedEntry(storage, 'third');
		const plain = await aLoggedEntry(storage, SECRET);
		await aLoggedEntry(storage, 'last');
		spoil(folder, 'first');
		spoil(folder, 'spoiled');
		for (const each of [hidden, plain]) await takeOut(storage, each);
		expect(await positions(storage)).toHaveLength(3);

		await storage.logCopy?.purge([hidden, plain].map(({ id }) => entryDocName(id)));
		expect(findWords(folder, [SECRET])).toEqual([]);
		expect(copied(folder).map(({ seq }) => seq)).toEqual(await positions(storage));
		await aLoggedEntry(storage, 'later');
		expect(copied(folder).map(({ seq }) => seq)).toEqual(await positions(storage));
	});

	it('is made good at the next start, from the database, with all that stands behind it', async () => {
		const { dataDir, folder } = await copyPlaces();
		const first = await aCopiedLog(dataDir, folder);
		for (const title of ['first', 'second', 'third']) await aLoggedEntry(first, title);
		await first.close();
		spoil(folder, 'second');
		expect(copied(folder)).toHaveLength(2);
		const again = await aCopiedLog(dataDir, folder);
		await eventually(async () => {
			expect(copied(folder).map(({ seq }) => seq)).toEqual(await positions(again));
		});
	});

	it('in what another database wrote stops a purge, which names it, and destroys nothing', async () => {
		const { dataDir, other, folder } = await copyPlaces();
		const lost = await aCopiedLog(dataDir, folder);
		const typed = await aLoggedEntry(lost, 'only here');
		await aLoggedEntry(lost, 'readable');
		const plain = await aLoggedEntry(lost, SECRET);
		await lost.close();
		spoil(folder, 'only here');
		const [segment = ''] = segmentsOf(folder);
		const storage = await aCopiedLog(other, folder, true);
		await aLoggedEntry(storage, 'new');

		const purging = (): Promise<void> | undefined => storage.logCopy?.purge([entryDocName(plain.id)]);
		for (let times = 0; times < 2; times++)
			await expect(purging()).rejects.toMatchObject({
				code: 'storage.log-copy-unreadable',
				params: { file: segment, at: 0 },
			});
		expect(findWords(folder, [SECRET])).toEqual([]);
		expect(findWords(folder, ['nly here', typed.id]).length).toBeGreaterThan(0);
		expect(await recoverLog(storage, folder, quiet)).toMatchObject({
			recovered: 1,
			damaged: [{ file: segment, at: 0 }],
		});
		rmSync(segment);
		await purging();
	});
});

describe('a recovery from the second place', () => {
	it('leaves out what was purged, and goes on behind it', async () => {
		const { dataDir, other, folder } = await copyPlaces();
		const storage = await aCopiedLog(dataDir, folder);
		const gone = await aLoggedEntry(storage);
		const kept = await aLoggedEntry(storage);
		await gone.set('title', '二');
		await storage.close();
		const fresh = await aCopiedLog(other);
		await takeOut(fresh, gone);
		expect(await recoverLog(fresh, folder, quiet)).toMatchObject({ records: 3, recovered: 1, purged: 2 });
		expect(await fresh.db.selectFrom('log_head').select('doc').execute()).toEqual([
			{ doc: entryDocName(kept.id) },
		]);
	});

	it('leaves where it is what stands on something unreadable: no document is left that takes no edit', async () => {
		const { dataDir, other, folder } = await copyPlaces();
		const storage = await aCopiedLog(dataDir, folder);
		const entry = await aLoggedEntry(storage, 'first');
		await entry.set('title', 'second');
		const third = await entry.set('title', 'third');
		const whole = await aLoggedEntry(storage);
		const before = copied(folder);
		await storage.close();
		spoil(folder, 'second');
		const fresh = await aCopiedLog(other);
		const answer = await recoverLog(fresh, folder, quiet);
		expect(answer).toMatchObject({ records: before.length - 1, recovered: 2, incomplete: 1, documents: 2 });
		expect(answer.damaged).toHaveLength(1);
		expect(await recoverLog(fresh, folder, quiet)).toMatchObject({ recovered: 0, incomplete: 1 });
		expect(copied(folder).map(({ seq }) => seq)).toContain(third);
		expect(await fresh.log.head(entryDocName(whole.id))).toBeGreaterThan(0);
	});
});

it('closes though the newest position was purged, and nothing strict waits for it', async () => {
	const { dataDir, folder } = await copyPlaces();
	const storage = await aCopiedLog(dataDir, folder, true);
	await aLoggedEntry(storage);
	const gone = await aLoggedEntry(storage, SECRET);
	await takeOut(storage, gone);
	await storage.logCopy?.purge([entryDocName(gone.id)]);
	await storage.tryWriting();
	await storage.close();
	expect(findWords(folder, [SECRET])).toEqual([]);
});

it('goes on in the same place when it was stopped between the rows of a purge and the second place', async () => {
	const { dataDir, folder } = await copyPlaces();
	const first = await aCopiedLog(dataDir, folder);
	await aLoggedEntry(first);
	await takeOut(first, await aLoggedEntry(first, SECRET));
	await first.close();
	const again = await aCopiedLog(dataDir, folder, true);
	await aLoggedEntry(again);
	expect(readdirSync(folder)).toHaveLength(2);
	expect(copied(folder)).toHaveLength(3);
});

it('never writes behind a torn end, also where the clock was ahead once', async () => {
	const { dataDir, folder } = await copyPlaces();
	const ahead = await aCopiedLog(dataDir, folder);
	await aLoggedEntry(ahead);
	await ahead.close();
	const [first = ''] = segmentsOf(folder);
	renameSync(first, join(dirname(first), 'log-20990101.seg'));
	const right = await aCopiedLog(dataDir, folder);
	await aLoggedEntry(right);
	await right.close();
	const newest =
		segmentsIn(dirname(first))
			.toSorted((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
			.at(-1) ?? '';
	truncateSync(newest, statSync(newest).size - 3);
	const storage = await aCopiedLog(dataDir, folder);
	for (const title of ['三', '四']) await aLoggedEntry(storage, title);
	expect(copied(folder).map(({ seq }) => seq)).toEqual(await positions(storage));
});

/** Writes entries into a segment of an earlier day. */
async function anEarlierDay(
	dataDir: string,
	folder: string,
	day: string,
	titles: readonly string[],
): Promise<void> {
	const storage = await aCopiedLog(dataDir, folder);
	for (const title of titles) await aLoggedEntry(storage, title);
	await storage.close();
	const newest = segmentsOf(folder).at(-1) ?? '';
	renameSync(newest, join(dirname(newest), `log-${day}.seg`));
}

it('is made good where it was by a purge, of several days too: no update comes before one it stands on', async () => {
	const { dataDir, folder } = await copyPlaces();
	await anEarlierDay(dataDir, folder, '20200101', ['first', 'second', 'spoiled end']);
	await anEarlierDay(dataDir, folder, '20200102', ['fourth', 'fifth']);
	const last = await aCopiedLog(dataDir, folder);
	for (const title of ['spoiled begin', 'seventh']) await aLoggedEntry(last, title);
	await last.close();
	spoil(folder, 'spoiled end');
	spoil(folder, 'spoiled begin');
	expect(copied(folder)).toHaveLength(5);
	const again = await aCopiedLog(dataDir, folder);
	const gone = await aLoggedEntry(again, SECRET);
	await takeOut(again, gone);
	await again.logCopy?.purge([entryDocName(gone.id)]);
	expect(copied(folder).map(({ seq }) => seq)).toEqual(await positions(again));
	expect(segmentsOf(folder).map((file) => [...readSegment(file)].length)).toEqual([3, 2, 2]);
});

it('is made good at the end of an earlier day, also where all that was written since was purged', async () => {
	const { dataDir, folder } = await copyPlaces();
	await anEarlierDay(dataDir, folder, '20200101', ['first', 'torn']);
	const storage = await aCopiedLog(dataDir, folder);
	await takeOut(storage, await aLoggedEntry(storage, SECRET));
	await storage.close();
	const [earlier = ''] = segmentsOf(folder);
	truncateSync(earlier, statSync(earlier).size - 3);
	const again = await aCopiedLog(dataDir, folder);
	await aLoggedEntry(again, 'later');
	await eventually(async () => {
		expect(copied(folder).map(({ seq }) => seq)).toEqual(expect.arrayContaining(await positions(again)));
	});
});
