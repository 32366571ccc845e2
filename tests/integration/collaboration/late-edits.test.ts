import { expect, it } from 'vitest';
import * as Y from 'yjs';
import type { PersonId } from '#domain/base/ids.ts';
import type { Identity } from '#server/permissions/identity.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { PASSWORD, startTestServer } from '#tests/support/server.ts';
import { aTabDevice, openTab } from '#tests/support/tab.ts';

it('edits of somebody who may only comment by now become a proposal by themselves, and nothing is lost', async () => {
	const server = await startTestServer();
	const id = await aMadeEntry(server.app, { title: '一' });
	const device = await aTabDevice(server, '甲', 'archivist');
	const tab = await openTab(server, device);
	const session = tab.open(id);
	await session.ready();
	await eventually(async () => {
		expect((await tab.store.load(id))?.state).toBeDefined();
		expect((await tab.store.card(id))?.can.comment).toBe(true);
	});
	tab.line.cut();
	await eventually(() => expect(tab.socket.status).not.toBe('connected'));
	session.set('title', '离线所改');
	session.fragment('scopeAndContent')?.push([paragraph('离线所写')]);
	await session.settled();
	await tab.close();

	const actor = { id: 'test', name: 'test', via: 'cli' };
	await server.app.administration.people.update(
		device.me.me.id,
		{ role: 'reviewer', fonds: null, accessStatuses: null },
		actor,
	);
	// Whoever loses a right is signed out, and signs in again.
	const cookie = await server.cookie('甲', 'reviewer');
	const again = await openTab(server, { ...device, cookie });
	await again.device.push();
	await eventually(async () => {
		const [proposal] = await server.app.proposals.list(system, { entryId: id });
		expect(proposal).toMatchObject({
			actorName: '甲',
			state: 'open',
			values: [{ field: 'title', before: '一', value: '离线所改' }],
			texts: [{ field: 'scopeAndContent', before: '', after: '离线所写' }],
		});
	}, 20_000);
	expect(await again.store.kept()).toMatchObject([
		{ code: 'device.proposed', edits: [{ field: 'title', value: '离线所改' }, { value: '离线所写' }] },
	]);
	expect((await server.app.catalogue.entry(system, id)).title).toBe('一');

	// Accepted, it is the entry's.
	const { id: other } = await server.app.administration.people.add(
		{ name: '乙', role: 'archivist', password: PASSWORD },
		actor,
	);
	const identity = {
		person: { id: other as PersonId, name: '乙', role: 'archivist', fonds: null, accessStatuses: null },
		via: null,
	} as Identity;
	const [proposal] = await server.app.proposals.list(system, { entryId: id });
	await server.app.proposals.decide(identity, { id: proposal?.id ?? '', verdict: 'accepted', why: '' });
	const entry = await server.app.catalogue.entry(system, id);
	expect(entry.title).toBe('离线所改');
	expect(JSON.stringify(entry.bodies)).toContain('离线所写');
});

function paragraph(words: string): Y.XmlElement {
	const element = new Y.XmlElement('paragraph');
	element.insert(0, [new Y.XmlText(words)]);
	return element;
}
