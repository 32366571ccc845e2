import { DatabaseSync } from 'node:sqlite';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { eventsOf, reviewDocName } from '#sync/review-doc.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import type { ShownThread, Notice } from '#server/collaboration/comments/comment-desk.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive, type LiveClient } from '#tests/support/live-client.ts';
import { PASSWORD, startTestServer, type TestServer } from '#tests/support/server.ts';
import { SyncDevice } from '#tests/support/sync-client.ts';

type Kind<K extends ReviewEvent['kind']> = Omit<
	Extract<ReviewEvent, { kind: K }>,
	'id' | 'by' | 'at' | 'kind'
>;

/** Somebody with the document of comments open. */
interface Speaker {
	readonly id: string;
	readonly token: string;
	readonly client: LiveClient;
	say<K extends ReviewEvent['kind']>(kind: K, rest: Kind<K>, by?: string): string;
	comment(text: string, thread?: string, mentions?: readonly string[]): string;
}

async function aSpeaker(
	server: TestServer,
	entryId: EntryId,
	name: string,
	role: 'archivist' | 'reviewer' = 'reviewer',
): Promise<Speaker> {
	const token = await server.token(name, role);
	const { id } = (await server.app.administration.people.list()).find((each) => each.name === name) as {
		id: string;
	};
	const client = await joinLive(server.port, reviewDocName(entryId), { token });
	const say: Speaker['say'] = (kind, rest, by = id) => {
		const event = { id: createId<string>(), by, at: new Date().toISOString(), kind, ...rest };
		eventsOf(client.doc).push([event as unknown as ReviewEvent]);
		return event.id;
	};
	return {
		id,
		token,
		client,
		say,
		comment(text, thread, mentions = []) {
			const own = createId<string>();
			const event: ReviewEvent = {
				id: own,
				by: id,
				at: new Date().toISOString(),
				kind: 'comment',
				thread: thread ?? own,
				...(thread === undefined ? { anchor: { kind: 'entry' as const } } : {}),
				text,
				mentions,
			};
			eventsOf(client.doc).push([event]);
			return own;
		},
	};
}

async function asked<T>(
	server: TestServer,
	path: string,
	token: string,
): Promise<{ status: number; body: T }> {
	const response = await fetch(server.origin + path, { headers: { authorization: `Bearer ${token}` } });
	return { status: response.status, body: (await response.json()) as T };
}

describe('comments', () => {
	it('of a reviewer reach everybody while the entry is read-only for them, and stand in rows', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const reviewer = await aSpeaker(server, id, '审核甲');
		const archivist = await aSpeaker(server, id, '编目乙', 'archivist');
		const first = reviewer.comment('题名漏字', undefined, [archivist.id]);
		await reviewer.client.durable();
		await eventually(() => expect(eventsOf(archivist.client.doc).length).toBe(1));
		archivist.comment('已改', first);
		archivist.say('resolution', { of: first, isResolved: true });
		await archivist.client.durable();
		await eventually(async () => {
			const { body } = await asked<ShownThread[]>(server, `/api/comments/${id}`, archivist.token);
			expect(body).toMatchObject([
				{
					id: first,
					isResolved: true,
					comments: [
						{ text: '题名漏字', actorName: '审核甲' },
						{ text: '已改', actorName: '编目乙' },
					],
				},
			]);
		});
		// Each is told once; reading it is remembered.
		const told = (await asked<Notice[]>(server, '/api/notices', archivist.token)).body;
		expect(told).toMatchObject([{ kind: 'mention', entryTitle: '一', text: '题名漏字', isRead: false }]);
		expect((await asked<Notice[]>(server, '/api/notices', reviewer.token)).body).toMatchObject([
			{ kind: 'answer', actorName: '编目乙' },
		]);
		const me = (): Promise<{ body: { unreadNotices: number } }> => asked(server, '/api/me', archivist.token);
		expect((await me()).body.unreadNotices).toBe(1);
		await fetch(`${server.origin}/api/notices/read`, {
			method: 'POST',
			headers: { authorization: `Bearer ${archivist.token}`, 'content-type': 'application/json' },
			body: '{}',
		});
		expect((await me()).body.unreadNotices).toBe(0);
		const detail = await server.app.catalogue.entry(system, id);
		expect(detail.openThreads).toBe(0);
		expect(detail.attributions[first]).toMatchObject({ actorName: '审核甲' });
		// Of what happened to the entry itself nothing has changed.
		expect((await server.app.catalogue.timeline(system, id)).steps).toHaveLength(1);
	});

	it('are worded anew and withdrawn by who wrote them only, and nothing leaves the document', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const first = await aSpeaker(server, id, '甲');
		const comment = first.comment('一');
		await first.client.durable();
		const refusedBy = async (act: (speaker: Speaker) => void): Promise<string | undefined> => {
			const speaker = await aSpeaker(server, id, '乙');
			act(speaker);
			await eventually(() => expect(speaker.client.refusals.length).toBeGreaterThan(0));
			speaker.client.close();
			return speaker.client.refusals[0];
		};
		const cases: readonly [string, (speaker: Speaker) => void][] = [
			['permissions.denied', (other) => other.say('revision', { of: comment, text: '改', mentions: [] })],
			['permissions.denied', (other) => other.say('withdrawal', { of: comment })],
			['collaboration.foreign-author', (other) => other.say('withdrawal', { of: comment }, first.id)],
			['collaboration.bad-event', (other) => other.say('resolution', { of: 'unknown', isResolved: true })],
			['collaboration.bad-event', (other) => other.comment('答', 'unknown')],
			['collaboration.bad-event', (other) => other.comment('  ')],
			['collaboration.bad-event', ({ client }) => eventsOf(client.doc).delete(0, 1)],
			['collaboration.foreign-type', ({ client }) => client.doc.getMap('meta').set('schema', 2)],
			['collaboration.foreign-type', ({ client }) => client.doc.getArray('fields').push([1])],
			['collaboration.foreign-type', ({ client }) => client.doc.getMap('events').set('a', 1)],
			[
				'collaboration.bad-event',
				({ client }) => eventsOf(client.doc).push([{ kind: 'decision' } as unknown as ReviewEvent]),
			],
		];
		for (const [code, act] of cases) expect([code, await refusedBy(act)]).toEqual([code, code]);
		expect(eventsOf(first.client.doc).toArray()).toHaveLength(1);
		first.say('revision', { of: comment, text: '二', mentions: [] });
		await first.client.durable();
		await eventually(async () =>
			expect((await server.app.comments.threads(system, id))[0]?.comments[0]).toMatchObject({ text: '二' }),
		);
	});

	it('are not for readers, nor for people of other fonds', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '一' });
		const reader = await server.token('读者', 'reader');
		const refused = await joinLive(server.port, reviewDocName(id), { token: reader, wait: false });
		await eventually(() => expect(refused.refusals).not.toEqual([]));
		const { status } = await asked(server, `/api/comments/${id}`, reader);
		expect([403, 404]).toContain(status);
		expect((await asked(server, '/api/comments/people', reader)).status).toBe(403);
		const other = await aMadeEntry(server.app, { title: '别的全宗' });
		const { id: personId } = await server.app.administration.people.add(
			{ name: '丙', role: 'archivist', fonds: [other], password: PASSWORD },
			{ id: 'test', name: 'test', via: 'cli' },
		);
		const { token: limited } = await server.app.permissions.createToken(personId, {
			name: 'test',
			scopes: ['read', 'write'],
			days: 1,
		});
		const hidden = await joinLive(server.port, reviewDocName(id), { token: limited, wait: false });
		await eventually(() => expect(hidden.refusals).toContain('collaboration.unknown-document'));
		expect((await asked(server, `/api/comments/${id}`, limited)).status).toBe(404);
	});

	it('go up over HTTP like edits, and are loaded by it', async () => {
		const server = await startTestServer();
		const id = await anImportedEntry(server.app, '一');
		const reviewer = await aSpeaker(server, id, '甲');
		const doc = new Y.Doc();
		const own = createId<string>();
		eventsOf(doc).push([
			{
				id: own,
				by: reviewer.id,
				at: new Date().toISOString(),
				kind: 'comment',
				thread: own,
				anchor: { kind: 'field', field: 'title', elementId: null },
				text: '离线写的',
				mentions: [],
			},
		]);
		const device = new SyncDevice(server, reviewer.token, reviewer.id);
		const { body } = await device.push([[reviewDocName(id), Y.encodeStateAsUpdate(doc)]]);
		expect(body.results).toMatchObject([{ ok: true, doc: reviewDocName(id) }]);
		await eventually(() => expect(eventsOf(reviewer.client.doc).length).toBe(1));
		const loaded = await device.get<{ state: string }>(`/api/sync/docs/${reviewDocName(id)}`);
		expect(loaded.status).toBe(200);
		expect((await device.recover([[reviewDocName(id), Y.encodeStateAsUpdate(doc)]])).body.refusal?.code).toBe(
			'sync.not-restored',
		);
	});

	it('keep an entry when its import is undone, and are caught up after a crash', async () => {
		const server = await startTestServer();
		const file = join(server.dataDir, '归档文件目录.csv');
		await writeFile(file, '件号,题名\n1,合成题名\n');
		const { importId } = await server.app.imports.run({ path: file }, { id: 't', name: 't', via: 'cli' });
		const [top] = (await server.app.catalogue.children(system, null, 0, 10)).rows;
		const [row] = (await server.app.catalogue.children(system, top?.id ?? null, 0, 10)).rows;
		const id = row?.id as EntryId;
		const reviewer = await aSpeaker(server, id, '甲');
		reviewer.comment('不要撤');
		await reviewer.client.durable();
		await eventually(async () => expect((await server.app.catalogue.entry(system, id)).openThreads).toBe(1));
		const result = await server.app.imports.undo(
			importId,
			{ all: false },
			{ id: 't', name: 't', via: 'cli' },
		);
		expect(result.kept.map((each) => each.id)).toContain(id);
		await server.stop();
		const database = new DatabaseSync(join(server.dataDir, 'lantai.sqlite'));
		for (const table of ['review', 'comment', 'comment_thread']) database.exec(`delete from ${table}`);
		database.exec('update entry set open_threads = 0');
		database.close();
		const app = await createApp(
			readConfig({ data: server.dataDir, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }),
		);
		try {
			expect((await app.comments.threads(system, id))[0]?.comments[0]?.text).toBe('不要撤');
			expect((await app.catalogue.entry(system, id)).openThreads).toBe(1);
		} finally {
			await app.close();
		}
	});
});
