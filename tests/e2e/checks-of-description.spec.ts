import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { openEntry, titleBox } from './entry-card.ts';

const ROWS = 10;
let archive: Archive;

const field = (page: Page, id: string): Locator =>
	page.locator(`[data-field-id="${id}"] :is(textarea, [contenteditable])`).first();
const findings = (page: Page, id: string): Locator => page.locator(`[data-field-id="${id}"] .finding`);

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'empty' });
	const list = join(archive.dataDir, '归档文件目录.csv');
	const rows = Array.from({ length: ROWS }, (_, at) =>
		[
			`Z001-WS·2008·Y-${String(at + 1).padStart(4, '0')}`,
			'沧浦县教育局',
			`沧浦县教育局关于第${at + 1}期招生工作的通知`,
			`2008.8.${at + 1}`,
			`沧教[2008]${at + 1}号`,
			'4',
		].join(','),
	);
	await writeFile(list, `档号,责任者,题名,日期,文号,页数\n${rows.join('\n')}\n`);
	await archive.verb(['import', list, '--profile', 'dat18']);
});

test.afterEach(() => archive.stop());

async function itemIds(): Promise<string[]> {
	type Node = { id: string; level: string; referenceCode: string; children?: Node[] };
	const below = (nodes: readonly Node[]): Node[] =>
		nodes.flatMap((node) => [node, ...below(node.children ?? [])]);
	return below(await archive.verb<Node[]>(['tree', '--depth', '3']))
		.filter(({ level }) => level === 'item')
		.map(({ id }) => id);
}

test('ten rows by keyboard: what the rules say beside the field, suggestions taken with one key and undone', async ({
	page,
}) => {
	const ids = await itemIds();
	expect(ids).toHaveLength(ROWS);
	await archive.signIn(page, '管理员');
	await page.goto(`${archive.origin}/catalogue/${ids[0]}`);
	await expect(findings(page, 'documentDate').first()).toContainText('R13');
	// The keys for the next row need the list.
	await expect(page.getByRole('grid').getByRole('row')).toHaveCount(ROWS + 1);
	await field(page, 'documentDate').focus();
	for (let at = 0; at < ROWS; at++) {
		await expect(field(page, 'documentDate')).toHaveValue(`2008.8.${at + 1}`);
		await expect(findings(page, 'documentDate').first()).toContainText('R13');
		await field(page, 'documentDate').focus();
		await page.keyboard.press('Alt+s');
		await expect(field(page, 'documentDate')).toHaveValue(`200808${String(at + 1).padStart(2, '0')}`);
		await expect(findings(page, 'documentDate')).toHaveCount(0);
		await field(page, 'documentDate').focus();
		if (at < ROWS - 1) await page.keyboard.press('ControlOrMeta+ArrowDown');
	}
	// Judged while it is typed, before the field is left.
	await field(page, 'documentNumber').selectText();
	await page.keyboard.insertText('沧教〔2008〕10号');
	await expect(findings(page, 'documentNumber')).toHaveCount(0);
	await field(page, 'documentNumber').selectText();
	await page.keyboard.insertText('沧教〔2008〕第010号');
	await expect(findings(page, 'documentNumber').first()).toBeVisible();
	await page.keyboard.press('Escape');
	await passesAxe(page, 'a card with findings');
	// A suggestion is taken back like an edit by hand.
	await page.locator('article.card').getByRole('button').first().focus();
	await page.keyboard.press('Alt+z');
	await expect(field(page, 'documentDate')).toHaveValue('2008.8.10');
});

test('a check: started, worked off by keyboard, all suggestions taken and taken back, printed', async ({
	page,
}) => {
	await archive.signIn(page, '管理员');
	await page.goto(`${archive.origin}/catalogue/checks`);
	await expect(page.getByText('还没有检查')).toBeVisible();
	await page.getByRole('link', { name: '新检查' }).click();
	await passesAxe(page, 'a new check');
	await page.getByLabel('名称').fill('二〇〇八年招生');
	await page.getByRole('button', { name: '开始检查' }).click();
	await expect(page.getByText('已检查', { exact: true })).toBeVisible({ timeout: 20_000 });
	await expect(page.getByRole('row', { name: /R38/ })).toContainText(String(ROWS));
	await passesAxe(page, 'work lists');

	await page.getByRole('button', { name: /^R38/ }).click();
	const list = page.getByRole('grid');
	await expect(list.getByRole('row')).toHaveCount(ROWS + 1);
	await expect(findings(page, 'documentNumber').first()).toContainText('R38');
	await passesAxe(page, 'findings beside their entry');
	await list.focus();
	await page.keyboard.press('1');
	await expect(list.getByRole('row')).toHaveCount(ROWS, { timeout: 15_000 });
	await list.focus();
	await page.keyboard.press('2');
	await page.getByLabel('理由').fill('原件如此');
	await page.getByRole('dialog').getByRole('button', { name: '保留', exact: true }).click();
	await expect(list.getByRole('row')).toHaveCount(ROWS - 1);

	await page.getByRole('button', { name: '采用全部建议…' }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog.getByText(`直接修改 ${ROWS - 2} 处`)).toBeVisible();
	await passesAxe(page, 'all suggestions before they are taken');
	await dialog.getByRole('button', { name: `采用 ${ROWS - 2} 处` }).click();
	await expect(page.getByText('没有待处理的问题')).toBeVisible({ timeout: 15_000 });
	await page.locator('.fix').getByRole('button', { name: '撤销', exact: true }).click();
	await expect(list.getByRole('row')).toHaveCount(ROWS - 1, { timeout: 15_000 });

	await page.getByRole('link', { name: '打印报告' }).click();
	await expect(page.getByRole('heading', { name: /著录检查报告/ })).toBeVisible();
	await passesAxe(page, 'the report');
});

test('a button that moves while it is pressed is clicked, and an error keeps the entry from being registered until it is corrected', async ({
	browser,
}) => {
	const [id] = (await itemIds()) as [string];
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('丙', 'reviewer');
	const archivist = await openEntry(archive, browser, '甲', id);
	const card = (page: Page): Locator => page.getByRole('article');
	await field(archivist, 'documentDate').fill('20080230');
	await field(archivist, 'documentDate').press('Enter');
	await expect(findings(archivist, 'documentDate').first()).toContainText('R14');

	// What is found about the title comes between it and the button, while that is pressed.
	const submit = card(archivist).getByRole('button', { name: '提交审核' });
	await submit.hover();
	await archivist.mouse.down();
	const before = await submit.boundingBox();
	await titleBox(archivist).fill('沧浦县教育局关于\u200b第1期招生工作的通知');
	await expect(findings(archivist, 'title').first()).toContainText('R08');
	expect((await submit.boundingBox())?.y).toBeGreaterThan(before?.y ?? 0);
	await archivist.mouse.up();
	await expect(card(archivist)).toContainText('待审');

	const reviewer = await openEntry(archive, browser, '丙', id);
	await titleBox(reviewer).focus();
	await reviewer.keyboard.press('Alt+v');
	await expect(card(reviewer)).toContainText('已核');
	await expect(card(reviewer)).toContainText('R14');
	await expect(card(reviewer).getByRole('button', { name: '入库' })).toHaveCount(0);
	await passesAxe(reviewer, 'an entry that an error keeps from being registered');
	await field(archivist, 'documentDate').fill('20080203');
	await field(archivist, 'documentDate').press('Enter');
	await expect(card(reviewer).getByRole('button', { name: '核定' })).toBeVisible();
});
