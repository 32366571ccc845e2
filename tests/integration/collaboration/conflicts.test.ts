import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { disputeKeyOf } from '#domain/collaboration/conflicts.ts';
import type { App } from '#server/app.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer } from '#tests/support/server.ts';

const HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString();

const titleOf = async (app: App, id: EntryId) => (await app.catalogue.entry(system, id)).title;
const valuesOf = async (app: App, id: EntryId, field = 'title') =>
	(await app.catalogue.entry(system, id)).conflicts[field]?.map(({ value, attribution }) => [
		value,
		attribution.actorName,
	]);
const asked = (person: Person) => ({ person, via: null });

describe('the queue of conflicts', () => {
	it('shows every value with who, when, what it replaced, and why they stand beside each other', async () => {
		const { app } = await startTestServer();
		const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const id = await aMadeEntry(app, { title: '旧题名' });
		await aConflict(app, id, 'title', [
			{ by: a, value: '甲的题名' },
			{ by: b, value: '乙的题名', at: HOUR_AGO },
		]);
		const { total, rows } = await app.conflicts.list(a, {}, 0, 10);
		expect(total).toBe(1);
		expect(rows[0]).toMatchObject({ entryId: id, field: 'title', title: '乙的题名', cause: 'offline' });
		expect(
			rows[0]?.values.map(({ value, attribution, replaced }) => [value, attribution.actorName, replaced]),
		).toEqual([
			['乙的题名', '乙', ['旧题名']],
			['甲的题名', '甲', ['旧题名']],
		]);
	});

	it('is narrowed by fonds, person, cause, age and state', async () => {
		const { app } = await startTestServer();
		const [a, b, c] = [await personOf(app, '甲'), await personOf(app, '乙'), await personOf(app, '丙')];
		const first = await aMadeEntry(app, { title: '一', level: 'fonds' });
		const second = await aMadeEntry(app, { title: '二', level: 'fonds' });
		await aConflict(app, first, 'title', [
			{ by: a, value: '一甲' },
			{ by: b, value: '一乙', at: HOUR_AGO },
		]);
		await aConflict(app, second, 'title', [
			{ by: a, value: '二甲', via: 'order:1' },
			{ by: c, value: '二丙' },
		]);
		const found = async (filter: Parameters<App['conflicts']['list']>[1]) =>
			(await app.conflicts.list(a, filter, 0, 10)).rows.map((row) => row.entryId);
		expect(await found({})).toEqual([first, second]);
		expect(await found({ fonds: second })).toEqual([second]);
		expect(await found({ person: b.id })).toEqual([first]);
		expect(await found({ person: a.id })).toEqual([first, second]);
		expect(await found({ cause: 'bulk' })).toEqual([second]);
		expect(await found({ cause: 'offline' })).toEqual([first]);
		expect(await found({ before: HOUR_AGO })).toEqual([]);
		expect(await found({ state: 'disputed' })).toEqual([]);
		expect(await app.conflicts.people(a)).toEqual(
			expect.arrayContaining([a, b, c].map(({ id, name }) => ({ id, name }))),
		);
	});

	it('tells nobody of entries they may not see, and readers nothing', async () => {
		const { app } = await startTestServer();
		const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const mine = await aMadeEntry(app, { title: '一', level: 'fonds' });
		const other = await aMadeEntry(app, { title: '二', level: 'fonds' });
		for (const id of [mine, other])
			await aConflict(app, id, 'title', [
				{ by: a, value: '甲' },
				{ by: b, value: '乙' },
			]);
		const limited = { ...b, fonds: [mine] };
		expect((await app.conflicts.list(limited, {}, 0, 10)).rows.map((row) => row.entryId)).toEqual([mine]);
		const outcome = await app.conflicts.settle(asked(limited), {
			filter: {},
			choice: { kind: 'oldest' },
			why: '',
		});
		expect(outcome).toMatchObject({ done: 1, left: 0 });
		expect(await valuesOf(app, other)).toHaveLength(2);
		const reader = await personOf(app, '读者', 'reader');
		await expect(app.conflicts.list(reader, {}, 0, 10)).rejects.toMatchObject({ code: 'permissions.denied' });
		const reviewer = await personOf(app, '审核', 'reviewer');
		expect((await app.conflicts.list(reviewer, {}, 0, 10)).total).toBe(1);
		await expect(
			app.conflicts.settle(asked(reviewer), { filter: {}, choice: { kind: 'newest' }, why: '' }),
		).rejects.toMatchObject({ code: 'permissions.denied' });
	});
});

it('the number of open conflicts says nothing of other fonds, of disputed ones, or to readers', async () => {
	const server = await startTestServer();
	const { app } = server;
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	const mine = await aMadeEntry(app, { title: '一', level: 'fonds' });
	const other = await aMadeEntry(app, { title: '二', level: 'fonds' });
	for (const id of [mine, other])
		await aConflict(app, id, 'title', [
			{ by: a, value: '甲' },
			{ by: b, value: '乙' },
		]);
	expect(await app.conflicts.openCount(a)).toBe(2);
	expect(await app.conflicts.openCount({ ...a, fonds: [mine] })).toBe(1);
	const elements = (await app.catalogue.entry(system, mine)).conflicts['title']?.map(
		(each) => each.elementId,
	);
	await app.collaboration.setField(
		mine,
		disputeKeyOf('title'),
		{ reason: '待查', elements: elements ?? [] },
		{ id: a.id, name: a.name, via: null },
	);
	const said = async (name: string, role: Person['role']): Promise<unknown> => {
		const cookie = await server.cookie(name, role);
		const answer = await fetch(`${server.origin}/api/me`, { headers: { cookie } });
		return ((await answer.json()) as { openConflicts?: number }).openConflicts;
	};
	expect(await said('丙', 'reviewer')).toBe(1);
	expect(await said('读者', 'reader')).toBeUndefined();
});

describe('values that differ in blanks and width only', () => {
	it('settle themselves, marked as such; any other difference stays', async () => {
		const { app } = await startTestServer();
		const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const trifle = await aMadeEntry(app, { title: '旧' });
		const real = await aMadeEntry(app, { title: '旧' });
		await aConflict(app, trifle, 'title', [
			{ by: a, value: '关于１９８５年（招生）的通知' },
			{ by: b, value: '关于 1985 年(招生)的通知' },
		]);
		await aConflict(app, real, 'title', [
			{ by: a, value: '①号文件' },
			{ by: b, value: '1号文件' },
		]);
		await eventually(async () => expect(await valuesOf(app, trifle)).toBeUndefined());
		expect(await titleOf(app, trifle)).toBe('关于 1985 年(招生)的通知');
		const changes = await app.storage.db
			.selectFrom('entry_change')
			.select(['actor_id', 'via', 'from_values'])
			.where('doc', '=', `entry:${trifle}`)
			.where('field', '=', 'title')
			.orderBy('seq', 'desc')
			.execute();
		expect(changes[0]).toMatchObject({ actor_id: 'server', via: 'automatic' });
		expect(JSON.parse(changes[0]?.from_values ?? '[]')).toHaveLength(2);
		expect(await valuesOf(app, real)).toHaveLength(2);
	});
});

describe('a dispute', () => {
	it('leaves the values standing with a reason, until any of them changes', async () => {
		const server = await startTestServer();
		const { app } = server;
		const token = await server.token('甲', 'archivist');
		const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const id = await aMadeEntry(app, { title: '旧' });
		await aConflict(app, id, 'title', [
			{ by: a, value: '一' },
			{ by: b, value: '二' },
		]);
		const elements = (await app.catalogue.entry(system, id)).conflicts['title']?.map(
			(each) => each.elementId,
		);
		const client = await joinLive(server.port, id, { token, by: '甲' });
		client.set(disputeKeyOf('title'), { reason: '待查原件', elements: elements ?? [] });
		await client.durable();
		await eventually(async () =>
			expect((await app.catalogue.entry(system, id)).disputes['title']).toMatchObject({
				reason: '待查原件',
				actorName: '甲',
			}),
		);
		const { fields, conflictCount } = await app.catalogue.entry(system, id);
		expect(Object.keys(fields)).toEqual(['title']);
		expect(conflictCount).toBe(1);
		expect((await app.conflicts.list(a, { state: 'disputed' }, 0, 10)).total).toBe(1);
		expect((await app.conflicts.list(a, { state: 'open' }, 0, 10)).total).toBe(0);
		await app.collaboration.edit(id, { id: b.id, name: b.name, via: null }, (copy) => {
			copy
				.getArray('fields')
				.push([{ id: 'third', field: 'title', value: '三', by: b.id, at: new Date().toISOString() }]);
			return true;
		});
		await eventually(async () =>
			expect((await app.conflicts.list(a, { state: 'open' }, 0, 10)).total).toBe(1),
		);
	});

	it('without a reason is refused', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const client = await joinLive(server.port, id, {
			token: await server.token('甲', 'archivist'),
			by: '甲',
		});
		client.set(disputeKeyOf('title'), { reason: ' ', elements: [] });
		await eventually(() => expect(client.refusals).toContain('collaboration.bad-element'));
	});
});

describe('one decision over alike conflicts', () => {
	async function alike(app: App, count: number) {
		const [bulk, offline] = [await personOf(app, '批量'), await personOf(app, '脱机')];
		const ids: EntryId[] = [];
		for (let at = 0; at < count; at++) {
			const id = await aMadeEntry(app, { title: `旧${at}` });
			await aConflict(app, id, 'title', [
				{ by: bulk, value: `批${at}`, via: 'order:7' },
				{ by: offline, value: `脱${at}`, at: HOUR_AGO },
			]);
			ids.push(id);
		}
		return { ids, bulk, offline };
	}

	it('is previewed, carried out, and taken back with the values and their authors as they were', async () => {
		const { app } = await startTestServer();
		const { ids, bulk, offline } = await alike(app, 12);
		const odd = await aMadeEntry(app, { title: '旧' });
		await aConflict(app, odd, 'title', [
			{ by: bulk, value: '单' },
			{ by: offline, value: '双' },
		]);
		const groups = await app.conflicts.groups(bulk, {});
		expect(groups.map(({ count, cause, fieldId }) => [count, cause, fieldId])).toEqual([
			[12, 'bulk', 'title'],
			[1, 'together', 'title'],
		]);
		const filter = { group: groups[0]?.group ?? '' };
		const choice = { kind: 'person', actorId: offline.id } as const;
		const preview = await app.conflicts.preview(asked(bulk), filter, choice);
		expect(preview).toMatchObject({ found: 12, settles: 12 });
		expect(preview.examples[0]).toMatchObject({ stands: { value: '脱0' }, goes: [{ value: '批0' }] });
		const before = await Promise.all(ids.map((id) => valuesOf(app, id)));

		const seen: number[] = [];
		const outcome = await app.conflicts.settle(
			asked(bulk),
			{ filter, choice, why: '以脱机核对为准' },
			{ onProgress: ({ done }) => seen.push(done) },
		);
		expect(outcome).toMatchObject({ done: 12, left: 0 });
		expect(await Promise.all(ids.map((id) => titleOf(app, id)))).toEqual(ids.map((_, at) => `脱${at}`));
		expect((await app.conflicts.list(bulk, {}, 0, 10)).rows.map((row) => row.entryId)).toEqual([odd]);

		// Who may not edit all of it takes nothing of it back.
		const limited = { ...offline, fonds: [ids[0] as EntryId] };
		await expect(app.conflicts.undo(asked(limited), outcome.decisionId)).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		expect(await titleOf(app, ids[0] as EntryId)).toBe('脱0');

		// One was changed since: somebody's later word is not overruled.
		await app.collaboration.setField(ids[3] as EntryId, 'title', '后来的', { ...bulk, via: null });
		const back = await app.conflicts.undo(asked(offline), outcome.decisionId);
		expect(back).toMatchObject({ done: 11, left: 1 });
		for (const [at, id] of ids.entries())
			if (at === 3) expect(await titleOf(app, id)).toBe('后来的');
			else expect(await valuesOf(app, id)).toEqual(before[at]);
		await expect(app.conflicts.undo(asked(bulk), outcome.decisionId)).rejects.toMatchObject({
			code: 'collaboration.decision-undone',
		});
		expect((await app.conflicts.decisions(bulk))[0]).toMatchObject({
			why: '以脱机核对为准',
			items: 12,
			actorName: '批量',
		});
	});

	it('given up in the middle leaves what was done, which can be taken back', async () => {
		const { app } = await startTestServer();
		const { ids, bulk } = await alike(app, 60);
		const cancelled = new AbortController();
		const outcome = await app.conflicts.settle(
			asked(bulk),
			{ filter: {}, choice: { kind: 'newest' }, why: '' },
			{ signal: cancelled.signal, onProgress: () => cancelled.abort() },
		);
		expect(outcome.done).toBeGreaterThanOrEqual(20);
		expect(outcome.done + outcome.left).toBe(60);
		expect(outcome.left).toBe((await app.conflicts.list(bulk, {}, 0, 10)).total);
		await app.conflicts.undo(asked(bulk), outcome.decisionId);
		expect((await app.conflicts.list(bulk, {}, 0, 10)).total).toBe(ids.length);
	});

	it('does not settle a conflict into which another value came after the preview', async () => {
		const { app } = await startTestServer();
		const { ids, bulk, offline } = await alike(app, 2);
		const { edit } = app.collaboration;
		await edit(ids[0] as EntryId, { id: offline.id, name: offline.name, via: null }, (copy) => {
			copy
				.getArray('fields')
				.push([
					{ id: 'third', field: 'title', value: '第三个', by: offline.id, at: new Date().toISOString() },
				]);
			return true;
		});
		const outcome = await app.conflicts.settle(asked(bulk), {
			filter: {},
			choice: { kind: 'newest' },
			why: '',
		});
		expect(outcome).toMatchObject({ done: 1, left: 1 });
		await eventually(async () =>
			expect((await valuesOf(app, ids[0] as EntryId))?.map(([value]) => value)).toEqual([
				'第三个',
				'脱0',
				'批0',
			]),
		);
	});
});

it('the list of decisions tells of fonds somebody does not work with neither reasons nor numbers', async () => {
	const { app } = await startTestServer();
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	const mine = await aMadeEntry(app, { title: '一', level: 'fonds' });
	const other = await aMadeEntry(app, { title: '二', level: 'fonds' });
	const settled = async (person: Person, ids: readonly EntryId[], why: string): Promise<string> => {
		for (const id of ids)
			await aConflict(app, id, 'title', [
				{ by: a, value: `甲 ${why}` },
				{ by: b, value: `乙 ${why}` },
			]);
		const { decisionId } = await app.conflicts.settle(asked(person), {
			filter: {},
			choice: { kind: 'newest' },
			why,
		});
		return decisionId;
	};
	const theirs = await settled(a, [other], '密');
	const ours = await settled(a, [mine], '公开的理由');
	const both = await settled(a, [mine, other], '两边');
	const nothing = await settled(a, [], '空');
	const limited = { ...b, fonds: [mine] };
	const of = (rows: Awaited<ReturnType<App['conflicts']['decisions']>>) =>
		rows.map(({ id, why, items, isPartial }) => ({ id, why, items, isPartial }));
	expect(of(await app.conflicts.decisions(limited))).toEqual([
		{ id: both, why: '', items: 1, isPartial: true },
		{ id: ours, why: '公开的理由', items: 1, isPartial: false },
	]);
	// Who made a decision knows its reason; how much of it lies elsewhere is still not theirs to see.
	expect(of(await app.conflicts.decisions({ ...a, fonds: [other] }))).toEqual([
		{ id: nothing, why: '空', items: 0, isPartial: false },
		{ id: both, why: '两边', items: 1, isPartial: true },
		{ id: theirs, why: '密', items: 1, isPartial: false },
	]);
	expect(of(await app.conflicts.decisions(a)).map(({ items }) => items)).toEqual([0, 2, 1, 1]);
	// Whether there is such a decision is nothing to learn either.
	for (const id of [theirs, crypto.randomUUID()])
		await expect(app.conflicts.undo(asked(limited), id)).rejects.toMatchObject({
			code: 'collaboration.unknown-decision',
		});
	await expect(app.conflicts.undo(asked(limited), both)).rejects.toMatchObject({
		code: 'permissions.denied',
	});
});

it('conflicts are answered over HTTP and by the command line, to who may see them', async () => {
	const server = await startTestServer();
	const { app, origin } = server;
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	const id = await aMadeEntry(app, { title: '旧' });
	await aConflict(app, id, 'title', [
		{ by: a, value: '一' },
		{ by: b, value: '二' },
	]);
	const as = async (name: string, role: Person['role'], path: string, body?: unknown) =>
		fetch(`${origin}${path}`, {
			headers: {
				authorization: `Bearer ${await server.token(name, role)}`,
				'content-type': 'application/json',
			},
			...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
		});
	expect(
		await (await as('丁', 'archivist', '/api/conflicts?state=open&cause=together')).json(),
	).toMatchObject({
		total: 1,
	});
	expect((await as('读', 'reader', '/api/conflicts')).status).toBe(403);
	expect((await as('丁2', 'archivist', '/api/conflicts?cause=other')).status).toBe(400);
	const lines = (
		await (
			await as('丁3', 'archivist', '/api/conflicts/settle', { filter: {}, choice: { kind: 'newest' } })
		).text()
	)
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as { result?: { done: number } });
	expect(lines.at(-1)?.result).toMatchObject({ done: 1, left: 0 });
	expect(await titleOf(app, id)).toBe('二');
});
