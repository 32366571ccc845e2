import { expect, test, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { tabTo } from './keyboard.ts';
import {
	CHECKER,
	COUNTY,
	DISTRICT,
	itemsBelow,
	PROPOSER,
	startShortNames,
	type ListedRow,
	type ShortNames,
} from './short-names.ts';

const SHORT = '区府';
const ROWS = 3412;
/** 5 % of them, rounded up. */
const SAMPLED = 171;
const REJECTED = [16, 102];
const APPLIED = ROWS - REJECTED.length;
const YEARS = Array.from({ length: ROWS }, (_, at) => 1985 + (at % 32));
const numbers = new Intl.NumberFormat('zh-CN');
const WHY = '此件责任者实为区府办公室';

let names: ShortNames;

test.beforeEach(async () => {
	test.setTimeout(600_000);
	names = await startShortNames(SHORT, YEARS);
});

test.afterEach(() => names.archive.stop());

/** How each item is named when its year decides. */
function meant({ referenceCode, dateText }: ListedRow, exceptions: ReadonlySet<string>): string {
	if (exceptions.has(referenceCode)) return SHORT;
	return Number(dateText.slice(0, 4)) <= 2001 ? COUNTY : DISTRICT;
}

/** What of all items is not as it should be; nothing when all is well. */
async function wrongRows(page: Page, creator: (row: ListedRow) => string): Promise<string[]> {
	const rows = await itemsBelow(page.request, names.archive.origin);
	expect(rows).toHaveLength(ROWS);
	return rows.flatMap((row) =>
		row.creatorsText === creator(row) ? [] : [`${row.referenceCode} ${row.creatorsText}`],
	);
}

/** Presses a button with the keyboard alone. */
async function press(page: Page, name: string, within?: 'dialog'): Promise<void> {
	const button = (within ? page.getByRole(within) : page.getByRole('main')).getByRole('button', {
		name,
		exact: true,
	});
	await tabTo(page, button);
	await page.keyboard.press('Enter');
}

test(
	'3,412 short names: one decision, 171 looked at, two rejected, 3,410 repaired, stopped and gone on with, undone',
	{ tag: '@long' },
	async ({ browser }) => {
		const { archive } = names;
		const took: Record<string, number> = {};
		const clock = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
			const from = performance.now();
			const made = await work();
			took[what] = (took[what] ?? 0) + Math.round(performance.now() - from) / 1000;
			return made;
		};

		const proposer = await names.open(browser, PROPOSER, '/registers/authority');
		const saved = await proposer.request.post(`${archive.origin}/api/registers/authority`, {
			data: {
				changes: [
					{
						based: 0,
						content: {
							kind: 'body',
							names: [
								{ text: COUNTY, to: '2001' },
								{ text: DISTRICT, from: '2002' },
							],
							shortNames: [],
							organCodes: [],
							predecessors: [],
							fondsNumbers: ['B001'],
							offices: [],
							note: '',
						},
					},
				],
				why: '机构名册',
			},
		});
		expect(saved.ok(), await saved.text()).toBe(true);
		await proposer.getByRole('grid').getByText(DISTRICT).click();
		await press(proposer, '认定简称…');
		const decision = proposer.getByRole('dialog');
		await expect(decision.getByLabel('简称')).toBeFocused();
		await proposer.keyboard.insertText(SHORT);
		await clock('preview', () =>
			expect(decision.getByText(`将改动 ${numbers.format(ROWS)} 处。`)).toBeVisible({ timeout: 30_000 }),
		);
		const ofCounty = YEARS.filter((year) => year <= 2001).length;
		await expect(
			decision.getByText(`“${SHORT}”改为“${COUNTY}”：${numbers.format(ofCounty)} 处`),
		).toBeVisible();
		await expect(
			decision.getByText(`“${SHORT}”改为“${DISTRICT}”：${numbers.format(ROWS - ofCounty)} 处`),
		).toBeVisible();
		await passesAxe(proposer, 'one decision for a whole fonds');
		await tabTo(proposer, decision.getByLabel('理由'));
		await proposer.keyboard.insertText('责任者用全称，按当时名称');
		await proposer.keyboard.press('Enter');
		await clock('order', () =>
			expect(proposer.getByText('您提出的更正单须由他人核定。')).toBeVisible({ timeout: 60_000 }),
		);
		const path = new URL(proposer.url()).pathname;
		await expect(proposer.getByRole('button', { name: '全部核定并执行' })).toHaveCount(0);

		// Somebody else draws 171 of them and goes through every one, without a mouse.
		const checker = await names.open(browser, CHECKER, `${path}?view=sample`);
		const list = checker.getByRole('grid');
		await press(checker, '抽样');
		await expect(checker.getByText(`已看 0/${SAMPLED}`)).toBeVisible();
		await expect(list).toBeFocused();
		await passesAxe(checker, 'a sample of 171');
		const rejected = new Set<string>();
		await clock('judging', async () => {
			for (let at = 0; at < SAMPLED; at++) {
				const row = list.locator('[aria-selected=true]');
				await expect(row).toHaveAttribute('aria-rowindex', String(at + 2));
				await expect(list).toBeFocused();
				if (!REJECTED.includes(at)) {
					await checker.keyboard.press('Enter');
					continue;
				}
				rejected.add((await row.getByRole('gridcell').first().textContent()) ?? '');
				await checker.keyboard.press('2');
				await checker.keyboard.insertText(WHY);
				await checker.keyboard.press('Enter');
			}
			await expect(checker.getByText(`已看 ${SAMPLED}/${SAMPLED}`)).toBeVisible({ timeout: 30_000 });
		});
		expect(rejected.size).toBe(REJECTED.length);
		// It is on record which were drawn, by whom, and what was said of them.
		type Order = {
			samples: { actorName: string; size: number; positions: number[] }[];
			states: Record<string, number>;
		};
		const order = async (): Promise<Order> =>
			(await (await checker.request.get(`${archive.origin}/api${path}`)).json()) as Order;
		const judged = await order();
		expect(judged.samples.map(({ actorName, size }) => [actorName, size])).toEqual([[CHECKER, SAMPLED]]);
		expect(new Set(judged.samples[0]?.positions).size).toBe(SAMPLED);
		expect(judged.states).toMatchObject({
			approved: SAMPLED - REJECTED.length,
			rejected: REJECTED.length,
			waiting: ROWS - SAMPLED,
		});

		// Stopped on the way and gone on with: nothing is set twice, nothing left out.
		await press(checker, '全部核定并执行');
		const dialog = checker.getByRole('dialog');
		await expect(dialog).toContainText(
			`将执行 ${numbers.format(APPLIED)} 处，退回的 ${REJECTED.length} 处不执行。`,
		);
		await passesAxe(checker, 'the decision on 3,410');
		await clock('apply', async () => {
			await checker.keyboard.press('Enter');
			await expect(checker.getByText(/正在执行，[1-9]/)).toBeVisible();
			await press(checker, '停止');
			await expect(checker.getByText('执行中途停下了，已执行的不受影响。')).toBeVisible();
			await press(checker, '继续执行');
			await expect(checker.getByText(`更正单已执行：${numbers.format(APPLIED)} 处`)).toBeVisible({
				timeout: 120_000,
			});
		});
		await clock('compare', async () =>
			expect(await wrongRows(checker, (row) => meant(row, rejected))).toEqual([]),
		);
		await passesAxe(checker, 'an order that was carried out');
		expect((await order()).states).toEqual({ applied: APPLIED, rejected: REJECTED.length });
		await proposer.reload();
		await expect(proposer.getByRole('button', { name: `已执行 ${numbers.format(APPLIED)}` })).toBeVisible();

		await press(checker, '整单撤销…');
		await expect(dialog.getByLabel('理由')).toBeFocused();
		await checker.keyboard.insertText('应先核对机构沿革');
		await clock('undo', async () => {
			await checker.keyboard.press('Enter');
			await expect(checker.getByText(/正在撤销，[1-9]/)).toBeVisible();
			await expect(checker.getByText(`更正单已撤销：${numbers.format(APPLIED)} 处`)).toBeVisible({
				timeout: 120_000,
			});
		});
		expect(await wrongRows(proposer, () => SHORT)).toEqual([]);
		expect((await order()).states).toEqual({ undone: APPLIED, rejected: REJECTED.length });
		await expect(proposer.getByText('已撤销', { exact: true })).toBeVisible();
		console.log(`3,412 short names, seconds: ${JSON.stringify(took)}`);
	},
);
