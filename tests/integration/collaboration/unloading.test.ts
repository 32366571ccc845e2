import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Extension } from '@hocuspocus/server';
import type { EntryId } from '#domain/base/ids.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer } from '#tests/support/server.ts';
import { TroubledLog } from '#tests/support/troubled-log.ts';

const ACTOR = { id: 'ops', name: 'ops', via: 'cli' };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Sees every document that is loaded, without keeping it. */
class Watching implements Extension {
	readonly documents: WeakRef<object>[] = [];

	async onLoadDocument({ document }: { document: object }): Promise<void> {
		this.documents.push(new WeakRef(document));
	}

	get alive(): number {
		return this.documents.filter((each) => each.deref() !== undefined).length;
	}
}

const timers = (): number => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;

it('documents that were opened and left leave nothing behind: no copy, no gate, no pin, no timer', async () => {
	const watching = new Watching();
	const server = await startTestServer({ extensions: [watching] });
	const { collaboration } = server.app;
	const token = await server.token('甲', 'archivist');
	const ids: EntryId[] = [];
	for (let index = 0; index < 20; index++)
		ids.push(
			index % 2
				? await aMadeEntry(server.app, { title: `合成 ${index}` })
				: await anImportedEntry(server.app, `合成 ${index}`),
		);
	const visit = async (): Promise<void> => {
		const clients = await Promise.all(
			ids.flatMap((id) => [
				joinLive(server.port, id, { token, by: '甲' }),
				joinLive(server.port, id, { token, by: '甲' }),
				joinLive(server.port, reviewDocName(id), { token, by: '甲' }),
			]),
		);
		for (const [index, client] of clients.entries()) {
			client.provider.awareness?.setLocalState({ entryId: null, field: 'title', idle: false });
			if (index % 3 === 0) client.set('title', `改 ${index}`);
		}
		await Promise.all(clients.map((client) => client.durable()));
		await collaboration.edit(ids[0] as EntryId, ACTOR, () => false);
		expect(collaboration.documentCount).toBeGreaterThanOrEqual(2 * ids.length);
		for (const client of clients) client.close();
		await eventually(() => expect(collaboration.documentCount).toBe(0));
	};
	await visit();
	const before = await eventually(() => {
		expect(collaboration.socketCount).toBe(0);
		return timers();
	});
	for (let round = 0; round < 3; round++) await visit();
	await collaboration.editMany(
		ids.map((entryId) => ({ entryId, change: () => false })),
		ACTOR,
	);
	expect(watching.documents.length).toBeGreaterThanOrEqual(8 * ids.length);
	await eventually(() => {
		collectGarbage();
		expect(watching.alive).toBe(0);
	});
	// Projections and deposits that were due are done by then; a timer for each document would be 160.
	await eventually(() => expect(timers()).toBeLessThan(before + 10));
	for (const id of ids) expect((await server.app.catalogue.entry(system, id)).title).not.toBe('');
});

it('documents that could not be loaded leave nothing behind either', async () => {
	const watching = new Watching();
	const log = new TroubledLog();
	const server = await startTestServer({ extensions: [watching], storage: log.wrap });
	const id = await aMadeEntry(server.app, { title: '读不出' });
	await eventually(() => expect(server.app.collaboration.documentCount).toBe(0));
	const before = timers();
	log.unreadable.add(entryDocName(id));
	for (let turn = 0; turn < 30; turn++)
		await expect(server.app.collaboration.edit(id, ACTOR, () => false)).rejects.toThrow('disk I/O error');
	expect(watching.documents.length).toBeGreaterThanOrEqual(30);
	expect(server.app.collaboration.documentCount).toBe(0);
	await eventually(() => {
		collectGarbage();
		expect(watching.alive).toBe(0);
	});
	expect(timers()).toBeLessThan(before + 10);
});
