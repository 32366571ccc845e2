import 'fake-indexeddb/auto';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Me } from '#client/open-workspace.ts';
import { DevicePeople } from '#client/device/device-people.ts';
import { startTestServer } from '#tests/support/server.ts';

interface Held {
	readonly asked: PromiseWithResolvers<void>;
	readonly letGo: PromiseWithResolvers<void>;
}

/** A browser in which somebody is signed in: what pages ask goes to the server with the cookie. */
async function aBrowser(): Promise<{
	readonly me: Me['me'];
	/** The next answer waits until it is let go. */
	readonly holdOne: () => Held;
}> {
	const server = await startTestServer();
	const cookie = await server.cookie('甲', 'archivist');
	const toServer = globalThis.fetch;
	let next: Held | undefined;
	vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
		const headers = new Headers(init.headers);
		headers.set('cookie', cookie);
		const held = next;
		next = undefined;
		held?.asked.resolve();
		const answer = await toServer(server.origin + path, { ...init, headers });
		await held?.letGo.promise;
		return answer;
	});
	onTestFinished(() => void vi.unstubAllGlobals());
	const { me } = (await (await fetch('/api/me')).json()) as Me;
	return { me, holdOne: () => (next = { asked: Promise.withResolvers(), letGo: Promise.withResolvers() }) };
}

function aTab(): DevicePeople {
	const tab = new DevicePeople();
	onTestFinished(() => tab.close());
	return tab;
}

it('tabs that open a device for the first time at once make one key, which later ones open it with', async () => {
	const { me } = await aBrowser();
	const [first, second] = await Promise.all([aTab().openWithServer(me), aTab().openWithServer(me)]);
	const sealed = await first.vault.sealJson('name', '内容');
	expect(await second.vault.openJson('name', sealed)).toBe('内容');
	expect(second.known.device).toBe(first.known.device);
	const later = await aTab().openWithServer(me);
	expect(await later.vault.openJson('name', sealed)).toBe('内容');
});

it('a PIN that is set while another tab opens the device stays', async () => {
	const { me, holdOne } = await aBrowser();
	const tab = aTab();
	await tab.openWithServer(me);
	const held = holdOne();
	const opening = aTab().openWithServer(me);
	await held.asked.promise;
	await tab.setPin(me.id, 'synthetic-pin');
	held.letGo.resolve();
	expect((await opening).known.hasPin).toBe(true);
});
