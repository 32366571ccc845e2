import { expect, test } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { CHECKER, COUNTY, DISTRICT, PROPOSER, startShortNames, type ShortNames } from './short-names.ts';

const SHORT = '区府';
const ROWS = 24;

let names: ShortNames;

test.beforeEach(async () => {
	names = await startShortNames(
		SHORT,
		Array.from({ length: ROWS }, (_, at) => 1990 + at),
	);
});

test.afterEach(() => names.archive.stop());

test('a body is registered, its short name decided, and every row repaired by one order', async ({
	browser,
}) => {
	const { archive, codeOf, ids } = names;
	const page = await names.open(browser, PROPOSER, '/registers/authority');
	await expect(page.getByText('这里还没有登记')).toBeVisible();
	await passesAxe(page, 'an empty register');
	await page.getByRole('button', { name: '新增' }).click();
	const form = page.getByRole('form', { name: '登记内容' });
	const name = async (row: number, text: string, part: '起' | '止', day: string): Promise<void> => {
		await form.getByRole('button', { name: '添加名称' }).click();
		await form.getByLabel(`名称，第 ${row} 行，文字`).fill(text);
		await form.getByLabel(`名称，第 ${row} 行，${part}`).fill(day);
	};
	await name(1, COUNTY, '止', '2001-01-08');
	await name(2, DISTRICT, '起', '20000109');
	await form.getByRole('button', { name: '保存' }).click();
	await expect(form.getByText(/时间重叠/)).toBeVisible();

	// What was typed outlives the page.
	await expect(form.getByText('尚未保存')).toBeVisible();
	await page.goto(`${archive.origin}/gates`);
	await passesAxe(page, 'the gates');
	await page.goto(`${archive.origin}/registers/authority?record=new`);
	await expect(form.getByText('接着上次没有保存的内容填写。')).toBeVisible();
	await form.getByLabel('名称，第 2 行，起').fill('20010109');
	await form.getByRole('button', { name: '保存' }).click();
	await expect(page.getByRole('heading', { level: 2, name: DISTRICT })).toBeVisible();
	await expect(page.getByRole('grid').getByText(DISTRICT)).toBeVisible();
	await passesAxe(page, 'a body in the register');

	// The search follows what is typed, and writes nothing over it: not the blank before the next word.
	const search = page.getByRole('searchbox', { name: '查找名称、编号或任何内容' });
	await search.focus();
	await page.keyboard.type('Cangpu ');
	await expect(page).toHaveURL(/find=Cangpu(&|$)/);
	await page.keyboard.type('County');
	await expect(search).toHaveValue('Cangpu County');
	await expect(page).toHaveURL(/find=Cangpu\+County/);
	await search.fill('');
	await expect(page).not.toHaveURL(/find=/);

	await form.getByRole('button', { name: '认定简称…' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('简称').fill(SHORT);
	await expect(dialog.getByText(`将改动 ${ROWS} 处。`)).toBeVisible();
	await expect(dialog.getByText(`“${SHORT}”改为“${COUNTY}”：11 处`)).toBeVisible();
	await passesAxe(page, 'a short form and what it means');
	await dialog.getByLabel('理由').fill('责任者用全称');
	await dialog.getByRole('button', { name: '记入名册并提交更正单' }).click();
	await expect(page.getByText('您提出的更正单须由他人核定。')).toBeVisible();

	const checker = await names.open(browser, CHECKER, new URL(page.url()).pathname);
	await checker.getByRole('button', { name: '全部核定并执行' }).click();
	await checker.getByRole('dialog').getByRole('button', { name: '全部核定并执行' }).click();
	await expect(checker.getByText(`更正单已执行：${ROWS} 处`)).toBeVisible();
	await expect.poll(() => names.creatorOf(codeOf(0))).toBe(COUNTY);

	// From now on the name of the day is offered while typing, by pinyin too.
	await page.goto(`${archive.origin}/catalogue/${ids.get(codeOf(3)) ?? ''}`);
	const creators = page.getByRole('group', { name: '责任者' });
	await creators.getByRole('button', { name: '添加责任者' }).click();
	await page.keyboard.type('cpqrm');
	await expect(page.getByRole('option', { name: COUNTY })).toBeVisible();
	await passesAxe(page, 'names offered while typing');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await expect(creators.getByRole('textbox').nth(1)).toHaveValue(COUNTY);
});
