import { expect, test, type Page } from '@playwright/test';
import { startCutProxy, type CutProxy } from '../support/cut-proxy.ts';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { anyWaiting, appKept, comments, openEntry, retitle, title, titleBox } from './entry-card.ts';

let archive: Archive;
let proxy: CutProxy;

// A line is cut: parts of the app that are loaded later come from what the browser keeps.
test.use({ serviceWorkers: 'allow' });

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('乙', 'archivist');
	await archive.addPerson('丙', 'reviewer');
	await archive.addPerson('丁', 'reader');
	proxy = await startCutProxy(archive.port);
});

test.afterEach(async () => {
	await proxy.close();
	await archive.stop();
});

const AGREED = '关于印发《沧浦区河道整治实施意见》的通知';
const card = (page: Page) => page.getByRole('article');
const thread = (page: Page) => comments(page).getByRole('region');
const creator = (page: Page) => page.locator('[data-field-id="creators"] textarea').first();
const pages = (page: Page) => page.locator('[data-field="pageCount"] textarea');
/** A field is given another value, as people do it. */
async function fill(page: Page, id: string, value: string): Promise<void> {
	const box = page.locator(`[data-field-id="${id}"] textarea`).first();
	await box.fill(value);
	await box.press('Enter');
}

test('two archivists and a reviewer bring an entry from a correction to registered', async ({ browser }) => {
	const { visibleId: id } = archive.hiddenFromReaders();
	const imported = archive.titleOf(id);
	const first = await openEntry(archive, browser, '甲', id);
	const second = await openEntry(archive, browser, '乙', id, `http://127.0.0.1:${proxy.port}`);
	const reader = await openEntry(archive, browser, '丁', id);

	// Both mend the title, one without a line; both values are there, and one click settles it.
	await expect(titleBox(second)).toBeEditable();
	await appKept(second);
	proxy.cut();
	await retitle(second, AGREED);
	await retitle(first, '关于印发沧浦区河道整治实施意见的通知');
	await expect.poll(() => archive.titleOf(id)).toBe('关于印发沧浦区河道整治实施意见的通知');
	proxy.mend();
	const conflict = title(first).getByRole('group');
	await expect(conflict).toContainText(AGREED, { timeout: 20_000 });
	await expect(conflict).toContainText('关于印发沧浦区河道整治实施意见的通知');
	await passesAxe(first, 'a conflict');
	await title(first)
		.getByRole('button', { name: `采用此值：${AGREED}`, exact: true })
		.click();
	for (const page of [first, second]) await expect(titleBox(page)).toHaveValue(AGREED);
	await expect.poll(() => archive.titleOf(id)).toBe(AGREED);

	// A reader is shown what the import said, here and in what a search finds.
	await reader.reload();
	await expect(titleBox(reader)).toHaveValue(imported);
	await reader.goto(`${archive.origin}/catalogue/search?q=${encodeURIComponent('河道整治实施意见')}`);
	await expect(reader.getByText('没有找到').or(reader.getByRole('grid')).first()).toBeVisible();
	await expect(reader.getByText(AGREED)).toHaveCount(0);

	// Submitted; the reviewer finds it on the board, says what is wrong, and returns it.
	await titleBox(first).focus();
	await first.keyboard.press('Alt+Shift+s');
	await expect(card(first)).toContainText('待审');
	const reviewer = await openEntry(archive, browser, '丙', id);
	await reviewer.goto(`${archive.origin}/catalogue/review?board=waiting`);
	await expect(titleBox(reviewer)).toHaveValue(AGREED);
	await passesAxe(reviewer, 'the board of what waits');
	await creator(reviewer).focus();
	const people = reviewer.waitForResponse('**/api/comments/people');
	await reviewer.keyboard.press('Alt+c');
	await expect(comments(reviewer)).toContainText('关于：责任者');
	await people;
	await reviewer.keyboard.insertText('责任者应写全称，@甲 请改');
	await reviewer.keyboard.press('Control+Enter');
	await expect(thread(first)).toContainText('责任者应写全称');
	await reviewer.keyboard.press('Alt+r');
	const dialog = reviewer.getByRole('dialog');
	await dialog.getByRole('button', { name: '退回', exact: true }).click();
	await expect(dialog.getByRole('alert').or(dialog.locator('[aria-invalid=true]')).first()).toBeVisible();
	await dialog.getByLabel('理由').fill('责任者与原件不符');
	await passesAxe(reviewer, 'why an entry is returned');
	await dialog.getByRole('button', { name: '退回', exact: true }).click();
	await expect(dialog).toHaveCount(0);
	await expect(reviewer.getByText('没有待您审核的条目')).toBeVisible();

	// The archivist reads why on the card and in the notices, answers, and corrects.
	await expect(card(first)).toContainText('丙 于');
	await expect(card(first)).toContainText('责任者与原件不符');
	await passesAxe(first, 'a returned entry');
	await first.getByRole('link', { name: '2 条未读消息' }).click();
	await expect(first.getByRole('link', { name: /丙提请您/ })).toBeVisible();
	await passesAxe(first, 'the notices');
	await first.getByRole('link', { name: /丙 退回了条目.*责任者与原件不符/ }).click();
	await thread(first).getByRole('button', { name: '回复' }).click();
	await first.keyboard.insertText('已按原件改为全称');
	await first.keyboard.press('Control+Enter');
	await expect(thread(first)).toContainText('已按原件改为全称');
	await fill(first, 'creators', '沧浦区人民政府');

	// What the reviewer proposes besides is not accepted: with a reason, or not at all.
	await reviewer.goto(`${archive.origin}/catalogue/${id}`);
	await expect(creator(reviewer)).toHaveValue('沧浦区人民政府');
	await reviewer.keyboard.press('Alt+p');
	await expect(titleBox(reviewer)).toBeEditable();
	await fill(reviewer, 'documentDate', '20080102');
	await reviewer.getByLabel('理由').fill('落款日期似有误');
	await reviewer.getByRole('button', { name: '提交建议' }).click();
	await expect(reviewer.getByText('自己提出的建议由他人审核')).toBeVisible();
	await first.getByRole('link', { name: '建议', exact: true }).click();
	const proposal = first.getByRole('listitem').filter({ hasText: '落款日期似有误' });
	await proposal.getByRole('button', { name: '退回' }).click();
	await expect(proposal.getByRole('alert')).toHaveText('退回时请写明理由。');
	await passesAxe(first, 'a proposal');
	await proposal.getByLabel('审核意见').fill('原件落款日期无误');
	await proposal.getByRole('button', { name: '退回' }).click();
	await expect(first.getByText('没有建议')).toBeVisible();
	await expect(reviewer.getByText('自己提出的建议由他人审核')).toHaveCount(0);

	// Resolved, and submitted again.
	await first.goto(`${archive.origin}/catalogue/${id}`);
	await thread(first).getByRole('button', { name: '办结' }).click();
	await expect(thread(first)).toHaveCount(0);
	await card(first).getByRole('button', { name: '提交审核' }).click();
	await expect(card(first)).toContainText('待审');

	// Somebody goes on working without a line; meanwhile it is verified and registered.
	await expect(anyWaiting(second)).toHaveCount(0);
	proxy.cut();
	await fill(second, 'pageCount', '17');
	await reviewer.goto(`${archive.origin}/catalogue/review?board=waiting`);
	await expect(titleBox(reviewer)).toHaveValue(AGREED);
	await reviewer.keyboard.press('Alt+v');
	await expect(card(reviewer)).toContainText('已核');
	await reviewer.keyboard.press('Alt+g');
	await passesAxe(reviewer, 'before registering');
	await reviewer.getByRole('dialog').getByRole('button', { name: '入库' }).click();
	await expect(reviewer.getByText('没有待您审核的条目')).toBeVisible();

	// It takes no direct edit now, and readers see what was registered.
	await expect(card(first)).toContainText('已入库');
	await expect(titleBox(first)).not.toBeEditable();
	await reader.goto(`${archive.origin}/catalogue/${id}`);
	await expect(titleBox(reader)).toHaveValue(AGREED);
	await expect(creator(reader)).toHaveValue('沧浦区人民政府');
	await expect(reader.getByText('已按原件改为全称')).toHaveCount(0);

	// What was typed too late is a proposal, and on the device of who typed it.
	proxy.mend();
	await expect(titleBox(second)).not.toBeEditable({ timeout: 20_000 });
	await expect(card(second)).toContainText('条目已入库，不能直接修改');
	await expect(comments(second)).toContainText('自己提出的建议由他人审核', { timeout: 20_000 });
	await first.getByRole('link', { name: '建议', exact: true }).click();
	const late = first.getByRole('listitem').filter({ hasText: '乙' });
	await expect(late).toHaveCount(1);
	await expect(late).toContainText('17');
	await passesAxe(second, 'refused work');

	// Who did what, in one line of time.
	await first.goto(`${archive.origin}/catalogue/${id}`);
	await expect(pages(first)).not.toHaveValue('17');
	await first.keyboard.press('Alt+h');
	const timeline = first.getByRole('dialog').getByRole('listitem');
	for (const [name, words] of [
		['甲', AGREED],
		['乙', AGREED],
		['甲', '区人民政府'],
		['甲', '提交审核'],
		['丙', '责任者与原件不符'],
		['丙', '核定'],
		['丙', '入库'],
	] as const)
		await expect(timeline.filter({ hasText: name }).filter({ hasText: words }).first()).toBeVisible();
	await passesAxe(first, 'the timeline');
});
