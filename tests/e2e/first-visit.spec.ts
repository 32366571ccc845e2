import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { PASSWORD, startArchive } from './archive.ts';

test('a fresh archive is set up, people are added, a list is imported after a dry run, and taken back', async ({
	page,
}) => {
	const archive = await startArchive({ isSetUp: false });
	try {
		await page.goto(archive.origin);
		await expect(page).toHaveURL(/\/setup$/);
		await page.locator('input[name=archiveName]').fill('沧浦区档案馆');
		await page.locator('input[name=archiveCode]').fill('999999');
		await page.locator('input[name=adminName]').fill('管理员');
		for (const box of await page.locator('input[type=password]').all()) await box.fill(PASSWORD);
		await page.locator('input[value=empty]').check();
		// Without an answer everything stays as it was filled in.
		await page.context().setOffline(true);
		await page.locator('form button').last().click();
		await expect(page.getByText('连不上服务器。请检查网络后再试。')).toBeVisible();
		await page.context().setOffline(false);
		await expect(page.locator('input[name=archiveName]')).toHaveValue('沧浦区档案馆');
		await page.locator('form button').last().click();
		await page.waitForURL('**/catalogue**');

		// Each is added as the form then says: nothing is left over from the one before.
		await page.goto(`${archive.origin}/administration/people`);
		const form = page.getByRole('form', { name: '添加人员' });
		for (const name of ['甲', '乙']) {
			await form.getByLabel('姓名').fill(name);
			await form.locator('input[type=password]').fill(PASSWORD);
			if (name === '甲') await form.locator('input[value=listed]').check();
			await form.getByRole('button').click();
			await expect(page.getByRole('row', { name }).getByRole('cell').nth(0)).toHaveText('档案员');
			await expect(form.getByLabel('姓名')).toHaveValue('');
		}
		const rows = page.getByRole('row');
		await expect(rows.filter({ hasText: '甲' })).toContainText('0 个全宗');
		await expect(rows.filter({ hasText: '乙' })).toContainText('全部全宗');

		const file = join(archive.dataDir, '归档文件目录.csv');
		await writeFile(
			file,
			'件号,责任者,文号,题名,日期,页数,密级,多余列\n0001,沧浦区水务局,沧水务〔2014〕41号,关于南塘河疏浚工程的批复,20140521,4,公开,x\n0002,沧浦区水务局,,关于防汛工作的通知,20140601,2,公开,y\n',
		);
		await page.goto(`${archive.origin}/catalogue/import`);
		await page.locator('input[type=file]').first().setInputFiles(file);
		await page.getByRole('tab', { name: /未采用/ }).click();
		await expect(page.getByRole('tabpanel')).toContainText('多余列');
		expect(await archive.verb<unknown[]>(['tree'])).toEqual([]);
		const children = async (): Promise<number[]> =>
			(await archive.verb<{ childCount: number }[]>(['tree'])).map((node) => node.childCount);
		// A parent that is named and not chosen is no parent: it would lie at the top.
		const accept = page.getByRole('button', { name: '导入 3 条' });
		const parent = page.getByRole('combobox', { name: '导入到' });
		await parent.fill('没有这个条目');
		await parent.press('Tab');
		await expect(page.getByText('请从列表中选择上级条目')).toBeVisible();
		await expect(accept).toBeDisabled();
		await parent.fill('');
		await accept.click();
		await expect.poll(children).toEqual([2]);

		await page.getByRole('button', { name: '撤回…' }).click();
		await page.getByRole('dialog').getByRole('button', { name: '撤回', exact: true }).click();
		await expect.poll(children).toEqual([]);
	} finally {
		await archive.stop();
	}
});
