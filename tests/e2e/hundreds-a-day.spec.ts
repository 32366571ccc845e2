import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { passesAxe } from './accessibility.ts';
import { startArchive, type Archive } from './archive.ts';
import { InputMethod } from './input-method.ts';
import { tabTo } from './keyboard.ts';
import { itemsBelow } from './short-names.ts';

const BODY = '沧浦县教育局';
const PAGES = 2;

/** What an entry says of itself. */
interface Said {
	readonly title: string;
	readonly creator: string;
	readonly date: string;
}

/** An entry as it was imported, and as it should be. */
interface Row {
	readonly code: string;
	readonly before: Said;
	readonly after: Said;
}

/** Each row is wrong in its own way, in turns: all of it, its date, its creator, its title and creator, title and date. */
function rowAt(at: number): Row {
	const day = String((at % 28) + 1);
	const title = `${BODY}[关于1985年秋季中小学第${at + 1}批招生工作的]通知`;
	const date = `198508${day.padStart(2, '0')}`;
	const after = { title, creator: BODY, date };
	const before = [
		{ title: '通知', creator: '本局', date: `1985.8.${day}` },
		{ title, creator: BODY, date: `1985年8月${day}日` },
		{ title, creator: '县教育局', date },
		{ title: '无题名', creator: '本局', date },
		{ title: '通知', creator: BODY, date: `1985-8-${day}` },
	][at % 5] as Said;
	return { code: `B005-1-012-${String(at * PAGES + 1).padStart(3, '0')}`, before, after };
}

/** What a listener in the page has seen. */
interface Seen {
	pointers: string[];
	keys: number;
}

const field = (page: Page, id: string): Locator =>
	page.locator(`[data-field-id="${id}"] :is(textarea, [contenteditable])`).first();
const findings = (page: Page, id: string): Locator => page.locator(`[data-field-id="${id}"] .finding`);

async function anArchive(rows: readonly Row[]): Promise<{ archive: Archive; fondsId: string }> {
	const archive = await startArchive({ holdings: 'empty' });
	const list = join(archive.dataDir, '卷内文件目录.csv');
	const lines = rows.map(({ code, before }) =>
		[code, before.creator, before.title, before.date, PAGES].join(','),
	);
	await writeFile(list, `档号,责任者,题名,日期,页数\n${lines.join('\n')}\n`);
	const { rootIds } = await archive.verb<{ rootIds: string[] }>(['import', list, '--profile', 'dat18']);
	return { archive, fondsId: rootIds[0] ?? '' };
}

/** The body with the short form people write, and its fonds: what the rules need to know whom 本局 means. */
async function registerBody(page: Page, origin: string, entryId: string): Promise<void> {
	const save = async (register: string, content: object): Promise<string> => {
		const answer = await page.request.post(`${origin}/api/registers/${register}`, {
			data: { changes: [{ based: 0, content }], why: '立档单位' },
		});
		const { saved, problems } = (await answer.json()) as { saved: { id: string }[]; problems: unknown };
		expect(saved, JSON.stringify(problems)).toHaveLength(1);
		return saved[0]?.id ?? '';
	};
	const empty = { organCodes: [], predecessors: [], offices: [], note: '' };
	const creatorId = await save('authority', {
		...empty,
		kind: 'body',
		names: [{ text: BODY }],
		shortNames: [{ text: '县教育局' }],
		fondsNumbers: ['B005'],
	});
	await save('fonds', {
		fondsNumber: 'B005',
		name: BODY,
		complex: '',
		creatorId,
		activeFrom: 1958,
		status: 'active',
		predecessors: [],
		successors: [],
		categories: [],
		codeRegimes: [],
		orgOrMatter: [],
		guide: '',
		entryId,
	});
}

/** Runs in the page: notes every pointer, and counts the keys that are pressed, those of an input method left out. */
function watch(): void {
	const seen: Seen = { pointers: [], keys: 0 };
	(globalThis as unknown as { seen: Seen }).seen = seen;
	for (const type of ['pointerdown', 'pointermove', 'mousedown', 'mousemove', 'touchstart', 'wheel'])
		addEventListener(type, () => seen.pointers.push(type), { capture: true });
	addEventListener(
		'keydown',
		({ key, keyCode }) => {
			if (keyCode !== 229 && !['Alt', 'Control', 'Shift', 'Meta'].includes(key)) seen.keys++;
		},
		{ capture: true },
	);
}

const seenIn = (page: Page): Promise<Seen> =>
	page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);

/** On to what has to be looked at next. */
const next = (page: Page): Promise<void> => page.keyboard.press('Alt+J');

/** Corrects the entry whose title has the cursor, as its rules and the scan beside it say, and goes on to the next. */
async function correct(page: Page, method: InputMethod, { before, after }: Row): Promise<void> {
	await expect(field(page, 'title')).toBeFocused();
	await expect(field(page, 'title')).toHaveValue(before.title);
	if (before.title !== after.title) {
		await expect(findings(page, 'title').first()).toContainText('R20');
		await method.compose("cang'pu");
		await method.compose("cang'pu'xian");
		// The key that ends a composition belongs to the input method: nothing is committed, and the cursor stays.
		await method.key('Enter');
		await method.commit(after.title);
		await method.key('Enter');
		await expect(field(page, 'title')).toBeFocused();
		await expect(field(page, 'title')).toHaveValue(after.title);
		await expect(findings(page, 'title')).toHaveCount(0);
	}
	if (before.creator !== after.creator) {
		await next(page);
		await expect(field(page, 'creators')).toBeFocused();
		await expect(findings(page, 'creators').first()).toContainText(before.creator === '本局' ? 'R32' : 'R33');
		await page.keyboard.press('Alt+S');
		await expect(field(page, 'creators')).toHaveValue(after.creator);
		await expect(field(page, 'creators')).toBeFocused();
		await expect(findings(page, 'creators')).toHaveCount(0);
	}
	if (before.date !== after.date) {
		await next(page);
		await expect(field(page, 'documentDate')).toBeFocused();
		await expect(findings(page, 'documentDate').first()).toContainText('R13');
		await expect(page.getByText('理解为 1985年8月')).toBeVisible();
		await page.keyboard.press('Alt+Enter');
		await expect(field(page, 'documentDate')).toHaveValue(after.date);
		await expect(field(page, 'documentDate')).toBeFocused();
		await expect(findings(page, 'documentDate')).toHaveCount(0);
	}
	await next(page);
}

/** As many keys as the rows need that are not words: one to each place, one to take what is suggested, one to go on. */
function keysNeeded(rows: readonly Row[]): number {
	const places = rows.flatMap(({ before, after }) => [
		before.creator !== after.creator,
		before.date !== after.date,
	]);
	return rows.length + 2 * places.filter(Boolean).length;
}

async function correctAll(page: Page, count: number): Promise<void> {
	const rows = Array.from({ length: count }, (_, at) => rowAt(at));
	const { archive, fondsId } = await anArchive(rows);
	try {
		await archive.signIn(page, '管理员');
		await registerBody(page, archive.origin, fondsId);
		await correctRows(page, archive, rows);
	} finally {
		await archive.stop();
	}
}

async function correctRows(page: Page, archive: Archive, rows: readonly Row[]): Promise<void> {
	const { id } =
		(await itemsBelow(page.request, archive.origin)).find(
			({ referenceCode }) => referenceCode === rows[0]?.code,
		) ?? {};
	// A page of its own: over this one no pointer ever was.
	const desk = await page.context().newPage();
	await desk.addInitScript(watch);
	await desk.goto(`${archive.origin}/catalogue/${id}`);
	const method = await InputMethod.of(desk);
	const list = desk.getByRole('grid');
	await expect(list.getByRole('row')).not.toHaveCount(1);
	await tabTo(desk, list);
	await desk.keyboard.press('Home');
	await desk.keyboard.press('Enter');
	if (rows.length > 5) {
		await expect(findings(desk, 'title').first()).toBeVisible();
		await passesAxe(desk, 'a card whose title is wrong');
	}
	const { keys: before } = await seenIn(desk);
	const from = performance.now();
	for (const row of rows) await correct(desk, method, row);
	const seconds = (performance.now() - from) / 1000;
	const { keys } = await seenIn(desk);
	expect(keys - before).toBe(keysNeeded(rows));

	// The last one keeps the cursor. One suggestion is taken back by key, and taken again.
	const last = rows.at(-1) as Row;
	await expect(field(desk, 'documentDate')).toBeFocused();
	await desk.keyboard.press('Alt+Z');
	await expect(field(desk, 'documentDate')).toHaveValue(last.before.date);
	await expect(findings(desk, 'documentDate').first()).toContainText('R13');
	await expect(field(desk, 'documentDate')).toBeFocused();
	await desk.keyboard.press('Alt+S');
	await expect(field(desk, 'documentDate')).toHaveValue(last.after.date);
	await expect(field(desk, 'documentDate')).toBeFocused();

	// An entry that was left is gone back to, and still gives back what was done there.
	for (let up = 0; up < 4; up++) await desk.keyboard.press('ControlOrMeta+ArrowUp');
	const earlier = rows.at(-5) as Row;
	await expect(field(desk, 'title')).toHaveValue(earlier.after.title);
	await expect(field(desk, 'documentDate')).toBeFocused();
	await desk.keyboard.press('Alt+Z');
	await expect(field(desk, 'documentDate')).toHaveValue(earlier.before.date);
	await desk.keyboard.press('Alt+Shift+Z');
	await expect(field(desk, 'documentDate')).toHaveValue(earlier.after.date);

	await expect
		.poll(
			async () =>
				(await itemsBelow(page.request, archive.origin)).map(
					({ referenceCode, title, creatorsText, dateText }): Row['after'] & { code: string } => ({
						code: referenceCode,
						title,
						creator: creatorsText,
						date: dateText,
					}),
				),
			{ timeout: 20_000 },
		)
		.toEqual(rows.map(({ code, after }) => ({ code, ...after })));
	expect((await seenIn(desk)).pointers).toEqual([]);
	console.log(
		`${rows.length} rows by keyboard: ${(seconds / rows.length).toFixed(2)} s and ${((keys - before) / rows.length).toFixed(1)} keys a row besides the words`,
	);
}

test('five rows, each wrong in its own way, are corrected by the keys the rules ask for', ({ page }) =>
	correctAll(page, 5));

test('fifty rows without touching the mouse', { tag: '@long' }, async ({ page }) => {
	test.setTimeout(600_000);
	await correctAll(page, 50);
});
