import { expect as expectSoon, test, type Browser, type Page } from '@playwright/test';
import { startCutProxy, type CutProxy } from '../support/cut-proxy.ts';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { code, importCodedFonds, PREFIX, registerCodes, type CodedFonds } from './coded-fonds.ts';
import { anyWaiting, title } from './entry-card.ts';

// A device that loses its line keeps the app.
test.use({ serviceWorkers: 'allow' });

/** Two browsers and a server share the machine. */
const expect = expectSoon.configure({ timeout: 45_000 });

let archive: Archive;
let known: CodedFonds;
let line: CutProxy;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'empty' });
	await archive.addPerson('编目甲', 'archivist');
	await archive.addPerson('编目乙', 'archivist');
	known = await importCodedFonds(archive);
	line = await startCutProxy(archive.port);
});

test.afterEach(async () => {
	await line.close();
	await archive.stop();
});

/** Makes an entry with the dialog that is open; its id. */
async function make(page: Page, name: string): Promise<string> {
	const before = page.url();
	await page.getByRole('dialog').getByLabel('题名').fill(name);
	await page.getByRole('dialog').getByRole('button', { name: '新建', exact: true }).click();
	await page.getByRole('dialog').waitFor({ state: 'hidden' });
	await expect.poll(() => page.url()).not.toBe(before);
	await expect(title(page)).toContainText(name);
	return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** Codes of the series in the order of the list, with titles. */
async function listed(): Promise<string[]> {
	type Node = { id: string; title: string; referenceCode: string; children?: Node[] };
	const [fonds] = await archive.verb<Node[]>(['tree', '--depth', '5']);
	return (fonds?.children?.[0]?.children ?? []).map((each) => `${each.referenceCode} ${each.title}`);
}

/** Somebody with a line of their own, which can be cut; their device keeps the app. */
async function aDevice(browser: Browser, name: string, path: string): Promise<Page> {
	const context = await browser.newContext();
	const page = await context.newPage();
	const origin = `http://127.0.0.1:${line.port}`;
	await archive.signIn(page, name, origin);
	await page.evaluate(async () => void (await navigator.serviceWorker.ready));
	await page.goto(`${origin}${path}`);
	await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
	return page;
}

test('numbers are kept free between two items: preview, done, old codes found, taken back, gaps listed', async ({
	page,
}) => {
	await archive.signIn(page, '编目甲');
	await registerCodes(page);
	await page.goto(`${archive.origin}/codes/renumber?under=${known.series}`);
	await expect(page.getByRole('heading', { name: '重编件号与插入' })).toBeVisible();
	await page.getByLabel('在此号之前插入').fill('37');
	await page.getByRole('button', { name: '预览' }).click();
	await expect(page.getByRole('cell', { name: code(39), exact: true }).first()).toBeVisible();
	await expect(page.getByText(`空出：${code(37)}`)).toBeVisible();
	await expect(page.getByRole('cell', { name: '归档章' }).first()).toBeVisible();
	await passesAxe(page, 'the preview');
	await page.getByLabel('理由').fill('补入一件');
	await page.getByRole('button', { name: '执行重编' }).click();
	await expect(page.getByText('已改 2 个条目的档号')).toBeVisible();
	await page.getByRole('button', { name: '需重做的标签' }).click();
	await expect(page.getByRole('heading', { name: '需重做的标签' })).toBeVisible();
	await page.getByRole('button', { name: '返回' }).click();

	// A gap, and the code that nobody has any more leads to who had it.
	const second = await page.context().newPage();
	await second.goto(`${archive.origin}/codes?fonds=C007`);
	await expect(second.getByRole('cell', { name: PREFIX, exact: true }).first()).toBeVisible();
	await second.getByRole('button', { name: new RegExp(`${PREFIX}37`) }).click();
	await second.getByRole('textbox', { name: '原因' }).fill('留给补入的一件');
	await second.getByRole('button', { name: '记下' }).click();
	await expect(second.getByText('留给补入的一件')).toBeVisible();
	await passesAxe(second, 'gaps');
	// On paper the list says whose it is and of what, since filters are not printed.
	await second.emulateMedia({ media: 'print' });
	await expect(second.getByText(/ · 缺号 · 全宗 C007 .+ · \d{4}年/)).toBeVisible();
	await second.emulateMedia({ media: null });
	await second.goto(`${archive.origin}/catalogue?code=${encodeURIComponent(code(37))}`);
	await expect(second.getByText(`原档号 ${code(37)}，现为 ${code(38)}`)).toBeVisible();

	// Whoever left the page finds it again, with its labels and its undo.
	await second.close();
	await page.goto(`${archive.origin}/codes`);
	await page.getByRole('radio', { name: '重编记录' }).check({ force: true });
	await expect(page.getByRole('row', { name: /编目甲 .+ 2 \/ 2 已执行 补入一件/ })).toBeVisible();
	await passesAxe(page, 'renumberings');
	await page.getByRole('link', { name: /的重编记录$/ }).click();
	await page.getByRole('button', { name: '需重做的标签' }).click();
	await expect(page.getByRole('row', { name: `归档章 ${code(37)} ${code(38)}` })).toBeVisible();
	await page.getByRole('button', { name: '返回' }).click();
	await passesAxe(page, 'a renumbering found again');
	await page.getByRole('button', { name: '撤销' }).click();
	await expect(page.getByText('已恢复 2 个条目的原档号')).toBeVisible();
	await expect(page.getByText('已撤销', { exact: true })).toBeVisible();
});

test(
	'two items are inserted while a colleague inserts there offline',
	{ tag: '@long' },
	async ({ browser, page }) => {
		test.setTimeout(600_000);
		await archive.signIn(page, '编目甲');
		await registerCodes(page);

		// 乙 takes four numbers along and loses the line.
		const away = await aDevice(browser, '编目乙', `/catalogue/${known.items[1]}`);
		await expect(title(away)).toContainText('第36件');
		await away.getByRole('button', { name: '条目操作' }).first().click();
		await away.getByRole('menuitem', { name: '预留离线号段…' }).click();
		const reserving = away.getByRole('dialog', { name: '预留离线号段' });
		await reserving.getByLabel('几个号').fill('4');
		await reserving.getByLabel('用途（可留空）').fill('库房著录');
		await passesAxe(away, 'reserving numbers');
		await reserving.getByRole('button', { name: '预留', exact: true }).click();
		await expect(away.getByText(`已预留 ${code(39)} 至 ${code(42)}`)).toBeVisible();
		line.cut();
		await away.context().setOffline(true);

		// There, between the same two items: the next numbers of the block are offered, and are provisional.
		const offline: string[] = [];
		for (const number of [39, 40]) {
			await expect(away.getByRole('article')).toBeVisible();
			await away.keyboard.press('Alt+Shift+N');
			const dialog = away.getByRole('dialog', { name: '新建条目' });
			await expect(dialog.getByRole('combobox', { name: `档号: ${code(number)}` })).toBeVisible();
			await expect(dialog.getByText('暂定')).toBeVisible();
			if (number === 39) await passesAxe(away, 'a new entry without the network');
			offline.push(await make(away, `离线补件${number}`));
			await expect(away.getByText(code(number)).first()).toBeVisible();
		}
		await expect(anyWaiting(away)).not.toHaveCount(0);

		// 甲 meanwhile makes two items and inserts them before 0037.
		const found: string[] = [];
		for (const name of ['补件一', '补件二']) {
			await page.goto(`${archive.origin}/catalogue/${found.at(-1) ?? known.items[1]}`);
			await expect(title(page)).not.toBeEmpty();
			await page.keyboard.press('Alt+Shift+N');
			found.push(await make(page, name));
		}
		await page.goto(`${archive.origin}/codes/renumber?under=${known.series}`);
		await page.getByLabel('在此号之前插入').fill('37');
		await page.getByLabel('插入的条目').fill(found.join(' '));
		await page.getByRole('button', { name: '预览' }).click();
		// What moves passes the numbers that are on paper elsewhere by now.
		await expect(page.getByText(`编目乙带走了号段 ${PREFIX}39–42`)).toBeVisible();
		for (const number of [37, 38, 43, 44])
			await expect(page.getByRole('cell', { name: code(number), exact: true }).first()).toBeVisible();
		await passesAxe(page, 'the preview beside a block');
		await page.getByLabel('理由').fill('补入两件');
		await page.getByRole('button', { name: '执行重编' }).click();
		await expect(page.getByText('已改 4 个条目的档号')).toBeVisible();
		await page.getByRole('button', { name: '需重做的标签' }).click();
		for (const [old, now] of [
			['—', code(37)],
			['—', code(38)],
			[code(37), code(43)],
			[code(38), code(44)],
		] as const)
			await expect(page.getByRole('row', { name: new RegExp(`归档章 ${old} ${now} `) })).toBeVisible();
		await expect(page.getByRole('row').filter({ hasText: '盒签' })).toContainText(
			`${code(43)} – ${code(44)}`,
		);
		await passesAxe(page, 'labels to redo');
		await page.getByRole('button', { name: '返回' }).click();

		// 乙 is back: everything arrives under the numbers of the block.
		line.mend();
		await away.context().setOffline(false);
		await expect(anyWaiting(away)).toHaveCount(0);
		const all = await listed();
		expect(all.map((each) => each.split(' ')[0]).toSorted()).toEqual(
			[35, 36, 37, 38, 39, 40, 43, 44].map(code),
		);
		expect(all.filter((each) => !each.includes('离线')).map((each) => each.split(' ')[0])).toEqual(
			[35, 36, 37, 38, 43, 44].map(code),
		);
		const desk = await page.context().newPage();
		await desk.goto(`${archive.origin}/codes?fonds=C007&list=duplicates`);
		await expect(desk.getByText('没有发现问题')).toBeVisible();
		await desk.goto(`${archive.origin}/catalogue/search?q=${encodeURIComponent(code(38))}`);
		await expect(desk.getByText(`原档号 ${code(38)}，现为 ${code(44)}`)).toBeVisible();

		// Registered, they keep them; the rest of the block goes back.
		await archive.verb(['review', 'submit', ...offline, '--as', '编目乙']);
		await archive.verb(['review', 'verify', ...offline, '--as', '编目甲']);
		await archive.verb(['review', 'register', ...offline, '--as', '编目甲']);
		expect(offline.map((id) => archive.reviewStateOf(id))).toEqual(['registered', 'registered']);
		expect((await listed()).filter((each) => each.includes('离线')).toSorted()).toEqual([
			`${code(39)} 离线补件39`,
			`${code(40)} 离线补件40`,
		]);
		await away.goto(`http://127.0.0.1:${line.port}/device`);
		await expect(away.getByText(`下一个 ${code(41)}，余 2 个`)).toBeVisible();
		await passesAxe(away, 'numbers on the device');
		await away.getByRole('button', { name: `交回余号：${code(39)}` }).click();
		await expect(away.getByText('已交回，其中 2 个号未用')).toBeVisible();
		await expect(away.getByText('没有预留的号段')).toBeVisible();

		// The insertion is taken back as one; what came from elsewhere stays.
		await page.bringToFront();
		await page.getByRole('button', { name: '撤销' }).click();
		await expect(page.getByText('已恢复 4 个条目的原档号')).toBeVisible();
		expect((await listed()).map((each) => each.split(' ')[0]).toSorted()).toEqual([
			'',
			'',
			...[35, 36, 37, 38, 39, 40].map(code),
		]);
	},
);
