import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId, type PersonId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { ReviewRecord } from '#server/preservation/review-record.ts';
import type { DepositRecord } from '#server/preservation/entry-snapshot.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { aMadeEntry, anImportedEntry, registerEntries, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { startTestServer } from '#tests/support/server.ts';
import { eventsOf } from '#sync/review-doc.ts';

const reviewer: Person = { ...system, id: 'system:reviewer' as PersonId, name: 'reviewer' };
const by = (person: Person) => ({ id: person.id, name: person.name, via: null });

async function anArchive() {
	const server = await startTestServer();
	const { app } = server;
	const store = new OcflStore(join(app.config.dataDir, 'archive'), join(app.config.dataDir, 'no-staging'));
	const text = (id: string, name: string): string =>
		Buffer.from(store.readFile(`urn:uuid:${id}`, name) ?? []).toString('utf8');
	const comment = (id: EntryId, words: string): Promise<void> => {
		const commentId = createId<string>();
		return app.collaboration.say(
			id,
			by(reviewer),
			() => ({
				kind: 'comment',
				id: commentId,
				thread: commentId,
				anchor: { kind: 'entry' },
				text: words,
				mentions: [],
				by: reviewer.id,
				at: new Date().toISOString(),
			}),
			'update',
		);
	};
	return {
		app,
		text,
		comment,
		json: <T>(id: string, name: string): T => JSON.parse(text(id, name)) as T,
	};
}

describe('what the archive stands for', () => {
	it('is a version of its own, apart from those made while people work, and says who decided', async () => {
		const { app, json } = await anArchive();
		const id = await aMadeEntry(app, { title: '一' });
		await app.preservation.depositNow(id);
		await registerEntries(app, [id]);
		await eventually(async () =>
			expect((await app.catalogue.entry(system, id)).versions.map(({ kind }) => kind)).toEqual([
				'working',
				'approved',
			]),
		);
		expect(json<DepositRecord>(id, 'deposit.json')).toMatchObject({
			kind: 'approved',
			state: 'registered',
			reason: 'registered',
		});
		const { state, steps } = json<ReviewRecord>(id, 'review.json');
		expect([state, steps.map(({ step, actorName }) => [step, actorName])]).toEqual([
			'registered',
			[
				['submit', 'test'],
				['verify', 'reviewer'],
				['register', 'reviewer'],
			],
		]);
		expect((await app.catalogue.entry(system, id)).state).toBe('archive');
	});

	it('goes on with an order of two people, which is kept with its rows', async () => {
		const { app, json, text } = await anArchive();
		const id = await aMadeEntry(app, { title: '一' });
		await registerEntries(app, [id]);
		const order = await app.orders.create(
			{ person: system, via: null },
			{ kind: 'rows', rows: [{ entry: id, field: 'title', value: '二' }] },
			'漏字',
		);
		await app.orders.decide({ person: reviewer, via: null }, order.id, 'approve', '属实');
		await app.preservation.flush('demand');
		await eventually(() =>
			expect(json<{ state: string }>(order.id, 'order.json')).toMatchObject({
				state: 'applied',
				why: '漏字',
				proposer_name: 'test',
			}),
		);
		expect(JSON.parse(text(order.id, 'rows.jsonl'))).toMatchObject({
			entry_id: id,
			old_value: '"一"',
			new_value: '"二"',
			state: 'applied',
		});
		expect(json<{ fields: object }>(id, 'entry.json').fields).toMatchObject({ title: '二' });
		expect(json<DepositRecord>(id, 'deposit.json').kind).toBe('approved');
	});
});

describe('what is said about an entry', () => {
	it('makes a version, also of an imported one nobody has opened, with the words and their document', async () => {
		const { app, comment, json } = await anArchive();
		const id = await anImportedEntry(app, '导入');
		await comment(id, '请核对');
		expect((await app.catalogue.entry(system, id)).state).toBe('server');
		expect(await app.preservation.depositNow(id)).toMatchObject({ version: 'v1', kind: 'working' });
		const { events } = json<ReviewRecord>(id, 'review.json');
		expect(events).toMatchObject([
			{ event: { kind: 'comment', text: '请核对' }, by: { actorName: 'reviewer' } },
		]);
		expect(json<{ fields: object }>(id, 'entry.json').fields).toEqual({ title: '导入' });
		expect(await app.preservation.depositNow(id)).toBeUndefined();
		await comment(id, '再核对');
		expect(await app.preservation.depositNow(id)).toMatchObject({ version: 'v2' });
		const review = new Y.Doc();
		for (const { payload } of await app.storage.log.read(`review:${id}`)) Y.applyUpdate(review, payload);
		expect(json<ReviewRecord>(id, 'review.json').events.map(({ event }) => event.id)).toEqual(
			eventsOf(review)
				.toArray()
				.map((event) => event.id),
		);
	});
});

describe('a step over entries nobody has edited', () => {
	it('is one record, and they get no object of their own', async () => {
		const { app, json, text } = await anArchive();
		const ids = [await anImportedEntry(app, '甲'), await anImportedEntry(app, '乙')];
		await app.storage.db.updateTable('import').set({ deposited_version: 'v1' }).execute();
		await registerEntries(app, ids);
		await eventually(async () => {
			for (const id of ids)
				expect(await app.catalogue.entry(system, id)).toMatchObject({ state: 'archive', versions: [] });
		});
		const { last } = (await app.catalogue.entry(system, ids[0] as EntryId)).review;
		expect(json<{ step: string }>(last?.id ?? '', 'step.json')).toMatchObject({
			step: 'register',
			actor_name: 'reviewer',
			entries: 2,
		});
		expect(
			text(last?.id ?? '', 'entries.jsonl')
				.trim()
				.split('\n')
				.map((line) => (JSON.parse(line) as { entry_id: string }).entry_id),
		).toEqual([...ids].sort());
		expect((await app.preservation.verify()).valid).toBe(true);
	});
});

it('what was decided and said before a stop is taken up after it', async () => {
	const { app, comment } = await anArchive();
	const [said, decided, untouched] = [
		await anImportedEntry(app, '说'),
		await aMadeEntry(app, { title: '定' }),
		await anImportedEntry(app, '未动'),
	];
	await app.preservation.depositNow(decided);
	const { db } = app.storage;
	// As if the process had ended before the store heard of it.
	await comment(said, '意见');
	await registerEntries(app, [decided, untouched]);
	await eventually(async () =>
		expect((await app.catalogue.entry(system, untouched)).review.state).toBe('registered'),
	);
	await app.preservation.flush('demand');
	await eventually(() => expect(app.preservation.status().waiting).toBe(0));
	await db
		.updateTable('entry')
		.set({ deposited_step: null })
		.where('id', 'in', [decided, untouched])
		.execute();
	await db.updateTable('review').set({ deposited_seq: 0 }).execute();
	const stateOf = async (id: EntryId) => (await app.catalogue.entry(system, id)).state;
	expect(await stateOf(decided)).toBe('server');
	await app.preservation.resume();
	await app.preservation.flush('demand');
	await eventually(async () => {
		expect(await stateOf(decided)).toBe('archive');
		const row = await db.selectFrom('review').select('deposited_seq').executeTakeFirstOrThrow();
		expect(row.deposited_seq).toBeGreaterThan(0);
		const step = await db
			.selectFrom('entry')
			.select(['last_step', 'deposited_step'])
			.where('id', '=', untouched)
			.executeTakeFirstOrThrow();
		expect(step.deposited_step).toBe(step.last_step);
	});
	// Nothing was written twice.
	expect((await app.catalogue.entry(system, decided)).versions).toHaveLength(2);
});
