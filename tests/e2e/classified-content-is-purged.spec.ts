import { expect, test, type Browser, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { findWords } from '../support/raw-bytes.ts';
import { retitle, title } from './entry-card.ts';

const SECRET = '合成涉密测试条目';

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('著录丙', 'archivist');
});

test.afterEach(() => archive.stop());

async function open(browser: Browser, name: string, path: string): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, name);
	await page.goto(archive.origin + path);
	return page;
}

/** Everything the browser keeps in its databases, as far as it can be listed. */
function keptRows(page: Page): Promise<number> {
	return page.evaluate(async () => {
		let rows = 0;
		for (const { name = '' } of await indexedDB.databases()) {
			const db = await new Promise<IDBDatabase>((resolve, reject) => {
				const opening = indexedDB.open(name);
				opening.onsuccess = () => resolve(opening.result);
				opening.onerror = () => reject(new Error(name));
			});
			for (const store of db.objectStoreNames) {
				if (!['docs', 'updates', 'kept'].includes(store)) continue;
				rows += await new Promise<number>((resolve) => {
					const counting = db.transaction(store).objectStore(store).count();
					counting.onsuccess = () => resolve(counting.result);
				});
			}
			db.close();
		}
		return rows;
	});
}

test('classified content that slipped in: proposed from the card, approved by another, gone from disk and screen, certified', async ({
	browser,
}) => {
	const id = await archive.anItem();
	const archivist = await open(browser, '著录丙', `/catalogue/${id}`);
	await expect(title(archivist)).toBeVisible();
	await retitle(archivist, SECRET);
	await expect.poll(() => archive.titleOf(id)).toBe(SECRET);
	await expect.poll(() => keptRows(archivist)).toBeGreaterThan(0);

	const proposing = await open(browser, '著录丙', `/administration/purges?entry=${id}`);
	await expect(proposing.getByLabel('条目编号')).toHaveValue(id);
	await proposing.getByLabel('理由').fill('误入');
	await passesAxe(proposing, 'a purge to be proposed');
	await proposing.getByRole('button', { name: '提出清除单' }).click();
	await expect(proposing.getByRole('heading', { name: /清除单 P\d{4}-0001/ })).toBeVisible();
	await expect(proposing.getByText('无法只去掉其中一条')).toBeVisible();
	await expect(proposing.getByRole('button', { name: '批准并清除' })).toHaveCount(0);
	const number = /P\d{4}-0001/.exec(proposing.url())?.[0] ?? '';

	const approving = await open(browser, '管理员', `/administration/purges/${number}`);
	await passesAxe(approving, 'an order to purge');
	await approving.getByRole('button', { name: '批准并清除' }).click();
	const dialog = approving.getByRole('dialog');
	await dialog.getByLabel(/请输入单号/).fill('P2000-0001');
	await dialog.getByRole('button', { name: '批准并清除' }).click();
	await expect(dialog.getByRole('alert')).toHaveText('单号与清除单不符。');
	await dialog.getByLabel(/请输入单号/).fill(number);
	await dialog.getByRole('button', { name: '批准并清除' }).click();
	await expect(approving.getByRole('link', { name: '清除凭证' })).toBeVisible({ timeout: 90_000 });

	// Whoever had it open sees what is left, is told once, and keeps nothing.
	await expect(archivist.getByText('此处原有一个条目，其内容已按规定清除，不再恢复。')).toBeVisible();
	await expect(archivist.getByText('本机上的副本也已删除')).toBeVisible();
	await archivist.getByRole('button', { name: '知道了' }).click();
	await expect(archivist.getByText('本机上的副本也已删除')).toHaveCount(0);
	await expect(archivist.getByText(SECRET)).toHaveCount(0);
	await expect.poll(() => keptRows(archivist)).toBe(0);
	expect(findWords(archive.dataDir, [SECRET])).toEqual([]);
	await archivist.reload();
	await expect(archivist.getByText('此处原有一个条目，其内容已按规定清除，不再恢复。')).toBeVisible();
	await expect(archivist.getByText('本机上的副本也已删除')).toHaveCount(0);

	await approving.getByRole('link', { name: '清除凭证' }).click();
	await expect(approving.getByRole('heading', { name: '清除凭证' })).toBeVisible();
	await expect(approving.getByText(id, { exact: true })).toBeVisible();
	await passesAxe(approving, 'the certificate');
});
