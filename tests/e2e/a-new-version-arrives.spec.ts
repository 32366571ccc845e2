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

const notice = (page: Page) => page.getByRole('status').filter({ hasText: '兰台有新版本。' });

/** The server has a newer version from now on, and the browser looks: when it has, the notice says. */
async function release(page: Page): Promise<void> {
	line.proxy.rewrite('/service-worker.js', (text) => {
		const changed = text.replaceAll('lantai-app-', 'lantai-app-next-');
		if (changed === text) throw new Error('the worker names its caches in another way now');
		return changed;
	});
	await page.evaluate(async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		void registration?.update();
	});
}

test(
	'a new version in the middle of typing: it waits, and what is typed is there after the reload',
	{ tag: '@long' },
	async () => {
		const [one = '', other = ''] = await archive.items();
		await device.signIn('甲', `/catalogue/${one}`);
		const { page, origin } = device;
		await expect(titleBox(page)).toBeEditable();
		await device.appKept();
		const second = await device.context.newPage();
		await second.goto(`${origin}/catalogue/${other}`);
		await expect(titleBox(second)).toBeEditable();
		const asked: string[] = [];
		for (const each of [page, second])
			each.on('dialog', (dialog) => (asked.push(dialog.type()), void dialog.accept()));

		// The second tab holds work that cannot go out; the first is in the middle of a word.
		await titleBox(second).focus();
		await second.keyboard.press('End');
		await second.keyboard.type('（合成：另一标签页');
		await page.bringToFront();
		await titleBox(page).fill('合成题名：正在输');
		await release(page);
		for (const each of [page, second]) await expect(notice(each)).toBeVisible({ timeout: 20_000 });
		await expect(titleBox(page)).toBeFocused();
		await page.keyboard.type('入新版本之前的字');
		await expect(titleBox(page)).toHaveValue('合成题名：正在输入新版本之前的字');

		// Nothing was confirmed by Enter: pressing the button is enough.
		const reloaded = page.waitForEvent('load');
		await notice(page).getByRole('button', { name: '重新载入' }).click();
		await reloaded;
		await expect(title(page)).toContainText('合成题名：正在输入新版本之前的字');
		await expect(notice(page)).toHaveCount(0);
		await expect.poll(() => archive.titleOf(one)).toBe('合成题名：正在输入新版本之前的字');
		await expect(anyWaiting(page)).toHaveCount(0);
		// Nobody is asked whether to leave when nothing can be lost.
		expect(asked).toEqual([]);

		// The other tab still runs the version before: it was not reloaded under the person's hands, and says so.
		await second.bringToFront();
		await expect(titleBox(second)).toBeFocused();
		await second.keyboard.type('继续输入）');
		await second.keyboard.press('Enter');
		await expect.poll(() => archive.titleOf(other)).toContain('（合成：另一标签页继续输入）');
		await expect(notice(second)).toBeVisible();

		// Both versions work side by side, on the same entry, without the network too.
		await second.goto(`${origin}/catalogue/${one}`);
		await expect(title(second)).toContainText('合成题名：正在输入新版本之前的字');
		await device.goOffline();
		await retitle(page, '合成题名：新旧版本并存');
		await expect(title(second)).toContainText('合成题名：新旧版本并存');
		await device.goOnline();
		await expect.poll(() => archive.titleOf(one), { timeout: 30_000 }).toBe('合成题名：新旧版本并存');
		expect(archive.timesLogged(one, 'title', '合成题名：新旧版本并存')).toBe(1);
	},
);

test(
	'a newer version takes over the database: the older tab says so, and loses nothing',
	{ tag: '@long' },
	async () => {
		const id = await archive.anItem();
		await device.signIn('甲', `/catalogue/${id}`);
		const { page } = device;
		await expect(titleBox(page)).toBeEditable();
		await device.appKept();
		await device.goOffline();
		await retitle(page, '合成题名：新版接管以前');
		await expect(waitingCount(page, 1)).toBeVisible();

		// As an upgrade of the database by a newer version would: same stores, higher number.
		await page.evaluate(upgradeDatabase);
		await expect(page.getByRole('alert').filter({ hasText: '另一标签页已用上新版本' })).toBeVisible();
		await retitle(page, '合成题名：新版接管以后');
		await expect(page.getByRole('alert').filter({ hasText: '本机写不进去' })).toBeVisible();
		await device.goOnline();
		await expect.poll(() => archive.titleOf(id), { timeout: 30_000 }).toBe('合成题名：新版接管以后');
	},
);

/** In the page: raises the version of the person's database. */
async function upgradeDatabase(): Promise<void> {
	const databases = await indexedDB.databases();
	const own = databases.find((each) => each.name?.startsWith('lantai-'));
	await new Promise<void>((resolve, reject) => {
		const opening = indexedDB.open(own?.name ?? '', (own?.version ?? 0) + 10);
		opening.onsuccess = () => (opening.result.close(), resolve());
		opening.onerror = () => reject(opening.error);
	});
}
