import { globSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { openPalette } from './entry-card.ts';

let archive: Archive;
let disk: string;

test.beforeEach(async () => {
	disk = await mkdtemp(join(tmpdir(), 'lantai-e2e-copy-'));
	archive = await startArchive({ holdings: 'tiny', env: { LANTAI_COPIES: disk } });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('读者', 'reader');
});

test.afterEach(async () => {
	await archive.stop();
	await rm(disk, { recursive: true, force: true });
});

const figure = (page: Page, name: string) =>
	page.locator('dl > div', { hasText: name }).locator('dd').first();

test('what waits is seen and brought in; a store that is away is said, and what waited comes in when it is back', async ({
	page,
	browser,
}) => {
	await archive.signIn(page, '甲');
	const id = await archive.anItem();
	const title = page.locator('[data-field="title"] textarea');
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await title.fill('合成题名：待入库');
	await title.press('Enter');
	await expect.poll(() => archive.titleOf(id)).toBe('合成题名：待入库');

	await openPalette(page);
	await page.keyboard.type('前往档案库');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: '档案库', exact: true })).toBeVisible();
	await expect(page.getByText('档案库正常。')).toBeVisible();
	await expect(figure(page, '待存入')).toHaveText('1');
	await expect(page.getByRole('link', { name: '合成题名：待入库' })).toBeVisible();
	await passesAxe(page, 'the store');
	await page.getByRole('button', { name: '立即存入' }).click();
	await expect(figure(page, '待存入')).toHaveText('0');
	await expect(figure(page, '最新为工作版本的条目')).toHaveText('1');
	await expect(page.getByRole('row', { name: /条目/ })).toContainText('1');

	const root = join(archive.dataDir, 'archive');
	renameSync(root, `${root}-away`);
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await title.fill('合成题名：库不在时所改');
	await title.press('Enter');
	await expect.poll(() => archive.titleOf(id)).toBe('合成题名：库不在时所改');
	await page.goto(`${archive.origin}/store`);
	await expect(page.getByText('档案库不在')).toBeVisible();
	await page.getByRole('button', { name: '立即存入' }).click();
	await expect(page.getByRole('heading', { name: '未能存入' })).toBeVisible();
	await passesAxe(page, 'the store');
	if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/store-away.png` });
	renameSync(`${root}-away`, root);
	// The page reads itself anew.
	await expect(figure(page, '待存入')).toHaveText('0', { timeout: 60_000 });
	await expect(page.getByText('档案库正常。')).toBeVisible();
	if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/store.png` });

	const reader = await (await browser.newContext()).newPage();
	await archive.signIn(reader, '读者');
	await reader.goto(`${archive.origin}/store`);
	await expect(reader.getByRole('heading', { name: '待存入' })).toHaveCount(0);
	await expect(reader.locator('.empty, [role="status"]').filter({ hasText: '权' }).first()).toBeVisible();
});

test('a file that decayed is found by the next check, named, and repaired from the copy', async ({
	page,
}) => {
	await archive.signIn(page, '管理员');
	const id = await archive.anItem();
	const title = page.locator('[data-field="title"] textarea');
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await title.fill('合成题名：将损坏');
	await title.press('Enter');
	await expect.poll(() => archive.titleOf(id)).toBe('合成题名：将损坏');
	await archive.verb(['archive', 'deposit', id]);
	await page.goto(`${archive.origin}/store`);
	// The copy follows by itself.
	await expect
		.poll(() => globSync('**/v1/content/entry.json', { cwd: join(disk, 'archive') }), { timeout: 20_000 })
		.toHaveLength(1);
	await page.reload();
	await expect(page.getByRole('listitem').filter({ hasText: disk })).toContainText('完整', {
		timeout: 20_000,
	});
	await expect(page.getByText('没有未解决的损坏。')).toBeVisible();

	const paths = globSync('**/v1/content/entry.json', { cwd: join(archive.dataDir, 'archive') });
	const [path] = paths;
	if (!path || paths.length !== 1) throw new Error(`not one object of an entry: ${paths.join(' ')}`);
	const file = join(archive.dataDir, 'archive', path);
	const whole = readFileSync(file);
	const decayed = Buffer.from(whole);
	decayed[40]! ^= 1;
	writeFileSync(file, decayed);
	await page.getByRole('button', { name: '全部校验' }).click();
	const failure = page
		.getByRole('listitem')
		.filter({ has: page.getByRole('link', { name: '合成题名：将损坏' }) });
	await expect(failure).toContainText('v1/content/entry.json');
	await expect(failure).toContainText('E092');
	await passesAxe(page, 'the store');
	if (process.env['SHOTS'])
		await page.screenshot({ path: `${process.env['SHOTS']}/store-decayed.png`, fullPage: true });
	const download = page.waitForEvent('download');
	await failure.getByRole('link', { name: '下载 PREMIS' }).click();
	expect(readFileSync(await (await download).path(), 'utf8')).toContain('fixity check');
	await failure.getByRole('button', { name: '从副本修复' }).click();
	await expect(page.getByText('没有未解决的损坏。')).toBeVisible();
	expect(readFileSync(file).equals(whole)).toBe(true);
});
