import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
});

test.afterEach(() => archive.stop());

test('the gates stand on the home page down to the numbers that are missing; a sheet is saved whole or not at all', async ({
	page,
}) => {
	await archive.signIn(page, '管理员');
	await page.goto(`${archive.origin}/catalogue`);
	const home = page.getByRole('region', { name: '三项指标' });
	await expect(home.getByText('400 / 411')).toBeVisible();
	await passesAxe(page, 'gates and sheets');
	await home.getByRole('link', { name: '缺 2，查看清单' }).click();
	await page.getByRole('button', { name: /^B004 2/ }).click();
	await expect(page.getByText('没有条目的号')).toBeVisible();
	await passesAxe(page, 'gates and sheets');
	// On paper a list says whose it is and of what, since filters are not printed.
	await page.emulateMedia({ media: 'print' });
	await expect(page.getByText(/ · 全部全宗 · \d{4}年/)).toBeVisible();
	await page.goto(`${archive.origin}/gates?fonds=B004`);
	await expect(page.getByText(/ · 全宗 B004 · \d{4}年/)).toBeVisible();
	await page.emulateMedia({ media: null });

	await page.goto(`${archive.origin}/registers/authority`);
	await page.getByRole('button', { name: '导入表格…' }).click();
	const dialog = page.getByRole('dialog');
	const file = join(archive.dataDir, '名录.csv');
	await writeFile(file, '名称,简称\n沧浦区教育局（2001–）,教育局\n沧浦区民政局（2001–1999）,\n');
	await dialog.getByLabel('表格（CSV 或 Excel）').setInputFiles(file);
	await expect(dialog.getByText(/名称：.*终止时间早于起始时间/)).toBeVisible();
	await expect(dialog.getByRole('button', { name: /^保存/ })).toBeDisabled();
	await passesAxe(page, 'gates and sheets');
	await writeFile(file, '名称,简称\n沧浦区教育局（2001–）,教育局\n沧浦区民政局（2001–）,\n');
	await dialog.getByLabel('表格（CSV 或 Excel）').setInputFiles(file);
	await dialog.getByRole('button', { name: '保存 2 条' }).click();
	await expect(page.getByRole('grid').getByText('沧浦区民政局')).toBeVisible();
	await page.getByRole('link', { name: '打印' }).click();
	await expect(page.getByRole('cell', { name: '沧浦区教育局' })).toBeVisible();
	await passesAxe(page, 'gates and sheets');
});
