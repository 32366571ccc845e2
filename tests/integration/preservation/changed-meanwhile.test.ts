import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import { undoneObject } from '#server/preservation/archive-records.ts';
import { DepositClient } from '#server/preservation/deposit-client.ts';
import { depositStep } from '#server/preservation/record-deposits.ts';
import type { Storage } from '#server/storage/storage.ts';
import { afterReading } from '#tests/support/after-reading.ts';
import { anArchive } from '#tests/support/archive.ts';
import { anEntryRow } from '#tests/support/entry-rows.ts';
import { AUTHORS } from '#tests/support/logged-entries.ts';
import { takeStep } from '#tests/support/review-steps.ts';

const at = '2026-11-28T00:00:00.000Z';

it('a sample noted while the record of its order is written waits for the next version', async () => {
	const id = createId<string>();
	const archive = await anArchive({
		storage: afterReading('correction_order_sample', ({ db, batch }) =>
			batch([
				db.updateTable('correction_order').set({ deposited_as: null }).where('id', '=', id),
				db
					.insertInto('correction_order_sample')
					.values({ id: 's', order_id: id, actor_id: 'x', actor_name: '乙', at, positions: '[0]' }),
			]),
		),
	});
	await archive.storage.db
		.insertInto('correction_order')
		.values({
			...{ id, year: 2026, serial: 1, rule: '{}', why: '漏字', state: 'submitted', row_count: 0 },
			...{ proposer_id: AUTHORS.甲.id, proposer_name: AUTHORS.甲.name, created_at: at, submitted_at: at },
			...{ decision: null, decided_at: null, finished_at: null, undo: null, undone_at: null },
		})
		.execute();
	archive.preservation.noteOrder(id);
	await archive.preservation.flush('demand');
	expect(archive.text(id, 'order.json')).toContain('"samples":[]');
	// Had the process ended here, the next one would know.
	expect((await archive.preservation.overview()).waiting.records).toBe(1);
	await archive.preservation.resume();
	await archive.preservation.flush('demand');
	expect(archive.text(id, 'order.json')).toContain('乙');
	expect((await archive.preservation.overview()).waiting.records).toBe(0);
});

it('an import whose undoing ends while the record of it is written is told to be undone', async () => {
	const id = createId<string>();
	const event = (kind: string) => ({ import_id: id, kind, detail: '{}', actor_id: 'x', at });
	const archive = await anArchive({
		storage: afterReading(
			'import',
			({ db, batch }) =>
				batch([
					db.updateTable('import').set({ state: 'undone' }),
					db.insertInto('import_event').values(event('undone')),
				]),
			([row]) => row !== undefined && 'deposited_event' in row,
		),
	});
	const { db } = archive.storage;
	await db
		.insertInto('import')
		.values({
			...{ id, state: 'accepted', file_name: 'a.csv', format: 'table', profile: 'dat18', under_id: null },
			...{ root_ids: '[]', entries: 0, report: '{}', actor_id: 'x', actor_name: '甲', via: null },
			...{ synthetic: 1, created_at: at, accepted_at: at, deposited_version: 'v1' },
		})
		.execute();
	await db.insertInto('import_event').values(event('undo-begun')).execute();
	for (let times = 0; times < 2; times++) {
		archive.preservation.noteUndone(id);
		await archive.preservation.flush('demand');
	}
	const told = Buffer.from(archive.store.readFile(undoneObject(id), 'events.json') ?? []).toString('utf8');
	expect(JSON.parse(told)).toMatchObject({
		state: 'undone',
		events: [{ kind: 'undo-begun' }, { kind: 'undone' }],
	});
});

it('entries with which a step is taken while its record is written wait for the next version', async () => {
	const [one, two] = [createId(), createId()];
	let step = '';
	const archive = await anArchive({
		// Its rows were read: the step goes on with another entry.
		storage: afterReading(
			'review_step_entry',
			(storage: Storage) => takeStep(storage, 'submit', [two], at, step),
			([row]) => row !== undefined && 'to_state' in row,
		),
	});
	const { storage, preservation } = archive;
	for (const id of [one, two]) await storage.db.insertInto('entry').values(anEntryRow({ id })).execute();
	step = await takeStep(storage, 'submit', [one]);
	await preservation.noteStep(step, [one], false);
	await preservation.flush('demand');
	await preservation.resume();
	await preservation.flush('demand');
	expect(archive.text(step, 'entries.jsonl').trim().split('\n')).toHaveLength(2);
	expect((await preservation.overview()).waiting.records).toBe(0);
});

it('a step that is put for itself and as one before another is in the store as it is, whichever was read first', async () => {
	const [one, two] = [createId(), createId()];
	const { storage, root, dataDir, text } = await anArchive();
	const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	let puts = 0;
	class Slow extends DepositClient {
		override async put(...asked: Parameters<DepositClient['put']>): ReturnType<DepositClient['put']> {
			if (puts++ === 0) {
				reached.resolve();
				await gate.promise;
			}
			return super.put(...asked);
		}
	}
	const worker = new Slow({ root, staging: join(dataDir, 'a-staging'), maxVersions: 9 }, () => undefined);
	onTestFinished(() => worker.close());
	await worker.ask('open', { mayCreate: true });
	const software = { name: 'lantai', version: '1' };
	const parts = { storage, worker, clock: systemClock, dataDir, software };
	for (const id of [one, two]) await storage.db.insertInto('entry').values(anEntryRow({ id })).execute();
	const first = await takeStep(storage, 'submit', [one]);
	const second = await takeStep(storage, 'verify', [one]);

	// Read as what was before another step, with one entry; then it goes on with a second one, and is wanted for itself.
	const before = depositStep(parts, second);
	await reached.promise;
	await takeStep(storage, 'submit', [two], at, first);
	const own = depositStep(parts, first);
	// What does not wait for the other has time to be done.
	let isDone = false;
	void own.finally(() => (isDone = true));
	for (let turns = 0; turns < 2000 && !isDone; turns++)
		await storage.db.selectFrom('entry').select('id').execute();
	gate.resolve();
	await Promise.all([before, own]);
	expect(JSON.parse(text(first, 'step.json'))).toMatchObject({ entries: 2 });
	expect(text(first, 'entries.jsonl').trim().split('\n')).toHaveLength(2);
});
