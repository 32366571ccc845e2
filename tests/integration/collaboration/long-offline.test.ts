import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import type { LiveEntrySession } from '#client/entry-session.svelte.ts';
import { readEntryDoc } from '#sync/entry-doc.ts';
import { MAX_BATCH_BYTES } from '#sync/sync-messages.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aRestore } from '#tests/support/restore.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';
import { aTabDevice, openTab, type Tab, type TabDevice } from '#tests/support/tab.ts';

const PIECE = 150 * 1024;

/** A device that has an entry, and was offline for long: what waits for each entry is more than two messages. */
async function aLongOffline(
	server: TestServer,
	ids: readonly EntryId[],
): Promise<{ device: TabDevice; states: Map<EntryId, Uint8Array> }> {
	const device = await aTabDevice(server, '甲', 'archivist');
	const tab = await openTab(server, device);
	const sessions = await Promise.all(ids.map((id) => opened(tab, id)));
	await eventually(async () => {
		for (const id of ids) expect((await tab.store.load(id))?.state).toBeDefined();
	});
	tab.line.cut();
	await eventually(() => expect(tab.socket.status).not.toBe('connected'));
	const states = new Map<EntryId, Uint8Array>();
	for (const session of sessions) {
		for (let written = 0; written < 2.5 * MAX_BATCH_BYTES; written += PIECE) {
			write(session, '长'.repeat(PIECE / 3));
			await session.settled();
		}
		session.set('title', '离线所改');
		await session.settled();
		states.set(session.id, Y.encodeStateAsUpdate(session.doc));
	}
	await tab.close();
	return { device, states };
}

async function opened(tab: Tab, id: EntryId): Promise<LiveEntrySession> {
	const session = tab.open(id);
	await session.ready();
	return session;
}

function write(session: LiveEntrySession, text: string): void {
	session.fragment('note')?.push([new Y.XmlText(text)]);
}

/** What the log holds of an entry. */
async function logged(server: TestServer, id: EntryId): Promise<ReturnType<typeof readEntryDoc>> {
	const doc = new Y.Doc();
	for (const update of await server.app.storage.log.read(`entry:${id}`)) Y.applyUpdate(doc, update.payload);
	return readEntryDoc(doc);
}

function contentOf(state: Uint8Array | undefined): ReturnType<typeof readEntryDoc> {
	const doc = new Y.Doc();
	Y.applyUpdate(doc, state ?? new Uint8Array([0, 0]));
	return readEntryDoc(doc);
}

describe('after a long time offline', () => {
	it('more than one message holds goes up by the socket, in pieces', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '合成' });
		const { device, states } = await aLongOffline(server, [id]);
		const tab = await openTab(server, device, { pushes: false });
		const session = await opened(tab, id);
		expect(session.saved.unsent).toBeGreaterThan(15);
		await eventually(() => expect(session.saved).toMatchObject({ unsent: 0, state: 'server' }), 30_000);
		expect(session.phase).toBe('live');
		expect(await logged(server, id)).toEqual(contentOf(states.get(id)));
		await eventually(async () => expect(await tab.store.waiting()).toEqual([]));
		expect((await tab.store.kept()).length).toBe(0);
	});

	it('a line that breaks between the pieces loses none, and none becomes too large by it', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '合成' });
		const { device, states } = await aLongOffline(server, [id]);
		const tab = await openTab(server, device, { pushes: false });
		const session = await opened(tab, id);
		const all = session.saved.unsent;
		for (const part of [0.8, 0.5, 0.2]) {
			await eventually(() => expect(session.saved.unsent).toBeLessThan(all * part), 30_000);
			tab.line.cut();
			await eventually(() => expect(tab.socket.status).not.toBe('connected'));
			write(session, '断线之后');
			tab.line.mend();
		}
		await eventually(() => expect(session.saved).toMatchObject({ unsent: 0, state: 'server' }), 30_000);
		expect(session.phase).toBe('live');
		const text = JSON.stringify((await logged(server, id)).bodies);
		expect(text).toBe(JSON.stringify(readEntryDoc(session.doc).bodies));
		expect(text.length).toBeGreaterThan(JSON.stringify(contentOf(states.get(id)).bodies).length);
		expect((await tab.store.kept()).length).toBe(0);
	});

	it('S4 it goes up over HTTP too, several entries in turn', async () => {
		const server = await startTestServer();
		const ids = [
			await aMadeEntry(server.app, { title: '合成一' }),
			await aMadeEntry(server.app, { title: '合成二' }),
		];
		const { device, states } = await aLongOffline(server, ids);
		const tab = await openTab(server, device);
		await tab.device.push();
		expect((await tab.store.waiting()).length).toBe(0);
		expect((await tab.store.kept()).length).toBe(0);
		for (const id of ids) expect(await logged(server, id)).toEqual(contentOf(states.get(id)));
	});

	it('a single edit that no message can hold is put away with what rests on it, and holds up nothing else', async () => {
		const server = await startTestServer();
		const [large, other] = [
			await aMadeEntry(server.app, { title: '合成一' }),
			await aMadeEntry(server.app, { title: '合成二' }),
		];
		const device = await aTabDevice(server, '甲', 'archivist');
		const first = await openTab(server, device);
		const sessions = [await opened(first, large), await opened(first, other)] as const;
		await eventually(async () => expect((await first.store.load(other))?.state).toBeDefined());
		await eventually(async () => expect((await first.store.load(large))?.state).toBeDefined());
		for (const session of sessions) session.close();
		// As an earlier version of the page may have left it: written before its size was looked at.
		const doc = new Y.Doc();
		Y.applyUpdate(doc, (await first.store.load(large))?.state ?? new Uint8Array([0, 0]));
		const updates: Uint8Array[] = [];
		doc.on('update', (update: Uint8Array) => updates.push(update));
		const note = doc.getXmlFragment('body:note');
		note.push([new Y.XmlText('先')]);
		note.push([new Y.XmlText('长'.repeat(MAX_BATCH_BYTES / 2))]);
		note.push([new Y.XmlText('后')]);
		first.line.cut();
		for (const update of updates) await first.store.append(large, update);
		const again = first.open(other);
		await again.ready();
		again.set('title', '照常到达');
		await again.settled();
		await first.close();

		const tab = await openTab(server, device);
		await tab.device.push();
		expect((await tab.store.waiting()).length).toBe(0);
		expect((await logged(server, other)).elements.get('title')?.map(({ value }) => value)).toEqual([
			'照常到达',
		]);
		expect(JSON.stringify((await logged(server, large)).bodies)).toContain('先');
		const [kept, ...more] = await tab.store.kept();
		expect(more.length).toBe(0);
		expect(kept).toMatchObject({ doc: large, code: 'collaboration.update-too-large' });
		expect(kept?.updates).toHaveLength(2);
		expect(JSON.stringify(kept?.edits)).toContain('后');
		// Offered again, it is there again.
		await tab.device.offerAgain(kept?.n ?? 0);
		expect(await tab.store.kept()).toMatchObject([{ doc: large, updates: kept?.updates }]);
	});

	it('S8 S9 a restored server gets back entries larger than a message, and those below them, in whatever order', async () => {
		let device = {} as TabDevice;
		let known = '' as EntryId;
		let fonds = '' as EntryId;
		let item = '' as EntryId;
		const states = new Map<EntryId, Uint8Array>();
		const server = await aRestore(
			async (old) => {
				known = await aMadeEntry(old.app, { title: '备份前' });
				device = await aTabDevice(old, '甲', 'archivist');
			},
			async (old) => {
				fonds = await aMadeEntry(old.app, { title: '新全宗', level: 'fonds' });
				item = await aMadeEntry(old.app, { title: '新件', parentId: fonds });
				const tab = await openTab(old, device);
				// The device holds what is below before what it lies in.
				for (const id of [item, fonds, known]) {
					const session = await opened(tab, id);
					for (let written = 0; written < 1.5 * MAX_BATCH_BYTES; written += PIECE)
						write(session, '长'.repeat(PIECE / 3));
					await eventually(() => expect(session.saved.unsent).toBe(0), 30_000);
					session.close();
					await eventually(async () =>
						expect((await tab.store.load(id))?.state?.byteLength).toBeGreaterThan(1.5 * MAX_BATCH_BYTES),
					);
					states.set(id, (await tab.store.load(id))?.state ?? new Uint8Array());
				}
				await tab.close();
			},
		);
		const me = { ...device.me, lineage: (await server.app.collaboration.sync.lineage()).lineage };
		const tab = await openTab(server, { ...device, me });
		expect((await tab.store.kept()).map(({ code }) => code)).toEqual([]);
		for (const [id, state] of states) expect(await logged(server, id)).toEqual(contentOf(state));
	});
});
