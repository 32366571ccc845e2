import { expect, test, type Locator, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { comments, openEntry, openPalette, titleBox } from './entry-card.ts';
import { InputMethod } from './input-method.ts';

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('乙', 'reviewer');
});

test.afterEach(() => archive.stop());

/** Keys that mean something to the product, and while composing belong to the input method. */
const KEYS = ['Enter', 'ArrowDown', 'ArrowUp', 'Home', 'End', 'Tab', 'Escape'];

/** What stands in a box, without the carets of others. */
const wordsIn = (box: Locator): Promise<string> =>
	box.evaluate((element) => {
		if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) return element.value;
		const copy = element.cloneNode(true) as Element;
		for (const caret of copy.querySelectorAll('.their-caret')) caret.remove();
		return [...copy.querySelectorAll('p')].map(({ textContent }) => textContent).join('\n');
	});

/**
 * Composes words at the cursor, with every key in between: nothing happens but that they are there, once.
 * @param afterwards keys that Safari tells of when the composition has ended; the editor of long texts asks by itself
 * whether it runs in Safari
 */
async function compose(
	page: Page,
	box: Locator,
	words: string,
	afterwards: readonly string[] = ['Enter', 'Escape'],
): Promise<void> {
	const method = await InputMethod.of(page);
	await expect(box).toBeFocused();
	await page.keyboard.press('End');
	const before = await wordsIn(box);
	const { pathname } = new URL(page.url());
	await method.compose('cang');
	await method.compose("cang'pu");
	for (const key of KEYS) {
		await method.key(key);
		await expect(box, `${key} while composing`).toBeFocused();
		expect(await wordsIn(box), `${key} while composing`).toBe(`${before}cang'pu`);
	}
	// Given up: what stood there before is still there, and typing goes on.
	await method.compose('');
	expect(await wordsIn(box)).toBe(before);
	await method.compose("cang'pu");
	await method.commit(words);
	expect(await wordsIn(box)).toBe(before + words);
	for (const key of afterwards) {
		await method.key(key);
		await expect(box, `${key} after the composition`).toBeFocused();
		expect(await wordsIn(box), `${key} after the composition`).toBe(before + words);
	}
	expect(new URL(page.url()).pathname).toBe(pathname);
}

const fieldBox = (page: Page, id: string): Locator =>
	page.locator(`[data-field-id="${id}"] textarea`).first();
const text = (page: Page): Locator => page.locator('[data-field-id="scopeAndContent"] .rich-text');

test(
	'fields, items and long texts take composed words once, here and on a colleague’s screen',
	{ tag: '@long' },
	async ({ browser }) => {
		const id = await archive.anItem();
		const here = await openEntry(archive, browser, '甲', id);
		const there = await openEntry(archive, browser, '乙', id);

		for (const box of [titleBox, (page: Page) => fieldBox(page, 'recordType')]) {
			const before = await wordsIn(box(here));
			await box(here).focus();
			await compose(here, box(here), '沧浦');
			// Nothing of it was an edit so far.
			await expect(box(there)).toHaveValue(before);
			await here.keyboard.press('Enter');
			await expect(box(there)).toHaveValue(`${before}沧浦`);
		}
		await expect.poll(() => archive.titleOf(id)).toBe(await titleBox(here).inputValue());
		expect(archive.timesLogged(id, 'title', await titleBox(here).inputValue())).toBe(1);

		// An item that is there, and a new one behind it.
		const creators = (page: Page): Locator => page.locator('[data-field-id="creators"] textarea');
		const first = await wordsIn(creators(here).first());
		await creators(here).first().focus();
		await compose(here, creators(here).first(), '甲科');
		await expect(creators(here)).toHaveCount(1);
		await here.keyboard.press('Enter');
		await expect(creators(here)).toHaveCount(2);
		await compose(here, creators(here).nth(1), '沧浦水务局');
		await here.keyboard.press('Enter');
		await expect(creators(there)).toHaveCount(2);
		await expect(creators(there).first()).toHaveValue(`${first}甲科`);
		await expect(creators(there).nth(1)).toHaveValue('沧浦水务局');

		// A long text is live: its words arrive when they are composed, not the letters on the way.
		await here.getByRole('button', { name: '添加著录项目' }).focus();
		await here.keyboard.press('Enter');
		await here.getByRole('menuitem', { name: '范围和提要' }).focus();
		await here.keyboard.press('Enter');
		await text(here).focus();
		await here.keyboard.type('1986');
		await compose(here, text(here), '沧浦河道', []);
		await expect.poll(() => wordsIn(text(there))).toBe('1986沧浦河道');
		await here.keyboard.press('Enter');
		await compose(here, text(here), '整治', []);
		await expect.poll(() => wordsIn(text(there))).toBe('1986沧浦河道\n整治');
	},
);

test(
	'comments, reasons, search and palette wait for the end of a composition',
	{ tag: '@long' },
	async ({ browser }) => {
		const id = await archive.anItem();
		const archivist = await openEntry(archive, browser, '甲', id);
		const reviewer = await openEntry(archive, browser, '乙', id);
		const before = await titleBox(archivist).inputValue();

		// A comment, and a name offered in it.
		await reviewer.keyboard.press('Alt+c');
		const comment = comments(reviewer).getByRole('textbox', { name: '写意见' });
		await compose(reviewer, comment, '题名漏字');
		await reviewer.keyboard.type('@');
		await expect(reviewer.getByRole('option', { name: '甲' })).toBeVisible();
		await compose(reviewer, comment, '甲');
		await reviewer.keyboard.press('Enter');
		await reviewer.keyboard.press('Control+Enter');
		await expect(comments(archivist)).toContainText('题名漏字@甲');
		expect((await archive.verb<{ threads: unknown[] }>(['comments', id])).threads).toHaveLength(1);

		// A proposal and why.
		await reviewer.keyboard.press('Alt+p');
		await expect(titleBox(reviewer)).toBeEditable();
		await titleBox(reviewer).focus();
		await compose(reviewer, titleBox(reviewer), '草案');
		await reviewer.keyboard.press('Enter');
		const why = reviewer.getByLabel('理由');
		await why.focus();
		await compose(reviewer, why, '与原件核对');
		await expect(reviewer.getByText('1 处改动')).toBeVisible();
		await reviewer.keyboard.press('Enter');
		await expect(reviewer.getByText('自己提出的建议由他人审核')).toBeVisible();
		await expect(titleBox(archivist)).toHaveValue(before);

		// Why it is not accepted.
		await archivist.goto(`${archive.origin}/proposals`);
		const verdict = archivist.getByLabel('审核意见');
		await verdict.focus();
		await compose(archivist, verdict, '原题名无误');
		await archivist.getByRole('button', { name: '退回' }).press('Enter');
		await expect(archivist.getByText('没有建议')).toBeVisible();

		// Why an entry is returned.
		await archive.verb(['review', 'submit', id, '--as', '甲']);
		const back = reviewer.getByRole('article').getByRole('button', { name: '退回', exact: true });
		await back.press('Enter');
		const dialog = reviewer.getByRole('dialog');
		await expect(dialog.getByLabel('理由')).toBeFocused();
		await compose(reviewer, dialog.getByLabel('理由'), '责任者须写全称');
		await dialog.getByRole('button', { name: '退回', exact: true }).press('Enter');
		await expect(dialog).toHaveCount(0);
		await archivist.goto(`${archive.origin}/catalogue/${id}`);
		await expect(archivist.getByText('责任者须写全称')).toBeVisible();

		// Search and palette.
		await archivist.getByRole('searchbox').focus();
		await compose(archivist, archivist.getByRole('searchbox'), '防汛');
		await archivist.keyboard.press('Enter');
		await archivist.waitForURL('**/catalogue/search?q=*');
		await expect(archivist.getByRole('searchbox')).toHaveValue('防汛');
		await openPalette(archivist);
		const palette = archivist.getByRole('combobox', { name: '命令与查找' });
		const chosen = archivist.getByRole('dialog').locator('[aria-selected="true"]');
		await expect(palette).toBeFocused();
		await compose(archivist, palette, '前往');
		await expect(chosen).toHaveCount(1);
		const first = await chosen.textContent();
		const method = await InputMethod.of(archivist);
		await method.compose('shenhe');
		await method.key('ArrowDown');
		await expect(palette).toHaveValue('前往shenhe');
		await method.commit('审核');
		expect(first).toContain('前往');
		await archivist.keyboard.press('Enter');
		await archivist.waitForURL('**/catalogue/review?*');
	},
);
