import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { layLine, startDevice, type Device, type Line } from './device.ts';
import { anyWaiting, retitle, title, titleBox, waitingCount } from './entry-card.ts';

const DAY_MS = 86_400_000;

let archive: Archive;
let line: Line;
let device: Device;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny', tls: 'auto' });
	await archive.addPerson('甲', 'archivist');
	line = await layLine(archive, await mkdtemp(join(tmpdir(), 'lantai-device-')));
	device = await startDevice(line);
	await device.context.addInitScript(shiftClock);
});

test.afterEach(async () => {
	await device.close();
	await line.proxy.close();
	await archive.stop();
	await rm(line.profile, { recursive: true, force: true });
});

/** In every page from its beginning: its clock is off by what `synthetic-clock` says, and runs on. */
function shiftClock(): void {
	if (!location.protocol.startsWith('http')) return;
	const offsetMs = Number(localStorage.getItem('synthetic-clock') ?? 0);
	const Real = Date;
	globalThis.Date = class extends Real {
		constructor(...given: [] | [number]) {
			if (given.length === 0) super(Real.now() + offsetMs);
			else super(...given);
		}
		static override now(): number {
			return Real.now() + offsetMs;
		}
	} as DateConstructor;
}

/** From the next page on, the clock is off by so many days. */
async function setClock(page: Page, days: number): Promise<void> {
	await page.evaluate((ms) => localStorage.setItem('synthetic-clock', String(ms)), days * DAY_MS);
}

const reminders = (page: Page) =>
	page.getByText(/有改动已 .* 天没有传到服务器|有改动自 .* 起一直没有传到服务器/);

for (const days of [365, -365])
	test(
		`a clock ${days} days off: work, offline opening and reminders go by the server's time`,
		{ tag: '@long' },
		async () => {
			const id = await archive.anItem();
			const { page, origin } = device;
			await page.goto(`${origin}/sign-in`);
			await setClock(page, days);
			await device.signIn('甲');
			await device.setPin();
			await page.goto(`${origin}/catalogue/${id}`);
			await expect(titleBox(page)).toBeEditable();
			await device.appKept();
			const offMs = (await page.evaluate(() => Date.now())) - Date.now();
			expect(Math.round(offMs / DAY_MS)).toBe(days);

			await retitle(page, '合成题名：钟不准');
			await expect.poll(() => archive.titleOf(id)).toBe('合成题名：钟不准');
			await expect(anyWaiting(page)).toHaveCount(0);

			await device.goOffline();
			await retitle(page, '合成题名：钟不准也断网');
			await expect(waitingCount(page, 1)).toBeVisible();
			await expect(reminders(page)).toHaveCount(0);
			await page.reload();
			await device.unlock();
			await expect(title(page)).toContainText('合成题名：钟不准也断网');
			await expect(waitingCount(page, 1)).toBeVisible();
			await expect(reminders(page)).toHaveCount(0);

			// Four days pass on that clock: now it is time to remind.
			await setClock(page, days + 4);
			await page.reload();
			await device.unlock();
			await expect(page.getByRole('alert').filter({ hasText: '有改动已 4 天没有传到服务器' })).toBeVisible();

			// Somebody sets the clock right while there is no server to tell.
			await setClock(page, 0);
			await page.reload();
			if (days > 0) {
				await device.unlock();
				// Set back: opens, and does not remind of an age nobody knows.
				await expect(title(page)).toContainText('合成题名：钟不准也断网');
				await expect(reminders(page)).toHaveCount(0);
			} else
				// A year later, for all the device knows: it wants to hear of the server first.
				await expect(page.getByText('请连上服务器登录，本机的内容都还在。')).toBeVisible();

			await device.goOnline();
			// The page hears that the network is back, perhaps before the server answers.
			const retry = page.getByRole('button', { name: '重试连接服务器' });
			await expect(async () => {
				if (await retry.isVisible()) await retry.click({ timeout: 1000 });
				await expect(title(page)).toContainText('合成题名：钟不准也断网', { timeout: 5000 });
			}).toPass({ timeout: 30_000 });
			await expect.poll(() => archive.titleOf(id), { timeout: 30_000 }).toBe('合成题名：钟不准也断网');
			await expect(anyWaiting(page)).toHaveCount(0, { timeout: 20_000 });
			await expect(reminders(page)).toHaveCount(0);

			// Received by the server's clock, and claimed by it too as far as the device knew.
			const times = archive.timesOf(id, 'title');
			expect(times).toHaveLength(2);
			for (const { received_at, claimed_at } of times)
				for (const at of [received_at, claimed_at])
					expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(DAY_MS);
		},
	);
