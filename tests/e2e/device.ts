import { X509Certificate, createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, expect, type BrowserContext, type Page } from '@playwright/test';
import { startWebProxy, type WebProxy } from '../support/web-proxy.ts';
import config from '../playwright.config.ts';
import { PASSWORD, type Archive } from './archive.ts';

/** A name that is not loopback's: what offline work needs there is a certificate, as in an archive's own network. */
const NAME = 'archive.test';
export const PIN = '合成PIN-2026';

/** A browser with a profile of its own on the disk: it can be closed, killed and started again. */
export interface Device {
	readonly origin: string;
	readonly context: BrowserContext;
	readonly page: Page;
	/** Cuts every line to the server, and tells the browser that there is no network. */
	goOffline(): Promise<void>;
	goOnline(): Promise<void>;
	/** Signs in and opens an address. */
	signIn(name: string, path?: string): Promise<void>;
	/** Signs in again in place, as the notice offers it. */
	signInAgain(): Promise<void>;
	/** Sets the PIN, on the page for it. */
	setPin(): Promise<void>;
	/** Opens what the device keeps, with the PIN. */
	unlock(page?: Page): Promise<void>;
	/** Resolves when the app is kept: from then on it opens without the server. */
	appKept(): Promise<void>;
	close(): Promise<void>;
	/** Ends the browser's processes at once, as a power cut would. */
	kill(): Promise<void>;
}

/** The way of one device to the server: a line that can be cut and hindered. Outlives the browser. */
export interface Line {
	readonly proxy: WebProxy;
	readonly profile: string;
	readonly archive: Archive;
}

/** Lays a line from a device to a server that speaks TLS. */
export async function layLine(archive: Archive, profile: string): Promise<Line> {
	const [cert, key] = await Promise.all(
		['server.crt', 'server.key'].map((name) => readFile(join(archive.dataDir, 'tls', name), 'utf8')),
	);
	return { archive, profile, proxy: await startWebProxy(archive.port, { cert: cert ?? '', key: key ?? '' }) };
}

/** Starts the browser of a device; again after it was closed or killed. */
export async function startDevice(line: Line): Promise<Device> {
	const options = config.use?.launchOptions ?? {};
	const context = await chromium.launchPersistentContext(line.profile, {
		...options,
		locale: 'zh-CN',
		viewport: { width: 1440, height: 900 },
		serviceWorkers: 'allow',
		args: [
			...(options.args ?? []),
			`--host-resolver-rules=MAP ${NAME} 127.0.0.1`,
			// Trusted by its key, as an installed root would make it: a page with an ignored error gets no worker.
			`--ignore-certificate-errors-spki-list=${await spkiOf(line.archive)}`,
		],
	});
	const page = context.pages()[0] ?? (await context.newPage());
	const origin = `https://${NAME}:${line.proxy.port}`;
	const processId = await processIdOf(line.profile);
	return {
		origin,
		context,
		page,
		async goOffline() {
			line.proxy.cut();
			await context.setOffline(true);
		},
		async goOnline() {
			line.proxy.mend();
			await context.setOffline(false);
		},
		async signIn(name, path = '/catalogue') {
			await page.goto(`${origin}/sign-in?next=${encodeURIComponent(path)}`);
			await page.locator('input[name=name]').fill(name);
			await page.locator('input[name=password]').fill(PASSWORD);
			await page.locator('form button').last().click();
			await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
		},
		async signInAgain() {
			await page.getByRole('button', { name: '重新登录' }).click();
			const dialog = page.getByRole('dialog');
			await dialog.getByLabel('密码').fill(PASSWORD);
			await dialog.getByRole('button', { name: '登录', exact: true }).click();
			await dialog.waitFor({ state: 'hidden' });
		},
		async setPin() {
			await page.goto(`${origin}/device`);
			await page.getByLabel(/^PIN/).fill(PIN);
			await page.getByLabel('再输一次').fill(PIN);
			await page.getByRole('button', { name: '设定', exact: true }).click();
			await expect(page.getByText('已设 PIN。')).toBeVisible();
		},
		async unlock(locked = page) {
			await locked.locator('input[type=password]').fill(PIN);
			await locked.getByRole('button', { name: '打开', exact: true }).click();
		},
		async appKept() {
			await page.evaluate(async () => void (await navigator.serviceWorker.ready));
			await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
		},
		async close() {
			await context.close();
		},
		async kill() {
			process.kill(processId, 'SIGKILL');
			await context.close().catch(() => undefined);
		},
	};
}

async function spkiOf(archive: Archive): Promise<string> {
	const certificate = new X509Certificate(await readFile(join(archive.dataDir, 'tls/server.crt')));
	const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
	return createHash('sha256').update(key).digest('base64');
}

/** The browser process that owns a profile: its lock names it. */
async function processIdOf(profile: string): Promise<number> {
	const { readlink } = await import('node:fs/promises');
	const lock = await readlink(join(profile, 'SingletonLock'));
	return Number(lock.slice(lock.lastIndexOf('-') + 1));
}
