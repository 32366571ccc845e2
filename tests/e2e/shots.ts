import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type Browser, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';

const FOLDER = join(import.meta.dirname, '../../shots');
const SIZES = { desk: { width: 1440, height: 900 }, tablet: { width: 820, height: 1180 } } as const;

/** Every page, on the desk and on a tablet, light and dark: what a demanding user sees. */
test('screenshots of every page', async ({ browser }) => {
	test.setTimeout(600_000);
	mkdirSync(FOLDER, { recursive: true });
	const fresh = await startArchive({ isSetUp: false });
	const archive = await startArchive({ holdings: 'tiny' });
	try {
		await saySomething(browser, archive);
		const { campaign } = await archive.verb<{ campaign: { id: string } }>(['check']);
		for (const [size, viewport] of Object.entries(SIZES))
			for (const colorScheme of ['light', 'dark'] as const) {
				const context = await browser.newContext({ viewport, colorScheme, locale: 'zh-CN' });
				const page = await context.newPage();
				const shoot = async (name: string): Promise<void> => {
					await page.waitForLoadState('networkidle').catch(() => undefined);
					await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
				};
				await page.goto(`${fresh.origin}/setup`);
				await shoot('setup');
				await page.goto(`${archive.origin}/sign-in`);
				await shoot('sign-in');
				await archive.signIn(page, '管理员');
				await shoot('catalogue-empty-selection');
				await openFirstItem(page, archive);
				await shoot('entry');
				await page.keyboard.press('Alt+p');
				await page.getByLabel('理由').waitFor();
				await shoot('entry-proposing');
				await page.getByRole('button', { name: '放弃' }).click();
				for (const board of ['waiting', 'returned'] as const) {
					await page.goto(`${archive.origin}/catalogue/review?board=${board}`);
					await page.getByRole('article').waitFor();
					await shoot(`review-${board}`);
				}
				await page.goto(`${archive.origin}/catalogue/search?q=${encodeURIComponent('防汛')}`);
				await shoot('search');
				for (const [name, path] of [
					['conflicts', '/conflicts'],
					['proposals', '/proposals'],
					['notices', '/notices'],
					['activity', '/activity'],
					['store', '/store'],
					['gates', '/gates'],
					['register-fonds', '/registers/fonds?record=demo-fonds-B004'],
					['register-authority', '/registers/authority?record=demo-authority-B004'],
					['register-holdings', '/registers/holdings'],
					['register-field', '/registers/field?record=new'],
					['register-holdings-print', '/registers/holdings/print'],
					['codes', '/codes'],
					['codes-renumber', '/codes/renumber'],
					['checks', '/catalogue/checks'],
					['checks-rules', `/catalogue/checks/${campaign.id}`],
					['checks-list', `/catalogue/checks/${campaign.id}?view=list`],
					['checks-report', `/catalogue/checks/${campaign.id}/report`],
					['checks-new', '/catalogue/checks/new'],
					['import', '/catalogue/import'],
					['people', '/administration/people'],
					['settings', '/administration/settings'],
					['account', '/account'],
					['device', '/device'],
					['trust', '/trust'],
					['not-found', '/catalogue/01900000-0000-7000-8000-000000000000'],
				] as const) {
					await page.goto(archive.origin + path);
					await shoot(name);
				}
				await context.close();
			}
	} finally {
		await fresh.stop();
		await archive.stop();
	}
});

/** Two comments that name the person of the pictures, and a proposal. */
async function saySomething(browser: Browser, archive: Archive): Promise<void> {
	await archive.addPerson('审核乙', 'reviewer');
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, '审核乙');
	await openFirstItem(page, archive);
	for (const [field, words] of [
		['title', '题名漏“县”字，@管理员 请核对原件。'],
		['pageCount', '页数与实体不符，应为3页。'],
	] as const) {
		await page.locator(`[data-field="${field}"] textarea`).first().focus();
		await page.keyboard.press('Alt+c');
		await page.getByPlaceholder('写意见，用 @ 提请某人').waitFor();
		await page.keyboard.insertText(words);
		await page.keyboard.press('Control+Enter');
		await page.getByText(words).waitFor();
	}
	const id = await archive.anItem();
	await archive.verb([
		'propose',
		id,
		'title',
		'沧浦县关于农村档案整理经费的请示',
		'--why',
		'与原件核对',
		'--as',
		'审核乙',
	]);
	await archive.verb(['propose', id, 'pageCount', '3', '--as', '审核乙']);
	await page.context().close();
	await reviewSome(archive);
}

/** Entries that wait for the person of the pictures, one that was returned to them, and one that is registered. */
async function reviewSome(archive: Archive): Promise<void> {
	await archive.addPerson('编目丙', 'archivist');
	const items = (await archive.items()).slice(2, 12);
	const [returned = '', registered = '', ...others] = items;
	await archive.verb(['set', returned, 'pageCount', '7', '--as', '管理员']);
	await archive.verb(['review', 'submit', returned, '--as', '管理员']);
	await archive.verb(['review', 'return', returned, '--why', '责任者应为区政府', '--as', '审核乙']);
	for (const id of others) await archive.verb(['set', id, 'pageCount', '5', '--as', '编目丙']);
	await archive.verb(['review', 'submit', registered, ...others, '--as', '编目丙']);
	await archive.verb(['review', 'verify', registered, ...others.slice(5), '--as', '审核乙']);
	await archive.verb(['review', 'register', registered, '--as', '审核乙']);
}

async function openFirstItem(page: Page, archive: Archive): Promise<void> {
	const id = await archive.anItem();
	await page.goto(`${archive.origin}/catalogue/${id}`);
	await page
		.getByRole('textbox')
		.first()
		.waitFor({ timeout: 10_000 })
		.catch(() => undefined);
}
