import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, request, test, type Locator, type Page } from '@playwright/test';
import { startCutProxy } from '../support/cut-proxy.ts';
import config from '../playwright.config.ts';
import { PASSWORD, startArchive, type Archive } from './archive.ts';
import { addAuthenticator } from './authenticator.ts';
import { layLine, PIN, startDevice, type Device, type Line } from './device.ts';
import { shootAll, shootInBothLanguages } from './shooting.ts';

/** Every trouble the workspace can be in, as a person meets it: real states, driven through the line and the browser. */
const HOUR_MS = 3_600_000;
let archive: Archive;
let line: Line;
let device: Device;
let page: Page;
let item: string;

test.describe.configure({ timeout: 240_000 });

test.beforeAll(async () => {
	archive = await startArchive({ holdings: 'tiny', tls: 'auto' });
	for (const name of ['甲', '乙', '丙']) await archive.addPerson(name, 'archivist');
	item = await archive.anItem();
});

test.afterAll(() => archive.stop());

test.beforeEach(async () => {
	line = await layLine(archive, await mkdtemp(join(tmpdir(), 'lantai-device-')));
	device = await startDevice(line);
	page = device.page;
	page.setDefaultTimeout(30_000);
});

test.afterEach(async () => {
	await device.close();
	await line.proxy.close();
	await rm(line.profile, { recursive: true, force: true });
});

const banner = (text: string | RegExp): Locator =>
	page.getByRole('region', { name: '提示' }).getByText(text).first();
const title = (): Locator => page.locator('[data-field="title"] textarea').first();

async function openItem(name?: string): Promise<void> {
	if (name === undefined) await page.goto(`${device.origin}/catalogue/${item}`);
	else await device.signIn(name, `/catalogue/${item}`);
	await expect(title()).toBeEditable();
	await page.evaluate(async () => void (await navigator.serviceWorker.ready));
}

async function retitle(text: string): Promise<void> {
	await title().fill(text);
	await title().press('Enter');
}

/** An edit that waits on the device. */
async function editOffline(text: string): Promise<void> {
	await device.goOffline();
	await retitle(text);
	await expect(page.getByRole('button', { name: /本机 \d+ 项待传/ }).first()).toBeVisible();
}

async function setPin(): Promise<void> {
	await page.goto(`${device.origin}/device`);
	await page.getByLabel(/^PIN（/).fill(PIN);
	await page.getByLabel('再输一次').fill(PIN);
	await page.getByRole('button', { name: '设定', exact: true }).click();
	await expect(page.getByText('已设 PIN。')).toBeVisible();
}

async function unlock(pin = PIN): Promise<void> {
	await page.getByLabel('PIN', { exact: true }).fill(pin);
	await page.getByRole('button', { name: '打开', exact: true }).click();
}

/** From the next page on the browser says that little is left: Chromium's own answer hides how full a disk is. */
const sayNearlyFull = (): Promise<unknown> =>
	page.addInitScript(() => {
		navigator.storage.estimate = () => Promise.resolve({ usage: 186_000_000, quota: 200_000_000 });
	});

/** What an administrator does at another desk. */
async function administer(action: string, name: string, fields: Record<string, string>): Promise<void> {
	const origin = `https://127.0.0.1:${archive.port}`;
	const desk = await request.newContext({
		baseURL: origin,
		ignoreHTTPSErrors: true,
		extraHTTPHeaders: { origin },
	});
	await desk.post('/sign-in', { form: { name: '管理员', password: PASSWORD } });
	const { people } = (await (await desk.get('/api/administration/people')).json()) as {
		people: { id: string; name: string }[];
	};
	const id = people.find((person) => person.name === name)?.id ?? '';
	const answer = await desk.post(`/administration/people?/${action}`, {
		form: { id, ...fields },
		headers: { accept: 'application/json', 'x-sveltekit-action': 'true' },
	});
	expect(await answer.json()).toMatchObject({ type: 'success' });
	await desk.dispose();
}

test('the page of the device', async () => {
	await device.signIn('甲', '/device');
	await expect(page.getByRole('button', { name: '设定通行密钥' })).toBeVisible();
	await shootInBothLanguages(page, 'device-empty');
	await addAuthenticator(page);
	await setPin();
	await page.getByRole('button', { name: '设定通行密钥' }).click();
	await expect(page.getByText('已设通行密钥。')).toBeVisible();
	await page.getByLabel(/^PIN（/).fill(PIN);
	await page.getByLabel('再输一次').fill('另一个PIN-1');
	await page.getByRole('button', { name: '更改', exact: true }).click();
	await expect(page.getByRole('alert')).toContainText('两次输入不同');
	await shootAll(page, 'device-pin-passkey');
});

test('offline, and opening the device', async () => {
	await device.signIn('甲', '/device');
	await addAuthenticator(page);
	await setPin();
	await page.getByRole('button', { name: '设定通行密钥' }).click();
	await expect(page.getByText('已设通行密钥。')).toBeVisible();
	await page.goto(`${device.origin}/catalogue/${item}`);
	await expect(title()).toBeEditable();
	await page.evaluate(async () => void (await navigator.serviceWorker.ready));
	await editOffline('合成题名：断网以后');
	await expect(banner('连不上服务器')).toBeVisible();
	await shootInBothLanguages(page, 'trouble-offline');
	await page.getByRole('button', { name: /^改动在哪里/ }).click();
	await expect(page.getByRole('heading', { name: '改动在哪里' })).toBeVisible();
	await shootAll(page, 'connection-state-offline');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: '甲的菜单' }).click();
	await page.getByRole('menuitem', { name: '退出登录' }).click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await shootAll(page, 'sign-out-unsent');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: '甲的菜单' }).click();
	await page.getByRole('menuitem', { name: '我的账号' }).click();
	await expect(page.getByText('这一页要连上服务器才能打开')).toBeVisible();
	await shootAll(page, 'trouble-page-away');
	await page.goto(`${device.origin}/catalogue/01900000-0000-7000-8000-000000000000`);
	await expect(page.getByRole('button', { name: '用通行密钥打开' })).toBeVisible();
	await shootAll(page, 'unlock');
	await unlock('错的PIN-0000');
	await expect(page.getByRole('alert')).toContainText('还可试 9 次');
	await shootAll(page, 'unlock-wrong-pin');
	await unlock();
	await expect(page.getByText('本机没有这个条目')).toBeVisible();
	await shootAll(page, 'trouble-absent');
	await page.goto(`${device.origin}/catalogue/search?q=${encodeURIComponent('断网')}`);
	await unlock();
	await expect(page.getByText('合成题名：断网以后').first()).toBeVisible();
	await shootAll(page, 'search-offline');
	await page.reload();
	for (let left = 9; left >= 0; left--) {
		await unlock('错的PIN-0000');
		await expect(page.getByRole('alert')).toContainText(left > 0 ? `还可试 ${left} 次` : '输错次数过多');
	}
	await shootAll(page, 'unlock-blocked');
	await page.clock.setFixedTime(Date.now() + 20 * 24 * HOUR_MS);
	await page.reload();
	await expect(page.getByText('已有 14 天未与服务器联系')).toBeVisible();
	await shootAll(page, 'unlock-expired');
});

test('several people on one device', async () => {
	for (const name of ['甲', '乙']) {
		await openItem(name);
		await setPin();
		await device.context.clearCookies();
	}
	await device.goOffline();
	await page.goto(`${device.origin}/catalogue`);
	await expect(page.getByText('现在连不上服务器')).toBeVisible();
	await shootAll(page, 'unlock-several-people');
});

test('nobody can open the device', async () => {
	await openItem('甲');
	await device.goOffline();
	await page.reload();
	await expect(page.getByText('没有在本机设 PIN 或通行密钥')).toBeVisible();
	await shootAll(page, 'unlock-without-secret');
});

test('the session is over', async () => {
	await openItem('甲');
	await editOffline('合成题名：登录已结束');
	await device.context.clearCookies();
	await device.goOnline();
	await expect(banner('登录已结束')).toBeVisible({ timeout: 30_000 });
	await shootInBothLanguages(page, 'trouble-session-over');
	await page.getByRole('button', { name: '重新登录' }).click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await shootAll(page, 'sign-in-dialog');
	await page.getByRole('dialog').getByLabel('密码').fill('wrong-password-1');
	await page.getByRole('dialog').getByRole('button', { name: '登录', exact: true }).click();
	await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
	await shootAll(page, 'sign-in-dialog-refused');
});

test('the server does not take what was typed', async () => {
	await openItem('丙');
	await editOffline('合成题名：权限变了');
	await administer('update', '丙', { role: 'reviewer', fondsLimit: 'all' });
	await device.goOnline();
	// Who got other rights signs in again.
	await device.signInAgain();
	await expect(banner('服务器未接受')).toBeVisible({ timeout: 60_000 });
	await shootInBothLanguages(page, 'trouble-kept');
	await page.goto(`${device.origin}/device`);
	await expect(page.getByRole('button', { name: '再次提交' })).toBeVisible();
	await shootInBothLanguages(page, 'device-kept');
	await page.getByRole('button', { name: '丢弃…' }).click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await shootAll(page, 'device-discard');
});

test('unsent for long', async () => {
	await device.signIn('甲', '/device');
	await setPin();
	await openItem();
	await editOffline('合成题名：久未上传');
	for (const [name, hours, words] of [
		['trouble-old', 9, '一直没有传到服务器'],
		['trouble-old-urgent', 4 * 24, '有改动已 4 天'],
	] as const) {
		await page.clock.setFixedTime(Date.now() + hours * HOUR_MS);
		await page.reload();
		await unlock();
		await expect(banner(words)).toBeVisible();
		await shootAll(page, name);
	}
});

test('the page is too old for the server', async () => {
	await openItem('甲');
	await page.routeWebSocket(/\/collab/, (socket) => socket.close());
	await page.route('**/api/sync/push', (route) =>
		route.fulfill({ status: 409, json: { refusal: { code: 'sync.too-old', params: {} } } }),
	);
	await page.reload();
	await expect(title()).toBeEditable();
	await retitle('合成题名：版本过旧');
	await expect(banner('本页版本过旧')).toBeVisible({ timeout: 60_000 });
	await shootAll(page, 'trouble-too-old');
});

test('another tab took a newer version', async () => {
	await openItem('甲');
	await page.evaluate(async () => {
		const known = await indexedDB.databases();
		const own = known.find(({ name }) => name?.startsWith('lantai-'));
		indexedDB.open(own?.name ?? '', 9999);
	});
	await expect(banner('另一标签页已用上新版本')).toBeVisible();
	await shootAll(page, 'trouble-replaced');
});

test('a new version waits', async () => {
	await openItem('甲');
	// Another script for the same pages: what a worker of a newer version is to the browser.
	await page.evaluate(async () => void (await navigator.serviceWorker.register('/service-worker.js?newer')));
	await expect(banner('兰台有新版本')).toBeVisible({ timeout: 30_000 });
	await shootAll(page, 'trouble-new-version');
});

test('storage runs low, then full', async () => {
	await openItem('甲');
	await sayNearlyFull();
	await page.reload();
	await expect(banner('本机存储空间快满了')).toBeVisible({ timeout: 30_000 });
	await shootAll(page, 'trouble-storage-low');
	await expect(title()).toBeEditable();
	const cdp = await device.context.newCDPSession(page);
	await cdp.send('Storage.overrideQuotaForOrigin', { origin: device.origin, quotaSize: 1 });
	// Chromium remembers for half a minute how much room there was.
	await expect(async () => {
		await retitle(`合成题名：本机已满 ${Date.now()}`);
		await expect(banner(/本机写不进去|本机存储空间已满/)).toBeVisible({ timeout: 3000 });
	}).toPass({ timeout: 90_000 });
	await shootAll(page, 'trouble-full');
});

test('no WebSocket gets through', async () => {
	await openItem('甲');
	await page.routeWebSocket(/\/collab/, (socket) => socket.close());
	await page.reload();
	await expect(banner('实时通道被网络设备拦住')).toBeVisible({ timeout: 60_000 });
	await shootAll(page, 'trouble-http');
});

test('what is on the device does not open', async () => {
	await openItem('甲');
	await page.route('**/api/device-key', (route) =>
		route.fulfill({ json: { key: Buffer.alloc(32, 7).toString('base64') } }),
	);
	await page.reload();
	await expect(banner('本机不能留存改动')).toBeVisible();
	await shootAll(page, 'trouble-locked-out');
	await page.goto(`${device.origin}/device`);
	await expect(page.getByRole('heading', { name: '本机不留存内容' })).toBeVisible();
	await shootAll(page, 'device-locked-out');
});

test('many at once', async () => {
	await device.signIn('乙', '/device');
	await setPin();
	await openItem();
	await editOffline('合成题名：权限变了');
	await administer('update', '乙', { role: 'reviewer', fondsLimit: 'all' });
	await device.goOnline();
	await device.signInAgain();
	await expect(banner('服务器未接受')).toBeVisible({ timeout: 60_000 });
	await administer('update', '乙', { role: 'archivist', fondsLimit: 'all' });
	await device.signInAgain();
	await page.reload();
	await expect(title()).toBeEditable();
	await editOffline('合成题名：再改一次');
	await sayNearlyFull();
	await page.clock.setFixedTime(Date.now() + 4 * 24 * HOUR_MS);
	await page.reload();
	await unlock();
	await expect(banner('有改动已 4 天')).toBeVisible();
	await expect(banner('本机存储空间快满了')).toBeVisible();
	await shootInBothLanguages(page, 'trouble-many');
});

test('an address that is not secure, and the page that helps', async () => {
	const plain = await startArchive({ holdings: 'tiny' });
	const proxy = await startCutProxy(plain.port);
	const { args = [], ...options } = config.use?.launchOptions ?? {};
	const browser = await chromium.launch({
		...options,
		args: [...args, '--host-resolver-rules=MAP archive.test 127.0.0.1'],
	});
	page = await browser.newPage({ locale: 'zh-CN' });
	try {
		const origin = `http://archive.test:${proxy.port}`;
		await plain.signIn(page, '管理员', origin);
		await page.goto(`${origin}/catalogue/${await plain.anItem()}`);
		await expect(title()).toBeEditable();
		await expect(banner('此地址不是安全连接')).toBeVisible();
		await shootInBothLanguages(page, 'trouble-insecure');
		await page.goto(`${origin}/device`);
		await expect(page.getByRole('heading', { name: '本机不留存内容' })).toBeVisible();
		await shootAll(page, 'device-insecure');
		proxy.cut();
		await expect(banner('改动只在本页里')).toBeVisible();
		await shootAll(page, 'trouble-offline-memory');
	} finally {
		await browser.close();
		await proxy.close();
		await plain.stop();
	}
});

test('the trust page', async () => {
	const secure = await startArchive({ holdings: 'tiny', tls: 'auto' });
	try {
		await page.goto(`http://127.0.0.1:${secure.port}/trust`);
		await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
		await shootAll(page, 'trust');
	} finally {
		await secure.stop();
	}
});
