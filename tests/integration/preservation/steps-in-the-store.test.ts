import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { buildEntryDoc, entryDocName, writeMeta } from '#sync/entry-doc.ts';
import type { DepositRecord } from '#server/preservation/entry-snapshot.ts';
import { PAGE } from '#server/preservation/record-deposits.ts';
import type { ReviewRecord } from '#server/preservation/review-record.ts';
import type { Storage } from '#server/storage/storage.ts';
import { anArchive, type Archive } from '#tests/support/archive.ts';
import { anEntryRow } from '#tests/support/entry-rows.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aLoggedEntry, AUTHORS } from '#tests/support/logged-entries.ts';
import { takeStep } from '#tests/support/review-steps.ts';

/** A row without a document, as an import makes it. */
async function anUnopenedEntry({ db }: Storage): Promise<EntryId> {
	const id = createId();
	await db.insertInto('entry').values(anEntryRow({ id })).execute();
	return id;
}

/** Begins the document of an entry, as opening it does. */
async function open({ log }: Storage, id: EntryId): Promise<void> {
	const doc = new Y.Doc();
	const at = new Date().toISOString();
	writeMeta(doc, { schema: 1, profile: 'dat18' });
	buildEntryDoc(
		doc,
		{ level: 'item', parentId: null, order: 'a0', fields: { title: '一' }, bodies: {} },
		{ by: AUTHORS.甲.id, at, newElementId: () => createId<string>() },
	);
	const payload = Y.encodeStateAsUpdate(doc);
	await log.begin({ doc: entryDocName(id), payload, actor: AUTHORS.甲, receivedAt: at, changes: [] });
}

const stepsOf = (archive: Archive, id: EntryId, version: string): string[] =>
	(JSON.parse(archive.text(id, 'review.json', version)) as ReviewRecord).steps.map(({ step }) => step);

describe('a step taken while a version is made', () => {
	it('waits for the next, which is the word of the archive', async () => {
		const registered: string[] = [];
		const archive: Archive = await anArchive({
			// Where a version is under way: its row is read, its steps are not.
			begin: async (id) => {
				await open(archive.storage, id);
				registered.push(await takeStep(archive.storage, 'register', [id]));
			},
		});
		const { storage, preservation } = archive;
		const id = await anUnopenedEntry(storage);
		await takeStep(storage, 'submit', [id]);
		const verified = await takeStep(storage, 'verify', [id]);
		expect(await preservation.depositNow(id)).toMatchObject({ version: 'v1', kind: 'working' });
		expect(stepsOf(archive, id, 'v1')).toEqual(['submit', 'verify']);
		expect(JSON.parse(archive.text(id, 'deposit.json'))).toMatchObject({ state: 'verified', step: verified });
		expect((await preservation.overview()).waiting).toMatchObject({ entries: 1 });

		expect(await preservation.depositNow(id)).toMatchObject({ version: 'v2', kind: 'approved' });
		expect(stepsOf(archive, id, 'v2')).toEqual(['submit', 'verify', 'register']);
		expect(JSON.parse(archive.text(id, 'deposit.json')) as DepositRecord).toMatchObject({
			state: 'registered',
			step: registered[0],
		});
		expect((await preservation.overview()).waiting).toMatchObject({ entries: 0 });
	});
});

describe('steps over entries nobody has edited', () => {
	it('all go into the store after a stop, also those that others followed', async () => {
		const one = await anArchive();
		const [both, later] = [await anUnopenedEntry(one.storage), await anUnopenedEntry(one.storage)];
		const before = await takeStep(one.storage, 'submit', [later]);
		const first = await takeStep(one.storage, 'submit', [both]);
		const second = await takeStep(one.storage, 'verify', [both, later]);
		const last = await takeStep(one.storage, 'register', [both]);
		await one.close();
		const two = await anArchive({ dataDir: one.dataDir });
		await two.preservation.resume();
		await two.preservation.flush('demand');
		for (const [id, step] of [
			[before, 'submit'],
			[first, 'submit'],
			[second, 'verify'],
			[last, 'register'],
		] as const)
			expect(JSON.parse(two.text(id, 'step.json'))).toMatchObject({ id, step });
		expect(two.store.listVersions(`urn:uuid:${first}`)).toHaveLength(1);
		expect((await two.preservation.overview()).waiting.records).toBe(0);
	});

	it('wait when there is no room for their rows, and the server goes on', async () => {
		const archive = await anArchive({ retryMs: 60_000 });
		const { storage, preservation } = archive;
		const unopened = await anUnopenedEntry(storage);
		const step = await takeStep(storage, 'submit', [unopened]);
		// More than are written at once.
		const rows = Array.from({ length: 3 * PAGE }, (_, at) => [
			`entry-${at}`,
			step,
			'draft',
			'submitted',
			0,
			1,
		]);
		const sql = 'insert into review_step_entry values (?, ?, ?, ?, ?, ?)';
		for (let from = 0; from < 3 * PAGE; from += 1000)
			await storage.bulk([{ sql, rows: rows.slice(from, from + 1000) }]);
		const folder = join(archive.dataDir, 'staging', `record-${step}`);
		mkdirSync(folder, { recursive: true });
		symlinkSync('/dev/full', join(folder, 'rows.jsonl'));
		await preservation.noteStep(step, [unopened], false);
		await eventually(() => expect(preservation.status()).toMatchObject({ state: 'full', waiting: 1 }));
		await preservation.flush('demand');
		expect(preservation.status()).toMatchObject({ state: 'ok', waiting: 0 });
		expect(archive.text(step, 'entries.jsonl').split('\n')).toHaveLength(3 * PAGE + 2);
	});

	it('stay with the entry when it has an object of its own', async () => {
		const archive = await anArchive();
		const { storage, preservation } = archive;
		const { id: edited } = await aLoggedEntry(storage);
		const unopened = await anUnopenedEntry(storage);
		const own = await takeStep(storage, 'submit', [edited]);
		await preservation.depositNow(edited);
		const over = await takeStep(storage, 'submit', [edited, unopened]);
		await preservation.noteStep(over, [edited, unopened], false);
		await preservation.flush('demand');
		expect(archive.text(over, 'step.json')).toContain('submit');
		expect(archive.store.inventory(`urn:uuid:${own}`)).toBeUndefined();
	});
});
