import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { layLine, startDevice, type Device, type Line } from './device.ts';
import { anyWaiting, retitle, title, titleBox, waitingCount } from './entry-card.ts';

let archive: Archive;
let line: Line;
let device: Device | undefined;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny', tls: 'auto' });
	await archive.addPerson('甲', 'archivist');
	line = await layLine(archive, await mkdtemp(join(tmpdir(), 'lantai-device-')));
});

test.afterEach(async () => {
	await device?.close().catch(() => undefined);
	await line.proxy.close();
	await archive.stop();
	await rm(line.profile, { recursive: true, force: true });
});

test(
	'what is typed while the connection comes back rests on what was typed before it',
	{ tag: '@long' },
	async () => {
		const id = await archive.anItem();
		device = await startDevice(line);
		await device.signIn('甲', `/catalogue/${id}`);
		const { page } = device;
		await expect(titleBox(page)).toBeEditable();
		await device.goOffline();
		await retitle(page, '合成题名：断网时');
		await expect(waitingCount(page, 1)).toBeVisible();

		line.proxy.upgrades('held');
		await device.goOnline();
		await expect.poll(() => line.proxy.heldUpgrades, { timeout: 20_000 }).toBeGreaterThan(0);
		await retitle(page, '合成题名：正在重连时');
		await expect(waitingCount(page, 2)).toBeVisible();
		line.proxy.upgrades('pass');
		await expect.poll(() => archive.titleOf(id), { timeout: 30_000 }).toBe('合成题名：正在重连时');
		await expect(anyWaiting(page)).toHaveCount(0, { timeout: 20_000 });
		await expect(page.getByText('服务器未接受')).toHaveCount(0);
	},
);

test('typed offline, reloaded, the browser killed and started again: all of it arrives', async () => {
	test.setTimeout(180_000);
	const id = await archive.anItem();
	device = await startDevice(line);
	await device.signIn('甲');
	await device.setPin();
	const { page, origin } = device;
	await page.goto(`${origin}/catalogue/${id}`);
	await expect(titleBox(page)).toBeEditable();
	await device.appKept();
	await retitle(page, '合成题名：在线');
	await expect.poll(() => archive.titleOf(id)).toBe('合成题名：在线');
	// The answer may be cut off with the line: then this edit waits too, and the counts below would not tell the next.
	await expect(anyWaiting(page)).toHaveCount(0);

	await device.goOffline();
	await retitle(page, '合成题名：断网以后');
	await expect(waitingCount(page, 1)).toBeVisible();

	// Closing the page commits what stands in a field, and asks.
	await titleBox(page).fill('合成题名：还没有按回车');
	const asked = page.waitForEvent('dialog');
	await page.close({ runBeforeUnload: true });
	await (await asked).dismiss();
	await expect(waitingCount(page, 2)).toBeVisible();

	// A reload opens from the device, on the very address.
	await page.reload();
	await device.unlock();
	await expect(title(page)).toContainText('合成题名：还没有按回车');
	await expect(waitingCount(page, 2)).toBeVisible();
	await retitle(page, '合成题名：重新载入以后');
	await expect(waitingCount(page, 3)).toBeVisible();
	expect(archive.titleOf(id)).toBe('合成题名：在线');

	// The power goes as soon as the device has confirmed.
	await device.kill();
	device = await startDevice(line);
	await device.context.setOffline(true);
	await device.page.goto(`${origin}/catalogue/${id}`);
	await device.unlock();
	await expect(title(device.page)).toContainText('合成题名：重新载入以后');

	// A browser writes its cookies seconds later than its databases: the power took the session with it.
	await device.context.clearCookies();
	await device.goOnline();
	await device.signInAgain();
	await expect.poll(() => archive.titleOf(id), { timeout: 30_000 }).toBe('合成题名：重新载入以后');
	const shown = await archive.verb<{ conflicts: object }>(['show', id]);
	expect(shown.conflicts).toEqual({});
	await expect(anyWaiting(device.page)).toHaveCount(0, { timeout: 20_000 });
});
