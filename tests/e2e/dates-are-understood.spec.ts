import { expect, test, type Locator, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';

interface TreeNode {
	readonly id: string;
	readonly level: string;
	readonly children?: readonly TreeNode[];
}

interface Shown {
	readonly fields: Readonly<Record<string, unknown>>;
}

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
});

test.afterEach(() => archive.stop());

/** Any item of the holdings, and the list it stands in. */
async function anItem(): Promise<{ readonly id: string; readonly listId: string }> {
	const search = (nodes: readonly TreeNode[], listId: string): ReturnType<typeof found> | undefined => {
		for (const { id, level, children } of nodes) {
			const below = level === 'item' ? found(id, listId) : search(children ?? [], id);
			if (below) return below;
		}
		return undefined;
	};
	const found = (id: string, listId: string) => ({ id, listId });
	return search(await archive.verb<TreeNode[]>(['tree', '--depth', '6']), 'top') as ReturnType<typeof found>;
}

const date = (page: Page): Locator => page.locator('[data-field="documentDate"] textarea');
const note = (page: Page): Locator => page.locator('[data-field-id="note"]');
const shown = (id: string): Promise<Shown> => archive.verb<Shown>(['show', id]);

test('a date of the Republic is understood, written by the rules, taken back, and found by its year', async ({
	page,
}) => {
	const { id, listId } = await anItem();
	await archive.signIn(page, '甲');
	await page.goto(`${archive.origin}/catalogue/${id}?in=${listId}`);
	await expect(date(page)).toBeEditable();

	await date(page).fill('民国二十六年十三月');
	await expect(page.getByText(/没有 1937 年 13 月|看不懂这个日期/)).toBeVisible();
	await date(page).fill('民国二十六年七月七日');
	await expect(page.getByText('理解为 1937年7月7日')).toBeVisible();
	await date(page).press('Alt+Enter');
	await expect(date(page)).toHaveValue('19370707');
	await expect(note(page)).toContainText('日期原作“民国二十六年七月七日”。');

	// One step: the words come back where they stood, and leave the note.
	await page.keyboard.press('Control+z');
	await expect(date(page)).toHaveValue('民国二十六年七月七日');
	await expect(page.getByText('日期原作')).toHaveCount(0);
	await page.keyboard.press('Control+Shift+z');
	await expect(date(page)).toHaveValue('19370707');
	await expect(note(page)).toContainText('日期原作“民国二十六年七月七日”。');
	await expect.poll(async () => (await shown(id)).fields['documentDate']).toBe('19370707');

	await page.getByRole('button', { name: '按时间筛选' }).click();
	const filter = page.getByRole('textbox', { name: '按时间筛选' });
	await expect(filter).toBeFocused();
	await filter.fill('民国26年');
	await expect(page.getByText('理解为 1937年')).toBeVisible();
	await filter.press('Enter');
	await expect(page.getByText('1 条', { exact: true })).toBeVisible();
	await expect(page).toHaveURL(/dates=/);
	await filter.fill('1851');
	await filter.press('Enter');
	await expect(page.getByText('这里没有“1851”的条目')).toBeVisible();
	await filter.fill('河道');
	await filter.press('Enter');
	await expect(page.getByText('“河道”不能理解为一段时间。')).toBeVisible();
	await page.getByRole('button', { name: '取消时间筛选' }).click();
	await expect(page.getByText('1 条', { exact: true })).toHaveCount(0);
	await expect(page).not.toHaveURL(/dates=/);
});
