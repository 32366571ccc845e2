import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { SinceLastVisit } from '#server/collaboration/visits/visit-desk.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, anImportedEntry } from '#tests/support/entries.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

const by = (person: Person) => ({ id: person.id, name: person.name, via: null });
const AT = '2026-03-02T08:00:00.000Z';

/** 甲 and 乙 with an entry that 甲 has just seen. */
async function aScene(): Promise<{ server: TestServer; a: Person; b: Person; id: EntryId }> {
	const server = await startTestServer();
	// Accounts with a token are made by the server of the test.
	for (const name of ['甲', '乙']) await server.token(name, 'archivist');
	const [a, b] = [await personOf(server.app, '甲'), await personOf(server.app, '乙')];
	const id = await aMadeEntry(server.app, { title: '一', level: 'fonds' });
	await look(server, a, id);
	return { server, a, b, id };
}

/** Somebody sees an entry as it is now. */
async function look({ app }: TestServer, person: Person, id: EntryId): Promise<number> {
	const { seq } = await app.catalogue.entry(person, id);
	await app.visits.record(person, [{ entryId: id, seq, at: AT }]);
	return seq;
}

async function hasNews({ app }: TestServer, person: Person, id: EntryId): Promise<boolean> {
	const { rows } = await app.catalogue.children(person, null, 0, 10);
	return rows.find((row) => row.id === id)?.hasNews ?? false;
}

describe('what is new since the last visit', () => {
	it('is what others changed: a dot in lists, and field by field on the card, until it is seen', async () => {
		const { server, a, b, id } = await aScene();
		const { app } = server;
		expect(await hasNews(server, a, id)).toBe(false);
		await app.collaboration.setField(id, 'title', '二', by(b));
		await app.collaboration.setField(id, 'title', '三', by(b));
		await app.collaboration.setField(id, 'referenceCode', 'A1', by(a));
		expect(await hasNews(server, a, id)).toBe(true);
		expect(await app.visits.news(a, id)).toMatchObject({
			at: AT,
			fields: [{ field: 'title', from: ['一'], to: '三', actorName: '乙' }],
		});
		// Who was never there is told nothing.
		expect(await hasNews(server, b, id)).toBe(false);
		expect(await app.visits.news(b, id)).toMatchObject({ seq: null, fields: [] });
		await look(server, a, id);
		expect(await hasNews(server, a, id)).toBe(false);
		expect((await app.visits.news(a, id)).fields).toEqual([]);
	});

	it('counts edits of long texts, and not the opening of an imported entry', async () => {
		const { server, a, id } = await aScene();
		const imported = await anImportedEntry(server.app, '合成导入条目');
		await look(server, a, imported);
		const token = await server.token('乙', 'archivist');
		await (await joinLive(server.port, imported, { token, by: '乙' })).durable();
		expect(await hasNews(server, a, imported)).toBe(false);
		const client = await joinLive(server.port, id, { token, by: '乙' });
		const paragraph = new Y.XmlElement('paragraph');
		paragraph.insert(0, [new Y.XmlText('合成附注')]);
		client.doc.getXmlFragment('body:note').insert(0, [paragraph]);
		await client.durable();
		expect(await hasNews(server, a, id)).toBe(true);
		expect(await server.app.visits.news(a, id)).toMatchObject({
			fields: [],
			texts: [{ text: 'note', actorName: '乙' }],
		});
		// A field and words in one update are both new.
		client.doc.transact(() => {
			client.set('title', '二');
			client.doc.getXmlFragment('body:scopeAndContent').insert(0, [new Y.XmlElement('paragraph')]);
			paragraph.insert(1, [new Y.XmlText('再补')]);
		});
		await client.durable();
		expect(await server.app.visits.news(a, id)).toMatchObject({
			fields: [{ field: 'title', to: '二' }],
			texts: expect.toSatisfy(
				(texts: { text: string }[]) =>
					texts.length === 2 &&
					['note', 'scopeAndContent'].every((text) => texts.some((each) => each.text === text)),
			) as unknown,
		});
	});

	it('never moves backwards, nor beyond the log, whatever a device says and when', async () => {
		const { server, a, b, id } = await aScene();
		const { app } = server;
		await app.collaboration.setField(id, 'title', '二', by(b));
		const seen = await look(server, a, id);
		await app.visits.record(a, [{ entryId: id, seq: 1, at: '2020-01-01T00:00:00.000Z' }]);
		expect(await app.visits.news(a, id)).toMatchObject({ seq: seen, at: AT });
		await app.visits.record(a, [{ entryId: id, seq: 999_999_999, at: '2999-01-01T00:00:00.000Z' }]);
		const { seq, at } = await app.visits.news(a, id);
		expect(seq).toBe(seen);
		expect(at < '2999').toBe(true);
		await app.collaboration.setField(id, 'title', '三', by(b));
		expect(await hasNews(server, a, id)).toBe(true);
	});

	it('is for those who may see the entry: others learn nothing, and their visits are passed over', async () => {
		const { server, b, id } = await aScene();
		const { app } = server;
		const elsewhere: Person = { ...(await personOf(app, '丙')), fonds: [createId()] };
		await app.visits.record(elsewhere, [{ entryId: id, seq: 1, at: AT }]);
		await app.collaboration.setField(id, 'title', '二', by(b));
		await expect(app.visits.news(elsewhere, id)).rejects.toMatchObject({ code: 'catalogue.unknown-entry' });
		expect(await app.visits.news({ ...elsewhere, fonds: null }, id)).toMatchObject({ seq: null });
		const reader = await personOf(app, '读者', 'reader');
		await expect(app.visits.record(reader, [])).rejects.toMatchObject({ code: 'permissions.denied' });
	});

	it('a batch over HTTP may come twice, and one that is none is refused', async () => {
		const { server, a, b, id } = await aScene();
		await server.app.collaboration.setField(id, 'title', '二', by(b));
		const { seq } = await server.app.catalogue.entry(a, id);
		const headers = {
			authorization: `Bearer ${await server.token('甲', 'archivist')}`,
			'content-type': 'application/json',
		};
		const send = async (visits: unknown): Promise<number> =>
			(
				await fetch(`${server.origin}/api/visits`, {
					method: 'POST',
					headers,
					body: JSON.stringify({ visits }),
				})
			).status;
		expect(await send([{ entryId: id, seq, at: AT }])).toBe(200);
		expect(await send([{ entryId: id, seq, at: AT }])).toBe(200);
		expect(await send([{ entryId: 'x', seq, at: AT }])).toBe(400);
		expect(await send([{ entryId: id, seq: -1, at: AT }])).toBe(400);
		expect(await hasNews(server, a, id)).toBe(false);
		const answer = await fetch(`${server.origin}/api/rows/entry/${id}/news?after=0`, { headers });
		const { seq: since, fields } = (await answer.json()) as SinceLastVisit;
		expect(since).toBe(0);
		expect(fields).toContainEqual(expect.objectContaining({ field: 'title', to: '二' }));
	});
});

describe('what happened in the entries somebody works with', () => {
	it('holds those visited, edited or commented on, edits joined into steps, with what was said; newest first', async () => {
		const { server, a, b, id } = await aScene();
		const { app } = server;
		const edited = await aMadeEntry(app, { title: '甲改过', level: 'fonds' });
		const strange = await aMadeEntry(app, { title: '与甲无关', level: 'fonds' });
		await app.collaboration.setField(edited, 'title', '甲改过了', by(a));
		await app.collaboration.setField(strange, 'title', '仍与甲无关', by(b));
		await app.collaboration.setField(edited, 'referenceCode', 'A1', by(b));
		await app.collaboration.setField(edited, 'referenceCode', 'A2', by(b));
		const commentId = createId<string>();
		await app.collaboration.say(
			id,
			by(b),
			() => ({
				kind: 'comment',
				id: commentId,
				thread: commentId,
				anchor: { kind: 'entry' },
				text: '请核对',
				mentions: [],
				by: b.id,
				at: AT,
			}),
			'update',
		);
		await app.review.take(
			{ person: b, via: null },
			'submit',
			{ entries: [{ id: edited }, { id: strange }] },
			'',
		);
		const { happenings, entries, before } = await app.visits.activity(a, {});
		expect(before).toBeNull();
		expect(new Set(entries.map((entry) => entry.id))).toEqual(new Set([id, edited]));
		expect(
			happenings.map((each) =>
				each.kind === 'said'
					? [each.entryId, each.said.kind, each.said.text, each.said.actorName]
					: each.kind === 'review'
						? [each.entryId, each.taken.step, each.taken.why, each.taken.actorName]
						: [each.entryId, each.step.actorName, each.step.changes.map(({ field, to }) => [field, to])],
			),
		).toEqual([
			[edited, 'submit', '', '乙'],
			[id, 'comment', '请核对', '乙'],
			[edited, '乙', [['referenceCode', 'A2']]],
			[edited, '甲', [['title', '甲改过了']]],
			[edited, 'test', expect.arrayContaining([['title', '甲改过']])],
			[id, 'test', expect.arrayContaining([['title', '一']])],
		]);
		const ofB = await app.visits.activity(a, { actorId: b.id });
		expect(ofB.happenings).toHaveLength(3);
		const ofFonds = await app.visits.activity(a, { fondsId: id });
		expect(new Set(ofFonds.happenings.map(({ entryId }) => entryId))).toEqual(new Set([id]));
	});

	it('never holds an entry of fonds the person does not work with, even one they once edited; readers have none', async () => {
		const { server, a, b, id } = await aScene();
		const { app } = server;
		await app.collaboration.setField(id, 'title', '二', by(a));
		await app.collaboration.setField(id, 'title', '三', by(b));
		expect((await app.visits.activity(a, {})).happenings.length).toBeGreaterThan(0);
		for (const fonds of [[], [createId()]])
			expect(await app.visits.activity({ ...a, fonds }, {})).toMatchObject({ happenings: [], entries: [] });
		expect(await app.visits.activity({ ...a, fonds: [createId()] }, { fondsId: id })).toMatchObject({
			happenings: [],
		});
		await expect(app.visits.activity(await personOf(app, '读者', 'reader'), {})).rejects.toMatchObject({
			code: 'permissions.denied',
		});
	});

	it('comes in parts, each edit in one of them', async () => {
		const { server, a, b, id } = await aScene();
		const { app } = server;
		const others = await Promise.all(
			Array.from({ length: 3 }, (_, index) => aMadeEntry(app, { title: `第${index}`, level: 'fonds' })),
		);
		for (const other of others) await look(server, a, other);
		const all = [id, ...others];
		// More than one answer holds; who takes turns makes a step of each.
		for (let index = 0; index < 460; index++)
			await app.collaboration.edit(all[index % 4] as EntryId, by(index % 8 < 4 ? a : b), (copy) => {
				copy.getArray('fields').push([
					{
						id: createId<string>(),
						field: 'note#' + index,
						value: index,
						by: index % 8 < 4 ? a.id : b.id,
						at: AT,
					},
				]);
				return true;
			});
		const told: number[] = [];
		let before: number | null | undefined;
		let parts = 0;
		do {
			const part = await app.visits.activity(a, { before: before ?? undefined });
			parts++;
			for (const each of part.happenings)
				if (each.kind === 'edits')
					for (const { to } of each.step.changes) if (typeof to === 'number') told.push(to);
			before = part.before;
		} while (before !== null);
		expect(parts).toBe(2);
		expect(told.sort((x, y) => x - y)).toEqual(Array.from({ length: 460 }, (_, index) => index));
	});
});
