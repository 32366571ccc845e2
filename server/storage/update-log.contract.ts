import { describe, expect, it } from 'vitest';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import type { StorageFixture } from './storage.contract.ts';
import type { Storage } from './storage.ts';
import type { NewChange, NewSnapshot, NewUpdate } from './update-log.ts';

const CHANGE: NewChange = {
	elementId: 'el',
	field: 'title',
	fromValues: '[]',
	toValue: '"题名"',
	claimedBy: 'p',
	claimedAt: '2026-01-01T00:00:00.000Z',
};

/** An update as live editing hands it to the log. */
export function anUpdate(doc: string, text: string, changes: readonly NewChange[] = []): NewUpdate {
	return {
		doc,
		payload: new TextEncoder().encode(text),
		actor: { id: 'p1', name: '张三', via: null },
		receivedAt: '2026-01-02T03:04:05.678Z',
		changes,
	};
}

/** What a document's log holds, as text. */
export async function textsOf(storage: Storage, doc: string, afterSeq?: number): Promise<string[]> {
	return (await storage.log.read(doc, afterSeq)).map(({ payload }) => new TextDecoder().decode(payload));
}

function aSnapshot(doc: string, seq: number, text: string): NewSnapshot {
	const payload = new TextEncoder().encode(text);
	return { doc, seq, payload, kept: JSON.stringify({ kept: text }), at: '2026-02-01T00:00:00.000Z' };
}

async function coldTextsOf({ db }: Storage): Promise<string[]> {
	const rows = await db.selectFrom('log_cold').select('payload').orderBy('id').execute();
	return rows.map(({ payload }) => new TextDecoder().decode(payload ?? new Uint8Array()));
}

/** The acceptance suite of {@link Storage.log}. */
export function updateLogContract(setup: () => Promise<StorageFixture>): void {
	const opened = async (): Promise<Storage> => (await setup()).open();

	describe('the update log', () => {
		it('takes nothing of an entry that was purged, and everything of others in the same commit', async () => {
			const { db, log } = await opened();
			await db
				.insertInto('purged_entry')
				.values({ entry_id: 'gone', order_id: 'o', at: '2026-01-01T00:00:00.000Z' })
				.execute();
			const outcomes = await Promise.allSettled([
				log.append(anUpdate('entry:a', '1')),
				log.append(anUpdate('entry:gone', '2')),
				log.append(anUpdate('review:gone', '3')),
				log.begin(anUpdate('entry:gone', '4')),
				log.append(anUpdate('entry:a', '5')),
			]);
			expect(outcomes.map(({ status }) => status)).toEqual([
				'fulfilled',
				'rejected',
				'rejected',
				'rejected',
				'fulfilled',
			]);
			expect((outcomes[1] as PromiseRejectedResult).reason).toMatchObject({
				code: 'catalogue.purged',
				status: 410,
				params: { id: 'gone' },
			});
			expect(await db.selectFrom('log_update').select('doc').execute()).toHaveLength(2);
			expect(await log.head('entry:gone')).toBe(0);
		});

		it('keeps updates in order, with who and when', async () => {
			const storage = await opened();
			const { log } = storage;
			const first = await log.append(anUpdate('entry:a', '1'));
			const second = await log.append({
				...anUpdate('entry:a', '2'),
				actor: { id: 'c', name: 'root', via: 'cli' },
			});
			expect(second).toBeGreaterThan(first);
			expect(await log.read('entry:a')).toEqual([
				{
					seq: first,
					kind: 'update',
					payload: new Uint8Array([0x31]),
					actor: { id: 'p1', name: '张三', via: null },
					receivedAt: '2026-01-02T03:04:05.678Z',
				},
				expect.objectContaining({ seq: second, actor: { id: 'c', name: 'root', via: 'cli' } }),
			]);
			expect(await textsOf(storage, 'entry:a', first)).toEqual(['2']);
			expect(await log.read('entry:none')).toEqual([]);
			expect(await log.head('entry:a')).toBe(second);
			expect(await log.head('entry:none')).toBe(0);
			expect(await storage.db.selectFrom('log_head').selectAll().execute()).toEqual([
				{ doc: 'entry:a', seq: second, updates: 2, bytes: 2 },
			]);
		});

		it('reads many documents at once as one by one, each from its last snapshot on', async () => {
			const storage = await opened();
			const { log } = storage;
			for (const [doc, text] of [
				['entry:b', '1'],
				['entry:a', '2'],
				['entry:b', '3'],
				['entry:b', '4'],
			] as const)
				await log.append(anUpdate(doc, text));
			await storage.db
				.updateTable('log_update')
				.set({ kind: 'snapshot' })
				.where('doc', '=', 'entry:b')
				.where('seq', '=', (await log.read('entry:b'))[1]?.seq ?? 0)
				.execute();
			const names = ['entry:a', 'entry:none', 'entry:b'];
			const many = await log.readMany([...names, ...Array.from({ length: 700 }, (_, at) => `entry:${at}`)]);
			expect([...many.keys()].toSorted()).toEqual(['entry:a', 'entry:b']);
			for (const doc of many.keys()) expect(many.get(doc)).toEqual(await log.read(doc));
			expect(many.get('entry:b')).toHaveLength(2);
			expect(await log.readMany([])).toEqual(new Map());
		});

		it('appends of one turn keep their order over all documents', async () => {
			const storage = await opened();
			const seqs = await Promise.all(
				Array.from({ length: 1200 }, (_, index) =>
					storage.log.append(anUpdate(`entry:${index % 7}`, String(index))),
				),
			);
			expect(seqs).toEqual(seqs.toSorted((one, other) => one - other));
			expect(new Set(seqs).size).toBe(1200);
			expect(await textsOf(storage, 'entry:3')).toEqual(
				Array.from({ length: 1200 }, (_, index) => String(index)).filter((text) => Number(text) % 7 === 3),
			);
		});

		it('writes the settings of an update beside it', async () => {
			const storage = await opened();
			const seq = await storage.log.append(anUpdate('entry:a', '1', [CHANGE, { ...CHANGE, field: 'note' }]));
			const rows = await storage.db.selectFrom('entry_change').selectAll().orderBy('id').execute();
			expect(rows).toHaveLength(2);
			expect(rows[0]).toMatchObject({
				doc: 'entry:a',
				seq,
				element_id: 'el',
				field: 'title',
				from_values: '[]',
				to_value: '"题名"',
				actor_id: 'p1',
				actor_name: '张三',
				via: null,
				received_at: '2026-01-02T03:04:05.678Z',
				claimed_by: 'p',
				claimed_at: CHANGE.claimedAt,
			});
		});

		it('writes a group whole or not at all, and tries again with the next', async () => {
			const storage = await opened();
			const broken = anUpdate('entry:b', '2', [{ ...CHANGE, toValue: null as never }]);
			const settled = await Promise.allSettled([
				storage.log.append(anUpdate('entry:a', '1')),
				storage.log.append(broken),
				storage.log.append(anUpdate('entry:c', '3')),
			]);
			for (const each of settled)
				expect(each).toMatchObject({ status: 'rejected', reason: { code: 'storage.log-failed' } });
			for (const table of ['log_update', 'log_head', 'entry_change'] as const)
				expect(await storage.db.selectFrom(table).selectAll().execute()).toEqual([]);
			expect(await storage.log.append(anUpdate('entry:a', '4'))).toBeGreaterThan(0);
			expect(await textsOf(storage, 'entry:a')).toEqual(['4']);
		});

		it('writes nothing of a document that was judged after an update that failed', async () => {
			const storage = await opened();
			const broken = anUpdate('entry:a', '1', [{ ...CHANGE, toValue: null as never }]);
			// Too large for the commit of the first, so that it and what follows have one of their own.
			const filler = { ...anUpdate('entry:b', ''), payload: new Uint8Array(9 * 1024 * 1024) };
			const [first, other, next] = await Promise.allSettled([
				storage.log.append(broken),
				storage.log.append(filler),
				storage.log.append(anUpdate('entry:a', '2')),
			]);
			expect(first).toMatchObject({ status: 'rejected' });
			expect(other).toMatchObject({ status: 'fulfilled' });
			expect(next).toMatchObject({ status: 'rejected', reason: { code: 'storage.log-failed' } });
			expect(await textsOf(storage, 'entry:a')).toEqual([]);
		});

		it('keeps the bytes it was given, though the caller uses them again', async () => {
			const storage = await opened();
			const buffer = new TextEncoder().encode('frame: payload');
			const appended = storage.log.append({ ...anUpdate('entry:a', ''), payload: buffer.subarray(7) });
			buffer.fill(0);
			await appended;
			expect(await textsOf(storage, 'entry:a')).toEqual(['payload']);
		});

		it('of fifty that begin a document at once, one does', async () => {
			const storage = await opened();
			const begun = await Promise.all(
				Array.from({ length: 50 }, (_, index) =>
					storage.log.begin(anUpdate('entry:a', String(index), [CHANGE])),
				),
			);
			const winner = begun.findIndex(({ began }) => began);
			expect(begun.filter(({ began }) => began)).toHaveLength(1);
			expect(new Set(begun.map(({ seq }) => seq)).size).toBe(1);
			expect(await textsOf(storage, 'entry:a')).toEqual([String(winner)]);
			expect(await storage.db.selectFrom('entry_change').select('seq').execute()).toHaveLength(1);
			await storage.log.append(anUpdate('entry:a', 'more'));
			expect(await storage.log.begin(anUpdate('entry:a', 'late'))).toEqual({
				seq: begun[0]?.seq,
				began: false,
			});
		});

		it('reads from the last snapshot on', async () => {
			const storage = await opened();
			await storage.log.append(anUpdate('entry:a', 'old'));
			const { seq } = await storage.db
				.insertInto('log_update')
				.values({
					doc: 'entry:a',
					kind: 'snapshot',
					payload: new TextEncoder().encode('whole'),
					actor_id: 'server',
					actor_name: 'server',
					via: 'server',
					received_at: 'x',
				})
				.returning('seq')
				.executeTakeFirstOrThrow();
			await storage.log.append(anUpdate('entry:a', 'new'));
			expect(await textsOf(storage, 'entry:a')).toEqual(['whole', 'new']);
			expect(await textsOf(storage, 'entry:a', seq)).toEqual(['new']);
			expect((await storage.log.read('entry:a')).map(({ kind }) => kind)).toEqual(['snapshot', 'update']);
		});

		it('a snapshot takes the place of all rows and keeps the position, who wrote and when', async () => {
			const storage = await opened();
			const { log, db } = storage;
			await log.append(anUpdate('entry:b', 'other'));
			for (const text of ['1', '2', '3']) await log.append(anUpdate('entry:a', text));
			const lines = await db.selectFrom('log_line').selectAll().orderBy('seq').execute();
			const heads = await db.selectFrom('log_head').selectAll().execute();
			const seq = await log.head('entry:a');
			const snapshot = aSnapshot('entry:a', seq, '123');
			expect(await log.replace({ ...snapshot, seq: seq - 1 })).toBe(false);
			expect(await log.kept('entry:a')).toBeUndefined();
			expect(await log.replace(snapshot)).toBe(true);
			expect(await log.read('entry:a')).toEqual([
				expect.objectContaining({ seq, kind: 'snapshot', receivedAt: '2026-01-02T03:04:05.678Z' }),
			]);
			expect(await textsOf(storage, 'entry:a')).toEqual(['123']);
			expect(await textsOf(storage, 'entry:b')).toEqual(['other']);
			expect(await log.kept('entry:a')).toBe('{"kept":"123"}');
			// Again for the same position there is nothing to do.
			expect(await log.replace(snapshot)).toBe(false);
			expect(await db.selectFrom('log_head').selectAll().execute()).toEqual(heads);
			expect(await db.selectFrom('log_line').selectAll().orderBy('seq').execute()).toEqual(lines);
			expect(await coldTextsOf(storage)).toEqual(['1', '2', '3']);
			expect(await log.begin(anUpdate('entry:a', 'late'))).toEqual({ seq, began: false });
		});

		it('goes on after a snapshot, and takes the next one', async () => {
			const storage = await opened();
			const { log } = storage;
			const first = await log.append(anUpdate('entry:a', '1'));
			await log.replace(aSnapshot('entry:a', first, 'one'));
			const second = await log.append(anUpdate('entry:a', '2'));
			expect(second).toBeGreaterThan(first);
			expect(await textsOf(storage, 'entry:a')).toEqual(['one', '2']);
			expect(await log.replace(aSnapshot('entry:a', first, 'too late'))).toBe(false);
			expect(await log.replace(aSnapshot('entry:a', second, 'two'))).toBe(true);
			expect(await textsOf(storage, 'entry:a')).toEqual(['two']);
			expect(await log.kept('entry:a')).toBe('{"kept":"two"}');
			// The snapshot before is kept as the rows are.
			expect(await coldTextsOf(storage)).toEqual(['1', 'one', '2']);
		});

		it('after a crash in the middle the rows are there or the snapshot, never neither', async () => {
			for (let turns = 0; turns < 12; turns++) {
				const fixture = await setup();
				const storage = await fixture.open();
				const texts = Array.from({ length: 400 }, (_, index) => String(index));
				const seqs = await Promise.all(texts.map((text) => storage.log.append(anUpdate('entry:a', text))));
				const snapshot = aSnapshot('entry:a', seqs.at(-1) ?? 0, 'whole');
				const replaced = storage.log.replace(snapshot).catch(() => undefined);
				for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
				await fixture.crash(storage);
				const isDone = await replaced;
				const again = await fixture.open();
				const found = await textsOf(again, 'entry:a');
				if (isDone || found.length === 1) {
					expect(found).toEqual(['whole']);
					expect(await coldTextsOf(again)).toEqual(texts);
				} else {
					expect(found).toEqual(texts);
					expect(await coldTextsOf(again)).toEqual([]);
				}
				expect(await again.log.append(anUpdate('entry:a', 'on'))).toBeGreaterThan(snapshot.seq);
				await again.close();
			}
		});

		it('never gives a position twice, though its row is gone', async () => {
			const fixture = await setup();
			const storage = await fixture.open();
			const seq = await storage.log.append(anUpdate('entry:a', '1'));
			await storage.db.deleteFrom('log_update').execute();
			await storage.close();
			const again = await fixture.open();
			expect(await again.log.append(anUpdate('entry:a', '2'))).toBeGreaterThan(seq);
		});

		it('goes ahead of bulk writes that wait', async () => {
			const storage = await opened();
			const done: string[] = [];
			const chunk = (name: string) =>
				storage
					.bulk([bulkOf(Array.from({ length: 200 }, (_, index) => anEntryRow({ id: `${name}-${index}` })))])
					.then(() => done.push(name));
			const bulks = ['one', 'two', 'three', 'four'].map(chunk);
			const append = storage.log.append(anUpdate('entry:a', '1')).then(() => done.push('append'));
			await Promise.all([...bulks, append]);
			expect(done.indexOf('append')).toBeLessThanOrEqual(1);
		});

		it('lets other writes through, however many append', async () => {
			const storage = await opened();
			const seen = { isWritten: false };
			const write = storage.db
				.insertInto('setting')
				.values({ key: 'a', value: '1' })
				.execute()
				.then(() => (seen.isWritten = true));
			let rounds = 0;
			const editors = Array.from({ length: 5 }, async (_, editor) => {
				while (!seen.isWritten && rounds < 500) {
					await storage.log.append(anUpdate(`entry:${editor}`, 'x'));
					rounds++;
				}
			});
			await Promise.all([write, ...editors]);
			expect(rounds).toBeLessThan(50);
		});

		it('an append during a transaction waits for it and is no part of it', async () => {
			const storage = await opened();
			let append: Promise<number> | undefined;
			const failing = storage.db.transaction().execute(async (transaction) => {
				await transaction.insertInto('setting').values({ key: 'a', value: '1' }).execute();
				append = storage.log.append(anUpdate('entry:a', '1'));
				await transaction.insertInto('setting').values({ key: 'b', value: '1' }).execute();
				throw new Error('no');
			});
			await expect(failing).rejects.toThrow('no');
			await append;
			expect(await textsOf(storage, 'entry:a')).toEqual(['1']);
		});

		it('after a crash everything acknowledged is there, and what is there is a beginning of what was sent', async () => {
			const fixture = await setup();
			const storage = await fixture.open();
			const appends = Array.from({ length: 300 }, (_, index) =>
				storage.log.append(anUpdate('entry:a', String(index))),
			);
			await appends[0];
			const more = Array.from({ length: 300 }, (_, index) =>
				storage.log.append(anUpdate('entry:a', String(300 + index))),
			);
			const settled = Promise.allSettled([...appends, ...more]);
			await fixture.crash(storage);
			const acknowledged = (await settled).filter(({ status }) => status === 'fulfilled').length;
			const again = await fixture.open();
			const texts = await textsOf(again, 'entry:a');
			expect(texts.length).toBeGreaterThanOrEqual(acknowledged);
			expect(acknowledged).toBeGreaterThan(0);
			expect(texts).toEqual(texts.map((_, index) => String(index)));
			await again.log.append(anUpdate('entry:a', 'on'));
			expect((await textsOf(again, 'entry:a')).at(-1)).toBe('on');
		});
	});
}
