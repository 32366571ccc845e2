import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { onTestFinished, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { fullTextContract } from '#server/storage/full-text.contract.ts';
import type { Storage } from '#server/storage/storage.ts';
import { storageContract, type StorageFixture } from '#server/storage/storage.contract.ts';
import { openStorage, type OpenOptions, type SqliteStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { updateLogContract, anUpdate } from '#server/storage/update-log.contract.ts';
import { aFolder } from '#tests/support/folder.ts';

async function opened(options: Omit<OpenOptions, 'dataDir'> = {}): Promise<SqliteStorage> {
	const storage = await openStorage({ dataDir: await aFolder(), ...options });
	onTestFinished(() => storage.close());
	return storage;
}

async function setup(): Promise<StorageFixture> {
	const dataDir = await aFolder();
	const all = new Map<Storage, SqliteStorage>();
	onTestFinished(async () => {
		for (const storage of all.values()) await storage.close();
	});
	return {
		async open() {
			const storage = await openStorage({ dataDir });
			all.set(storage, storage);
			return storage;
		},
		crash: async (storage) => all.get(storage)?.abandon(),
		rawBytes: async () =>
			Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name)))),
	};
}

storageContract(setup);
updateLogContract(setup);
fullTextContract(setup);

describe('SQLite', () => {
	it('is durable at every commit, and checks references', async () => {
		const { db } = await opened();
		const pragma = (name: string) =>
			db.transaction().execute(async (transaction) => {
				const { rows } = await sql`select * from ${sql.raw(`pragma_${name}`)}`.execute(transaction);
				return Object.values(rows[0] as object)[0] as unknown;
			});
		expect(await pragma('journal_mode')).toBe('wal');
		expect(await pragma('synchronous')).toBe(2);
		expect(await pragma('foreign_keys')).toBe(1);
	});

	it('a commit that fails is rolled back, and the next transaction is its own', async () => {
		const { db } = await opened();
		const failing = db.transaction().execute(async (transaction) => {
			await sql`pragma defer_foreign_keys = on`.execute(transaction);
			await transaction
				.insertInto('api_token')
				.values({
					id: 't',
					user_id: 'nobody',
					name: 'n',
					hash: 'h',
					scopes: '[]',
					created_at: 'x',
					expires_at: 'x',
					last_used_at: null,
					revoked_at: null,
				})
				.execute();
		});
		const next = db.transaction().execute(async (transaction) => {
			await transaction.insertInto('setting').values({ key: 'a', value: '1' }).execute();
			await transaction.insertInto('setting').values({ key: 'b', value: '1' }).execute();
		});
		await expect(failing).rejects.toThrow(/FOREIGN KEY/);
		await next;
		expect(await db.selectFrom('setting').selectAll().where('key', 'in', ['a', 'b']).execute()).toHaveLength(
			2,
		);
		expect(await db.selectFrom('api_token').selectAll().execute()).toEqual([]);
	});

	it('a transaction that waits for an acknowledgement it holds up is rolled back', async () => {
		const { db, log } = await opened({ transactionIdleMs: 50 });
		const stuck = db.transaction().execute(async (transaction) => {
			await transaction.insertInto('setting').values({ key: 'a', value: '1' }).execute();
			await log.append(anUpdate('entry:a', '1'));
		});
		await expect(stuck).rejects.toThrow(/asked nothing for 50 ms/);
		expect(await db.selectFrom('setting').selectAll().where('key', '=', 'a').execute()).toEqual([]);
		expect(await log.head('entry:a')).toBeGreaterThan(0);
	});

	it('refuses a transaction nobody would end', async () => {
		const { db } = await opened();
		await expect(sql`begin`.execute(db)).rejects.toThrow(/db\.transaction/);
	});

	it('the lists of children are read from their index alone', async () => {
		const { db } = await opened();
		const plan = async (query: { compile(): { sql: string } }) =>
			(
				await sql<{
					detail: string;
				}>`explain query plan ${sql.raw(query.compile().sql.replaceAll('?', "'x'"))}`.execute(db)
			).rows
				.map(({ detail }) => detail)
				.join('; ');
		const children = db
			.selectFrom('entry')
			.select('id')
			.where('parent_id', '=', 'x')
			.where('status', '=', 'active')
			.orderBy('order_key')
			.orderBy('id');
		expect(await plan(children)).toMatch(/COVERING INDEX entry_children/);
		expect(await plan(children)).not.toMatch(/TEMP B-TREE/);
		for (const [table, column, index] of [
			['entry', 'fonds_id', 'entry_fonds'],
			['entry', 'reference_code', 'entry_code'],
			['entry', 'import_row', 'entry_import'],
			['user', 'username', 'autoindex'],
			['session', 'token', 'autoindex'],
			['session', 'userId', 'session_user'],
			['account', 'userId', 'account_user'],
			['api_token', 'hash', 'autoindex'],
			['log_update', 'doc', 'log_update'],
			['entry_change', 'element_id', 'entry_change'],
			['deposit', 'entry_id', 'deposit_entry'],
		] as const) {
			let query = sql`select * from ${sql.table(table)} where ${sql.ref(column)} = 'x'`;
			if (table === 'entry_change') query = sql`${query} and doc = 'x'`;
			const { rows } = await sql<{ detail: string }>`explain query plan ${query}`.execute(db);
			expect(rows[0]?.detail).toMatch(new RegExp(`INDEX .*${index}`));
		}
	});

	it('says once that a worker died, and then refuses everything instead of waiting', async () => {
		const workers: Worker[] = [];
		const collect = (worker: Worker) => workers.push(worker);
		process.on('worker', collect);
		onTestFinished(() => void process.off('worker', collect));
		const failures: Error[] = [];
		const { db, log } = await opened({ onFailed: (error) => failures.push(error) });
		expect(workers).toHaveLength(3);
		const pending = log.append(anUpdate('entry:a', 'x'.repeat(1_000_000)));
		pending.catch(() => undefined);
		await Promise.all(workers.map((worker) => worker.terminate()));
		expect(failures).toHaveLength(1);
		await expect(log.append(anUpdate('entry:a', '2'))).rejects.toMatchObject({ code: 'storage.log-failed' });
		await expect(db.selectFrom('setting').selectAll().execute()).rejects.toThrow(/worker ended/);
		await Promise.allSettled([pending]);
	});
});
