import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { layLine, PIN, startDevice, type Device, type Line } from './device.ts';

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

const title = (page: Page) => page.locator('[data-field="title"]');

async function retitle(page: Page, text: string): Promise<void> {
	const box = title(page).locator('textarea').first();
	await box.fill(text);
	await box.press('Enter');
}

const onServer = async (id: string): Promise<string> =>
	(await archive.verb<{ fields: { title: string } }>(['show', id])).fields.title;

test('typed offline, reloaded, the browser killed and started again: all of it arrives', async () => {
	test.setTimeout(180_000);
	const id = await archive.anItem();
	device = await startDevice(line);
	await device.signIn('甲', '/device');
	const { page, origin } = device;
	await page.getByLabel(/^PIN/).fill(PIN);
	await page.getByLabel('再输一次').fill(PIN);
	await page.getByRole('button', { name: '设定', exact: true }).click();
	await expect(page.getByText('已设 PIN。')).toBeVisible();
	await page.goto(`${origin}/catalogue/${id}`);
	await expect(title(page).locator('textarea')).toBeEditable();
	await page.evaluate(async () => void (await navigator.serviceWorker.ready));
	await retitle(page, '合成题名：在线');
	await expect.poll(() => onServer(id)).toBe('合成题名：在线');

	await device.goOffline();
	await retitle(page, '合成题名：断网以后');
	await expect(page.getByRole('button', { name: /本机 1 项待传/ }).first()).toBeVisible();

	// A reload opens from the device, on the very address.
	await page.reload();
	await page.locator('input[type=password]').fill(PIN);
	await page.getByRole('button', { name: '打开', exact: true }).click();
	await expect(title(page)).toContainText('合成题名：断网以后');
	await retitle(page, '合成题名：重新载入以后');
	await expect(page.getByRole('button', { name: /本机 2 项待传/ }).first()).toBeVisible();
	expect(await onServer(id)).toBe('合成题名：在线');

	// The power goes as soon as the device has confirmed.
	await device.kill();
	device = await startDevice(line);
	await device.context.setOffline(true);
	await device.page.goto(`${origin}/catalogue/${id}`);
	await device.page.locator('input[type=password]').fill(PIN);
	await device.page.getByRole('button', { name: '打开', exact: true }).click();
	await expect(title(device.page)).toContainText('合成题名：重新载入以后');

	// A browser writes its cookies seconds later than its databases: the power took the session with it.
	await device.context.clearCookies();
	await device.goOnline();
	await device.signInAgain();
	await expect.poll(() => onServer(id), { timeout: 30_000 }).toBe('合成题名：重新载入以后');
	const shown = await archive.verb<{ conflicts: object }>(['show', id]);
	expect(shown.conflicts).toEqual({});
	await expect(device.page.getByRole('button', { name: /待传/ })).toHaveCount(0, { timeout: 20_000 });
});
