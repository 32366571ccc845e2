import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { PASSWORD, startArchive, type Archive } from './archive.ts';
import { layLine, PIN, startDevice, type Device, type Line } from './device.ts';
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

/** Goes on with Tab until something has the focus. */
async function tabTo(target: Locator): Promise<void> {
	for (let presses = 0; presses < 80; presses++) {
		if (await target.evaluate((element) => element === document.activeElement)) return;
		await device.page.keyboard.press('Tab');
	}
	throw new Error(`Tab never reaches ${String(target)}`);
}

test(
	'every trouble can be read and answered by keyboard alone, and passes axe',
	{ tag: '@long' },
	async () => {
		const id = await archive.anItem();
		await device.signIn('甲', '/device');
		const { page, origin } = device;
		const { keyboard } = page;

		// The PIN.
		await tabTo(page.getByLabel(/^PIN/));
		await keyboard.type(PIN);
		await keyboard.press('Tab');
		await keyboard.type(PIN);
		await keyboard.press('Enter');
		await expect(page.getByText('已设 PIN。')).toBeVisible();
		await passesAxe(device.page, 'the page of the device');

		await page.goto(`${origin}/catalogue/${id}`);
		await expect(titleBox(page)).toBeEditable();
		await device.appKept();

		// Offline, with unsent work.
		await device.goOffline();
		await retitle(page, '合成题名：键盘');
		await expect(waitingCount(page, 1)).toBeVisible();
		await expect(page.getByText('连不上服务器，正在重连。')).toBeVisible({ timeout: 20_000 });
		await passesAxe(device.page, 'offline');
		await tabTo(page.getByRole('button', { name: '立即重试' }));

		// Leaving the device now would lose work: the dialog says so, and Escape leads back.
		const menu = page.getByRole('button', { name: '甲的菜单' });
		await page.evaluate(() => (document.activeElement as HTMLElement).blur());
		await tabTo(menu);
		await keyboard.press('Enter');
		await expect(page.getByRole('menuitem').first()).toBeFocused();
		await keyboard.press('End');
		await keyboard.press('Enter');
		const leaving = page.getByRole('dialog', { name: '退出登录' });
		await expect(leaving).toContainText('还有 1 项改动没有传到服务器');
		await passesAxe(device.page, 'leaving with unsent work');
		await tabTo(leaving.getByRole('button', { name: '导出为文件' }));
		const download = page.waitForEvent('download');
		await keyboard.press('Enter');
		expect((await download).suggestedFilename()).toMatch(/^lantai-unsent-甲-.*\.json$/);
		await keyboard.press('Escape');
		await expect(leaving).toBeHidden();
		await expect(menu).toBeFocused();

		// Opening without the server: the cursor is where the PIN goes.
		await page.reload();
		const pin = page.locator('input[type=password]');
		await expect(pin).toBeFocused();
		await passesAxe(device.page, 'opening without the server');
		await keyboard.type('不是这个PIN');
		await keyboard.press('Enter');
		await expect(page.getByText('PIN 不对，还可试 9 次。')).toBeVisible();
		await expect(pin).toBeFocused();
		await passesAxe(device.page, 'a wrong PIN');
		await keyboard.type(PIN);
		await keyboard.press('Enter');
		await expect(title(page)).toContainText('合成题名：键盘');

		// The session is over: signing in again in place.
		await device.context.clearCookies();
		await device.goOnline();
		const again = page.getByRole('button', { name: '重新登录' });
		await expect(again).toBeVisible({ timeout: 30_000 });
		await expect(page.getByRole('alert')).toContainText('登录已结束。已输入的 1 项改动在本机');
		await passesAxe(device.page, 'the session is over');
		await tabTo(again);
		await keyboard.press('Enter');
		const dialog = page.getByRole('dialog', { name: '重新登录' });
		await expect(dialog.getByLabel('密码')).toBeFocused();
		await passesAxe(device.page, 'signing in again');
		await keyboard.type('wrong-synthetic-password');
		await keyboard.press('Enter');
		await expect(dialog.getByRole('alert').or(dialog.locator('[aria-invalid=true]')).first()).toBeVisible();
		await dialog.getByLabel('密码').press('ControlOrMeta+A');
		await keyboard.type(PASSWORD);
		await keyboard.press('Enter');
		await expect(dialog).toBeHidden();
		await expect.poll(() => archive.titleOf(id), { timeout: 30_000 }).toBe('合成题名：键盘');
		await expect(anyWaiting(page)).toHaveCount(0, { timeout: 20_000 });
		// The button is gone with its cause; the keyboard goes on from the page, not from nowhere.
		await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
	},
);
