import { expect, test, type Browser, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { openPalette } from './entry-card.ts';

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('乙', 'archivist');
});

test.afterEach(() => archive.stop());

/** A browser of its own, signed in, with the entry open. */
async function open(browser: Browser, name: string, id: string): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, name);
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await expect(title(page)).toBeEditable();
	return page;
}

const title = (page: Page) => page.locator('[data-field="title"] textarea');
const text = (page: Page) => page.locator('[data-field-id="scopeAndContent"] .tiptap');

async function retitle(page: Page, words: string): Promise<void> {
	await title(page).fill(words);
	await title(page).press('Enter');
}

async function wantText(page: Page): Promise<void> {
	if ((await text(page).count()) > 0) return;
	await page.getByRole('button', { name: '添加著录项目' }).click();
	await page.getByRole('menuitem', { name: '范围和提要' }).click();
}

test('each sees the other’s caret and selection in a long text, and who closes the tab is gone', async ({
	browser,
}) => {
	const id = await archive.anItem();
	const here = await open(browser, '甲', id);
	const there = await open(browser, '乙', id);
	await wantText(here);
	await text(here).click();
	await here.keyboard.type('合成内容说明');
	await expect(text(there)).toContainText('合成内容说明');
	await text(there).click();
	await there.keyboard.press('Home');
	await there.keyboard.press('Shift+ArrowRight');
	await there.keyboard.press('Shift+ArrowRight');

	const caret = text(here).locator('.their-caret');
	await expect(caret).toHaveText('乙');
	await expect(text(here).locator('.their-words')).toHaveText('合成');
	await expect(text(there).locator('.their-caret')).toHaveText('甲');
	// Where 乙 writes, the caret goes along, and one's own words stay where they are.
	await there.keyboard.press('End');
	await there.keyboard.type('乙补');
	await expect(text(here)).toContainText('合成内容说明乙补');
	await expect(text(here).locator('.their-words')).toHaveCount(0);
	await expect(caret).toHaveCount(1);
	if (process.env['SHOTS']) await here.screenshot({ path: `${process.env['SHOTS']}/carets.png` });

	// Rows show who is at the entry; a second tab of one's own is nobody else.
	const rows = here.locator('[data-pane="list"], [data-pane="tree"]').locator('[aria-label*="乙"]');
	await expect(rows.first()).toBeAttached();
	const second = await here.context().newPage();
	await second.goto(`${archive.origin}/catalogue/${id}`);
	await expect(title(second)).toBeEditable();
	await expect(text(second).locator('.their-caret')).toHaveText('乙');
	await expect(here.locator('[aria-label*="甲"].people')).toHaveCount(0);

	await there.close();
	await expect(caret).toHaveCount(0);
	await expect(here.locator('.people[aria-label*="乙"]')).toHaveCount(0);
});

test(
	'who comes back is shown what others changed meanwhile, and has it in the list of activity',
	{ tag: '@long' },
	async ({ browser }) => {
		const [id, next] = await archive.items();
		if (!id || !next) throw new Error('there are too few items');
		const before = archive.titleOf(id);
		const here = await open(browser, '甲', id);
		// Looked at long enough to count.
		await here.waitForResponse((answer) => answer.url().endsWith('/api/visits'));
		await here.goto(`${archive.origin}/catalogue/${next}`);
		await expect(title(here)).toBeEditable();
		const there = await open(browser, '乙', id);
		await retitle(there, '合成题名：乙所改');
		await expect.poll(() => archive.titleOf(id)).toBe('合成题名：乙所改');
		await there.close();

		const dot = here.getByRole('img', { name: '自您上次查看以来有改动' });
		await expect(dot.first()).toBeVisible();
		if (process.env['SHOTS']) await here.screenshot({ path: `${process.env['SHOTS']}/dot.png` });
		await here.goto(`${archive.origin}/catalogue/${id}`);
		const line = here.getByRole('status').filter({ hasText: '1 处改动' });
		await expect(line).toBeVisible();
		const mark = here.getByRole('button', { name: new RegExp(`题名：乙改动.*原为：${before}`) });
		await expect(mark).toBeVisible();
		await title(here).focus();
		await here.keyboard.press('Alt+Shift+j');
		if (process.env['SHOTS']) await here.screenshot({ path: `${process.env['SHOTS']}/news.png` });
		await passesAxe(here, 'news on a card');
		await here.getByRole('button', { name: '标为已看' }).click();
		await expect(line).toHaveCount(0);
		await expect(mark).toHaveCount(0);

		await openPalette(here);
		await here.keyboard.type('前往动态');
		await here.keyboard.press('Enter');
		await expect(here.getByRole('heading', { name: '动态' })).toBeVisible();
		const told = here.getByRole('article').filter({ hasText: '乙' });
		await expect(told).toContainText('乙所改');
		await expect(told.getByRole('link')).toHaveText('合成题名：乙所改');
		if (process.env['SHOTS']) await here.screenshot({ path: `${process.env['SHOTS']}/activity.png` });
		await passesAxe(here, 'the activity');
		await told.getByRole('link').click();
		await expect(title(here)).toHaveValue('合成题名：乙所改');
		await expect(here.getByText('1 处改动')).toHaveCount(0);
	},
);
