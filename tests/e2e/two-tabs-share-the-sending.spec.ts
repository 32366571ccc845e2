import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { layLine, startDevice, type Device, type Line } from './device.ts';
import { anyWaiting, retitle, title, titleBox, waitingCount } from './entry-card.ts';

let archive: Archive;
let line: Line;
let device: Device;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny', tls: 'auto' });
	await archive.addPerson('甲', 'archivist');
	line = await layLine(archive, await mkdtemp(join(tmpdir(), 'lantai-device-')));
	device = await startDevice(line);
});

test.afterEach(async () => {
	await device.close();
	await line.proxy.close();
	await archive.stop();
	await rm(line.profile, { recursive: true, force: true });
});

/** Tabs of this browser that hold or await the lock of the one that pushes. */
async function leaders(page: Page): Promise<{ held: number; pending: number }> {
	return page.evaluate(async () => {
		const { held = [], pending = [] } = await navigator.locks.query();
		const count = (locks: LockInfo[]): number =>
			locks.filter((lock) => lock.name?.startsWith('lantai-leader:')).length;
		return { held: count(held), pending: count(pending) };
	});
}

for (const where of ['request', 'answer'] as const)
	test(
		`the tab that pushes dies before the ${where} has passed: the other takes over, all arrives once`,
		{ tag: '@long' },
		async () => {
			const [one = '', other = ''] = await archive.items();
			await device.signIn('甲', `/catalogue/${one}`);
			const first = device.page;
			await expect(titleBox(first)).toBeEditable();
			await device.appKept();
			await expect.poll(() => leaders(first)).toEqual({ held: 1, pending: 0 });
			const second = await device.context.newPage();
			await second.goto(`${device.origin}/catalogue/${other}`);
			await expect(titleBox(second)).toBeEditable();
			await expect.poll(() => leaders(second)).toEqual({ held: 1, pending: 1 });

			await device.goOffline();
			await retitle(first, '合成题名：第一个标签页');
			await retitle(second, '合成题名：第二个标签页');
			for (const page of [first, second]) await expect(waitingCount(page, 2)).toBeVisible();

			// No WebSocket comes back, so what waits is pushed; the push does not come through.
			line.proxy.upgrades('silent');
			const held = line.proxy.hold('/api/sync/push', where);
			await device.goOnline();
			await expect.poll(() => held.count, { timeout: 30_000 }).toBe(1);
			await expect(second.getByText('实时通道被网络设备拦住')).toBeVisible({ timeout: 30_000 });
			// One tab pushes at a time, however much the other is in a hurry.
			expect(held.count).toBe(1);

			const crashed = first.waitForEvent('crash');
			const session = await device.context.newCDPSession(first);
			session.send('Page.crash').catch(() => undefined);
			await crashed;
			await expect.poll(() => leaders(second)).toEqual({ held: 1, pending: 0 });
			await expect.poll(() => held.count, { timeout: 20_000 }).toBe(2);
			held.release();

			await expect(anyWaiting(second)).toHaveCount(0, { timeout: 20_000 });
			await expect.poll(() => archive.titleOf(one)).toBe('合成题名：第一个标签页');
			await expect.poll(() => archive.titleOf(other)).toBe('合成题名：第二个标签页');
			expect(archive.timesLogged(one, 'title', '合成题名：第一个标签页')).toBe(1);
			expect(archive.timesLogged(other, 'title', '合成题名：第二个标签页')).toBe(1);
			line.proxy.upgrades('pass');

			const third = await device.context.newPage();
			await third.goto(`${device.origin}/catalogue/${one}`);
			await expect(title(third)).toContainText('合成题名：第一个标签页');
			await expect(anyWaiting(third)).toHaveCount(0);
			await expect(title(second)).toContainText('合成题名：第二个标签页');
		},
	);
