import { expect, test } from '@playwright/test';
import { startCutProxy } from '../support/cut-proxy.ts';
import { startArchive } from './archive.ts';

const PAGES = [
	['/account', '我的账号'],
	['/administration/people', '人员'],
	['/administration/settings', '设置'],
] as const;

test(
	'pages that only the server can fill say so while it is away, and the workspace stays',
	{ tag: '@long' },
	async ({ page }) => {
		const archive = await startArchive({ holdings: 'tiny' });
		const line = await startCutProxy(archive.port);
		const origin = `http://127.0.0.1:${line.port}`;
		try {
			const id = await archive.anItem();
			await archive.signIn(page, '管理员', origin);
			await page.goto(`${origin}/catalogue/${id}`);
			await page.evaluate(async () => void (await navigator.serviceWorker.ready));
			await page.reload();
			const title = page.locator('[data-field="title"] textarea').first();
			await expect(title).toBeEditable();
			line.cut();
			await expect(page.getByText('连不上服务器，正在重连')).toBeVisible();

			for (const [path, name] of PAGES) {
				await page.getByRole('button', { name: '管理员的菜单' }).click();
				await page.getByRole('menuitem', { name, exact: true }).click();
				await expect(page).toHaveURL(origin + path);
				await expect(page.getByText('这一页要连上服务器才能打开')).toBeVisible();
				await expect(page.getByRole('button', { name: '管理员的菜单' })).toBeVisible();
				await page.getByRole('link', { name: '回到目录' }).click();
				await expect(page).toHaveURL(new RegExp('/catalogue'));
			}

			// The page that was asked for opens by itself.
			await page.getByRole('button', { name: '管理员的菜单' }).click();
			await page.getByRole('menuitem', { name: '设置', exact: true }).click();
			await expect(page.getByText('这一页要连上服务器才能打开')).toBeVisible();
			line.mend();
			const name = page.getByLabel('档案馆名称');
			await expect(name).toHaveValue('沧浦区档案馆', { timeout: 30_000 });

			// A form that does not reach the server keeps what was filled in.
			await name.fill('合成馆名');
			line.cut();
			await page.getByRole('button', { name: '保存' }).click();
			await expect(page.getByText('连不上服务器。请检查网络后再试。').first()).toBeVisible();
			await expect(page.getByText('这一页填写的内容要连上后才能提交')).toBeVisible();
			await expect(name).toHaveValue('合成馆名');
			line.mend();
			await expect(page.getByText('这一页填写的内容要连上后才能提交')).toHaveCount(0, { timeout: 30_000 });
			await page.getByRole('button', { name: '保存' }).click();
			await expect(page.getByText('已保存。')).toBeVisible();
			await expect(name).toHaveValue('合成馆名');
		} finally {
			await line.close();
			await archive.stop();
		}
	},
);
