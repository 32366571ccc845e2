import { expect, test, type Locator, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { PASSWORD, startArchive, type Archive } from './archive.ts';
import { comments, openPalette, titleBox } from './entry-card.ts';
import { seesFocus, tabTo } from './keyboard.ts';

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('丙', 'reviewer');
});

test.afterEach(() => archive.stop());

const TITLE = '合成题名：键盘审核';

/** Goes somewhere by the palette. */
async function go(page: Page, words: string, chosen: string | RegExp = words): Promise<void> {
	await openPalette(page);
	await expect(page.getByRole('combobox', { name: '命令与查找' })).toBeFocused();
	await page.keyboard.insertText(words);
	await expect(page.getByRole('option', { selected: true })).toContainText(chosen);
	await page.keyboard.press('Enter');
}

/** Tab to a control, seen; then Enter. */
async function press(page: Page, target: Locator, what: string): Promise<void> {
	await tabTo(page, target);
	await seesFocus(page, what);
	await page.keyboard.press('Enter');
}

test(
	'from signing in to registered, and every stop of the focus is seen',
	{ tag: '@long' },
	async ({ page }) => {
		const [id, other] = await archive.items();
		if (!id || !other) throw new Error('there are too few items');
		await archive.verb(['set', id, 'title', TITLE, '--as', '甲']);
		for (const each of [id, other]) {
			await archive.verb(['set', each, 'pageCount', '7', '--as', '甲']);
			await archive.verb(['review', 'submit', each, '--as', '甲']);
		}
		await archive.verb(['propose', id, 'title', '合成题名：甲所建议', '--as', '甲', '--why', '与原件核对']);

		await page.goto(`${archive.origin}/sign-in`);
		await tabTo(page, page.locator('input[name=name]'));
		await seesFocus(page, 'the name');
		await page.keyboard.insertText('丙');
		await page.keyboard.press('Tab');
		await seesFocus(page, 'the password');
		await page.keyboard.insertText(PASSWORD);
		await page.keyboard.press('Enter');
		await expect(page.getByRole('tree')).toBeVisible();

		// The boards, and down the list of what waits.
		await go(page, '前往审核');
		await page.waitForURL('**/catalogue/review?**');
		const grid = page.getByRole('grid', { name: '待我审核' });
		await expect(grid.getByRole('row')).toHaveCount(3);
		await tabTo(page, page.getByRole('radio', { name: /待我审核/ }));
		await seesFocus(page, 'the boards');
		await page.keyboard.press('ArrowRight');
		await expect(page.getByText('没有退回给您的条目')).toBeVisible();
		await page.keyboard.press('ArrowLeft');
		await expect(grid.getByRole('row')).toHaveCount(3);
		await tabTo(page, grid);
		await seesFocus(page, 'the list');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Home');
		await expect(grid.getByRole('row').nth(1)).toHaveAttribute('aria-selected', 'true');
		await seesFocus(page, 'the first row');
		await page.keyboard.press('Enter');
		await expect(titleBox(page)).toBeFocused();
		await seesFocus(page, 'the title');
		await expect(titleBox(page)).toHaveValue(TITLE);

		// What is wrong with the field the cursor is in, and back with a reason.
		await page.keyboard.press('Alt+c');
		await expect(comments(page)).toContainText('关于：题名');
		await seesFocus(page, 'a comment');
		await page.keyboard.insertText('题名漏字');
		await page.keyboard.press('Control+Enter');
		await expect(comments(page).getByRole('region')).toContainText('题名漏字');
		await page.keyboard.press('Alt+r');
		const dialog = page.getByRole('dialog');
		await expect(dialog.getByLabel('理由')).toBeFocused();
		await seesFocus(page, 'the reason');
		await page.keyboard.press('Escape');
		await expect(dialog).toHaveCount(0);
		await page.keyboard.press('Alt+r');
		await expect(dialog.getByLabel('理由')).toBeFocused();
		await page.keyboard.insertText('请对照原件');
		await press(page, dialog.getByRole('button', { name: '退回', exact: true }), 'returning');
		await expect(dialog).toHaveCount(0);

		// The next is there in its place, and the keyboard is where it can go on.
		await expect(grid.getByRole('row')).toHaveCount(2);
		await expect(titleBox(page)).not.toHaveValue(TITLE);
		await seesFocus(page, 'after returning');
		await page.keyboard.press('Alt+v');
		await expect(page.getByRole('article')).toContainText('已核');
		await page.keyboard.press('Alt+g');
		await expect(dialog).toBeVisible();
		await passesAxe(page, 'registering');
		await press(page, dialog.getByRole('button', { name: '入库' }), 'registering');
		await expect(dialog).toHaveCount(0);
		await expect(page.getByText('没有待您审核的条目')).toBeVisible();
		await seesFocus(page, 'after registering');

		// A proposal is decided.
		await go(page, '前往修改建议');
		await expect(page.getByRole('heading', { name: '修改建议' })).toBeVisible();
		const proposal = page.getByRole('listitem').filter({ hasText: '甲所建议' });
		await press(page, proposal.getByRole('button', { name: '退回' }), 'a proposal');
		await expect(proposal.getByRole('alert')).toHaveText('退回时请写明理由。');
		await page.keyboard.press('Shift+Tab');
		await page.keyboard.press('Shift+Tab');
		await expect(proposal.getByLabel('审核意见')).toBeFocused();
		await seesFocus(page, 'the reason of a decision');
		await page.keyboard.insertText('尚无依据');
		await press(page, proposal.getByRole('button', { name: '退回' }), 'rejecting');
		await expect(page.getByText('没有建议')).toBeVisible();
		await seesFocus(page, 'after deciding');

		// Found again by its title, and what happened to it.
		// Not the search for the words, which is offered until the entry is found.
		await go(page, TITLE, new RegExp(`^\\s*${TITLE}`));
		await page.waitForURL(`**/catalogue/${id}**`);
		// What was decided is not among what waits on the card, once it has heard what this device did not have yet.
		await expect(page.locator('article.card')).toContainText('请对照原件');
		await expect(page.locator('article.card').getByText('甲所建议')).toHaveCount(0);
		await tabTo(page, titleBox(page));
		await page.keyboard.press('Alt+h');
		await expect(dialog).toContainText('请对照原件');
		await seesFocus(page, 'the timeline');
		await page.keyboard.press('Tab');
		await seesFocus(page, 'inside the timeline');
		await page.keyboard.press('Escape');
		await expect(dialog).toHaveCount(0);
		await expect(titleBox(page)).toBeFocused();
		await seesFocus(page, 'after the timeline');
		expect(archive.reviewStateOf(id)).toBe('returned');
		expect(archive.reviewStateOf(other)).toBe('registered');
	},
);
