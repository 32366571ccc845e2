import { expect, test, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { CHECKER, COUNTY as FULL, PROPOSER, startShortNames, type ShortNames } from './short-names.ts';

const SHORT = '县政府';
const ROWS = 340;
/** Every third is of a later year, and not meant. */
const YEARS = Array.from({ length: ROWS }, (_, at) => (at % 3 === 2 ? 2002 + (at % 7) : 1990 + (at % 12)));
const MEANT = YEARS.filter((year) => year <= 2001).length;

let names: ShortNames;

test.beforeEach(async () => {
	names = await startShortNames(SHORT, YEARS);
});

test.afterEach(() => names.archive.stop());

async function choose(page: Page, label: string, option: string): Promise<void> {
	await page.getByRole('combobox', { name: new RegExp(`^${label}`) }).click();
	await page.getByRole('option', { name: option, exact: true }).click();
}

test(
	'one order for hundreds of entries: sampled, two rejected by keyboard, applied, and undone as a whole',
	{ tag: '@long' },
	async ({ browser }) => {
		const { archive, codeOf, ids, creatorOf } = names;
		const proposer = await names.open(browser, PROPOSER, '/orders');
		await expect(proposer.getByText('没有待您核定的更正单')).toBeVisible();
		await proposer.getByRole('link', { name: '新建更正单' }).click();
		await choose(proposer, '著录项', '责任者');
		await proposer.getByLabel('原词句').fill(SHORT);
		await proposer.getByRole('textbox', { name: '改为' }).fill(FULL);
		const preview = proposer.getByRole('region', { name: '预览' });
		await expect(preview).toContainText(`将改动 ${ROWS} 处`);
		await proposer.getByLabel('截止年').fill('2001');
		await expect(preview).toContainText(`将改动 ${MEANT} 处，涉及 ${MEANT} 个条目`);
		await passesAxe(proposer, 'a new order');

		// Nothing is sent without a reason, and what was typed outlives the page.
		await proposer.getByRole('button', { name: '提交核定' }).click();
		await expect(proposer.getByLabel('理由')).toBeFocused();
		await proposer.getByLabel('理由').fill('责任者用全称，2001 年撤县设区以前');
		await proposer.goto(`${archive.origin}/catalogue`);
		await proposer.goto(`${archive.origin}/orders/new`);
		await expect(proposer.getByLabel('理由')).toHaveValue('责任者用全称，2001 年撤县设区以前');
		await expect(preview).toContainText(`将改动 ${MEANT} 处`);
		await proposer.getByRole('button', { name: '提交核定' }).click();
		await expect(proposer.getByText('您提出的更正单须由他人核定。')).toBeVisible();
		await expect(proposer.getByRole('button', { name: '全部核定并执行' })).toHaveCount(0);

		const checker = await names.open(browser, CHECKER, '/catalogue/review?board=waiting');
		await checker.getByRole('link', { name: '更正单（1 份待核定）' }).click();
		await passesAxe(checker, 'the board with orders');
		const list = checker.getByRole('grid');
		await list.focus();
		await checker.keyboard.press('Enter');
		await expect(checker.getByText(`“${SHORT}”改为“${FULL}”`)).toBeVisible();
		await passesAxe(checker, 'an order');
		await checker.getByRole('radio', { name: '抽样' }).check({ force: true });
		await checker.getByLabel('抽取处数').fill('20');
		await checker.getByRole('button', { name: '抽样', exact: true }).click();
		await expect(checker.getByText('已看 0/20')).toBeVisible();
		await expect(list.getByRole('row')).toHaveCount(21);
		await passesAxe(checker, 'a sample');

		// Gone through by keyboard, which is in the list already: two are wrong, one is left aside.
		await expect(list).toBeFocused();
		const codes: string[] = [];
		for (let at = 0; at < 19; at++) {
			const row = list.locator('[aria-selected=true]');
			await expect(row).toHaveAttribute('aria-rowindex', String(at + 2));
			const code = (await row.getByRole('gridcell').first().textContent()) ?? '';
			if (at === 3 || at === 7) {
				codes.push(code);
				await checker.keyboard.press('2');
				await checker.keyboard.insertText('此件责任者实为县政府办公室');
				await checker.keyboard.press('Enter');
			} else await checker.keyboard.press(at % 2 ? '1' : 'Enter');
		}
		await expect(checker.getByText('已看 19/20')).toBeVisible();
		await checker.getByRole('button', { name: '全部核定并执行' }).click();
		const dialog = checker.getByRole('dialog');
		await expect(dialog).toContainText(`将执行 ${MEANT - 2} 处，退回的 2 处不执行。`);
		await expect(dialog).toContainText('抽样中还有 1 处没有看。');
		await passesAxe(checker, 'the decision');
		await dialog.getByRole('button', { name: '全部核定并执行' }).click();
		await expect(checker.getByText(`更正单已执行：${MEANT - 2} 处`)).toBeVisible();
		await expect(checker.getByRole('button', { name: `已执行 ${MEANT - 2}` })).toBeVisible();
		await checker.getByRole('button', { name: '退回 2' }).click();
		await expect(list.getByRole('row')).toHaveCount(3);
		await expect(checker.getByText('此件责任者实为县政府办公室').first()).toBeVisible();

		const meant = YEARS.flatMap((year, at) => (year <= 2001 ? [at] : []));
		const applied = meant.map(codeOf).find((code) => !codes.includes(code)) ?? '';
		const later = codeOf(2);
		await expect.poll(() => creatorOf(applied)).toBe(FULL);
		expect(await creatorOf(codes[0] ?? '')).toBe(SHORT);
		expect(await creatorOf(later)).toBe(SHORT);

		// The one who proposed it is told, finds the order in the history of the entry, and has it on paper.
		await proposer.getByRole('link', { name: '1 条未读消息' }).click();
		await proposer.getByText('审核乙审核通过了您的更正单').click();
		await expect(proposer.getByRole('button', { name: `已执行 ${MEANT - 2}` })).toBeVisible();
		await proposer.getByRole('link', { name: '打印更正单' }).click();
		await expect(proposer.getByRole('row').filter({ hasText: codes[1] ?? '' })).toContainText('退回');
		await passesAxe(proposer, 'an order on paper');
		await proposer.goto(`${archive.origin}/catalogue/${ids.get(applied) ?? ''}`);
		await proposer.getByRole('button', { name: '查看修改记录' }).click();
		await proposer.getByRole('link', { name: '审核乙（更正单）' }).click();
		await expect(proposer.getByRole('heading', { level: 1 })).toContainText('更正单');

		await checker.getByRole('button', { name: '整单撤销…' }).click();
		await dialog.getByRole('button', { name: '整单撤销' }).click();
		await expect(dialog.getByText('请填写。')).toBeVisible();
		await dialog.getByLabel('理由').fill('应先核对机构沿革');
		await checker.keyboard.press('Enter');
		await expect(checker.getByText(`更正单已撤销：${MEANT - 2} 处`)).toBeVisible();
		await expect.poll(() => creatorOf(applied)).toBe(SHORT);
		await expect(proposer.getByText('已撤销', { exact: true })).toBeVisible();
	},
);
