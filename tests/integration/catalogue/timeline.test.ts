import { expect, it } from 'vitest';
import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer } from '#tests/support/server.ts';

it('the timeline tells who set which field from what to what, and that texts changed; newest first', async () => {
	const server = await startTestServer();
	const { app } = server;
	const token = await server.token('甲', 'archivist');
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	const id = await aMadeEntry(app, { title: '一' });
	await app.collaboration.setField(id, 'title', '二', { ...a, via: null });
	await app.collaboration.setField(id, 'title', '三', { ...a, via: null });
	await app.collaboration.setField(id, 'title', '四', { ...b, via: null });
	const client = await joinLive(server.port, id, { token, by: '甲' });
	const paragraph = new Y.XmlElement('paragraph');
	paragraph.insert(0, [new Y.XmlText('合成附注')]);
	client.doc.getXmlFragment('body:note').insert(0, [paragraph]);
	await client.durable();
	const { steps, hasMore } = await app.catalogue.timeline(a, id);
	expect(hasMore).toBe(false);
	expect(
		steps.map((step) => [step.actorName, step.hasTexts, step.changes.find((each) => each.field === 'title')]),
	).toEqual([
		['甲', true, undefined],
		['乙', false, { field: 'title', from: ['三'], to: '四' }],
		['甲', false, { field: 'title', from: ['一'], to: '三' }],
		[system.name, false, { field: 'title', from: [], to: '一' }],
	]);
});

it('opening an imported entry is no edit, and readers see what stands, not what stood', async () => {
	const server = await startTestServer();
	const { app } = server;
	const id: EntryId = await anImportedEntry(app, '合成导入条目');
	const client = await joinLive(server.port, id, { token: await server.token('甲', 'archivist'), by: '甲' });
	await client.durable();
	const a = await personOf(app, '甲');
	expect((await app.catalogue.timeline(a, id)).steps).toEqual([]);
	const reader = await personOf(app, '读者', 'reader');
	await expect(app.catalogue.timeline(reader, id)).rejects.toMatchObject({ code: 'permissions.denied' });
	await expect(app.catalogue.timeline({ ...a, fonds: [] }, id)).rejects.toMatchObject({
		code: 'catalogue.unknown-entry',
	});
});
