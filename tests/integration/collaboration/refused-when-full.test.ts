import { describe, expect, it } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { MAX_UPDATE_BYTES } from '#sync/entry-doc.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { startTestServer } from '#tests/support/server.ts';
import { aTabDevice, openTab, type Tab } from '#tests/support/tab.ts';

/** Lets the store of a tab take nothing until it is told to. */
function fill({ store }: Tab): () => void {
	const { append, keep } = store;
	const full = (): Promise<never> => Promise.reject(new Refusal('device.full'));
	Object.assign(store, { append: full, keep: full });
	return () => void Object.assign(store, { append, keep });
}

describe('an edit that cannot be sent, on a device without room', () => {
	it('stays in its entry until the device has it, whoever wants to go on', async () => {
		const server = await startTestServer();
		const tab = await openTab(server, await aTabDevice(server, '甲', 'archivist'), { pushes: false });
		const session = tab.open(await aMadeEntry(server.app, { title: '合成题名' }));
		await session.ready();
		const makeRoom = fill(tab);
		session.set('title', '长'.repeat(MAX_UPDATE_BYTES / 2));
		await eventually(() => expect(session.phase).toBe('refused'));
		await eventually(() => expect(tab.device.trouble).toBe('device.full'));
		expect(session.saved.state).toBe('tab');
		expect(session.mustStay).toBe(true);
		let isKept = false;
		const kept = session.kept().then(() => (isKept = true));
		expect(await tab.store.waiting()).toEqual([]);
		expect(isKept).toBe(false);

		makeRoom();
		await kept;
		const [edit] = await tab.store.waiting();
		expect(edit?.update.byteLength).toBeGreaterThan(MAX_UPDATE_BYTES);
		expect(session.mustStay).toBe(false);
		expect(session.saved.state).toBe('device');
	});
});
