import { expect, test, type Browser, type Page } from '@playwright/test';
import { startCutProxy, type CutProxy } from '../support/cut-proxy.ts';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { anyWaiting, appKept, retitle, title, titleBox } from './entry-card.ts';
import { keptDrafts } from './kept-drafts.ts';

let archive: Archive;
let proxy: CutProxy;

// A line is cut: parts of the app that are loaded later come from what the browser keeps.
test.use({ serviceWorkers: 'allow' });

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('编目甲', 'archivist');
	await archive.addPerson('审核乙', 'reviewer');
	proxy = await startCutProxy(archive.port);
});

test.afterEach(async () => {
	await proxy.close();
	await archive.stop();
});

async function open(browser: Browser, name: string, id: string, origin = archive.origin): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, name, origin);
	await page.goto(`${origin}/catalogue/${id}`);
	await expect(title(page).locator('textarea')).not.toHaveValue('');
	return page;
}

const comments = (page: Page) => page.getByRole('region', { name: '意见', exact: true });
const threads = (page: Page) => comments(page).getByRole('region');

test('a reviewer comments on a field, on words and offline; the archivist is told, answers, resolves', async ({
	browser,
}) => {
	const id = await archive.anItem();
	const archivist = await open(browser, '编目甲', id);
	const reviewer = await open(browser, '审核乙', id, `http://127.0.0.1:${proxy.port}`);
	await expect(titleBox(reviewer)).not.toBeEditable();

	// By keyboard, about the field with the cursor, naming somebody.
	await titleBox(reviewer).focus();
	await reviewer.keyboard.press('Alt+c');
	await expect(comments(reviewer)).toContainText('关于：题名');
	await reviewer.keyboard.type('题名漏字，@编');
	await expect(reviewer.getByRole('option', { name: '编目甲' })).toBeVisible();
	await reviewer.keyboard.press('Enter');
	await reviewer.keyboard.type('请看');
	await reviewer.keyboard.press('Control+Enter');
	await expect(threads(reviewer)).toContainText('题名漏字，@编目甲 请看');

	// It is there at once, marked at the field, and in the list.
	await expect(threads(archivist)).toContainText('审核乙');
	await expect(archivist.locator('[data-field-id="title"]').first()).toBeVisible();
	await expect(archivist.getByRole('grid').getByRole('img', { name: '1 条意见' })).toBeVisible();
	await expect(archivist.getByRole('link', { name: '1 条未读消息' })).toBeVisible();

	// About words of a long text: they are marked, and found again after changes before them.
	await archivist.getByRole('button', { name: '添加著录项目' }).click();
	await archivist.getByRole('menuitem', { name: '范围和提要' }).click();
	const text = archivist.locator('[data-field-id="scopeAndContent"] [contenteditable]');
	await text.click();
	await archivist.keyboard.type('合成内容：河道整治与防汛。');
	const print = reviewer.locator('[data-field-id="scopeAndContent"] .rich-text');
	await expect(print).toContainText('防汛');
	await print.evaluate((element) => {
		const node = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode() as Text;
		const at = node.data.indexOf('防汛');
		getSelection()?.setBaseAndExtent(node, at, node, at + 2);
	});
	await reviewer.getByRole('button', { name: '对所选文字写意见' }).click();
	await reviewer.keyboard.insertText('防汛另立一卷');
	await reviewer.keyboard.press('Control+Enter');
	const marked = (page: Page) => page.locator('.rich-text .commented');
	await expect(marked(archivist)).toHaveText('防汛');
	// What is written within half a second is one step of the history.
	await archivist.waitForTimeout(600);
	await text.click();
	await archivist.keyboard.press('Home');
	await archivist.keyboard.type('新写的：');
	await expect(marked(reviewer)).toHaveText('防汛');
	// Taken out it has no place; taken back it has one again.
	await archivist.waitForTimeout(600);
	await archivist.keyboard.press('Control+a');
	await archivist.keyboard.press('Delete');
	await expect(threads(archivist).filter({ hasText: '防汛另立一卷' })).toContainText('原文已不在');
	await archivist.keyboard.press('Control+z');
	await expect(marked(archivist)).toHaveText('防汛');
	await expect(marked(reviewer)).toHaveText('防汛');

	// Without the line, and it arrives when the line is back.
	await expect(anyWaiting(reviewer)).toHaveCount(0);
	await appKept(reviewer);
	proxy.cut();
	await comments(reviewer).getByRole('button', { name: '写意见' }).click();
	await reviewer.keyboard.insertText('断网时写的');
	await reviewer.keyboard.press('Control+Enter');
	await expect(threads(reviewer).filter({ hasText: '断网时写的' })).toContainText('待传');
	await expect(reviewer.getByRole('button', { name: /本机 1 项待传/ }).first()).toBeVisible();
	await retitle(archivist, '合成题名：已补字');
	proxy.mend();
	await expect(threads(archivist).filter({ hasText: '断网时写的' })).toBeVisible({ timeout: 20_000 });

	// What is begun and not sent is there again: closed, elsewhere, loaded anew.
	await comments(archivist).getByRole('button', { name: '写意见' }).click();
	await archivist.keyboard.insertText('写到一半');
	await archivist.keyboard.press('Escape');
	await expect(archivist.getByText('已保存在本机，下次打开时可继续写。')).toBeVisible();
	await expect.poll(() => keptDrafts(archivist)).toEqual([`comment:${id}:new`]);
	await archivist.reload();
	const begun = comments(archivist).getByRole('textbox', { name: '写意见' });
	await expect(begun).toHaveValue('写到一半');
	await expect(begun).not.toBeFocused();
	// In another tab another one is written beside it, and each finds its own again.
	const second = await archivist.context().newPage();
	await second.goto(archivist.url());
	await comments(second).getByRole('button', { name: '写意见' }).click();
	const beside = comments(second).getByRole('textbox', { name: '写意见' });
	await expect(beside).toHaveValue('');
	await beside.fill('另一页写的');
	await expect.poll(() => keptDrafts(second)).toEqual([`comment:${id}:new`, `comment:${id}:new\n2`]);
	await second.reload();
	await expect(beside).toHaveValue('另一页写的');
	await expect(begun).toHaveValue('写到一半');
	await beside.fill('');
	await expect.poll(() => keptDrafts(second)).toEqual([`comment:${id}:new`]);
	await second.close();
	// Signing out would remove it: it is named first.
	await archivist.getByRole('button', { name: '编目甲的菜单' }).click();
	await archivist.getByRole('menuitem', { name: '退出登录' }).click();
	const leaving = archivist.getByRole('dialog', { name: '退出登录' });
	await expect(leaving).toContainText('本机还有 1 份尚未提交的内容');
	await expect(leaving.getByRole('link', { name: '未发出的批注' })).toBeVisible();
	await leaving.getByRole('button', { name: '取消' }).click();
	await begun.fill('');
	await comments(archivist).getByRole('button', { name: '取消' }).click();
	await expect(begun).toHaveCount(0);

	// Answered, corrected, resolved.
	const first = threads(archivist).filter({ hasText: '题名漏字' });
	await first.getByRole('button', { name: '回复' }).click();
	await archivist.keyboard.insertText('已补');
	await archivist.keyboard.press('Control+Enter');
	await first.getByRole('button', { name: '办结' }).click();
	await expect(first).toHaveCount(0);
	await expect(comments(reviewer).getByRole('button', { name: '显示已办结的（1）' })).toBeVisible();
	await expect(reviewer.getByRole('link', { name: '1 条未读消息' })).toBeVisible();

	// The notice leads to the comment, resolved or not.
	await reviewer.getByRole('link', { name: '1 条未读消息' }).click();
	await reviewer.getByRole('link', { name: /编目甲回复了您参与的意见/ }).click();
	await expect(threads(reviewer).filter({ hasText: '已补' })).toBeVisible();
	await expect(reviewer.getByRole('link', { name: /未读消息/ })).toHaveCount(0);

	await passesAxe(archivist, 'comments');
	const listed = await archive.verb<{ threads: { isResolved: boolean }[] }>(['comments', id]);
	expect(listed.threads.map(({ isResolved }) => isResolved)).toEqual([true, false, false]);
});
