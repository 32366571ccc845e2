import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { readableTraces } from '../support/readable-traces.ts';
import { startArchive, type Archive } from './archive.ts';
import { layLine, startDevice, type Device, type Line } from './device.ts';
import { anyWaiting, retitle, title, titleBox, waitingCount } from './entry-card.ts';

const TYPED = '合成密题：在线时输入的题名';
const TYPED_OFFLINE = '合成密题：断网时输入的题名';
/** Written in clear on purpose: a search that does not find it proves nothing. */
const MARKER = '合成明文：检查检查者';

let archive: Archive;
let line: Line;
let device: Device | undefined;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny', tls: 'auto' });
	line = await layLine(archive, await mkdtemp(join(tmpdir(), 'lantai-device-')));
});

test.afterEach(async () => {
	await device?.close();
	await line.proxy.close();
	await archive.stop();
	await rm(line.profile, { recursive: true, force: true });
});

/** Everything that pages of this address keep in this browser, as text: databases, caches, both storages. */
function keptInBrowser(page: Page): Promise<string> {
	return page.evaluate(async () => {
		const asText = (value: unknown): string =>
			value instanceof Uint8Array
				? new TextDecoder('utf-8').decode(value) + new TextDecoder('utf-16le').decode(value)
				: value !== null && typeof value === 'object'
					? Object.entries(value)
							.flatMap(([key, inner]) => [key, asText(inner)])
							.join(' ')
					: String(value);
		const kept: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
		for (const { name = '' } of await indexedDB.databases()) {
			const db = await new Promise<IDBDatabase>((resolve, reject) => {
				const opening = indexedDB.open(name);
				opening.onsuccess = () => resolve(opening.result);
				opening.onerror = () => reject(opening.error);
			});
			for (const store of db.objectStoreNames) {
				const all = db.transaction(store).objectStore(store);
				for (const request of [all.getAllKeys(), all.getAll()])
					kept.push(
						`${name}/${store}`,
						await new Promise((resolve) => (request.onsuccess = () => resolve(asText(request.result)))),
					);
			}
			db.close();
		}
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) {
				const response = await cache.match(request);
				kept.push(request.url, (await response?.text()) ?? '');
			}
		}
		return kept.join('\n');
	});
}

async function leaveMarker(page: Page): Promise<void> {
	await page.evaluate(async (marker) => {
		localStorage.setItem('synthetic-marker', marker);
		await (await caches.open('synthetic-marker')).put('/synthetic-marker', new Response(marker));
		await new Promise<void>((resolve) => {
			const opening = indexedDB.open('synthetic-marker');
			opening.onupgradeneeded = () => opening.result.createObjectStore('marker');
			opening.onsuccess = () => {
				const writing = opening.result.transaction('marker', 'readwrite', { durability: 'strict' });
				writing.objectStore('marker').put(marker, 1);
				writing.oncomplete = () => (opening.result.close(), resolve());
			};
		});
	}, MARKER);
}

test('locked, and after signing out, nothing of the work can be read in the browser or on the disk', async () => {
	await archive.addPerson('合成员庚', 'archivist');
	const [id = '', other = ''] = await archive.items();
	const imported = archive.titleOf(other);
	device = await startDevice(line);
	await device.signIn('合成员庚');
	await device.setPin();
	await device.page.goto(`${device.origin}/catalogue/${other}`);
	await expect(title(device.page)).toContainText(imported);
	await device.page.goto(`${device.origin}/catalogue/${id}`);
	await expect(titleBox(device.page)).toBeEditable();
	await device.appKept();
	await retitle(device.page, TYPED);
	await expect.poll(() => archive.titleOf(id)).toBe(TYPED);
	await expect(anyWaiting(device.page)).toHaveCount(0);
	await device.goOffline();
	await retitle(device.page, TYPED_OFFLINE);
	await expect(waitingCount(device.page, 1)).toBeVisible();
	await leaveMarker(device.page);
	await device.close();

	const secret = [TYPED, TYPED_OFFLINE, imported];
	const found = await readableTraces(line.profile, [...secret, MARKER]);
	expect(found.filter((trace) => !trace.endsWith(MARKER))).toEqual([]);
	for (const place of ['IndexedDB', 'CacheStorage', 'Local Storage'])
		expect(
			found.some((trace) => trace.includes(place)),
			place,
		).toBe(true);

	// Started again without the network, and with a wrong PIN.
	device = await startDevice(line);
	await device.context.setOffline(true);
	await device.page.goto(`${device.origin}/catalogue/${id}`);
	await device.page.locator('input[type=password]').fill('不是这个PIN');
	await device.page.getByRole('button', { name: '打开', exact: true }).click();
	await expect(device.page.getByText('PIN 不对')).toBeVisible();
	let kept = await keptInBrowser(device.page);
	expect(kept).toContain(MARKER);
	for (const text of secret) expect(kept).not.toContain(text);
	expect(await device.page.content()).not.toContain('合成密题');

	// With the right one it is all there; then the person leaves this device.
	await device.unlock();
	await expect(title(device.page)).toContainText(TYPED_OFFLINE);
	await device.goOnline();
	await expect.poll(() => archive.titleOf(id), { timeout: 30_000 }).toBe(TYPED_OFFLINE);
	await expect(anyWaiting(device.page)).toHaveCount(0, { timeout: 20_000 });
	await device.page.getByRole('button', { name: '合成员庚的菜单' }).click();
	await device.page.getByRole('menuitem', { name: '退出' }).click();
	await device.page.waitForURL('**/sign-in');
	kept = await keptInBrowser(device.page);
	expect(kept).toContain(MARKER);
	for (const text of [...secret, '合成员庚']) expect(kept).not.toContain(text);
	expect(kept).not.toMatch(/lantai-[0-9a-f-]{36}/);
	await device.close();
	const left = await readableTraces(line.profile, secret);
	expect(left).toEqual([]);
});

test(
	"a reader's device holds no live document, and nothing the reader may not see",
	{ tag: '@long' },
	async () => {
		await archive.addPerson('丙', 'reader');
		const hidden = archive.hiddenFromReaders();
		expect(hidden.titles.length).toBeGreaterThan(0);
		device = await startDevice(line);
		await device.signIn('丙');
		const { page, origin } = device;
		await device.appKept();
		await page.goto(`${origin}/catalogue/${hidden.visibleId}`);
		await expect(page.getByRole('article')).toContainText(archive.titleOf(hidden.visibleId));
		// Words of the search are in the address, so the browser's history has them: not a whole title.
		const words = encodeURIComponent((hidden.titles[0] ?? '').slice(0, 2));
		await page.goto(`${origin}/catalogue/search?q=${words}`);
		await page.waitForLoadState('networkidle');
		await page.goto(`${origin}/catalogue/${hidden.id}`);
		await expect(page.getByText('它可能已被撤回，或您无权查看。')).toBeVisible();
		await leaveMarker(page);
		const kept = await keptInBrowser(page);
		expect(kept).toContain(MARKER);
		// Not even a database of their own.
		expect(kept).not.toMatch(/lantai-[0-9a-f-]{36}/);
		for (const text of hidden.titles) expect(kept).not.toContain(text);
		await device.close();
		expect(await readableTraces(line.profile, hidden.titles)).toEqual([]);
	},
);
