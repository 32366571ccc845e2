import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from '@playwright/test';
import { startArchive } from './archive.ts';
import { shoot, shootAll, shootInBothLanguages } from './shooting.ts';

/** The pages of correction orders in the states people meet. */
test('screenshots of correction orders', async ({ browser }) => {
	test.setTimeout(300_000);
	const archive = await startArchive({ holdings: 'empty' });
	try {
		await archive.addPerson('编目丙', 'archivist');
		await archive.addPerson('审核乙', 'reviewer');
		const file = join(archive.dataDir, 'b001.csv');
		const lines = Array.from({ length: 600 }, (_, at) =>
			[
				`B001-WS·${1990 + (at % 20)}-Y-${String(at + 1).padStart(4, '0')}`,
				at % 5
					? `关于整治第${at + 1}号河道的通知`
					: `关于印发《第${at + 1}号河道整治实施意见》并召开有关会议的通知`,
				at % 4 ? '县政府' : '县府办',
				`${1990 + (at % 20)}0312`,
				at % 3 ? '30年' : '永久',
			].join(','),
		);
		await writeFile(file, `档号,题名,责任者,日期,保管期限\n${lines.join('\n')}\n`);
		const { rootIds } = await archive.verb<{ rootIds: string[] }>(['import', file, '--profile', 'dat18']);
		const under = rootIds[0] ?? '';
		const order = async (args: string[]): Promise<{ id: string; number: string }> =>
			archive.verb(['order', 'create', '--under', under, '--field', 'creators', ...args, '--as', '编目丙']);
		const first = await order([
			'--replace',
			'县政府',
			'--with',
			'上海市沧浦县人民政府',
			'--to-year',
			'2001',
			'--why',
			'责任者用全称，2001 年撤县设区以前',
		]);
		const second = await order(['--replace', '县府办', '--with', '沧浦县人民政府办公室', '--why', '用全称']);
		await archive.verb([
			'order',
			'create',
			'--under',
			under,
			'--field',
			'retentionPeriod',
			'--value',
			'D30',
			'--draft',
			'--why',
			'按新表',
			'--as',
			'编目丙',
		]);
		await archive.verb(['order', 'sample', second.number, '--as', '审核乙']);
		await archive.verb([
			'order',
			'judge',
			second.number,
			'rejected',
			'--rows',
			'3,9',
			'--why',
			'实为县政府',
			'--as',
			'审核乙',
		]);
		await archive.verb(['order', 'decide', second.number, 'approve', '--why', '抽样核对', '--as', '审核乙']);
		const page = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
		await archive.signIn(page, '审核乙');
		const go = async (path: string): Promise<void> => {
			await page.goto(archive.origin + path);
			await page.waitForLoadState('networkidle').catch(() => undefined);
		};
		await go('/orders');
		await shootAll(page, 'orders-waiting');
		await go('/orders?show=all');
		await shootInBothLanguages(page, 'orders-all');
		await go('/orders?show=mine');
		await shootAll(page, 'orders-none');
		await go('/catalogue/review');
		await shootAll(page, 'orders-review-link');
		await go(`/orders/${first.id}`);
		await shootInBothLanguages(page, 'order-groups');
		await go(`/orders/${first.id}?view=sample`);
		await shootAll(page, 'order-sample-none');
		await page.getByRole('button', { name: '抽样', exact: true }).click();
		await page.getByRole('grid').waitFor();
		await page.waitForLoadState('networkidle').catch(() => undefined);
		await page.getByRole('grid').and(page.locator(':focus')).waitFor();
		await page.keyboard.press('Enter');
		await page.keyboard.press('2');
		await page.keyboard.insertText('责任者实为水利局');
		await page.keyboard.press('Enter');
		await page.keyboard.press('Enter');
		await page.getByText('已看 3/').waitFor();
		await shootInBothLanguages(page, 'order-sample');
		await page.getByRole('button', { name: '全部核定并执行' }).click();
		await page.getByText('没有看').waitFor();
		await shootAll(page, 'order-approve');
		await page.keyboard.press('Escape');
		await go(`/orders/${second.id}`);
		await shootAll(page, 'order-applied');
		await go(`/orders/${second.id}?view=rows&state=rejected`);
		await shootAll(page, 'order-rows');
		await go(`/orders/${second.id}/sheet`);
		await shootAll(page, 'order-sheet');
		await page.emulateMedia({ media: 'print' });
		await shoot(page, 'order-sheet-print');
		await page.emulateMedia({ media: 'screen' });
		await go(`/orders/new?under=${under}`);
		await shootAll(page, 'order-new-empty');
		await page.getByRole('combobox', { name: /^著录项/ }).click();
		await page.getByRole('option', { name: '责任者', exact: true }).click();
		await page.getByLabel('原词句').fill('县政府');
		await page.getByRole('textbox', { name: '改为' }).fill('上海市沧浦区人民政府');
		await page.getByLabel('起始年').fill('20');
		await page.getByRole('button', { name: '提交核定' }).click();
		await shootAll(page, 'order-new-wrong');
		await page.getByLabel('起始年').fill('2002');
		await page.getByText('处，涉及').waitFor();
		await shootInBothLanguages(page, 'order-new');
		await page.getByRole('radio', { name: '按清单' }).check({ force: true });
		await page
			.getByLabel('或粘贴各行')
			.fill('B001-WS·1990-Y-0001\t责任者\t沧浦县水利局\nB001-WS·1990-Y-9999\t责任者\t甲');
		await page.getByText('没有条目').waitFor();
		await shootAll(page, 'order-new-list');
	} finally {
		await archive.stop();
	}
});
