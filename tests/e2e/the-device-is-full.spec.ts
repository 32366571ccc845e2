import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type CDPSession } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { layLine, startDevice, type Device, type Line } from './device.ts';
import { anyWaiting, retitle, title, titleBox, unkeptCount, waitingCount } from './entry-card.ts';

let archive: Archive;
let line: Line;
let device: Device;
let session: CDPSession;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny', tls: 'auto' });
	await archive.addPerson('甲', 'archivist');
	line = await layLine(archive, await mkdtemp(join(tmpdir(), 'lantai-device-')));
	device = await startDevice(line);
	session = await device.context.newCDPSession(device.page);
});

test.afterEach(async () => {
	await device.close();
	await line.proxy.close();
	await archive.stop();
	await rm(line.profile, { recursive: true, force: true });
});

/** Leaves the origin no room at all, or gives it back what it had; until the browser acts on it. */
async function fill(isFull: boolean): Promise<void> {
	await session.send('Storage.overrideQuotaForOrigin', {
		origin: device.origin,
		...(isFull ? { quotaSize: 1 } : {}),
	});
	// Chromium remembers for half a minute how much room there was.
	await expect.poll(() => device.page.evaluate(isFullNow), { timeout: 60_000 }).toBe(isFull);
}

/** In the page: whether a write to a database of its own is refused for want of room. */
function isFullNow(): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const opening = indexedDB.open('synthetic-filler');
		opening.onupgradeneeded = () => opening.result.createObjectStore('filler');
		opening.onerror = () => resolve(opening.error?.name === 'QuotaExceededError');
		opening.onsuccess = () => {
			const db = opening.result;
			const writing = db.transaction('filler', 'readwrite');
			writing.objectStore('filler').put(new Uint8Array(64 * 1024), 1);
			writing.oncomplete = () => (db.close(), resolve(false));
			writing.onabort = () => (
				db.close(),
				writing.error?.name === 'QuotaExceededError' ? resolve(true) : reject(writing.error)
			);
		};
	});
}

const alert = () => device.page.getByRole('alert').filter({ hasText: '本机存储空间已满' });

test(
	'a full device says so, work still reaches the server, and is kept again when there is room',
	{ tag: '@long' },
	async () => {
		const [one = '', other = ''] = await archive.items();
		await device.signIn('甲', `/catalogue/${one}`);
		const { page } = device;
		await expect(titleBox(page)).toBeEditable();
		await device.appKept();

		await fill(true);
		await retitle(page, '合成题名：本机已满');
		await expect(alert()).toBeVisible();
		await expect.poll(() => archive.titleOf(one)).toBe('合成题名：本机已满');
		await expect(anyWaiting(page)).toHaveCount(0);

		// Opening another entry, and starting anew, work as well: only nothing is kept of them.
		await page.goto(`${device.origin}/catalogue/${other}`);
		await expect(titleBox(page)).toBeEditable();
		await expect(alert()).toBeVisible();
		await retitle(page, '合成题名：仍然已满');
		await expect.poll(() => archive.titleOf(other)).toBe('合成题名：仍然已满');
		await expect(anyWaiting(page)).toHaveCount(0);

		await fill(false);
		await expect(alert()).toHaveCount(0);
		await device.goOffline();
		await retitle(page, '合成题名：又有了空间');
		await expect(waitingCount(page, 1)).toBeVisible();
		await expect(page.getByRole('alert')).toHaveCount(0);
		await device.goOnline();
		await expect.poll(() => archive.titleOf(other), { timeout: 30_000 }).toBe('合成题名：又有了空间');
		await expect(anyWaiting(page)).toHaveCount(0);
	},
);

test(
	'full and without the network: said and counted, leaving warns, nothing is lost',
	{ tag: '@long' },
	async () => {
		const id = await archive.anItem();
		await device.signIn('甲');
		await device.setPin();
		const { page, origin } = device;
		await page.goto(`${origin}/catalogue/${id}`);
		await expect(titleBox(page)).toBeEditable();
		await device.appKept();

		await device.goOffline();
		await retitle(page, '合成题名：还有空间');
		await expect(waitingCount(page, 1)).toBeVisible();
		await fill(true);
		await retitle(page, '合成题名：没有空间了');
		await expect(alert()).toBeVisible();
		await expect(alert().getByRole('button', { name: '导出为文件' })).toBeVisible();
		await expect(unkeptCount(page, 2)).toBeVisible();

		// Closing the tab now would lose it: the browser asks, and the person stays.
		const asked = page.waitForEvent('dialog');
		await page.close({ runBeforeUnload: true });
		const dialog = await asked;
		expect(dialog.type()).toBe('beforeunload');
		await dialog.dismiss();
		await expect(unkeptCount(page, 2)).toBeVisible();

		// What is in the tab alone is in the file, too.
		const download = page.waitForEvent('download');
		await alert().getByRole('button', { name: '导出为文件' }).click();
		const file = await (await download).path();
		const { readFile } = await import('node:fs/promises');
		expect(await readFile(file, 'utf8')).toContain('合成题名：没有空间了');

		// Room again: it is written, and survives a reload without the network.
		await fill(false);
		await expect(alert()).toHaveCount(0);
		await expect(waitingCount(page, 2)).toBeVisible();
		await page.reload();
		await device.unlock();
		await expect(title(page)).toContainText('合成题名：没有空间了');
		await device.goOnline();
		await expect.poll(() => archive.titleOf(id), { timeout: 30_000 }).toBe('合成题名：没有空间了');
		await expect(anyWaiting(page)).toHaveCount(0, { timeout: 20_000 });
		expect((await archive.verb<{ conflicts: object }>(['show', id])).conflicts).toEqual({});
	},
);
