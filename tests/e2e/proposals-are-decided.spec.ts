import { expect, test, type Browser, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { retitle, title, titleBox } from './entry-card.ts';
import { keptDrafts } from './kept-drafts.ts';

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('编目甲', 'archivist');
	await archive.addPerson('审核乙', 'reviewer');
});

test.afterEach(async () => {
	await archive.stop();
});

async function open(browser: Browser, name: string, id: string): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, name);
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await expect(title(page).locator('textarea')).not.toHaveValue('');
	return page;
}

test('a reviewer proposes several changes as one; it outlives a reload, is accepted after a change, told, and named', async ({
	browser,
}) => {
	const id = await archive.anItem();
	const reviewer = await open(browser, '审核乙', id);
	const archivist = await open(browser, '编目甲', id);
	const before = await titleBox(archivist).inputValue();

	await expect(titleBox(reviewer)).not.toBeEditable();
	await reviewer.keyboard.press('Alt+p');
	await expect(titleBox(reviewer)).toBeEditable();
	const written = reviewer.locator('[role=status][aria-busy=false]').filter({ hasText: '2 处改动' });
	await reviewer.getByLabel('理由').fill('与原件核对');
	await retitle(reviewer, '合成题名：建议改成这样');
	const pages = reviewer.locator('[data-field="pageCount"] textarea');
	await pages.fill('3');
	await pages.press('Enter');
	await expect(written).toBeVisible();
	// Nothing of it is in the entry, and nothing of it is lost.
	await expect(titleBox(archivist)).toHaveValue(before);
	await reviewer.reload();
	await expect(reviewer.getByText('2 处改动')).toBeVisible();
	await expect(titleBox(reviewer)).toHaveValue('合成题名：建议改成这样');
	await expect(reviewer.getByLabel('理由')).toHaveValue('与原件核对');
	await reviewer.getByRole('button', { name: '提交建议' }).click();
	await expect(titleBox(reviewer)).not.toBeEditable();
	await expect(titleBox(reviewer)).toHaveValue(before);
	await expect(reviewer.getByText('自己提出的建议由他人审核')).toBeVisible();

	// Meanwhile one of the two is changed: it says so, and only what is seen is replaced.
	await retitle(archivist, '合成题名：甲先改了');
	await expect.poll(() => archive.titleOf(id)).toBe('合成题名：甲先改了');
	await archivist.getByRole('link', { name: '建议', exact: true }).click();
	const proposal = archivist.getByRole('listitem').filter({ hasText: '审核乙' });
	await expect(proposal).toContainText('与原件核对');
	await expect(proposal).toContainText('提出后又有改动，现为：合成题名：甲先改了');
	const remark = proposal.getByRole('textbox', { name: '审核意见' });
	await remark.fill('页数属实');
	await expect.poll(() => keptDrafts(archivist)).toEqual([expect.stringMatching(/^decide:/)]);
	await archivist.reload();
	await expect(remark).toHaveValue('页数属实');
	await proposal.getByRole('button', { name: '改动建议值' }).click();
	const values = proposal.getByRole('textbox', { name: '改动建议值' });
	await values.first().fill('合成题名：商定的题名');
	await values.first().press('Enter');
	await proposal.getByRole('button', { name: '改后采纳' }).click();
	await expect(archivist.getByText('没有建议')).toBeVisible();
	await expect.poll(() => keptDrafts(archivist)).toEqual([]);
	await expect.poll(() => archive.titleOf(id)).toBe('合成题名：商定的题名');
	await expect(titleBox(reviewer)).toHaveValue('合成题名：商定的题名');
	await expect(pages).toHaveValue('3');
	await reviewer.getByRole('link', { name: '1 条未读消息' }).click();
	await expect(reviewer.getByText('编目甲采纳了您的建议')).toBeVisible();
	await passesAxe(archivist, 'proposals');
});
