import * as fc from 'fast-check';
import { onTestFinished, describe, expect, it } from 'vitest';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { anUpdate, textsOf } from '#server/storage/update-log.contract.ts';
import { aFolder } from '#tests/support/folder.ts';

const RUNS = process.env['LANTAI_TEST_LONG'] ? 1000 : 60;
const DOCS = ['a', 'b', 'c', 'd'];

/** What somebody does next: append, wait for some of what was sent, write elsewhere. */
const step = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ kind: fc.constant('append'), doc: fc.constantFrom(...DOCS) }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), doc: fc.constantFrom(...DOCS) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('turn'), doc: fc.constant('') }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('write'), doc: fc.constant('') }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('transaction'), doc: fc.constant('') }) },
);

describe('the update log, in any interleaving', () => {
	it('keeps the order of each document and gives growing positions, each once', async () => {
		const storage = await openStorage({ dataDir: await aFolder() });
		onTestFinished(() => storage.close());
		let run = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
				run++;
				const sent = new Map<string, Promise<number>[]>(DOCS.map((doc) => [doc, []]));
				const all: Promise<unknown>[] = [];
				for (const [index, { kind, doc }] of steps.entries()) {
					const mine = sent.get(doc) ?? [];
					if (kind === 'append')
						mine.push(storage.log.append(anUpdate(`entry:${run}-${doc}`, String(mine.length))));
					else if (kind === 'wait') await mine[Math.floor(mine.length / 2)];
					else if (kind === 'turn') await new Promise((resolve) => setImmediate(resolve));
					else if (kind === 'write')
						all.push(
							storage.db
								.insertInto('setting')
								.values({ key: `${run}-${index}`, value: '1' })
								.execute(),
						);
					else
						all.push(
							storage.db.transaction().execute(async (transaction) => {
								await transaction.updateTable('setting').set({ value: '2' }).execute();
								await transaction.selectFrom('setting').selectAll().limit(1).execute();
							}),
						);
				}
				await Promise.all(all);
				const positions: number[] = [];
				for (const doc of DOCS) {
					const seqs = await Promise.all(sent.get(doc) ?? []);
					expect(seqs).toEqual(seqs.toSorted((one, other) => one - other));
					expect(await textsOf(storage, `entry:${run}-${doc}`)).toEqual(
						seqs.map((_, index) => String(index)),
					);
					expect((await storage.log.read(`entry:${run}-${doc}`)).map(({ seq }) => seq)).toEqual(seqs);
					expect(await storage.log.head(`entry:${run}-${doc}`)).toBe(seqs.at(-1) ?? 0);
					positions.push(...seqs);
				}
				expect(new Set(positions).size).toBe(positions.length);
			}),
			{ numRuns: RUNS },
		);
	});
});
