import * as Y from 'yjs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import { readEntryDoc, readMeta, type EntryDocMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import type { App } from '#server/app.ts';
import { project } from '#server/catalogue/projection.ts';
import type { BulkChange, BulkOutcome } from '#server/collaboration/bulk-edits.ts';
import type { SqliteStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { manyConflicts } from '#tests/support/many-conflicts.ts';
import { startTestServer } from '#tests/support/server.ts';

const ACTOR = { id: 'system:ops', name: 'ops', via: 'order:9' };

const setting = (entryId: EntryId, value: FieldValue, field = 'title'): BulkChange => ({
	entryId,
	change(copy) {
		setField(fieldValuesOf(copy), field, value, {
			id: createId<string>(),
			by: ACTOR.id,
			at: new Date().toISOString(),
			via: ACTOR.via,
		});
		return true;
	},
});
const titleOf = async (app: App, id: EntryId) => (await app.catalogue.entry(system, id)).title;

async function conflictsOf(app: App, count: number) {
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	const actors = [a, b].map(({ id, name }) => ({ id, name, via: null }));
	const ids = await manyConflicts(app, count, actors as [(typeof actors)[0], (typeof actors)[0]]);
	return { ids, a, b, identity: { person: a, via: null } };
}

/** Every column of a row but when it was written. */
async function rowsOf(app: App, ids: readonly EntryId[]) {
	const { db } = app.storage;
	const entries = await db.selectFrom('entry').selectAll().where('id', 'in', ids).orderBy('id').execute();
	const conflicts = await db
		.selectFrom('conflict')
		.selectAll()
		.where('entry_id', 'in', ids)
		.orderBy('entry_id')
		.execute();
	return { entries: entries.map((row) => ({ ...row, updated_at: '' })), conflicts };
}

describe('changing many entries', () => {
	it('logs, shows and attributes each as an edit of its own: closed, open, or only imported', async () => {
		const server = await startTestServer();
		const { app } = server;
		const { ids } = await conflictsOf(app, 300);
		const open = await aMadeEntry(app, { title: '开着' });
		const client = await joinLive(server.port, open, {
			token: await server.token('丙', 'archivist'),
			by: '丙',
		});
		const imported = await anImportedEntry(app, '未打开');
		const all = [...ids, open, imported];
		const seen: number[] = [];
		const outcomes = await app.collaboration.editMany(
			[...all.map((id, index) => setting(id, `改${index}号`)), setting(imported, '附注', 'note')],
			ACTOR,
			{ onProgress: ({ done }) => seen.push(done) },
		);
		expect(outcomes.every((outcome) => typeof outcome === 'number')).toBe(true);
		expect(seen.at(-1)).toBe(all.length + 1);
		await eventually(() => expect(client.values('title')).toEqual(['改300号']));
		for (const [index, id] of [...all.entries()].filter(([at]) => at % 50 === 0 || at >= 300)) {
			const entry = await app.catalogue.entry(system, id);
			expect(entry).toMatchObject({ title: `改${index}号`, conflictCount: 0 });
			expect(
				(await app.catalogue.search(system, `改${index}号`, 0, 500)).rows.map((row) => row.id),
			).toContain(id);
		}
		expect((await app.catalogue.entry(system, imported)).fields['note']).toBe('附注');
		const changes = await app.storage.db
			.selectFrom('entry_change')
			.selectAll()
			.where('via', '=', ACTOR.via)
			.execute();
		expect(changes).toHaveLength(all.length + 1);
		expect(changes.map(({ seq }) => seq).toSorted((x, y) => x - y)).toEqual(
			(outcomes as number[]).toSorted((x, y) => x - y),
		);
		const one = changes.find(({ doc }) => doc === `entry:${ids[7]}`);
		expect(JSON.parse(one?.from_values ?? '')).toHaveLength(2);
		expect(one).toMatchObject({ actor_id: ACTOR.id, field: 'title', claimed_by: ACTOR.id });
	});

	it('writes the rows that one projection after the other would write', async () => {
		const { app } = await startTestServer();
		const { ids } = await conflictsOf(app, 40);
		// A few settle, a few get a third value, one changes who may see it, one goes elsewhere.
		const third = (entryId: EntryId): BulkChange => ({
			entryId,
			change(copy) {
				const element = { id: createId<string>(), field: 'title', value: '第三' };
				fieldValuesOf(copy).push([{ ...element, by: ACTOR.id, at: new Date().toISOString() }]);
				return true;
			},
		});
		await app.collaboration.editMany(
			ids.map((id, index) =>
				index === 0
					? setting(id, 'restricted', 'accessStatus')
					: index === 1
						? setting(id, ids[2] as EntryId, 'parent')
						: index % 2
							? setting(id, '定')
							: third(id),
			),
			ACTOR,
		);
		const together = await rowsOf(app, ids);
		expect(together.conflicts).toHaveLength(21);
		for (const id of ids) {
			const doc = new Y.Doc();
			const updates = await app.storage.log.read(`entry:${id}`);
			for (const { payload } of updates) Y.applyUpdate(doc, payload);
			await project(
				{ storage: app.storage, clock: systemClock },
				{
					id,
					meta: readMeta(doc) as EntryDocMeta,
					content: readEntryDoc(doc),
					seq: updates.at(-1)?.seq ?? 0,
				},
			);
		}
		expect(await rowsOf(app, ids)).toEqual(together);
	});

	it('leaves what has nothing to do, names what was refused, and goes on', async () => {
		const { app } = await startTestServer();
		const { ids } = await conflictsOf(app, 3);
		const nobody = createId();
		const [first, second, third] = ids as [EntryId, EntryId, EntryId];
		const foreign: BulkChange = {
			entryId: second,
			change(copy) {
				setField(fieldValuesOf(copy), 'title', '冒名', {
					id: 'x',
					by: 'somebody else',
					at: '2026-01-01T00:00:00.000Z',
				});
				return true;
			},
		};
		const outcomes = await app.collaboration.editMany(
			[
				{ entryId: first, change: () => false },
				foreign,
				setting(second, '后来的'),
				setting(nobody, '无'),
				setting(third, '三'),
			],
			ACTOR,
		);
		const said = (outcome: BulkOutcome | undefined) =>
			outcome instanceof Error ? outcome.code : typeof outcome === 'number' ? 'done' : outcome;
		expect(outcomes.map(said)).toEqual([
			'unchanged',
			'collaboration.foreign-author',
			'done',
			'catalogue.unknown-entry',
			'done',
		]);
		expect(await titleOf(app, second)).toBe('后来的');
		expect(await app.storage.log.head(`entry:${nobody}`)).toBe(0);
	});

	it('whoever opens or edits an entry meanwhile comes before or after, and loses nothing', async () => {
		const server = await startTestServer();
		const { app } = server;
		const { ids } = await conflictsOf(app, 250);
		const token = await server.token('丙', 'archivist');
		const meanwhile: Promise<unknown>[] = [];
		let client: ReturnType<typeof joinLive> | undefined;
		const [joined, edited] = [ids[20] as EntryId, ids[120] as EntryId];
		const outcomes = await app.collaboration.editMany(
			ids.map((id) => {
				const { change } = setting(id, '成批');
				return {
					entryId: id,
					change(copy) {
						// Here the document is read already, and not written yet.
						if (id === joined) client = joinLive(server.port, id, { token, by: '丙' });
						if (id === edited)
							meanwhile.push(app.collaboration.setField(id, 'title', '同时', { ...ACTOR, via: null }));
						return change(copy);
					},
				};
			}),
			ACTOR,
		);
		expect(outcomes.every((outcome) => typeof outcome === 'number')).toBe(true);
		await Promise.all(meanwhile);
		const there = await client;
		expect(there?.values('title')).toEqual(['成批']);
		there?.set('title', '接着改');
		await there?.durable();
		await eventually(async () => expect(await titleOf(app, joined)).toBe('接着改'));
		const { title, conflictCount } = await app.catalogue.entry(system, edited);
		expect({ title, conflictCount }).toEqual({ title: '同时', conflictCount: 0 });
		const last = await app.storage.db
			.selectFrom('entry_change')
			.select('from_values')
			.where('doc', '=', `entry:${edited}`)
			.orderBy('seq', 'desc')
			.limit(1)
			.executeTakeFirstOrThrow();
		expect(JSON.parse(last.from_values)).toEqual(['成批']);
	});

	it('what a device set without having seen it stands beside it', async () => {
		const { app } = await startTestServer();
		const { ids, b } = await conflictsOf(app, 5);
		const id = ids[3] as EntryId;
		const device = new Y.Doc();
		for (const { payload } of await app.storage.log.read(`entry:${id}`)) Y.applyUpdate(device, payload);
		const before = Y.encodeStateVector(device);
		const at = new Date().toISOString();
		setField(fieldValuesOf(device), 'title', '脱机', { id: createId<string>(), by: b.id, at });
		await app.collaboration.editMany(
			ids.map((each) => setting(each, '成批')),
			ACTOR,
		);
		await app.collaboration.takeUpdate(
			`entry:${id}`,
			Y.encodeStateAsUpdate(device, before),
			{ id: b.id, name: b.name, via: null },
			{ person: b, alsoBy: [] },
		);
		expect((await app.catalogue.entry(system, id)).conflicts['title']?.map(({ value }) => value)).toEqual([
			'脱机',
			'成批',
		]);
	});

	it('two at once over the same entries: both are logged, one after the other', async () => {
		const { app } = await startTestServer();
		const { ids } = await conflictsOf(app, 230);
		const [one, other] = await Promise.all([
			app.collaboration.editMany(
				ids.map((id) => setting(id, '一')),
				ACTOR,
			),
			app.collaboration.editMany(
				ids.toReversed().map((id) => setting(id, '二')),
				ACTOR,
			),
		]);
		expect([...one, ...other].every((outcome) => typeof outcome === 'number')).toBe(true);
		const rows = await app.storage.db.selectFrom('entry').select(['id', 'title', 'conflict_count']).execute();
		for (const [index, id] of ids.entries()) {
			const newest = (one[index] as number) > (other[ids.length - 1 - index] as number) ? '一' : '二';
			expect(rows.find((row) => row.id === id)).toMatchObject({ title: newest, conflict_count: 0 });
		}
	});
});

describe('a decision over hundreds of conflicts', () => {
	it('given up in the middle stops between batches, and what was done can be taken back', async () => {
		const { app } = await startTestServer();
		const { ids, a, identity } = await conflictsOf(app, 650);
		const cancelled = new AbortController();
		const { decisionId, done, left } = await app.conflicts.settle(
			identity,
			{ filter: {}, choice: { kind: 'newest' }, why: '' },
			{ signal: cancelled.signal, onProgress: () => cancelled.abort() },
		);
		expect(done).toBeGreaterThanOrEqual(200);
		expect(left).toBeGreaterThanOrEqual(200);
		expect(done + left).toBe(650);
		expect(await app.conflicts.openCount(a)).toBe(left);
		const logged = await app.storage.db
			.selectFrom('log_update')
			.select('doc')
			.where('via', '=', `rule:${decisionId}`)
			.execute();
		expect(new Set(logged.map(({ doc }) => doc)).size).toBe(done);
		expect(await app.conflicts.undo(identity, decisionId)).toMatchObject({ done, left });
		expect(await app.conflicts.openCount(a)).toBe(ids.length);
	});

	it('cut off by a crash has done what the log holds, no more; the next start shows it, and it can be taken back', async () => {
		const server = await startTestServer();
		const { ids, identity } = await conflictsOf(server.app, 650);
		await expect(
			server.app.conflicts.settle(
				identity,
				{ filter: {}, choice: { kind: 'oldest' }, why: '' },
				{ onProgress: () => void (server.app.storage as SqliteStorage).abandon() },
			),
		).rejects.toMatchObject({ status: 503 });
		await server.stop().catch(() => undefined);
		const { app } = await startTestServer({ dataDir: server.dataDir });
		const [decision] = await app.conflicts.decisions(identity.person);
		expect(decision).toMatchObject({ items: 650, undoneAt: null });
		const logged = await app.storage.db
			.selectFrom('log_update')
			.select('doc')
			.where('via', '=', `rule:${decision?.id}`)
			.execute();
		expect(logged.length).toBeGreaterThanOrEqual(200);
		expect(logged.length).toBeLessThan(650);
		const settled = new Set(logged.map(({ doc }) => doc));
		const rows = await app.storage.db
			.selectFrom('entry')
			.select(['id', 'title', 'conflict_count'])
			.where('id', 'in', ids)
			.execute();
		for (const { id, title, conflict_count: count } of rows) {
			expect(count).toBe(settled.has(`entry:${id}`) ? 0 : 1);
			expect(title).toContain(settled.has(`entry:${id}`) ? '甲' : '乙');
		}
		const back = await app.conflicts.undo(identity, decision?.id ?? '');
		expect(back).toMatchObject({ done: settled.size, left: 650 - settled.size });
		expect(await app.conflicts.openCount(identity.person)).toBe(650);
	});
});
