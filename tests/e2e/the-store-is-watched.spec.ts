import { renameSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('读者', 'reader');
});

test.afterEach(() => archive.stop());

async function demandAccessible(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze();
	expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`)).toEqual([]);
}

const figure = (page: Page, name: string) =>
	page.locator('dl > div', { hasText: name }).locator('dd').first();

test('what waits is seen and brought in; a store that is away is said, and what waited comes in when it is back', async ({
	page,
	browser,
}) => {
	await archive.signIn(page, '甲');
	const id = await archive.anItem();
	const title = page.locator('[data-field="title"] textarea');
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await title.fill('合成题名：待入库');
	await title.press('Enter');
	await expect.poll(() => archive.titleOf(id)).toBe('合成题名：待入库');

	await page.keyboard.press('Control+k');
	await page.keyboard.type('前往档案库');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: '档案库', exact: true })).toBeVisible();
	await expect(page.getByText('档案库正常。')).toBeVisible();
	await expect(figure(page, '待存入')).toHaveText('1');
	await expect(page.getByRole('link', { name: '合成题名：待入库' })).toBeVisible();
	await demandAccessible(page);
	await page.getByRole('button', { name: '立即存入' }).click();
	await expect(figure(page, '待存入')).toHaveText('0');
	await expect(figure(page, '最新为工作版本的条目')).toHaveText('1');
	await expect(page.getByRole('row', { name: /条目/ })).toContainText('1');

	const root = join(archive.dataDir, 'archive');
	renameSync(root, `${root}-away`);
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await title.fill('合成题名：库不在时所改');
	await title.press('Enter');
	await expect.poll(() => archive.titleOf(id)).toBe('合成题名：库不在时所改');
	await page.goto(`${archive.origin}/store`);
	await expect(page.getByText('档案库不在')).toBeVisible();
	await page.getByRole('button', { name: '立即存入' }).click();
	await expect(page.getByRole('heading', { name: '未能存入' })).toBeVisible();
	await demandAccessible(page);
	if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/store-away.png` });
	renameSync(`${root}-away`, root);
	await expect(async () => {
		await page.reload();
		await expect(figure(page, '待存入')).toHaveText('0', { timeout: 1000 });
	}).toPass({ timeout: 30_000 });
	await expect(page.getByText('档案库正常。')).toBeVisible();
	if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/store.png` });

	const reader = await (await browser.newContext()).newPage();
	await archive.signIn(reader, '读者');
	await reader.goto(`${archive.origin}/store`);
	await expect(reader.getByRole('heading', { name: '待存入' })).toHaveCount(0);
	await expect(reader.locator('.empty, [role="status"]').filter({ hasText: '权' }).first()).toBeVisible();
});
