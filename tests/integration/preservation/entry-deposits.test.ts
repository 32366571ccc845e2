import canonicalize from 'canonicalize';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { readEntryDoc } from '#sync/entry-doc.ts';
import type { DepositRecord } from '#server/preservation/entry-snapshot.ts';
import { sha512 } from '#server/preservation/digests.ts';
import { anArchive, type Archive } from '#tests/support/archive.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aLoggedEntry, AUTHORS } from '#tests/support/logged-entries.ts';
import { cleanVerdict } from '#tests/support/ocfl.ts';

const recordOf = (archive: Archive, id: string, version?: string): DepositRecord =>
	JSON.parse(archive.text(id, 'deposit.json', version)) as DepositRecord;
const changesOf = (archive: Archive, id: string, version: string): { field: string; to: unknown }[] =>
	archive
		.text(id, 'changes.jsonl', version)
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as { field: string; to: unknown });
const depositedSeq = async ({ storage }: Archive, id: string): Promise<number | null | undefined> =>
	(await storage.db.selectFrom('entry').select('deposited_seq').where('id', '=', id).executeTakeFirst())
		?.deposited_seq;

describe('what a version of an entry holds', () => {
	it('all the entry says, its state, the changes since the last version, and who deposited what', async () => {
		const archive = await anArchive();
		const entry = await aLoggedEntry(archive.storage);
		const first = await archive.preservation.depositNow(entry.id);
		await entry.set('title', '二', AUTHORS.乙);
		await entry.write('scopeAndContent', '范围与内容');
		await entry.set('note', null);
		const seq = await entry.set('title', '三');
		const second = await archive.preservation.depositNow(entry.id, 'settled');
		expect([first?.version, second?.version]).toEqual(['v1', 'v2']);

		const text = archive.text(entry.id, 'entry.json');
		const json = JSON.parse(text) as Record<string, unknown>;
		expect(text).toBe(canonicalize(json));
		expect(json).toEqual({
			schema: 'lantai-entry/1',
			id: entry.id,
			docSchema: 1,
			profile: 'dat18',
			level: 'item',
			parentId: null,
			order: 'a0',
			status: 'active',
			fields: { title: '三' },
			bodies: readEntryDoc(entry.doc).bodies,
			conflicts: {},
			disputes: {},
			logPosition: seq,
		});

		const loaded = new Y.Doc();
		Y.applyUpdate(loaded, archive.store.readFile(`urn:uuid:${entry.id}`, 'state.yjs') as Uint8Array);
		expect(readEntryDoc(loaded)).toEqual(readEntryDoc(entry.doc));
		expect(Y.encodeStateVector(loaded)).toEqual(Y.encodeStateVector(entry.doc));

		expect(changesOf(archive, entry.id, 'v1').map((each) => each.field)).toEqual([
			'level',
			'parent',
			'order',
			'status',
			'title',
		]);
		expect(changesOf(archive, entry.id, 'v2')).toEqual([
			expect.objectContaining({ field: 'title', from: ['一'], to: '二', actor_name: '乙' }),
			expect.objectContaining({ field: 'note', from: [], to: null, actor_name: '甲' }),
			expect.objectContaining({ field: 'title', from: ['二'], to: '三', actor_name: '甲', seq }),
		]);
		const record = recordOf(archive, entry.id);
		expect(record).toMatchObject({
			kind: 'working',
			entryId: entry.id,
			reason: 'settled',
			fromPosition: first?.seq,
			toPosition: seq,
			actors: [
				{ id: AUTHORS.乙.id, name: '乙' },
				{ id: AUTHORS.甲.id, name: '甲' },
			],
			software: { name: 'Lantai' },
		});
		for (const name of [
			'entry.json',
			'entry.xml',
			'body.html',
			'state.yjs',
			'review.json',
			'review.yjs',
			'changes.jsonl',
		])
			expect(record.sha512[name]).toBe(
				sha512(archive.store.readFile(`urn:uuid:${entry.id}`, name) as Uint8Array),
			);
		expect(await archive.preservation.verify()).toEqual(cleanVerdict(1));
		const objectId = `urn:uuid:${entry.id}`;
		expect(await archive.preservation.versions(entry.id)).toEqual([
			{ objectId, version: 'v1', seq: first?.seq, at: first?.at, kind: 'working' },
			{ objectId, version: 'v2', seq, at: second?.at, kind: 'working' },
		]);
		expect(archive.text(entry.id, 'entry.xml')).toContain('<unittitle>三</unittitle>');
		expect(archive.text(entry.id, 'body.html')).toContain('<td>三</td>');
		expect(archive.text(entry.id, 'body.html')).toContain('<p>范围与内容</p>');
		expect(JSON.parse(archive.text(entry.id, 'review.json'))).toEqual({
			schema: 'lantai-review/1',
			entryId: entry.id,
			state: 'draft',
			logPosition: 0,
			events: [],
			steps: [],
		});
		expect(archive.announced.map(({ id, version }) => [id, version])).toEqual([
			[entry.id, 'v1'],
			[entry.id, 'v2'],
		]);
	});

	it('values in conflict, newest first by log position, with who set them by the log', async () => {
		const archive = await anArchive();
		const entry = await aLoggedEntry(archive.storage);
		const seq = await entry.setApart('title', '甲的题名', '乙的题名');
		await archive.preservation.depositNow(entry.id);
		const json = JSON.parse(archive.text(entry.id, 'entry.json')) as {
			fields: object;
			conflicts: Record<string, unknown[]>;
		};
		expect(json.fields).toEqual({ title: '乙的题名' });
		expect(json.conflicts).toEqual({
			title: [
				expect.objectContaining({
					value: '乙的题名',
					attribution: expect.objectContaining({ seq, actorId: AUTHORS.乙.id, actorName: '乙' }),
				}),
				expect.objectContaining({
					value: '甲的题名',
					attribution: expect.objectContaining({ seq: seq - 1, actorId: AUTHORS.甲.id }),
				}),
			],
		});
	});

	it('a deletion is a setting like others', async () => {
		const archive = await anArchive();
		const entry = await aLoggedEntry(archive.storage);
		await archive.preservation.depositNow(entry.id);
		await entry.set('status', 'deleted');
		await archive.preservation.depositNow(entry.id);
		expect(JSON.parse(archive.text(entry.id, 'entry.json'))).toMatchObject({
			status: 'deleted',
			fields: { title: '一' },
		});
	});

	it('nothing new makes no version', async () => {
		const archive = await anArchive();
		const entry = await aLoggedEntry(archive.storage);
		expect((await archive.preservation.depositNow(entry.id))?.version).toBe('v1');
		expect(await archive.preservation.depositNow(entry.id)).toBeUndefined();
		expect(archive.store.listVersions(`urn:uuid:${entry.id}`)).toHaveLength(1);
	});
});

describe('when a version is written', () => {
	it('after the idle time, and while work goes on without a pause', async () => {
		const archive = await anArchive({ idleMs: 60 });
		const settled = await aLoggedEntry(archive.storage);
		archive.preservation.noteEdit(settled.id, 1);
		expect(archive.preservation.status()).toMatchObject({ state: 'ok', waiting: 1, objects: 0 });
		await eventually(() => expect(archive.announced).toHaveLength(1));
		expect(recordOf(archive, settled.id).reason).toBe('settled');
		expect(archive.preservation.status()).toMatchObject({
			state: 'ok',
			waiting: 0,
			objects: 1,
			lastDepositAt: archive.announced[0]?.at,
		});

		archive.preservation.setIdleMs(60_000);
		const busy = await anArchive({ idleMs: 60_000, continuousMs: 80 });
		const entry = await aLoggedEntry(busy.storage);
		await eventually(() => {
			busy.preservation.noteEdit(entry.id, 1);
			expect(busy.announced).toHaveLength(1);
		});
		expect(recordOf(busy, entry.id).reason).toBe('continuous');
	});

	it('an edit that comes while a version is written waits for the next', async () => {
		const archive = await anArchive({ idleMs: 30 });
		const entry = await aLoggedEntry(archive.storage);
		const running = archive.preservation.depositNow(entry.id);
		const seq = await entry.set('title', '二');
		archive.preservation.noteEdit(entry.id, seq);
		await running;
		await eventually(async () => expect(await depositedSeq(archive, entry.id)).toBe(seq));
		expect(archive.text(entry.id, 'entry.json')).toContain('二');
		expect((await archive.preservation.verify()).valid).toBe(true);
	});

	it('asked for at once many times, an entry gets one version; flush takes all that wait', async () => {
		const archive = await anArchive();
		const entries = await Promise.all(Array.from({ length: 30 }, () => aLoggedEntry(archive.storage)));
		const one = entries[0] as (typeof entries)[0];
		const answers = await Promise.all([1, 2, 3].map(() => archive.preservation.depositNow(one.id)));
		expect(answers.filter(Boolean).map((each) => each?.version)).toContain('v1');
		expect(archive.store.listVersions(`urn:uuid:${one.id}`)).toHaveLength(1);
		for (const { id } of entries) archive.preservation.noteEdit(id, 1);
		await archive.preservation.flush('shutdown');
		expect(archive.preservation.status()).toMatchObject({ waiting: 0, objects: 30 });
		expect(recordOf(archive, (entries[7] as (typeof entries)[0]).id).reason).toBe('shutdown');
	});
});

describe('after a stop', () => {
	it('what was edited and not deposited is taken up again, what is deposited is not', async () => {
		const one = await anArchive();
		const [done, open] = [await aLoggedEntry(one.storage), await aLoggedEntry(one.storage)];
		await one.preservation.depositNow(done.id);
		one.preservation.noteEdit(open.id, 1);
		await one.close();
		const two = await anArchive({ dataDir: one.dataDir, idleMs: 10 });
		expect(two.preservation.status()).toMatchObject({ objects: 1, waiting: 0 });
		await two.preservation.resume();
		expect(two.preservation.status().waiting).toBe(1);
		await eventually(() => expect(two.announced.map(({ id }) => id)).toEqual([open.id]));
	});

	it('a version that reached the store and not the database is recorded, not written again', async () => {
		const archive = await anArchive();
		const entry = await aLoggedEntry(archive.storage);
		const first = await archive.preservation.depositNow(entry.id);
		await forget(archive, entry.id, null);
		expect(await archive.preservation.depositNow(entry.id)).toEqual(first);
		expect(archive.store.listVersions(`urn:uuid:${entry.id}`)).toHaveLength(1);
		expect(await archive.preservation.versions(entry.id)).toHaveLength(1);
		expect(await depositedSeq(archive, entry.id)).toBe(first?.seq);
	});

	it('edits after such a version are told once, from where the store ends', async () => {
		const archive = await anArchive();
		const entry = await aLoggedEntry(archive.storage);
		await archive.preservation.depositNow(entry.id);
		await entry.set('title', '二');
		const lost = await archive.preservation.depositNow(entry.id);
		await forget(archive, entry.id, 'v2');
		await entry.set('title', '三');
		await archive.preservation.depositNow(entry.id);
		expect(changesOf(archive, entry.id, 'v2').map((each) => each.to)).toEqual(['二']);
		expect(changesOf(archive, entry.id, 'v3').map((each) => each.to)).toEqual(['三']);
		expect(recordOf(archive, entry.id).fromPosition).toBe(lost?.seq);
		expect((await archive.preservation.versions(entry.id)).map((each) => each.version)).toEqual([
			'v1',
			'v2',
			'v3',
		]);
	});

	it('with a database from an older copy, what is logged anew is deposited on top', async () => {
		const archive = await anArchive();
		const entry = await aLoggedEntry(archive.storage);
		const first = await archive.preservation.depositNow(entry.id);
		const gone = await entry.set('title', '已丢失');
		await archive.preservation.depositNow(entry.id);
		// The copy ends before the second update; the log counts on and comes to the same position with another text.
		const { db } = archive.storage;
		const docName = `entry:${entry.id}`;
		await forget(archive, entry.id, 'v2');
		await db
			.updateTable('entry')
			.set({ deposited_seq: first?.seq ?? null })
			.execute();
		await db.deleteFrom('log_update').where('seq', '=', gone).execute();
		await db.deleteFrom('entry_change').where('seq', '=', gone).execute();
		const again = await aLoggedEntry(archive.storage, '别的');
		await db
			.updateTable('log_update')
			.set({ doc: docName, seq: gone })
			.where('doc', '=', `entry:${again.id}`)
			.execute();
		await db
			.updateTable('entry_change')
			.set({ doc: docName, seq: gone })
			.where('doc', '=', `entry:${again.id}`)
			.execute();
		await db.updateTable('log_head').set({ seq: gone }).where('doc', '=', docName).execute();
		expect((await archive.preservation.depositNow(entry.id))?.version).toBe('v3');
		expect(recordOf(archive, entry.id)).toMatchObject({ fromPosition: first?.seq, toPosition: gone });
		expect(changesOf(archive, entry.id, 'v3').map((each) => each.to)).toContain('别的');
		expect(archive.text(entry.id, 'entry.json', 'v2')).toContain('已丢失');
	});
});

describe('a store that cannot be written', () => {
	it('is told, does not hold up editing, and gets its versions when it is back', async () => {
		const archive = await anArchive({ idleMs: 10, retryMs: 20 });
		const entry = await aLoggedEntry(archive.storage);
		await archive.preservation.depositNow(entry.id);
		renameSync(archive.root, `${archive.root}-away`);
		writeFileSync(archive.root, 'in the way');
		const seq = await entry.set('title', '二');
		archive.preservation.noteEdit(entry.id, seq);
		await eventually(() =>
			expect(archive.preservation.status()).toMatchObject({
				state: 'away',
				reason: 'preservation.root-missing',
				waiting: 1,
			}),
		);
		await expect(archive.preservation.depositNow(entry.id)).rejects.toMatchObject({
			code: 'preservation.root-missing',
		});
		expect(await entry.set('title', '三')).toBeGreaterThan(seq);
		rmSync(archive.root);
		renameSync(`${archive.root}-away`, archive.root);
		await eventually(() => expect(archive.preservation.status()).toMatchObject({ state: 'ok', waiting: 0 }));
		expect(archive.text(entry.id, 'entry.json')).toContain('三');
		expect((await archive.preservation.verify()).valid).toBe(true);
	});

	it('is not begun anew where its disk is not mounted', async () => {
		const one = await anArchive();
		const entry = await aLoggedEntry(one.storage);
		await one.preservation.depositNow(entry.id);
		await one.close();
		renameSync(one.root, `${one.root}-away`);
		mkdirSync(one.root);
		const two = await anArchive({ dataDir: one.dataDir });
		await aLoggedEntry(two.storage);
		await expect(two.preservation.depositNow((await aLoggedEntry(two.storage)).id)).rejects.toMatchObject({
			code: 'preservation.root-missing',
		});
	});

	it('is not begun anew either when only records are in it, at a start or later', async () => {
		const one = await anArchive({ retryMs: 60_000 });
		one.preservation.noteArchive();
		await one.preservation.flush('demand');
		renameSync(one.root, `${one.root}-away`);
		const isGone = { state: 'away', reason: 'preservation.root-missing' };
		for (const open of [async () => one, () => again(one)]) {
			const archive = await open();
			await expect(
				archive.preservation.depositNow((await aLoggedEntry(archive.storage)).id),
			).rejects.toMatchObject({ code: 'preservation.root-missing' });
			// Found away by one deposit, it is opened anew for the next.
			await expect(
				archive.preservation.depositNow((await aLoggedEntry(archive.storage)).id),
			).rejects.toMatchObject({ code: 'preservation.root-missing' });
			expect(archive.preservation.status()).toMatchObject(isGone);
			expect(existsSync(archive.root)).toBe(false);
		}
	});

	it('one damaged object does not keep the others waiting', async () => {
		const archive = await anArchive({ idleMs: 10, retryMs: 60_000 });
		const [bad, good] = [await aLoggedEntry(archive.storage), await aLoggedEntry(archive.storage)];
		await archive.preservation.depositNow(bad.id);
		const verdictBefore = await archive.preservation.verify();
		expect(verdictBefore.valid).toBe(true);
		const { objectPath } = await import('#server/preservation/ocfl-layout.ts');
		writeFileSync(join(archive.root, objectPath(`urn:uuid:${bad.id}`), 'inventory.json.sha512'), 'x');
		archive.preservation.noteEdit(bad.id, await bad.set('title', '二'));
		await eventually(() => expect(archive.preservation.status().reason).toBe('preservation.damaged'));
		archive.preservation.noteEdit(good.id, 1);
		await eventually(() => expect(archive.announced.map(({ id }) => id)).toContain(good.id));
		expect(archive.preservation.status()).toMatchObject({ state: 'failing', waiting: 1 });
		expect((await archive.preservation.verify()).errors).toContainEqual(
			expect.objectContaining({ code: 'E061' }),
		);
	});
});

/** The same archive in another process. */
async function again({ dataDir, close }: Archive): Promise<Archive> {
	await close();
	return anArchive({ dataDir, retryMs: 60_000 });
}

/** As if the process had died before the database heard of a version. */
async function forget({ storage }: Archive, id: string, version: string | null): Promise<void> {
	const { db } = storage;
	let rows = db.deleteFrom('deposit').where('entry_id', '=', id);
	if (version !== null) rows = rows.where('version', '=', version);
	await rows.execute();
	const left = await db
		.selectFrom('deposit')
		.select((select) => select.fn.max<number | null>('seq').as('seq'))
		.where('entry_id', '=', id)
		.executeTakeFirst();
	await db
		.updateTable('entry')
		.set({ deposited_seq: left?.seq ?? null })
		.where('id', '=', id)
		.execute();
}
