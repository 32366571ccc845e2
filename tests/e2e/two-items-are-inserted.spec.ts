import { expect, test, type Page } from '@playwright/test';
import { axeOn } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('编目丙', 'archivist');
});

test.afterEach(() => archive.stop());

async function expectAccessible(page: Page): Promise<void> {
	const { violations } = await axeOn(page).withTags(['wcag2a', 'wcag2aa']).analyze();
	expect(violations.map((each) => `${each.id} ${each.nodes[0]?.target.join(' ')}`)).toEqual([]);
}

/** The register says by which rules codes of B002 are made. Runs in the page. */
async function giveRegime(): Promise<string> {
	type Record = { id: string; version: number; content: { fondsNumber: string } };
	const { records } = (await (await fetch('/api/registers/fonds?find=B002')).json()) as { records: Record[] };
	const known = records.find(({ content }) => content.fondsNumber === 'B002') as Record;
	const codeRegimes = [{ regime: 'dat22-2015', categoryCode: 'WS', yearFrom: 2001, yearTo: 2021 }];
	const change = { id: known.id, based: known.version, content: { ...known.content, codeRegimes } };
	const answer = await fetch('/api/registers/fonds', {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ changes: [change], why: '' }),
	});
	return answer.text();
}

/** A series of B002 with several items of one group, and what their codes begin with. Runs in the page. */
async function aSeries(): Promise<{ id: string; prefix: string }> {
	type Row = { id: string; referenceCode: string };
	const children = async (parent: string): Promise<Row[]> =>
		((await (await fetch(`/api/rows/children?parent=${parent}&limit=100`)).json()) as { rows: Row[] }).rows;
	const waiting = (await children('')).filter(({ referenceCode }) => referenceCode === 'B002');
	for (let row = waiting.pop(); row; row = waiting.pop()) {
		const rows = await children(row.id);
		const prefixes = rows.map(({ referenceCode }) => referenceCode.replace(/\d+$/, ''));
		const prefix = prefixes.find((each, at) => prefixes.indexOf(each) !== at);
		if (/^B002-WS·20\d\d-Y$/.test(row.referenceCode) && prefix) return { id: row.id, prefix };
		waiting.push(...rows.filter(({ referenceCode }) => referenceCode.startsWith('B002-WS')));
	}
	throw new Error('no series');
}

test('numbers are kept free between two items: preview, done, old codes found, taken back, gaps listed', async ({
	page,
}) => {
	await archive.signIn(page, '编目丙');
	await page.goto(`${archive.origin}/catalogue`);
	expect(await page.evaluate(giveRegime)).toContain('"codeRegimes":[{');
	const { id, prefix } = await page.evaluate(aSeries);
	await page.goto(`${archive.origin}/codes/renumber?under=${id}`);
	await expect(page.getByRole('heading', { name: '重编件号与插入' })).toBeVisible();
	await page.getByLabel('在此号之前插入').fill('2');
	await page.getByRole('button', { name: '预览' }).click();
	// The list holds several groups: the page asks which.
	const group = page.getByRole('combobox', { name: /^组/ });
	if (
		await group.waitFor({ timeout: 4000 }).then(
			() => true,
			() => false,
		)
	) {
		await group.click();
		await page.getByRole('option', { name: prefix, exact: true }).click();
		await page.getByRole('button', { name: '预览' }).click();
	}
	await expect(page.getByRole('cell', { name: `${prefix}0003`, exact: true }).first()).toBeVisible();
	await expect(page.getByText(`空出：${prefix}0002`)).toBeVisible();
	await expect(page.getByRole('cell', { name: '归档章' }).first()).toBeVisible();
	await expectAccessible(page);
	await page.getByLabel('理由').fill('补入一件');
	await page.getByRole('button', { name: '执行重编' }).click();
	await expect(page.getByText(/已改 \d+ 个条目的档号/)).toBeVisible();
	await page.getByRole('button', { name: '需重做的标签' }).click();
	await expect(page.getByRole('heading', { name: '需重做的标签' })).toBeVisible();
	await page.getByRole('button', { name: '返回' }).click();

	// A gap, and the code that nobody has any more leads to who had it.
	const second = await page.context().newPage();
	await second.goto(`${archive.origin}/codes?fonds=B002`);
	await expect(second.getByRole('cell', { name: prefix, exact: true })).toBeVisible();
	await second.getByRole('button', { name: new RegExp(`${prefix}2`) }).click();
	await second.getByRole('textbox', { name: '原因' }).fill('留给补入的一件');
	await second.getByRole('button', { name: '记下' }).click();
	await expect(second.getByText('留给补入的一件')).toBeVisible();
	await expectAccessible(second);
	await second.goto(`${archive.origin}/catalogue?code=${encodeURIComponent(`${prefix}0002`)}`);
	await expect(second.getByText(`原档号 ${prefix}0002，现为 ${prefix}0003`)).toBeVisible();

	await page.getByRole('button', { name: '撤销' }).click();
	await expect(page.getByText(/已恢复 \d+ 个条目的原档号/)).toBeVisible();
});
