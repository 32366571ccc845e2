import { describe, expect, it } from 'vitest';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import type { Person, Role } from '#domain/permissions/permissions.ts';
import type { ReviewStep } from '#domain/catalogue/review-states.ts';
import type { Identity } from '#server/permissions/identity.ts';
import { loadDemo } from '#server/catalogue/synthetic/load-demo.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { PASSWORD, startTestServer, type TestServer } from '#tests/support/server.ts';
import { aTabDevice, openTab } from '#tests/support/tab.ts';

async function anIdentity(server: TestServer, name: string, role: Role): Promise<Identity> {
	const { id } = await server.app.administration.people.add(
		{ name, role, password: PASSWORD },
		{ id: 'test', name: 'test', via: 'cli' },
	);
	const person: Person = { id: id as PersonId, name, role, fonds: null, accessStatuses: null };
	return { person, via: null };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
	try {
		await work;
		return '';
	} catch (error) {
		return (error as { code?: string }).code ?? String(error);
	}
}

/** An archive with a cataloguer, a reviewer and an entry the cataloguer has worked on. */
async function anArchive() {
	const server = await startTestServer();
	const { app } = server;
	const cataloguer = await anIdentity(server, '编目甲', 'archivist');
	const reviewer = await anIdentity(server, '审核乙', 'reviewer');
	const reader = await anIdentity(server, '查阅丙', 'reader');
	const fonds = await aMadeEntry(app, { title: '沧浦县水务局', level: 'fonds' });
	const id = await aMadeEntry(app, { title: '一', parentId: fonds, fields: { accessStatus: '开放' } });
	await app.collaboration.setField(id, 'title', '二', { ...actor(cataloguer) });
	const take = (
		who: Identity,
		step: ReviewStep,
		ids: readonly EntryId[] = [id],
		why = '',
	): Promise<unknown> => app.review.take(who, step, { entries: ids.map((each) => ({ id: each })) }, why);
	return { server, app, cataloguer, reviewer, reader, fonds, id, take };
}

function actor({ person }: Identity) {
	return { id: person.id, name: person.name, via: null };
}

describe('the way of an entry from draft to registered', () => {
	it('needs two people, says who did what and why, and returns what is not right', async () => {
		const { app, cataloguer, reviewer, id, take } = await anArchive();
		expect(await codeOf(take(reviewer, 'submit'))).toBe('permissions.denied');
		expect(await codeOf(take(reviewer, 'verify'))).toBe('collaboration.wrong-state');
		await take(cataloguer, 'submit');
		expect(await codeOf(take(cataloguer, 'verify'))).toBe('collaboration.own-work');
		expect(await codeOf(take(reviewer, 'return'))).toBe('collaboration.why-missing');
		await take(reviewer, 'return', [id], '责任者应为区政府');
		expect(await app.comments.notices(cataloguer.person)).toMatchObject([
			{ kind: 'returned', actorName: '审核乙', text: '责任者应为区政府' },
		]);
		expect((await app.reviewBoards.page(cataloguer.person, 'returned', 0, 10)).rows).toMatchObject([
			{ id, reviewState: 'returned', last: { why: '责任者应为区政府', actorName: '审核乙' } },
		]);
		await take(cataloguer, 'submit');
		expect((await app.reviewBoards.page(reviewer.person, 'waiting', 0, 10)).rows).toMatchObject([
			{ id, editors: ['test', '编目甲'] },
		]);
		expect((await app.reviewBoards.page(cataloguer.person, 'waiting', 0, 10)).total).toBe(0);
		await take(reviewer, 'verify');
		await take(reviewer, 'register');
		const { review, can } = await app.catalogue.entry(cataloguer.person, id);
		expect(review).toMatchObject({ state: 'registered', last: { step: 'register' }, steps: [] });
		expect(can.edit).toBe(false);
		const { review: steps } = await app.catalogue.timeline(cataloguer.person, id);
		expect(steps.map(({ step }) => step)).toEqual(['register', 'verify', 'submit', 'return', 'submit']);
	});

	it('begins again at submitted when a verified entry is changed', async () => {
		const { app, cataloguer, reviewer, id, take } = await anArchive();
		await take(cataloguer, 'submit');
		const { review } = await app.catalogue.entry(reviewer.person, id);
		await app.collaboration.setField(id, 'title', '三', actor(cataloguer));
		expect(
			await codeOf(app.review.take(reviewer, 'verify', { entries: [{ id, seen: review.seq }] }, '')),
		).toBe('collaboration.changed-since');
		await take(reviewer, 'verify');
		await app.collaboration.setField(id, 'title', '四', actor(cataloguer));
		expect((await app.catalogue.entry(system, id)).reviewState).toBe('submitted');
		expect(await codeOf(take(reviewer, 'register'))).toBe('collaboration.wrong-state');
	});

	it('stops at what is not settled', async () => {
		const { server, app, cataloguer, reviewer, id, take } = await anArchive();
		const [one, other] = await Promise.all(
			['甲', '乙'].map(async (name) =>
				joinLive(server.port, id, { cookie: await server.cookie(`并行${name}`, 'archivist') }),
			),
		);
		one?.socket.disconnect();
		other?.set('title', '此说', (await server.app.permissions.personByName('并行乙'))?.id ?? '');
		await other?.durable();
		one?.set('title', '彼说', (await server.app.permissions.personByName('并行甲'))?.id ?? '');
		await one?.socket.connect();
		await one?.durable();
		await eventually(async () => expect((await app.catalogue.entry(system, id)).conflictCount).toBe(1));
		await take(cataloguer, 'submit');
		expect(await codeOf(take(reviewer, 'verify'))).toBe('collaboration.unsettled');
	});

	it('is gone with many at once, of which some cannot', async () => {
		const { app, cataloguer, reviewer, fonds, id } = await anArchive();
		const ids = [id];
		for (let n = 0; n < 250; n++) ids.push(await aMadeEntry(app, { title: `件${n}`, parentId: fonds }));
		const deleted = ids.at(-1) as EntryId;
		await app.collaboration.setField(deleted, 'status', 'deleted', actor(cataloguer));
		const progress: unknown[] = [];
		const below = await app.review.take(cataloguer, 'submit', { under: [fonds] }, '', {
			onProgress: (each) => progress.push(each),
		});
		expect(below).toMatchObject({ done: 251, refusedCount: 0, left: 0 });
		expect(progress.at(-1)).toEqual({ done: 251, total: 251 });
		const named = await app.review.take(
			reviewer,
			'verify',
			{ entries: ids.map((each) => ({ id: each })) },
			'',
		);
		expect(named).toMatchObject({
			done: 250,
			refused: [{ entryId: deleted, code: 'collaboration.wrong-state', params: { state: 'deleted' } }],
		});
		const stopped = AbortSignal.abort();
		expect(
			await app.review.take(reviewer, 'register', { under: [fonds] }, '', { signal: stopped }),
		).toMatchObject({ done: 0, left: 250 });
		await runVerb(
			app,
			{
				verb: 'review',
				args: { step: 'verify', ids: [fonds], below: true, why: '' },
				as: '审核乙',
				user: 'test',
				language: 'zh-CN',
			},
			{ signal: new AbortController().signal, progress: () => undefined },
		);
		await app.review.take(reviewer, 'register', { under: [fonds] }, '');
		expect((await app.catalogue.entry(system, id)).reviewState).toBe('registered');
		expect((await app.catalogue.entry(system, fonds)).reviewState).toBe('registered');
	});
});

describe('a registered entry', () => {
	async function registered() {
		const archive = await anArchive();
		const { cataloguer, reviewer, take } = archive;
		await take(cataloguer, 'submit');
		await take(reviewer, 'verify');
		return archive;
	}

	it('takes no direct edit, whichever way it comes, and a proposal of two people', async () => {
		const { server, app, cataloguer, reviewer, id, take } = await registered();
		const cookie = await server.cookie('在线', 'archivist');
		const live = await joinLive(server.port, id, { cookie });
		await take(reviewer, 'register');
		const me = (await app.permissions.personByName('在线'))?.id ?? '';
		live.set('title', '直改', me);
		await eventually(() => expect(live.refusals).toContain('permissions.registered'));
		expect(await codeOf(app.collaboration.setField(id, 'title', '直改', actor(cataloguer)))).toBe(
			'permissions.registered',
		);
		const [outcome] = await app.collaboration.editMany(
			[{ entryId: id, change: () => true }],
			actor(cataloguer),
		);
		expect(outcome).toMatchObject({ code: 'permissions.registered' });
		expect((await app.catalogue.entry(system, id)).title).toBe('二');
		const { id: proposal } = await app.proposals.propose(cataloguer, id, 'title', '更正', '漏字');
		await app.proposals.decide(reviewer, { id: proposal, verdict: 'accepted', why: '' });
		expect(await app.catalogue.entry(system, id)).toMatchObject({ title: '更正', reviewState: 'registered' });
	});

	it('takes a correction order of two people, and its undoing, and stays registered', async () => {
		const { app, cataloguer, reviewer, id, take } = await registered();
		await take(reviewer, 'register');
		const order = await app.orders.create(
			cataloguer,
			{ kind: 'rows', rows: [{ entry: id, field: 'title', value: '更正后' }] },
			'漏字',
		);
		expect(await codeOf(app.orders.decide(cataloguer, order.id, 'approve', ''))).toBe(
			'collaboration.own-order',
		);
		await app.orders.decide(reviewer, order.id, 'approve', '');
		expect(await app.catalogue.entry(system, id)).toMatchObject({
			title: '更正后',
			reviewState: 'registered',
		});
		await app.orders.undo(reviewer, order.id, '另有依据');
		expect(await app.catalogue.entry(system, id)).toMatchObject({ title: '二', reviewState: 'registered' });
	});

	it('lets nothing slip in that is under way while it is being registered', async () => {
		const { server, app, cataloguer, reviewer, id, take } = await registered();
		await take(reviewer, 'return', [id], '再看');
		const cookie = await server.cookie('在线', 'archivist');
		const live = await joinLive(server.port, id, { cookie });
		const me = (await app.permissions.personByName('在线'))?.id ?? '';
		for (let round = 0; round < 20; round++) {
			if (round === 5) await take(cataloguer, 'submit');
			live.set('title', `第${round}次`, me);
			if (round < 6) continue;
			const [verified] = await Promise.all([
				codeOf(take(reviewer, 'verify').then(() => take(reviewer, 'register'))),
				live.provider.flushPendingUpdates(),
			]);
			if (verified === '') break;
		}
		await eventually(async () => {
			if ((await app.catalogue.entry(system, id)).reviewState !== 'registered')
				await codeOf(take(reviewer, 'verify').then(() => take(reviewer, 'register')));
			expect((await app.catalogue.entry(system, id)).reviewState).toBe('registered');
		});
		const row = await app.storage.db
			.selectFrom('entry')
			.innerJoin('log_head', (join) => join.on('log_head.doc', '=', `entry:${id}`))
			.select(['reviewed_seq', 'projected_seq', 'log_head.seq'])
			.where('id', '=', id)
			.executeTakeFirstOrThrow();
		expect(row.reviewed_seq).toBe(row.seq);
		expect(row.projected_seq).toBe(row.seq);
	});

	it('makes a late offline edit a proposal, and loses nothing of it', async () => {
		const { server, app, reviewer, id, take } = await registered();
		const device = await aTabDevice(server, '库房', 'archivist');
		const tab = await openTab(server, device);
		const session = tab.open(id);
		await session.ready();
		await eventually(async () => expect((await tab.store.card(id))?.can.comment).toBe(true));
		tab.line.cut();
		await eventually(() => expect(tab.socket.status).not.toBe('connected'));
		session.set('title', '库房所改');
		await session.settled();
		await take(reviewer, 'register');
		tab.line.mend();
		await eventually(async () => {
			const [proposal] = await app.proposals.list(system, { entryId: id });
			expect(proposal).toMatchObject({
				actorName: '库房',
				state: 'open',
				values: [{ field: 'title', before: '二', value: '库房所改' }],
			});
		}, 20_000);
		expect((await app.catalogue.entry(system, id)).title).toBe('二');
	});
});

describe('readers', () => {
	it('see an entry made by hand once it is registered, and never what is half typed', async () => {
		const { app, cataloguer, reviewer, reader, fonds, id, take } = await anArchive();
		const { person } = reader;
		expect(await codeOf(app.catalogue.entry(person, id))).toBe('catalogue.unknown-entry');
		expect((await app.catalogue.search(person, '二', 0, 10)).total).toBe(0);
		for (const step of ['submit', 'verify', 'register'] as const)
			await take(step === 'submit' ? cataloguer : reviewer, step, [fonds, id]);
		expect(await app.catalogue.entry(person, id)).toMatchObject({
			title: '二',
			review: { state: 'registered', steps: [], last: undefined },
		});
		expect((await app.catalogue.search(person, '二', 0, 10)).rows).toMatchObject([{ id }]);
		expect((await app.catalogue.children(person, null, 0, 10)).rows).toMatchObject([{ id: fonds }]);
	});

	it('see what the import said while it is worked on, in lists, search, card and export', async () => {
		const { app, cataloguer, reviewer, reader } = await anArchive();
		await loadDemo(app.imports, { id: 'test', name: 'test', via: 'cli' });
		const { person } = reader;
		const found = await app.catalogue.search(person, '通知', 0, 1);
		const [row] = found.rows;
		const id = row?.id as EntryId;
		await app.collaboration.setField(id, 'title', '改到一半的题名', actor(cataloguer));
		expect((await app.catalogue.entry(cataloguer.person, id)).title).toBe('改到一半的题名');
		expect(await app.catalogue.entry(person, id)).toMatchObject({
			title: row?.title,
			fields: { title: row?.title },
		});
		expect((await app.catalogue.search(person, '改到一半的题名', 0, 10)).total).toBe(0);
		expect(await app.catalogue.search(person, '通知', 0, 1)).toEqual(found);
		const exported = await app.exportSubtree(person, id, 'json');
		let text = '';
		for await (const part of exported.text) text += part;
		expect(text).toContain(row?.title);
		expect(text).not.toContain('改到一半的题名');

		for (const step of ['submit', 'verify', 'register'] as const)
			await app.review.take(step === 'submit' ? cataloguer : reviewer, step, { entries: [{ id }] }, '');
		expect((await app.catalogue.entry(person, id)).title).toBe('改到一半的题名');
		expect((await app.catalogue.search(person, '改到一半的题名', 0, 10)).rows).toMatchObject([{ id }]);
		expect((await app.catalogue.search(person, '通知', 0, 1)).total).toBe(found.total - 1);
	});
});
