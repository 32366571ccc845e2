import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { startArchive } from '#tests/e2e/archive.ts';
import { layLine, PIN, startDevice, type Device } from '#tests/e2e/device.ts';

const ENTRIES = Number(process.env['LANTAI_BENCH_ENTRIES'] ?? 1000);
const OPENINGS = 60;
const STARTS = 5;
const TITLE = '[data-field="title"] textarea';
const titleOf = (index: number): string => `关于印发《沧浦区河道整治第${index + 1}号实施意见》的通知`;

/**
 * A browser with a profile on the disk, over HTTPS on a name: how long an entry takes that was opened before, and how
 * long the app takes to start from its worker, with few and with many opened entries. Beside them, in the same run,
 * bare reads of the same records, and the same page from the server.
 */
export async function run(): Promise<void> {
	const archive = await startArchive({ tls: 'auto' });
	const folder = await mkdtemp(join(tmpdir(), 'lantai-bench-'));
	const line = await layLine(archive, join(folder, 'profile'));
	let device: Device | undefined;
	try {
		const csv = join(folder, '归档文件目录.csv');
		const rows = Array.from(
			{ length: ENTRIES },
			(_, index) => `${String(index + 1).padStart(4, '0')},沧浦区水务局,${titleOf(index)},20140521,4,公开`,
		);
		await writeFile(csv, `件号,责任者,题名,日期,页数,密级\n${rows.join('\n')}\n`);
		await archive.verb(['import', csv]);
		await archive.addPerson('甲', 'archivist');
		device = await startDevice(line);
		await device.signIn('甲');
		const address = `${device.origin}/catalogue/${(await archive.items())[0]}`;
		await device.page.goto(address);
		await device.page.locator(TITLE).waitFor();
		await fromServer(device, address);
		await device.setPin();
		await device.appKept();
		await device.page.goto(address);
		await openAll(device.page, 20);
		await starts(device, address, 20);
		await openAll(device.page, ENTRIES);
		await starts(device, address, ENTRIES);
		await device.goOffline();
		await device.page.reload();
		await device.unlock();
		await device.page.locator(`${TITLE}:not([readonly])`).waitFor();
		await openings(device.page);
	} finally {
		await device?.close();
		await line.proxy.close();
		await archive.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

/** From the request for a page to the entry on it, without any worker. */
async function fromServer(device: Device, address: string): Promise<void> {
	const times: number[] = [];
	for (let count = 0; count < STARTS; count++) {
		await device.page.evaluate(async () => {
			for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
			for (const name of await caches.keys()) await caches.delete(name);
		});
		times.push(await shownAfter(device.page, address));
	}
	say(`an entry's address, all from the server: ${median(times)}`);
}

/** Opens so many entries one after the other, from the first on, and waits until the device has them. */
async function openAll(page: Page, count: number): Promise<void> {
	await page.locator(TITLE).waitFor();
	await page.evaluate(
		async ({ count: wanted, selector }) => {
			const box = (): HTMLTextAreaElement | null => document.querySelector(selector);
			for (let index = 1; index < wanted; index++) {
				const before = box()?.value;
				// Again, should the list not be there yet.
				for (
					let askedAt = -Infinity, shown = box();
					!shown || shown.value === before || shown.readOnly;
					shown = box()
				) {
					if (performance.now() - askedAt > 2000 && shown?.value === before) {
						askedAt = performance.now();
						document.activeElement?.dispatchEvent(
							new KeyboardEvent('keydown', {
								key: 'ArrowDown',
								ctrlKey: true,
								bubbles: true,
								cancelable: true,
							}),
						);
					}
					await new Promise(requestAnimationFrame);
				}
			}
		},
		{ count, selector: TITLE },
	);
	await page.waitForFunction(
		async (wanted) => {
			const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
			const name = names.find((each) => each.startsWith('lantai-')) ?? '';
			const db = await new Promise<IDBDatabase>((resolve, reject) => {
				const opening = indexedDB.open(name);
				opening.onsuccess = () => resolve(opening.result);
				opening.onerror = () => reject(opening.error as DOMException);
			});
			const kept = await new Promise<number>((resolve) => {
				const counting = db.transaction('docs').objectStore('docs').count();
				counting.onsuccess = () => resolve(counting.result);
			});
			db.close();
			return kept >= wanted;
		},
		count,
		{ polling: 500, timeout: 60_000 },
	);
}

/** Online and offline, the app and its data from the device. */
async function starts(device: Device, address: string, opened: number): Promise<void> {
	const { page } = device;
	const online: number[] = [];
	for (let count = 0; count < STARTS; count++) online.push(await shownAfter(page, address));
	say(
		`${opened} opened entries, app from the worker, server there: entry after ${median(online)} (budget 1000)`,
	);
	await device.goOffline();
	const locked: number[] = [];
	const unlocked: number[] = [];
	for (let count = 0; count < STARTS; count++) {
		locked.push(await shownAfter(page, address, 'input[type=password]'));
		await page.locator('input[type=password]').fill(PIN);
		unlocked.push(
			await page.evaluate(async (selector) => {
				const started = performance.now();
				document.querySelector<HTMLFormElement>('form')?.requestSubmit();
				while (!document.querySelector<HTMLTextAreaElement>(selector)?.value)
					await new Promise(requestAnimationFrame);
				return performance.now() - started;
			}, TITLE),
		);
	}
	say(`${opened} opened entries, no network: first view after ${median(locked)} (budget 1000)`);
	say(
		`${opened} opened entries, no network: entry ${median(unlocked)} after the PIN; the PIN alone ${await pinAlone(page)}`,
	);
	await device.goOnline();
	await page.goto(address);
	await page.locator(TITLE).waitFor();
}

/** The derivation that makes a stolen device slow to try. */
async function pinAlone(page: Page): Promise<string> {
	const ms = await page.evaluate(async () => {
		const started = performance.now();
		const key = await crypto.subtle.importKey('raw', new Uint8Array(12), 'PBKDF2', false, ['deriveBits']);
		await crypto.subtle.deriveBits(
			{ name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(16), iterations: 1_000_000 },
			key,
			256,
		);
		return performance.now() - started;
	});
	return `${ms.toFixed(0)} ms`;
}

/** From the key to the entry on the screen, editable, without the network; and bare reads of the same two records. */
async function openings(page: Page): Promise<void> {
	await page.locator(TITLE).focus();
	const times = await page.evaluate(
		async ({ count, selector }) => {
			const box = (): HTMLTextAreaElement | null => document.querySelector(selector);
			const found: number[] = [];
			for (let index = 0; index < count; index++) {
				const before = box()?.value;
				const started = performance.now();
				document.activeElement?.dispatchEvent(
					new KeyboardEvent('keydown', { key: 'ArrowDown', ctrlKey: true, bubbles: true, cancelable: true }),
				);
				for (let shown = box(); !shown || shown.value === before || shown.readOnly; shown = box())
					await new Promise((resolve) => {
						const channel = new MessageChannel();
						channel.port1.onmessage = resolve;
						channel.port2.postMessage(null);
					});
				found.push(performance.now() - started);
				await new Promise(requestAnimationFrame);
			}
			return found;
		},
		{ count: OPENINGS, selector: TITLE },
	);
	const bare = await page.evaluate(async (count) => {
		const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
		const opening = indexedDB.open(names.find((each) => each.startsWith('lantai-')) ?? '');
		await new Promise((resolve) => (opening.onsuccess = resolve));
		const db = opening.result;
		const done = <T>(request: IDBRequest<T>): Promise<T> =>
			new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
		const ids = await done(db.transaction('docs').objectStore('docs').getAllKeys(null, count));
		const found: number[] = [];
		for (const id of ids) {
			const started = performance.now();
			await done(db.transaction('docs').objectStore('docs').get(id));
			await done(db.transaction('cards').objectStore('cards').get(id));
			found.push(performance.now() - started);
		}
		db.close();
		return found;
	}, OPENINGS);
	say(
		`an opened entry from the device: ${median(times)}, p95 ${at(times, 0.95)} (budget 50); bare reads of its records: ${median(bare)}`,
	);
}

/** Loads an address; milliseconds from the navigation to something on it with a value or a place to type. */
async function shownAfter(page: Page, address: string, selector = TITLE): Promise<number> {
	await page.goto('about:blank');
	await page.goto(address, { waitUntil: 'commit' });
	return page.evaluate(async (wanted) => {
		for (;;) {
			const found = document.querySelector<HTMLInputElement | HTMLTextAreaElement>(wanted);
			if (found && (found.value || found.type === 'password')) return performance.now();
			await new Promise(requestAnimationFrame);
		}
	}, selector);
}

function at(times: readonly number[], share: number): string {
	const sorted = times.toSorted((one, other) => one - other);
	const ms = sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
	return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}

function median(times: readonly number[]): string {
	return at(times, 0.5);
}

function say(text: string): void {
	process.stdout.write(`${text}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
