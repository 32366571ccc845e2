import { expect, test, type Locator, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { openPalette } from './entry-card.ts';

interface Shown {
	readonly parentId: string | null;
	readonly level: string;
	readonly status: string;
	readonly fields: Readonly<Record<string, unknown>>;
	readonly bodies: Readonly<Record<string, unknown>>;
}

interface TreeNode {
	readonly id: string;
	readonly title: string;
	readonly level: string;
	readonly children?: readonly TreeNode[];
}

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
});

test.afterEach(() => archive.stop());

const title = (page: Page): Locator => page.locator('[data-field="title"] textarea').first();
const shownId = (page: Page): string => new URL(page.url()).pathname.split('/').at(-1) ?? '';

/** The entry of that title, wherever it stands. */
async function find(wanted: string): Promise<TreeNode | undefined> {
	const search = (nodes: readonly TreeNode[]): TreeNode | undefined => {
		for (const node of nodes) {
			if (node.title === wanted) return node;
			const below = search(node.children ?? []);
			if (below) return below;
		}
		return undefined;
	};
	return search(await archive.verb<TreeNode[]>(['tree', '--depth', '6']));
}

const show = (id: string): Promise<Shown> => archive.verb<Shown>(['show', id]);

/** Answers the dialog for a new entry; the new card takes the cursor. */
async function make(page: Page, keys: string, name: string): Promise<string> {
	await page.keyboard.press(keys);
	const dialog = page.getByRole('dialog');
	await expect(dialog.getByRole('textbox', { name: '题名' })).toBeFocused();
	await page.keyboard.insertText(name);
	await page.keyboard.press('Enter');
	await expect(dialog).toHaveCount(0);
	await expect(title(page)).toHaveValue(name);
	await expect(title(page)).toBeFocused();
	return shownId(page);
}

test('a file and its items are made, described, moved, deleted and restored without a mouse', async ({
	page,
}) => {
	const series = await find('1号目录（永久）');
	await archive.signIn(page, '甲');
	await page.goto(`${archive.origin}/catalogue/${series?.id}`);
	await expect(title(page)).toBeEditable();

	const fileId = await make(page, 'Alt+n', '沧浦县教育局1985年关于招生工作的文书');
	const firstId = await make(page, 'Alt+n', '通知');
	const secondId = await make(page, 'Alt+Shift+n', '批复');
	expect(await find('沧浦县教育局1985年关于招生工作的文书')).toMatchObject({
		id: fileId,
		level: 'file',
		children: [
			{ id: firstId, title: '通知', level: 'item' },
			{ id: secondId, title: '批复', level: 'item' },
		],
	});

	// A field: what Escape takes back was never written, what Enter writes is.
	await page.keyboard.insertText('半途而废');
	await page.keyboard.press('Escape');
	await expect(title(page)).toHaveValue('批复');
	await page.keyboard.press('ControlOrMeta+a');
	await page.keyboard.insertText('关于同意招生计划的批复');
	await page.keyboard.press('Enter');
	await expect.poll(async () => (await show(secondId)).fields['title']).toBe('关于同意招生计划的批复');

	// A long text, asked for from the menu of elements, with emphasis, a list, and its own undo.
	await page.getByRole('button', { name: '添加著录项目' }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('menuitem', { name: '附注' }).first().waitFor();
	// From the end, where notes stand.
	await page.keyboard.press('End');
	for (let step = 0; step < 40; step++) {
		if (
			await page
				.getByRole('menuitem', { name: '附注' })
				.first()
				.evaluate((item) => item.matches(':focus'))
		)
			break;
		await page.keyboard.press('ArrowUp');
	}
	await page.keyboard.press('Enter');
	const text = page.locator('[data-field-id="note"] [contenteditable]');
	await expect(text).toBeFocused();
	await page.keyboard.press('ControlOrMeta+b');
	await page.keyboard.type('1985');
	await page.keyboard.press('ControlOrMeta+b');
	await page.keyboard.insertText('年原件，破损');
	await page.keyboard.press('Enter');
	await page.keyboard.press('ControlOrMeta+Shift+8');
	await page.keyboard.insertText('首页缺角');
	await expect(text.locator('strong')).toHaveText('1985');
	await expect
		.poll(async () => JSON.stringify((await show(secondId)).bodies['note'] ?? null))
		.toMatch(/"bold".*bulletList.*首页缺角/);
	// What is written within half a second is one step of the history.
	await page.waitForTimeout(600);
	await page.keyboard.press('Enter');
	await page.keyboard.insertText('写错的一行');
	await page.keyboard.press('ControlOrMeta+z');
	await expect(text).not.toContainText('写错的一行');
	await expect(text.locator('li').first()).toHaveText('首页缺角');

	// From the card back to the list, up one place, then under another file.
	await page.keyboard.press('Escape');
	await expect(page.getByRole('grid')).toBeFocused();
	await page.keyboard.press('Alt+ArrowUp');
	await expect
		.poll(async () =>
			(await find('沧浦县教育局1985年关于招生工作的文书'))?.children?.map((node) => node.title),
		)
		.toEqual(['关于同意招生计划的批复', '通知']);
	// The keys come before the tree has found the entry's place: they are meant from there all the same.
	const place = await holdBack(page, '**/api/rows/entry/*');
	await page.keyboard.press('Alt+m');
	await expect(page.getByRole('dialog').getByRole('tree')).toBeFocused();
	await place.asked;
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('Enter');
	await place.letGo();
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await expect.poll(async () => (await show(secondId)).parentId).not.toBe(fileId);

	// Deleted it leaves the tree, restored it stands there again.
	await page.goto(`${archive.origin}/catalogue/${firstId}?in=${fileId}`);
	await expect(title(page)).toBeEditable();
	await expect(page.getByRole('row', { selected: true })).toContainText('通知');
	await page.getByRole('grid').focus();
	await page.keyboard.press('Delete');
	await expect(page.getByRole('dialog').getByRole('button', { name: '删除', exact: true })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect.poll(() => find('通知')).toBeUndefined();
	await expect(title(page)).not.toBeEditable();
	await openPalette(page);
	await page.keyboard.insertText('恢复');
	await page.getByRole('option', { name: '恢复', exact: true, selected: true }).waitFor();
	await page.keyboard.press('Enter');
	await expect.poll(async () => (await find('通知'))?.id).toBe(firstId);
	await expect(title(page)).toBeEditable();
});

/** Answers to some address come only when let go. */
async function holdBack(
	page: Page,
	address: string,
): Promise<{ readonly asked: Promise<void>; letGo(): Promise<void> }> {
	const asked = Promise.withResolvers<void>();
	const free = Promise.withResolvers<void>();
	await page.route(address, async (route) => {
		asked.resolve();
		await free.promise;
		await route.continue();
	});
	return {
		asked: asked.promise,
		async letGo() {
			free.resolve();
			// Several may wait: none is answered for them before they have gone on.
			await page.unrouteAll({ behavior: 'wait' });
		},
	};
}
