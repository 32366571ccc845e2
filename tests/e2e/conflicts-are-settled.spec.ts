import { expect, test } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { makeConflict } from './conflicts.ts';
import { anyWaiting } from './entry-card.ts';

let archive: Archive;
let ids: string[];

test.beforeAll(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('乙', 'archivist');
	ids = (await archive.items()).slice(0, 4);
	for (const [index, id] of ids.entries())
		await makeConflict(archive, id, 'title', { 甲: `合成题名${index}甲`, 乙: `合成题名${index}乙` });
});

test.afterAll(() => archive.stop());

const titleOf = async (id: string): Promise<string> =>
	(await archive.verb<{ fields: { title: string } }>(['show', id])).fields.title;
const conflictsOf = async (id: string): Promise<number> =>
	Object.keys((await archive.verb<{ conflicts: object }>(['show', id])).conflicts).length;

test('conflicts are settled singly and in groups, taken back, and left as disputed, without a mouse', async ({
	page,
}) => {
	const [first, , , last] = ids as [string, string, string, string];
	await archive.signIn(page, '甲');
	await page.goto(`${archive.origin}/conflicts`);
	const grid = page.getByRole('grid');
	await expect(grid.getByRole('row')).toHaveCount(5);
	// Read once, and again when something changes: not for ever.
	await page.waitForLoadState('networkidle', { timeout: 10_000 });
	const card = page.getByRole('article');
	await expect(card).toContainText('合成题名0乙');
	await passesAxe(page, 'conflicts');

	// One by one: a digit lets that value stand, and the next conflict is there.
	await grid.focus();
	await page.keyboard.press('2');
	await expect.poll(() => titleOf(first)).toBe('合成题名0甲');
	expect(await conflictsOf(first)).toBe(0);
	await expect(grid.getByRole('row')).toHaveCount(4);
	await expect(card).toContainText('合成题名1乙');
	await page.keyboard.press('ControlOrMeta+z');
	await expect.poll(() => conflictsOf(first)).toBe(1);
	await expect(grid.getByRole('row')).toHaveCount(5);

	// In groups: previewed, then all at once.
	await page.getByRole('radio', { name: '成组' }).focus();
	await page.keyboard.press('Space');
	await page.getByRole('button', { name: '一并处理…' }).focus();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('radio', { name: /^甲.*的值/ }).focus();
	await page.keyboard.press('Space');
	await expect(dialog.getByRole('row')).toHaveCount(5);
	await expect(dialog.getByRole('row').nth(1)).toContainText('合成题名');
	await passesAxe(page, 'conflicts');
	await dialog.getByLabel('理由（可不填）').focus();
	await page.keyboard.insertText('甲核对过原件');
	await page.keyboard.press('Enter');
	await expect(dialog).toHaveCount(0);
	await expect.poll(() => titleOf(last)).toBe('合成题名3甲');
	await expect(page.getByText('没有待处理的冲突')).toBeVisible();

	await page.getByRole('radio', { name: '已作决定' }).focus();
	await page.keyboard.press('Space');
	await expect(page.getByText('甲核对过原件')).toBeVisible();
	await page.getByRole('listitem').filter({ hasText: '甲核对过原件' }).getByRole('button').focus();
	await page.keyboard.press('Enter');
	await expect.poll(() => conflictsOf(last)).toBe(1);

	// On the card: left standing, with a reason; it leaves the queue of what is to be settled.
	await page.goto(`${archive.origin}/catalogue/${last}`);
	const field = page.locator('[data-field="title"]');
	await expect(field).toContainText('原值');
	await field.getByRole('button', { name: '存疑保留…' }).focus();
	await page.keyboard.press('Enter');
	await field.getByLabel('存疑理由').focus();
	await page.keyboard.insertText('待查原件');
	await page.keyboard.press('Enter');
	await expect(field).toContainText('存疑保留：待查原件');
	await expect(anyWaiting(page)).toHaveCount(0);
	await page.goto(`${archive.origin}/conflicts?state=disputed`);
	await expect(card).toContainText('待查原件');
	await expect(grid.getByRole('row')).toHaveCount(2);
});
