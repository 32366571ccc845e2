import { expect, test, type Browser, type Page } from '@playwright/test';
import { startCutProxy, type CutProxy } from '../support/cut-proxy.ts';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { appKept } from './entry-card.ts';

let archive: Archive;
let proxy: CutProxy;

// A line is cut: parts of the app that are loaded later come from what the browser keeps.
test.use({ serviceWorkers: 'allow' });

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('乙', 'archivist');
	proxy = await startCutProxy(archive.port);
});

test.afterEach(async () => {
	await proxy.close();
	await archive.stop();
});

/** A browser of its own, signed in, with the entry open. */
async function open(browser: Browser, name: string, id: string, origin: string): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, name, origin);
	await page.goto(`${origin}/catalogue/${id}`);
	await expect(title(page).locator('textarea')).toBeEditable();
	return page;
}

const title = (page: Page) => page.locator('[data-field="title"]');

async function retitle(page: Page, text: string): Promise<void> {
	const box = title(page).locator('textarea').first();
	await box.fill(text);
	await box.press('Enter');
}

test('presence, live edit, a conflict after a real disconnection, settled with one click, reconnect', async ({
	browser,
}) => {
	const id = await archive.anItem();
	const here = await open(browser, '甲', id, archive.origin);
	const away = await open(browser, '乙', id, `http://127.0.0.1:${proxy.port}`);

	// Each sees the other, and the field the other is in.
	await expect(
		here.getByRole('article').getByText('乙').or(here.locator('[aria-label*="乙"]')).first(),
	).toBeAttached();
	await title(away).locator('textarea').first().focus();
	await expect(here.locator('[aria-label*="乙"], [title*="乙"]').first()).toBeAttached();

	// An edit arrives while one looks on.
	await retitle(away, '合成题名：甲乙同修');
	await expect(title(here)).toContainText('合成题名：甲乙同修');
	await expect
		.poll(async () => (await archive.verb<{ fields: { title: string } }>(['show', id])).fields.title)
		.toBe('合成题名：甲乙同修');

	// The line is cut; both change the title.
	await appKept(away);
	proxy.cut();
	await retitle(away, '关于印发《沧浦区河道整治实施意见》的通知');
	await retitle(here, '关于印发沧浦区河道整治实施意见的通知');
	await expect
		.poll(async () => (await archive.verb<{ fields: { title: string } }>(['show', id])).fields.title)
		.toBe('关于印发沧浦区河道整治实施意见的通知');
	await expect(title(away)).not.toContainText('关于印发沧浦区河道');

	// Back again: both values on both sides, with names.
	proxy.mend();
	for (const page of [here, away]) {
		const conflict = title(page).getByRole('group');
		await expect(conflict).toContainText('关于印发《沧浦区河道整治实施意见》的通知', { timeout: 20_000 });
		await expect(conflict).toContainText('关于印发沧浦区河道整治实施意见的通知');
		await expect(conflict).toContainText('甲');
		await expect(conflict).toContainText('乙');
	}
	type Shown = { conflicts: Record<string, unknown[]> };
	await expect.poll(async () => (await archive.verb<Shown>(['show', id])).conflicts['title']).toHaveLength(2);

	// One click settles it, for everybody.
	await title(here)
		.getByRole('listitem')
		.filter({ hasText: '《沧浦区河道整治实施意见》' })
		.getByRole('button')
		.click();
	for (const page of [here, away]) {
		await expect(title(page).getByRole('group')).toHaveCount(0);
		await expect(title(page)).toContainText('关于印发《沧浦区河道整治实施意见》的通知');
	}
	await expect
		.poll(async () => Object.keys((await archive.verb<{ conflicts: object }>(['show', id])).conflicts))
		.toEqual([]);

	// A conflict that arrives while one types leaves the words where they are, and is told.
	proxy.cut();
	await retitle(away, '合成题名：断线时改');
	await retitle(here, '合成题名：联线时改');
	await title(away).locator('textarea').first().fill('合成题名：正在输入');
	proxy.mend();
	await expect(title(away).getByRole('status')).toContainText('联线时改', { timeout: 20_000 });
	await expect(title(away).locator('textarea').first()).toHaveValue('合成题名：正在输入');
	await expect(title(here).getByRole('group')).toBeVisible();
	await title(away).locator('textarea').first().press('Enter');
	for (const page of [here, away]) {
		await expect(title(page).getByRole('group')).toHaveCount(0);
		await expect(title(page)).toContainText('合成题名：正在输入');
	}

	// And editing goes on over the mended line.
	await retitle(away, '合成题名：重新连接之后');
	await expect(title(here)).toContainText('合成题名：重新连接之后');
});

test('one takes back and makes again what was done, in fields and long texts, but nothing of the other’s', async ({
	browser,
}) => {
	const id = await archive.anItem();
	const here = await open(browser, '甲', id, archive.origin);
	const there = await open(browser, '乙', id, archive.origin);
	const before = await title(here).locator('textarea').inputValue();
	const text = here.locator('[data-field-id="scopeAndContent"] [contenteditable]');
	const textThere = there.locator('[data-field-id="scopeAndContent"]');
	await retitle(here, '合成题名：第一次');
	if ((await text.count()) === 0) {
		await here.getByRole('button', { name: '添加著录项目' }).click();
		await here.getByRole('menuitem', { name: '范围和提要' }).click();
	}
	await text.click();
	await here.keyboard.type('合成内容说明');
	await expect(textThere).toContainText('合成内容说明');
	await retitle(here, '合成题名：第二次');

	// In the order in which it was done, from wherever the cursor is.
	await here.keyboard.press('Control+z');
	await expect(title(there).locator('textarea')).toHaveValue('合成题名：第一次');
	await here.keyboard.press('Alt+z');
	await expect(textThere).toHaveCount(0);
	await text.click();
	await here.keyboard.press('Control+z');
	await expect(title(there).locator('textarea')).toHaveValue(before);
	await here.keyboard.press('Alt+Shift+z');
	await here.keyboard.press('Alt+Shift+z');
	await expect(title(there).locator('textarea')).toHaveValue('合成题名：第一次');
	await expect(textThere).toContainText('合成内容说明');

	// What the other set since stays, and is named.
	await retitle(there, '合成题名：乙所改');
	await expect(title(here).locator('textarea')).toHaveValue('合成题名：乙所改');
	await here.keyboard.press('Alt+z');
	await expect(textThere).toHaveCount(0);
	await here.keyboard.press('Alt+z');
	await expect(here.getByText('后来由乙改过')).toBeVisible();
	await expect(title(there).locator('textarea')).toHaveValue('合成题名：乙所改');
});

test('the pages pass axe', async ({ browser }) => {
	const page = await open(browser, '甲', await archive.anItem(), archive.origin);
	for (const path of [undefined, '/catalogue', '/catalogue/import', '/account']) {
		if (path) await page.goto(archive.origin + path);
		await page.waitForLoadState('networkidle');
		await passesAxe(page, path ?? 'entry');
	}
});
