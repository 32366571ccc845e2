import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { startArchive } from './archive.ts';

const ROWS = 10;
/** Going up again ends here. */
const UP_TO = 5;
const field = (page: Page, id: string): Locator =>
	page.locator(`[data-field-id="${id}"] :is(textarea, [contenteditable])`).first();

test(
	'ten rows: titles, creators and dates corrected, the cursor staying in its field',
	{ tag: '@long' },
	async ({ page }) => {
		const archive = await startArchive();
		try {
			const list = join(archive.dataDir, '归档文件目录.csv');
			const rows = Array.from(
				{ length: ROWS },
				(_, at) => `${String(at + 1).padStart(4, '0')},本局,通知,1985.8.${at + 1},4,公开`,
			);
			await writeFile(list, `件号,责任者,题名,日期,页数,密级\n${rows.join('\n')}\n`);
			await archive.verb(['import', list]);
			const fileId = (await archive.verb<{ id: string }[]>(['tree']))[0]?.id;
			/** What the server has, asked with the session of the browser. */
			const shown = async (): Promise<{ title: string; creatorsText: string; dateText: string }[]> =>
				(
					(await (await page.request.get(`${archive.origin}/api/rows/children?parent=${fileId}`)).json()) as {
						rows: { title: string; creatorsText: string; dateText: string }[];
					}
				).rows;
			await archive.signIn(page, '管理员');
			const tree = page.getByRole('tree');
			await expect(page.getByRole('treeitem')).toHaveCount(1);
			await tree.focus();
			await page.keyboard.press('Home');
			await page.keyboard.press('Enter');
			await expect(page.getByRole('grid')).toBeFocused();
			await expect(page.getByRole('row')).toHaveCount(ROWS + 1);
			await page.keyboard.press('Home');
			await page.keyboard.press('Enter');

			// Down the titles, without Enter: going on writes what stands there.
			for (let at = 0; at < ROWS; at++) {
				await expect(field(page, 'title')).toBeFocused();
				await expect(field(page, 'title')).toHaveValue('通知');
				await page.keyboard.insertText(`沧浦县教育局[关于第${at + 1}期招生工作的]通知`);
				if (at < ROWS - 1) await page.keyboard.press('ControlOrMeta+ArrowDown');
			}
			await page.keyboard.press('Enter');
			await expect
				.poll(async () => (await shown()).map((row) => row.title))
				.toEqual(Array.from({ length: ROWS }, (_, at) => `沧浦县教育局[关于第${at + 1}期招生工作的]通知`));

			// Up the creators, an item of a list with a key of its own in every entry.
			await field(page, 'creators').focus();
			await field(page, 'creators').selectText();
			for (let at = ROWS - 1; at >= UP_TO; at--) {
				await expect(field(page, 'title')).toHaveValue(new RegExp(`第${at + 1}期`));
				await expect(field(page, 'creators')).toBeFocused();
				await expect(field(page, 'creators')).toHaveValue('本局');
				await page.keyboard.insertText('沧浦县教育局');
				if (at > UP_TO) await page.keyboard.press('ControlOrMeta+ArrowUp');
			}
			await page.keyboard.press('Enter');
			await expect
				.poll(async () => (await shown()).map((row) => row.creatorsText))
				.toEqual(Array.from({ length: ROWS }, (_, at) => (at < UP_TO ? '本局' : '沧浦县教育局')));

			// Two steps at once come two rows on, still in the field; also from a list of terms.
			await field(page, 'documentDate').focus();
			await page.keyboard.press('ControlOrMeta+ArrowUp');
			await page.keyboard.press('ControlOrMeta+ArrowUp');
			await expect(field(page, 'title')).toHaveValue(/第4期/);
			await expect(field(page, 'documentDate')).toBeFocused();
			await page.keyboard.insertText('19850803');
			await page.keyboard.press('Enter');
			await expect.poll(async () => (await shown())[3]?.dateText).toBe('19850803');
			const term = page.locator('[data-field-id="securityClass"] button');
			await term.focus();
			await page.keyboard.press('ControlOrMeta+ArrowDown');
			await expect(field(page, 'title')).toHaveValue(/第5期/);
			await expect(term).toBeFocused();
			await expect(page.getByRole('listbox')).toHaveCount(0);

			// An input method uses Enter, arrows and digits: nothing happens until it has ended.
			await field(page, 'title').focus();
			const devtools = await page.context().newCDPSession(page);
			await page.keyboard.press('End');
			await devtools.send('Input.imeSetComposition', { text: 'xuqi', selectionStart: 4, selectionEnd: 4 });
			for (const key of ['Enter', 'ArrowDown', '?', '/'])
				await field(page, 'title').evaluate((box, pressed) => {
					box.dispatchEvent(
						new KeyboardEvent('keydown', {
							key: pressed,
							ctrlKey: pressed === 'ArrowDown',
							isComposing: true,
							bubbles: true,
							cancelable: true,
						}),
					);
				}, key);
			await expect(page.getByRole('dialog')).toHaveCount(0);
			await expect(field(page, 'title')).toBeFocused();
			await expect(field(page, 'title')).toHaveValue(/第5期.*xuqi$/);
			expect((await shown())[4]?.title).not.toContain('xuqi');
			await devtools.send('Input.insertText', { text: '（续期）' });
			await page.keyboard.press('ControlOrMeta+ArrowDown');
			await expect(field(page, 'title')).toHaveValue(/第6期/);
			await expect
				.poll(async () => (await shown())[4]?.title)
				.toBe('沧浦县教育局[关于第5期招生工作的]通知（续期）');

			// The way to do it is in the help sheet.
			await page.getByRole('grid').focus();
			await page.keyboard.press('?');
			await expect(page.getByRole('dialog')).toContainText('下一条，光标留在同一项目');
			await page.keyboard.press('Escape');
			await expect(page.getByRole('grid')).toBeFocused();
		} finally {
			await archive.stop();
		}
	},
);
