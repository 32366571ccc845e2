import { toBase64 } from 'lib0/buffer';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId, type PersonId } from '#domain/base/ids.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import type { Person, Role } from '#domain/permissions/permissions.ts';
import { MAX_LISTED_PROPOSALS, type ProposalEvent } from '#domain/collaboration/proposals.ts';
import { bodyOf, entryDocName } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { eventsOf, reviewDocName } from '#sync/review-doc.ts';
import { fillFragment, readFragment } from '#sync/rich-text-fragment.ts';
import { runVerb } from '#server/cli/verbs.ts';
import type { Identity } from '#server/permissions/identity.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { PASSWORD, startTestServer, type TestServer } from '#tests/support/server.ts';

async function anIdentity(server: TestServer, name: string, role: Role): Promise<Identity> {
	const { id } = await server.app.administration.people.add(
		{ name, role, password: PASSWORD },
		{ id: 'test', name: 'test', via: 'cli' },
	);
	const person: Person = { id: id as PersonId, name, role, fonds: null, accessStatuses: null };
	return { person, via: null } as Identity;
}

const titleOf = async (server: TestServer, id: EntryId): Promise<unknown> =>
	(await server.app.catalogue.entry(system, id)).fields['title'];

async function codeOf(work: Promise<unknown>): Promise<string> {
	try {
		await work;
		return '';
	} catch (error) {
		return (error as { code?: string }).code ?? String(error);
	}
}

describe('a proposal', () => {
	it('is accepted by somebody else, who is named with the value, and the proposer is told', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const reviewer = await anIdentity(server, '审核甲', 'reviewer');
		const archivist = await anIdentity(server, '编目乙', 'archivist');
		const { proposals } = server.app;
		const { id: proposal } = await proposals.propose(reviewer, id, 'title', '二', '漏字');
		expect((await server.app.catalogue.entry(system, id)).openProposals).toBe(1);
		expect(await codeOf(proposals.decide(reviewer, { id: proposal, verdict: 'accepted', why: '' }))).toBe(
			'collaboration.own-proposal',
		);
		await proposals.decide(archivist, { id: proposal, verdict: 'accepted', why: '属实' });
		expect(await titleOf(server, id)).toBe('二');
		const [step] = (await server.app.catalogue.timeline(system, id)).steps;
		expect(step).toMatchObject({ actorName: '编目乙', via: `proposal:${proposal}` });
		expect(await proposals.list(archivist.person, {})).toMatchObject([
			{ state: 'accepted', actorName: '审核甲', decision: { by: '编目乙', why: '属实' } },
		]);
		expect(await server.app.comments.notices(reviewer.person)).toMatchObject([
			{ kind: 'accepted', actorName: '编目乙', text: '属实' },
		]);
		expect(await codeOf(proposals.decide(archivist, { id: proposal, verdict: 'rejected', why: '' }))).toBe(
			'collaboration.proposal-decided',
		);
		expect((await server.app.catalogue.entry(system, id)).openProposals).toBe(0);
	});

	it('is stale when the value has changed since, and then only what was seen is replaced', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const reviewer = await anIdentity(server, '审核甲', 'reviewer');
		const archivist = await anIdentity(server, '编目乙', 'archivist');
		const { proposals, collaboration } = server.app;
		const { id: proposal } = await proposals.propose(reviewer, id, 'title', '二', '');
		await collaboration.setField(id, 'title', '三', { id: 'x', name: 'x', via: 'cli' });
		expect((await proposals.list(archivist.person, {}))[0]?.stale).toEqual([{ field: 'title', value: '三' }]);
		const decide = (seen?: string): Promise<void> =>
			proposals.decide(archivist, {
				id: proposal,
				verdict: 'accepted',
				why: '',
				...(seen === undefined ? {} : { changed: [{ field: 'title', value: '四', seen }] }),
			});
		expect(await codeOf(decide())).toBe('collaboration.proposal-stale');
		expect(await codeOf(decide('一'))).toBe('collaboration.proposal-stale');
		expect(await titleOf(server, id)).toBe('三');
		await decide('三');
		expect(await titleOf(server, id)).toBe('四');
		expect((await proposals.list(archivist.person, { state: 'accepted' }))[0]?.decision?.changed).toEqual([
			{ field: 'title', value: '四' },
		]);
	});

	it('of other words for a long text does what it shows and nothing else', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const token = await server.token('审核甲', 'reviewer');
		const archivist = await anIdentity(server, '编目乙', 'archivist');
		const me =
			(await server.app.administration.people.list()).find(({ name }) => name === '审核甲')?.id ?? '';
		const entry = await joinLive(server.port, entryDocName(id), { token });
		const review = await joinLive(server.port, reviewDocName(id), { token });
		const propose = async (words: string, isForged: boolean): Promise<string> => {
			const fork = new Y.Doc();
			Y.applyUpdate(fork, Y.encodeStateAsUpdate(entry.doc));
			const before = plainTextOf(readFragment(bodyOf(fork, 'scopeAndContent')));
			const known = Y.encodeStateVector(fork);
			fillFragment(bodyOf(fork, 'scopeAndContent'), {
				type: 'doc',
				content: [{ type: 'paragraph', content: [{ type: 'text', text: words }] }],
			} as never);
			if (isForged)
				setField(fieldValuesOf(fork), 'title', '暗改', {
					id: createId<string>(),
					by: me,
					at: new Date().toISOString(),
				});
			const event: ProposalEvent = {
				id: createId<string>(),
				by: me,
				at: new Date().toISOString(),
				kind: 'proposal',
				values: [],
				texts: [
					{
						field: 'scopeAndContent',
						before,
						after: plainTextOf(readFragment(bodyOf(fork, 'scopeAndContent'))),
					},
				],
				fork: toBase64(Y.encodeStateAsUpdate(fork, known)),
				why: '',
			};
			eventsOf(review.doc).push([event]);
			await review.durable();
			await eventually(async () => {
				const listed = await server.app.proposals.list(system, {});
				if (!listed.some((each) => each.id === event.id)) throw new Error('not listed yet');
			});
			return event.id;
		};
		const forged = await propose('合成提要', true);
		expect(
			await codeOf(server.app.proposals.decide(archivist, { id: forged, verdict: 'accepted', why: '' })),
		).toBe('collaboration.foreign-type');
		expect(await titleOf(server, id)).toBe('一');
		const honest = await propose('合成提要', false);
		await server.app.proposals.decide(archivist, { id: honest, verdict: 'accepted', why: '' });
		await eventually(() =>
			expect(plainTextOf(readFragment(bodyOf(entry.doc, 'scopeAndContent')))).toContain('合成提要'),
		);
		expect(await titleOf(server, id)).toBe('一');
		// The second of two for the same words no longer fits them.
		expect(
			await codeOf(server.app.proposals.decide(archivist, { id: forged, verdict: 'accepted', why: '' })),
		).toBe('collaboration.proposal-stale');
	});

	it('is made and decided from the terminal, each in the name of an account', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		await anIdentity(server, '审核甲', 'reviewer');
		await anIdentity(server, '编目乙', 'archivist');
		const run = (verb: string, as: string, args: object): Promise<unknown> =>
			runVerb(
				server.app,
				{ verb, args, as, user: 'test', language: 'zh-CN' },
				{ signal: new AbortController().signal, progress: () => undefined },
			);
		const { id: proposal } = (await run('propose', '审核甲', {
			id,
			field: 'pageCount',
			value: '3',
			why: '与实体核对',
		})) as { id: string };
		expect(await codeOf(run('decide', '审核甲', { id: proposal, verdict: 'accept', why: '' }))).toBe(
			'collaboration.own-proposal',
		);
		await run('decide', '编目乙', { id: proposal, verdict: 'accept', why: '' });
		expect((await server.app.catalogue.entry(system, id)).fields['pageCount']).toBe(3);
		expect(await codeOf(run('propose', '审核甲', { id, field: 'pageCount', value: '三', why: '' }))).toBe(
			'catalogue.bad-value',
		);
		expect(await run('comments', '审核甲', { id })).toEqual({ threads: [] });
	});

	it('whose values are set is not rejected, and accepting it again only says so', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const reviewer = await anIdentity(server, '审核甲', 'reviewer');
		const archivist = await anIdentity(server, '编目乙', 'archivist');
		const { proposals, collaboration } = server.app;
		const { id: proposal } = await proposals.propose(reviewer, id, 'title', '二', '');
		// What is left when the process ends between the edit and the decision.
		const via = `proposal:${proposal}`;
		await collaboration.projected(
			id,
			await collaboration.setField(id, 'title', '二', { id: archivist.person.id, name: '编目乙', via }),
		);
		const decide = (verdict: 'accepted' | 'rejected'): Promise<void> =>
			proposals.decide(archivist, { id: proposal, verdict, why: '' });
		expect(await codeOf(decide('rejected'))).toBe('collaboration.proposal-decided');
		await decide('accepted');
		expect(await proposals.list(system, {})).toMatchObject([{ state: 'accepted' }]);
		expect(await titleOf(server, id)).toBe('二');
	});

	it('is recorded as what became of it when two decide at once', async () => {
		const server = await startTestServer();
		const reviewer = await anIdentity(server, '审核甲', 'reviewer');
		const deciders = [
			await anIdentity(server, '编目乙', 'archivist'),
			await anIdentity(server, '编目丙', 'archivist'),
		] as const;
		const { proposals } = server.app;
		for (const [first, second] of [
			['accepted', 'rejected'],
			['rejected', 'accepted'],
		] as const) {
			const id = await aMadeEntry(server.app, { title: '一' });
			const { id: proposal } = await proposals.propose(reviewer, id, 'title', '二', '');
			const codes = await Promise.all([
				codeOf(proposals.decide(deciders[0], { id: proposal, verdict: first, why: '' })),
				codeOf(proposals.decide(deciders[1], { id: proposal, verdict: second, why: '' })),
			]);
			expect(codes).toEqual(['', 'collaboration.proposal-decided']);
			expect(await proposals.list(system, { entryId: id })).toMatchObject([{ state: first }]);
			expect(await titleOf(server, id)).toBe(first === 'accepted' ? '二' : '一');
		}
	});

	it('is listed for whoever sees its entry, however many newer ones others and their entries have', async () => {
		const server = await startTestServer();
		const fonds = await aMadeEntry(server.app, { title: '一', level: 'fonds' });
		const other = await aMadeEntry(server.app, { title: '别处', level: 'fonds' });
		const reviewer = await anIdentity(server, '审核甲', 'reviewer');
		const { db } = server.app.storage;
		const { id: proposal } = await server.app.proposals.propose(reviewer, fonds, 'title', '二', '');
		const row = await db
			.selectFrom('proposal')
			.selectAll()
			.where('id', '=', proposal)
			.executeTakeFirstOrThrow();
		const later = (entry_id: EntryId, state: string) =>
			Array.from({ length: MAX_LISTED_PROPOSALS }, () => ({
				...row,
				...{ id: createId<string>(), entry_id, state, received_at: '2099-01-01T00:00:00.000Z' },
			}));
		await db.insertInto('proposal').values(later(other, 'open')).execute();
		await db.insertInto('proposal').values(later(fonds, 'withdrawn')).execute();
		const limited = { ...(await anIdentity(server, '编目丙', 'archivist')).person, fonds: [fonds] };
		const listed = await server.app.proposals.list(limited, {});
		expect(listed).toHaveLength(MAX_LISTED_PROPOSALS);
		expect(listed.at(-1)).toMatchObject({ id: proposal, state: 'open' });
	});

	it('is decided by no client, withdrawn by its proposer, and unknown to who may not see the entry', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const other = await aMadeEntry(server.app, { title: '别处' });
		const reviewer = await anIdentity(server, '审核甲', 'reviewer');
		const { id: proposal } = await server.app.proposals.propose(reviewer, id, 'title', '二', '');
		const token = await server.token('审核乙', 'reviewer');
		const forger = await joinLive(server.port, reviewDocName(id), { token });
		const by =
			(await server.app.administration.people.list()).find(({ name }) => name === '审核乙')?.id ?? '';
		const at = new Date().toISOString();
		const decision: ProposalEvent = {
			id: createId<string>(),
			by,
			at,
			kind: 'decision',
			of: proposal,
			verdict: 'accepted',
			why: '',
			changed: [],
		};
		eventsOf(forger.doc).push([decision]);
		await eventually(() => expect(forger.refusals).toContain('collaboration.bad-event'));
		const limited: Identity = {
			...(await anIdentity(server, '编目丙', 'archivist')),
		};
		const stranger = { ...limited, person: { ...limited.person, fonds: [other] } } as Identity;
		expect(
			await codeOf(server.app.proposals.decide(stranger, { id: proposal, verdict: 'rejected', why: '' })),
		).toBe('collaboration.unknown-proposal');
		expect(await server.app.proposals.list(stranger.person, {})).toEqual([]);
		const reader = await anIdentity(server, '读者', 'reader');
		expect(await codeOf(server.app.proposals.list(reader.person, {}))).toBe('permissions.denied');
		expect(await codeOf(server.app.proposals.propose(reader, id, 'title', '二', ''))).not.toBe('');
		await server.app.collaboration.say(
			id,
			{ id: reviewer.person.id, name: '审核甲', via: null },
			() => ({ id: createId<string>(), by: reviewer.person.id, at, kind: 'withdrawal', of: proposal }),
			'update',
		);
		expect(await server.app.proposals.list(system, { entryId: id })).toMatchObject([{ state: 'withdrawn' }]);
	});
});
