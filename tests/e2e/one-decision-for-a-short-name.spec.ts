import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { axeOn } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';

const SHORT = '区府';
const COUNTY = '上海市沧浦县人民政府';
const DISTRICT = '上海市沧浦区人民政府';
const ROWS = 24;
const yearOf = (at: number): number => 1990 + at;
const codeOf = (at: number): string => `B001-WS·${yearOf(at)}-Y-${String(at + 1).padStart(4, '0')}`;

let archive: Archive;
let ids: ReadonlyMap<string, string>;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'empty' });
	await archive.addPerson('编目丙', 'archivist');
	await archive.addPerson('审核乙', 'reviewer');
	const file = join(archive.dataDir, 'b001.csv');
	const lines = Array.from({ length: ROWS }, (_, at) =>
		[codeOf(at), `关于整治第${at + 1}号河道的通知`, SHORT, `${yearOf(at)}0312`].join(','),
	);
	await writeFile(file, `档号,题名,责任者,日期\n${lines.join('\n')}\n`);
	await archive.verb(['import', file, '--profile', 'dat18']);
	type Node = { id: string; referenceCode: string; children?: Node[] };
	const below = (nodes: readonly Node[]): Node[] =>
		nodes.flatMap((node) => [node, ...below(node.children ?? [])]);
	ids = new Map(
		below(await archive.verb<Node[]>(['tree', '--depth', '3'])).map(({ referenceCode, id }) => [
			referenceCode,
			id,
		]),
	);
});

test.afterEach(() => archive.stop());

async function open(browser: Browser, name: string, path: string): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, name);
	await page.goto(archive.origin + path);
	return page;
}

async function creatorOf(code: string): Promise<string> {
	const { fields } = await archive.verb<{ fields: Record<string, { text?: string }> }>([
		'show',
		ids.get(code) ?? '',
	]);
	return Object.entries(fields).find(([key]) => key.startsWith('creators#'))?.[1].text ?? '';
}

async function expectAccessible(page: Page): Promise<void> {
	const { violations } = await axeOn(page).withTags(['wcag2a', 'wcag2aa']).analyze();
	expect(violations.map((each) => `${each.id} ${each.nodes[0]?.target.join(' ')}`)).toEqual([]);
}

test('a body is registered, its short name decided, and every row repaired by one order', async ({
	browser,
}) => {
	const page = await open(browser, '编目丙', '/registers/authority');
	await expect(page.getByText('这里还没有登记')).toBeVisible();
	await expectAccessible(page);
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
	await expectAccessible(page);
	await page.goto(`${archive.origin}/registers/authority?record=new`);
	await expect(form.getByText('接着上次没有保存的内容填写。')).toBeVisible();
	await form.getByLabel('名称，第 2 行，起').fill('20010109');
	await form.getByRole('button', { name: '保存' }).click();
	await expect(page.getByRole('heading', { level: 2, name: DISTRICT })).toBeVisible();
	await expect(page.getByRole('grid').getByText(DISTRICT)).toBeVisible();
	await expectAccessible(page);

	await form.getByRole('button', { name: '认定简称…' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('简称').fill(SHORT);
	await expect(dialog.getByText(`将改动 ${ROWS} 处。`)).toBeVisible();
	await expect(dialog.getByText(`“${SHORT}”改为“${COUNTY}”：11 处`)).toBeVisible();
	await expectAccessible(page);
	await dialog.getByLabel('理由').fill('责任者用全称');
	await dialog.getByRole('button', { name: '记入名册并提交更正单' }).click();
	await expect(page.getByText('您提出的更正单须由他人核定。')).toBeVisible();

	const checker = await open(browser, '审核乙', new URL(page.url()).pathname);
	await checker.getByRole('button', { name: '全部核定并执行' }).click();
	await checker.getByRole('dialog').getByRole('button', { name: '全部核定并执行' }).click();
	await expect(checker.getByText(`更正单已执行：${ROWS} 处`)).toBeVisible();
	await expect.poll(() => creatorOf(codeOf(0))).toBe(COUNTY);

	// From now on the name of the day is offered while typing, by pinyin too.
	await page.goto(`${archive.origin}/catalogue/${ids.get(codeOf(3)) ?? ''}`);
	const creators = page.getByRole('group', { name: '责任者' });
	await creators.getByRole('button', { name: '添加责任者' }).click();
	await page.keyboard.type('cpqrm');
	await expect(page.getByRole('option', { name: COUNTY })).toBeVisible();
	await expectAccessible(page);
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await expect(creators.getByRole('textbox').nth(1)).toHaveValue(COUNTY);
});
