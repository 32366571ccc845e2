import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import type { Storage } from './storage.ts';

/** One archive's data, which can be opened, left as a crash leaves it, and opened again. */
export interface StorageFixture {
	open(): Promise<Storage>;
	/** Ends the database connections at once. */
	crash(storage: Storage): Promise<void>;
	/** Every byte of its files. */
	rawBytes(): Promise<Buffer>;
}

/** The acceptance suite of {@link Storage}: queries, transactions, batches. */
export function storageContract(setup: () => Promise<StorageFixture>): void {
	const opened = async (): Promise<Storage> => {
		const storage = await (await setup()).open();
		// The lineage of the log, which every storage begins with, is not counted here.
		await storage.db.deleteFrom('setting').execute();
		return storage;
	};
	const count = async ({ db }: Storage): Promise<number> =>
		Number(
			(
				await db
					.selectFrom('setting')
					.select(sql<number>`count(*)`.as('n'))
					.where('key', 'not like', 'log.%')
					.executeTakeFirstOrThrow()
			).n,
		);
	const put = ({ db }: Storage, key: string, value = '1') => db.insertInto('setting').values({ key, value });

	describe('queries', () => {
		it('insert, select, update and delete say what they did', async () => {
			const storage = await opened();
			const { db } = storage;
			const inserted = await db
				.insertInto('import_event')
				.values({ import_id: 'i', kind: 'undone', detail: '{"中文":true}', actor_id: 'a', at: 'x' })
				.executeTakeFirstOrThrow();
			expect(inserted.numInsertedOrUpdatedRows).toBe(1n);
			const rows = await db.selectFrom('import_event').selectAll().execute();
			expect(rows).toEqual([
				{
					id: Number(inserted.insertId),
					import_id: 'i',
					kind: 'undone',
					detail: '{"中文":true}',
					actor_id: 'a',
					at: 'x',
				},
			]);
			expect(JSON.parse(rows[0]?.detail ?? '')).toEqual({ 中文: true });
			const updated = await db
				.updateTable('import_event')
				.set({ kind: 'kept' })
				.where('import_id', '=', 'i')
				.executeTakeFirstOrThrow();
			expect(updated.numUpdatedRows).toBe(1n);
			const deleted = await db
				.deleteFrom('import_event')
				.where('kind', '=', 'undone')
				.executeTakeFirstOrThrow();
			expect(deleted.numDeletedRows).toBe(0n);
		});

		it('returning gives the rows written', async () => {
			const { db } = await opened();
			const { row_id } = await db
				.insertInto('entry')
				.values(anEntryRow({ id: 'one' }))
				.returning('row_id')
				.executeTakeFirstOrThrow();
			expect(row_id).toBeTypeOf('number');
			expect(
				await db
					.updateTable('entry')
					.set({ title: '改' })
					.where('row_id', '=', row_id)
					.returning(['id', 'title'])
					.execute(),
			).toEqual([{ id: 'one', title: '改' }]);
		});

		it('keeps bytes as they are, also those of a view into a larger buffer', async () => {
			const { db } = await opened();
			const payload = new Uint8Array(1_000_000).subarray(500, 756).map((_, index) => index);
			await db
				.insertInto('log_update')
				.values({
					doc: 'd',
					kind: 'update',
					payload,
					actor_id: 'a',
					actor_name: 'a',
					via: null,
					received_at: 'x',
				})
				.execute();
			const row = await db.selectFrom('log_update').select('payload').executeTakeFirstOrThrow();
			expect(row.payload).toBeInstanceOf(Uint8Array);
			expect([...row.payload]).toEqual([...payload]);
		});

		it('takes large values and many parameters', async () => {
			const storage = await opened();
			const value = '档'.repeat(1_000_000);
			await put(storage, 'large', value).execute();
			const keys = ['large', ...Array.from({ length: 9_999 }, (_, index) => `k${index}`)];
			const rows = await storage.db.selectFrom('setting').selectAll().where('key', 'in', keys).execute();
			expect(rows).toEqual([{ key: 'large', value }]);
		});

		it('reads with common table expressions', async () => {
			const storage = await opened();
			await put(storage, 'a').execute();
			const rows = await storage.db
				.with('found', (db) => db.selectFrom('setting').select('key'))
				.selectFrom('found')
				.selectAll()
				.execute();
			expect(rows).toEqual([{ key: 'a' }]);
		});

		it('a statement that fails leaves the next ones alone', async () => {
			const storage = await opened();
			await put(storage, 'a').execute();
			await expect(put(storage, 'a').execute()).rejects.toThrow(/unique/i);
			await put(storage, 'b').execute();
			expect(await count(storage)).toBe(2);
		});

		it('refuses a value no database takes, without stopping', async () => {
			const storage = await opened();
			await expect(put(storage, 'a', { no: 'value' } as never).execute()).rejects.toThrow(
				/no value of a database/,
			);
			expect(await count(storage)).toBe(0);
		});
	});

	describe('transactions', () => {
		it('commit all or nothing', async () => {
			const storage = await opened();
			const result = await storage.db.transaction().execute(async (transaction) => {
				await transaction.insertInto('setting').values({ key: 'a', value: '1' }).execute();
				return transaction.selectFrom('setting').selectAll().execute();
			});
			expect(result).toEqual([{ key: 'a', value: '1' }]);
			const failing = storage.db.transaction().execute(async (transaction) => {
				await transaction.insertInto('setting').values({ key: 'b', value: '1' }).execute();
				throw new Error('changed my mind');
			});
			await expect(failing).rejects.toThrow('changed my mind');
			expect(await count(storage)).toBe(1);
		});

		it('run one after the other, in the order they were asked for', async () => {
			const storage = await opened();
			await put(storage, 'order', '').execute();
			await Promise.all(
				Array.from({ length: 20 }, (_, index) =>
					storage.db.transaction().execute(async (transaction) => {
						const { value } = await transaction
							.selectFrom('setting')
							.select('value')
							.where('key', '=', 'order')
							.executeTakeFirstOrThrow();
						await transaction
							.updateTable('setting')
							.set({ value: `${value}${index} ` })
							.execute();
					}),
				),
			);
			const row = await storage.db.selectFrom('setting').select('value').executeTakeFirstOrThrow();
			expect(row.value.trim().split(' ').map(Number)).toEqual(
				Array.from({ length: 20 }, (_, index) => index),
			);
		});

		it('reads outside neither wait for one nor see into it', async () => {
			const storage = await opened();
			await storage.db.transaction().execute(async (transaction) => {
				await transaction.insertInto('setting').values({ key: 'a', value: '1' }).execute();
				// Asked for inside the callback: would stop for ever if reads waited.
				expect(await count(storage)).toBe(0);
			});
			expect(await count(storage)).toBe(1);
		});

		it('writes outside wait and are no part of it', async () => {
			const storage = await opened();
			let outside: Promise<unknown> = Promise.resolve();
			const failing = storage.db.transaction().execute(async (transaction) => {
				await transaction.insertInto('setting').values({ key: 'in', value: '1' }).execute();
				outside = put(storage, 'out').execute();
				await transaction.insertInto('setting').values({ key: 'in2', value: '1' }).execute();
				throw new Error('no');
			});
			await expect(failing).rejects.toThrow('no');
			await outside;
			expect(await storage.db.selectFrom('setting').select('key').execute()).toEqual([{ key: 'out' }]);
		});
	});

	describe('batch and bulk', () => {
		it('write all statements, compiled or not', async () => {
			const storage = await opened();
			await storage.batch([
				put(storage, 'a'),
				put(storage, 'b').compile(),
				storage.db.deleteFrom('setting').where('key', '=', 'a'),
			]);
			expect(await storage.db.selectFrom('setting').select('key').execute()).toEqual([{ key: 'b' }]);
		});

		it('write nothing when one statement fails', async () => {
			const storage = await opened();
			await expect(storage.batch([put(storage, 'a'), put(storage, 'a')])).rejects.toThrow(/unique/i);
			const twice = bulkOf([anEntryRow({ id: 'x' }), anEntryRow({ id: 'x' })]);
			await expect(storage.bulk([twice])).rejects.toThrow(/unique/i);
			expect(await count(storage)).toBe(0);
			expect(await storage.db.selectFrom('entry').select('id').execute()).toEqual([]);
		});

		it('bulk writes rows and their words together', async () => {
			const storage = await opened();
			const rows = Array.from({ length: 1000 }, (_, index) =>
				anEntryRow({ id: `e${index}`, order_key: `a${index}` }),
			);
			await storage.bulk([
				bulkOf(rows),
				{ sql: storage.fullText.bulkInsert, rows: rows.map(({ id }, index) => [`word${index} all`, '', id]) },
			]);
			const found = async (token: string) =>
				storage.db
					.selectFrom('entry')
					.select('id')
					.where(storage.fullText.matches({ phrases: [[token]], chars: [] }))
					.execute();
			expect(await found('word777')).toEqual([{ id: 'e777' }]);
			expect(await found('all')).toHaveLength(1000);
		});
	});

	describe('trying to write', () => {
		it('changes nothing', async () => {
			const fixture = await setup();
			const storage = await fixture.open();
			await put(storage, 'a').execute();
			await storage.tryWriting();
			expect(await count(storage)).toBe(1);
		});
	});

	describe('closing', () => {
		it('finishes what was begun, and what it finished is there again', async () => {
			const fixture = await setup();
			const storage = await fixture.open();
			const begun = [
				...Array.from({ length: 20 }, (_, index) => put(storage, `k${index}`).execute()),
				storage.db.transaction().execute(async (transaction) => {
					await transaction.insertInto('setting').values({ key: 'in', value: '1' }).execute();
					await transaction.insertInto('setting').values({ key: 'in2', value: '1' }).execute();
				}),
			];
			await storage.close();
			await Promise.all(begun);
			await expect(put(storage, 'late').execute()).rejects.toMatchObject({ code: 'storage.closed' });
			await storage.close();
			expect(await count(await fixture.open())).toBe(22);
		});

		it('a crash leaves every finished write and no half of another', async () => {
			const fixture = await setup();
			const storage = await fixture.open();
			await put(storage, 'done').execute();
			const pairs = Array.from({ length: 50 }, (_, index) =>
				storage.batch([put(storage, `a${index}`), put(storage, `b${index}`)]),
			);
			await pairs[5];
			const rest = Promise.allSettled(pairs);
			await fixture.crash(storage);
			const finished = (await rest).filter(({ status }) => status === 'fulfilled').length;
			const keys = (await (await fixture.open()).db.selectFrom('setting').select('key').execute()).map(
				({ key }) => key,
			);
			expect(keys).toContain('done');
			const [a, b] = ['a', 'b'].map((letter) => keys.filter((key) => key.startsWith(letter)).length);
			expect(a).toBe(b);
			expect(a).toBeGreaterThanOrEqual(finished);
		});
	});

	describe('scrubbing', () => {
		it('leaves no byte of what was deleted, in rows, in the log or in the index', async () => {
			const fixture = await setup();
			const storage = await fixture.open();
			const { db, log, fullText } = storage;
			const text = (word: string): string => `${word} `.repeat(2000);
			for (const [id, word] of [
				['gone', 'zzsecretgone'],
				['stays', 'zzwordstays'],
			] as const) {
				await db
					.insertInto('entry')
					.values(anEntryRow({ id, title: text(word) }))
					.execute();
				await storage.batch(fullText.upsert(id, { words: word, chars: '' }));
				// An earlier wording, of which only free space is left.
				await db.updateTable('entry').set({ title: word }).where('id', '=', id).execute();
				await log.append({
					doc: `entry:${id}`,
					payload: Buffer.from(text(word)),
					actor: { id: 'p', name: 'p', via: null },
					receivedAt: '2026-01-01T00:00:00.000Z',
					changes: [],
				});
			}
			const { row_id } = await db
				.selectFrom('entry')
				.select('row_id')
				.where('id', '=', 'gone')
				.executeTakeFirstOrThrow();
			await storage.batch([
				...fullText.remove([row_id]),
				db.deleteFrom('entry').where('id', '=', 'gone'),
				db.deleteFrom('log_update').where('doc', '=', 'entry:gone'),
			]);
			expect((await fixture.rawBytes()).includes('zzsecretgone')).toBe(true);
			await storage.scrub();
			const bytes = await fixture.rawBytes();
			expect(bytes.includes('zzsecretgone')).toBe(false);
			expect(bytes.includes('zzwordstays')).toBe(true);
			const found = await db
				.selectFrom('entry')
				.select('id')
				.where(fullText.matches({ phrases: [['zzwordstays']], chars: [] }))
				.execute();
			expect(found).toEqual([{ id: 'stays' }]);
			expect(await log.head('entry:stays')).toBeGreaterThan(0);
		});
	});
}
