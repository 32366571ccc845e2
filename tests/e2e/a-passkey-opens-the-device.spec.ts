import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { addAuthenticator } from './authenticator.ts';
import { layLine, PIN, startDevice, type Device, type Line } from './device.ts';

let archive: Archive;
let line: Line;
let device: Device;

test.beforeAll(async () => {
	archive = await startArchive({ holdings: 'tiny', tls: 'auto' });
	await archive.addPerson('甲', 'archivist');
});

test.afterAll(() => archive.stop());

test.beforeEach(async () => {
	line = await layLine(archive, await mkdtemp(join(tmpdir(), 'lantai-device-')));
	device = await startDevice(line);
	await device.signIn('甲', '/device');
});

test.afterEach(async () => {
	await device.close();
	await line.proxy.close();
	await rm(line.profile, { recursive: true, force: true });
});

const title = (page: Page) => page.locator('[data-field="title"]');
const onServer = async (id: string): Promise<string> =>
	(await archive.verb<{ fields: { title: string } }>(['show', id])).fields.title;

async function setPin(page: Page): Promise<void> {
	await page.getByLabel(/^PIN（/).fill(PIN);
	await page.getByLabel('再输一次').fill(PIN);
	await page.getByRole('button', { name: '设定', exact: true }).click();
	await expect(page.getByText('已设 PIN。')).toBeVisible();
}

async function setPasskey(page: Page): Promise<void> {
	await page.getByRole('button', { name: '设定通行密钥' }).click();
	await expect(page.getByText('已设通行密钥。')).toBeVisible();
}

/** Kinds of the wrapped keys on the device. */
const keys = (page: Page): Promise<string[]> =>
	page.evaluate(
		() =>
			new Promise<string[]>((resolve, reject) => {
				const opening = indexedDB.open('lantai');
				opening.onerror = () => reject(opening.error ?? new Error('the database does not open'));
				opening.onsuccess = () => {
					const asked = opening.result.transaction('people').objectStore('people').getAll();
					asked.onsuccess = () => {
						opening.result.close();
						const people = asked.result as { keys: { kind: string }[] }[];
						resolve(people.flatMap((person) => person.keys.map((key) => key.kind)).sort());
					};
				};
			}),
	);

test('set, opened by it without the network, edited, and all of it arrives', async () => {
	const { page, origin } = device;
	const id = await archive.anItem();
	const authenticator = await addAuthenticator(page);
	await setPin(page);
	await setPasskey(page);
	expect(await keys(page)).toEqual(['passkey', 'pin', 'server']);
	expect(await authenticator.credentials()).toBe(1);
	await page.goto(`${origin}/catalogue/${id}`);
	await expect(title(page).locator('textarea')).toBeEditable();
	await page.evaluate(async () => void (await navigator.serviceWorker.ready));

	await device.goOffline();
	await page.reload();
	await page.getByRole('button', { name: '用通行密钥打开' }).click();
	const box = title(page).locator('textarea').first();
	await expect(box).toBeEditable();
	await box.fill('合成题名：用通行密钥打开以后');
	await box.press('Enter');
	await expect(page.getByRole('button', { name: /本机 1 项待传/ }).first()).toBeVisible();

	await device.goOnline();
	await expect.poll(() => onServer(id), { timeout: 30_000 }).toBe('合成题名：用通行密钥打开以后');
});

test(
	'while the passkey is not there the PIN opens, and what is taken away opens nothing',
	{ tag: '@long' },
	async () => {
		const { page, origin } = device;
		const authenticator = await addAuthenticator(page);
		await setPin(page);
		await setPasskey(page);
		await page.evaluate(async () => void (await navigator.serviceWorker.ready));
		await authenticator.remove();
		const other = await addAuthenticator(page);
		await device.goOffline();
		await page.reload();
		await page.getByRole('button', { name: '用通行密钥打开' }).click();
		await expect(page.getByRole('alert')).toContainText('没有通过通行密钥验证');
		await page.getByLabel('PIN', { exact: true }).fill('错的PIN-0000');
		await page.getByRole('button', { name: '打开', exact: true }).click();
		await expect(page.getByRole('alert')).toContainText('PIN 不对，还可试 9 次');
		await page.getByLabel('PIN', { exact: true }).fill(PIN);
		await page.getByRole('button', { name: '打开', exact: true }).click();
		await expect(page.getByRole('heading', { name: '本机与离线' })).toBeVisible();

		await device.goOnline();
		await page.getByRole('button', { name: '取消通行密钥' }).click();
		await expect(page.getByText('未设通行密钥。')).toBeVisible();
		expect(await keys(page)).toEqual(['pin', 'server']);
		await page.getByRole('button', { name: '取消 PIN' }).click();
		await expect(page.getByText('未设 PIN。')).toBeVisible();
		expect(await keys(page)).toEqual(['server']);
		await other.remove();

		await device.goOffline();
		await page.goto(`${origin}/device`);
		await expect(page.getByText('甲 没有在本机设 PIN 或通行密钥')).toBeVisible();
		await expect(page.locator('input[type=password]')).toHaveCount(0);
	},
);

test(
	'a passkey that gives no secret is not set; one that gives it only when asked is',
	{ tag: '@long' },
	async () => {
		const { page } = device;
		const poor = await addAuthenticator(page, { hasPrf: false });
		await page.getByRole('button', { name: '设定通行密钥' }).click();
		await expect(page.getByRole('alert')).toContainText('不支持 PRF');
		expect(await keys(page)).toEqual(['server']);
		await poor.remove();

		// Authenticators differ in whether they give the secret at once: here none does.
		await page.evaluate(() => {
			const results = PublicKeyCredential.prototype.getClientExtensionResults;
			PublicKeyCredential.prototype.getClientExtensionResults = function (this: PublicKeyCredential) {
				const given = results.call(this);
				return this.response instanceof AuthenticatorAttestationResponse
					? { ...given, prf: { enabled: given.prf?.enabled ?? false } }
					: given;
			};
		});
		await addAuthenticator(page);
		await setPasskey(page);
		expect(await keys(page)).toEqual(['passkey', 'server']);
	},
);

test('a finger that is not recognised sets nothing, and says so', { tag: '@long' }, async () => {
	const { page } = device;
	const authenticator = await addAuthenticator(page, { isRecognised: false });
	await page.getByRole('button', { name: '设定通行密钥' }).click();
	await expect(page.getByRole('alert')).toContainText('没有通过通行密钥验证');
	expect(await keys(page)).toEqual(['server']);
	expect(await authenticator.credentials()).toBe(0);
});
