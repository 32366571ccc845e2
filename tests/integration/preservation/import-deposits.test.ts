import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createId, type ImportId } from '#domain/base/ids.ts';
import { sha512 } from '#server/preservation/digests.ts';
import { anArchive, type Archive } from '#tests/support/archive.ts';
import { eventually } from '#tests/support/eventually.ts';
import { cleanVerdict } from '#tests/support/ocfl.ts';

const FILE_NAME = '../档案:目录?.xlsx';
const SAFE = 'original/档案_目录_.xlsx';

/** An accepted import with its files staged. */
async function anImport(
	archive: Archive,
	original: Buffer = randomBytes(3000),
): Promise<{ id: ImportId; folder: string; original: Buffer }> {
	const id = createId<ImportId>();
	const folder = join(archive.dataDir, 'staging', id);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'original'), original);
	writeFileSync(join(folder, 'entries.jsonl.gz'), gzipSync('{"id":"x"}\n'));
	writeFileSync(join(folder, 'report.json'), '{"entries":1}');
	await archive.storage.db
		.insertInto('import')
		.values({
			id,
			state: 'accepted',
			file_name: FILE_NAME,
			format: 'table',
			profile: 'dat18',
			under_id: null,
			root_ids: '[]',
			entries: 1,
			report: '{}',
			actor_id: '019b0000-0000-7000-8000-000000000001',
			actor_name: '甲',
			via: 'cli',
			synthetic: 1,
			created_at: '2026-01-01T00:00:00.000Z',
			accepted_at: '2026-01-01T00:00:01.000Z',
			deposited_version: null,
		})
		.execute();
	return { id, folder, original };
}

const versionOf = async ({ storage }: Archive, id: string): Promise<string | null | undefined> =>
	(await storage.db.selectFrom('import').select('deposited_version').where('id', '=', id).executeTakeFirst())
		?.deposited_version;

describe('an import', () => {
	it('is one object: the file as received, the entries, the report, and who brought it', async () => {
		const archive = await anArchive();
		// More than the pieces in which files are read.
		const { id, folder, original } = await anImport(archive, randomBytes(2_500_000));
		await archive.preservation.depositImport(id);
		const object = `urn:uuid:${id}`;
		const read = (name: string): Buffer => Buffer.from(archive.store.readFile(object, name) ?? []);
		expect(read(SAFE).equals(original)).toBe(true);
		expect(read('report.json').toString()).toBe('{"entries":1}');
		expect(JSON.parse(read('deposit.json').toString())).toMatchObject({
			kind: 'import',
			importId: id,
			fileName: FILE_NAME,
			actors: [{ name: '甲' }],
			acceptedAt: '2026-01-01T00:00:01.000Z',
			sha512: { [SAFE]: sha512(original), 'entries.jsonl.gz': sha512(read('entries.jsonl.gz')) },
		});
		expect(await versionOf(archive, id)).toBe('v1');
		expect(existsSync(folder)).toBe(false);
		expect(archive.preservation.status()).toMatchObject({ state: 'ok', objects: 1, waiting: 0 });
		expect(await archive.preservation.verify()).toEqual(cleanVerdict(1));
		// Asked for again, it is done.
		await archive.preservation.depositImport(id);
		expect(archive.store.listVersions(object)).toHaveLength(1);
	});

	it('accepted and not deposited before a stop, is deposited after it', async () => {
		const one = await anArchive();
		const { id } = await anImport(one);
		await one.close();
		const two = await anArchive({ dataDir: one.dataDir });
		await two.preservation.resume();
		await eventually(async () => expect(await versionOf(two, id)).toBe('v1'));
	});

	it('undone before it was deposited, goes into the store all the same', async () => {
		const one = await anArchive();
		const { id } = await anImport(one);
		await one.storage.db.updateTable('import').set({ state: 'undone' }).execute();
		await one.close();
		const two = await anArchive({ dataDir: one.dataDir });
		expect((await two.preservation.overview()).waiting.records).toBe(1);
		await two.preservation.resume();
		await eventually(async () => expect(await versionOf(two, id)).toBe('v1'));
	});

	it('that reached the store and not the database is not put again', async () => {
		const archive = await anArchive();
		const { id } = await anImport(archive);
		await archive.preservation.depositImport(id);
		await archive.storage.db.updateTable('import').set({ deposited_version: null }).execute();
		await archive.preservation.depositImport(id);
		expect(await versionOf(archive, id)).toBe('v1');
		expect(archive.store.listVersions(`urn:uuid:${id}`)).toHaveLength(1);
	});

	it('whose files are gone is told until they are there', async () => {
		const archive = await anArchive({ retryMs: 20 });
		const { id, folder } = await anImport(archive);
		rmSync(join(folder, 'report.json'));
		await expect(archive.preservation.depositImport(id)).rejects.toMatchObject({
			code: 'preservation.import-missing',
		});
		expect(archive.preservation.status()).toMatchObject({
			state: 'failing',
			reason: 'preservation.import-missing',
			objects: 0,
		});
		writeFileSync(join(folder, 'report.json'), '{}');
		await eventually(async () => expect(await versionOf(archive, id)).toBe('v1'));
		// The version is in the database a moment before the store is called well again.
		await eventually(() => expect(archive.preservation.status().state).toBe('ok'));
	});
});
