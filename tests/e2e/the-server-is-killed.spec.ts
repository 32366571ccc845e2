import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';

const KILLS = process.env['LANTAI_TEST_LONG'] ? 20 : 2;

let archive: Archive;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny' });
	await archive.addPerson('甲', 'archivist');
	await archive.addPerson('乙', 'archivist');
});

test.afterEach(async () => {
	await archive.stop();
});

/** Somebody who types into one field, and remembers what the page called *on the server*. */
class Typist {
	readonly typed: string[] = [];
	readonly page: Page;
	readonly #name: string;
	readonly #field: string;

	constructor(page: Page, name: string, field: string) {
		this.page = page;
		this.#name = name;
		this.#field = field;
	}

	get box() {
		return this.page
			.locator(`[data-field="${this.#field}"] textarea, [data-field="${this.#field}"] input`)
			.first();
	}

	/** How safe the last edit is, in the words of the card. */
	get state() {
		return this.page
			.getByRole('article')
			.getByRole('status')
			.filter({ hasText: /待传|服务器|档案库/ })
			.first();
	}

	/** Looks at the card at every change of it: whatever it calls safe, the last word typed until then is. */
	async watch(): Promise<void> {
		await this.page.evaluate(() => {
			const seen = { last: '', claims: [] as string[] };
			const look = (): void => {
				const words = [...document.querySelectorAll('article [role=status]')].map(
					(each) => each.textContent ?? '',
				);
				const isSafe = words.some((text) => text.includes('已到服务器') || text.includes('已入档案库'));
				if (isSafe && seen.last && !seen.claims.includes(seen.last)) seen.claims.push(seen.last);
			};
			new MutationObserver(look).observe(document.body, {
				subtree: true,
				childList: true,
				characterData: true,
			});
			setInterval(look, 20);
			Object.assign(window, { seen });
		});
	}

	async type(): Promise<void> {
		const text = `合成 ${this.#name} ${this.typed.length + 1}`;
		this.typed.push(text);
		await this.box.fill(text);
		await this.box.press('Enter');
		await this.page.evaluate((last) => Object.assign((window as never as Seen).seen, { last }), text);
	}

	claims(): Promise<string[]> {
		return this.page.evaluate(() => (window as never as Seen).seen.claims);
	}
}

interface Seen {
	readonly seen: { last: string; claims: string[] };
}

async function aTypist(browser: Browser, name: string, id: string, field: string): Promise<Typist> {
	const page = await (await browser.newContext()).newPage();
	await archive.signIn(page, name);
	await page.goto(`${archive.origin}/catalogue/${id}`);
	const typist = new Typist(page, name, field);
	await expect(typist.box).toBeEditable();
	await typist.watch();
	return typist;
}

/** Values of every setting in the log of the stopped server. */
function recorded(id: string): Set<string> {
	const database = new DatabaseSync(join(archive.dataDir, 'lantai.sqlite'));
	try {
		const rows = database.prepare('select to_value from entry_change where doc = ?').all(`entry:${id}`);
		return new Set(rows.map((row) => String(JSON.parse(String(row['to_value'])))));
	} finally {
		database.close();
	}
}

test(
	`killed ${KILLS} times while two people type: what was called on the server is there, the rest arrives`,
	{ tag: '@long' },
	async ({ browser }) => {
		test.setTimeout(60_000 + KILLS * 30_000);
		const id = await archive.anItem();
		const typists = [
			await aTypist(browser, '甲', id, 'title'),
			await aTypist(browser, '乙', id, 'referenceCode'),
		];
		for (let round = 0; round < KILLS; round++) {
			// In the middle of what both do, at another place in every round.
			let left = 4 + (round % 5);
			let killing: Promise<void> | undefined;
			await Promise.all(
				typists.map(async (typist) => {
					while (!killing) {
						await typist.type();
						if (--left === 0) killing = archive.kill();
					}
				}),
			);
			await killing;
			const there = recorded(id);
			for (const typist of typists) {
				const claims = await typist.claims();
				expect(claims.filter((text) => !there.has(text))).toEqual([]);
				await typist.type();
				await expect(typist.state).toHaveText(/本机 \d+ 项待传/, { timeout: 30_000 });
			}
			await archive.startAgain();
			for (const typist of typists)
				await expect(typist.state).toHaveText(/已到服务器|已入档案库/, { timeout: 60_000 });
		}
		for (const typist of typists) expect((await typist.claims()).length).toBeGreaterThanOrEqual(KILLS);
		type Shown = { fields: Record<string, string>; conflicts: object };
		await expect
			.poll(async () => {
				const { fields, conflicts } = await archive.verb<Shown>(['show', id]);
				return [conflicts, fields['title'], fields['referenceCode']];
			})
			.toEqual([{}, ...typists.map(({ typed }) => typed.at(-1))]);
		for (const { page } of typists)
			for (const [field, typist] of [
				['title', typists[0]],
				['referenceCode', typists[1]],
			] as const)
				await expect(page.locator(`[data-field="${field}"]`).first()).toContainText(
					typist?.typed.at(-1) ?? '',
				);
		await archive.kill();
		const all = recorded(id);
		for (const { typed } of typists) expect(typed.filter((text) => !all.has(text))).toEqual([]);
	},
);
