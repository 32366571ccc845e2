import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import { rebuildArchive, type RebuildRequest } from '#server/administration/rebuild/rebuild.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { lockDirectory } from '#server/storage/lock.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aFolder } from '#tests/support/folder.ts';

const ops = { id: 'system:ops', name: 'ops', via: 'cli' };

function rebuild(request: RebuildRequest) {
	return rebuildArchive(request, ops, systemClock, {
		signal: new AbortController().signal,
		progress: () => undefined,
	});
}

/** A folder with an archival store that holds nothing. */
async function anEmptyStore(): Promise<{ folder: string; from: string }> {
	const folder = await aFolder();
	const from = join(folder, 'old', 'archive');
	await mkdir(join(folder, 'old'));
	new OcflStore(from, join(folder, 'old', 'staging')).open({ mayCreate: true });
	return { folder, from };
}

/** A database with entries enough that their pages can be damaged alone. */
async function aDatabase(folder: string): Promise<string> {
	const dataDir = join(folder, 'lost');
	await mkdir(dataDir);
	await (await openStorage({ dataDir })).close();
	const path = join(dataDir, 'lantai.sqlite');
	const database = new DatabaseSync(path);
	database.exec('pragma journal_mode = delete; begin');
	const insert = database.prepare(
		`insert into audit (at, actor_id, actor_name, via, action, object, detail) values ('', '', '', '', '', '', ?)`,
	);
	for (let row = 0; row < 200; row++) insert.run('x'.repeat(3000));
	database.exec('commit');
	database.close();
	return path;
}

describe('a rebuild that another one meets', () => {
	it('leaves to the first what it has made so far, and itself makes nothing', async () => {
		const { folder, from } = await anEmptyStore();
		const into = join(folder, 'new');
		const around = `${into}.rebuilding`;
		await mkdir(join(around, 'data', 'archive'), { recursive: true });
		await writeFile(join(around, 'data', 'archive', 'of-the-first'), '');
		const first = lockDirectory(around, 'rebuild');
		await expect(rebuild({ into, from })).rejects.toMatchObject({ code: 'storage.locked' });
		expect(existsSync(join(around, 'data', 'archive', 'of-the-first'))).toBe(true);
		first.release();
		// What nobody makes any more is cleared away.
		expect(await rebuild({ into, from })).toMatchObject({ entries: 0 });
		expect(existsSync(join(into, 'archive', 'of-the-first'))).toBe(false);
		expect(readdirSync(folder).toSorted()).toEqual(['new', 'old']);
	});

	it('of two at once one is whole and the other is refused', async () => {
		const { folder, from } = await anEmptyStore();
		const into = join(folder, 'new');
		const both = await Promise.allSettled([rebuild({ into, from }), rebuild({ into, from })]);
		expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
		expect(both.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'storage.locked' });
		expect(existsSync(join(into, 'lantai.sqlite'))).toBe(true);
		expect(readdirSync(folder).toSorted()).toEqual(['new', 'old']);
	});
});

describe('a database to compare with', () => {
	it('that cannot be read is refused before anything is begun', async () => {
		const { folder, from } = await anEmptyStore();
		const into = join(folder, 'new');
		const compare = join(folder, 'lost.sqlite');
		await writeFile(compare, Buffer.alloc(8192, 7));
		await expect(rebuild({ into, from, compare })).rejects.toMatchObject({ code: 'rebuild.no-database' });
		new DatabaseSync(`${compare}2`).close();
		await expect(rebuild({ into, from, compare: `${compare}2` })).rejects.toMatchObject({
			code: 'rebuild.no-database',
		});
		expect(readdirSync(folder).filter((name) => name.startsWith('new'))).toEqual([]);
	});

	it('that is damaged within takes nothing from the rebuild, and it is said why nothing is known of it', async () => {
		const { folder, from } = await anEmptyStore();
		const into = join(folder, 'new');
		const compare = await aDatabase(folder);
		const bytes = await readFile(compare);
		bytes.fill(7, bytes.byteLength / 2, bytes.byteLength / 2 + 65_536);
		await writeFile(compare, bytes);
		const answer = await rebuild({ into, from, compare });
		expect(answer).toMatchObject({
			notDeposited: undefined,
			notCompared: expect.stringContaining('malformed'),
		});
		expect(existsSync(join(into, 'lantai.sqlite'))).toBe(true);
	});
});
