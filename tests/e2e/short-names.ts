import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { APIRequestContext, Browser, Page } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';

/** What the district was called before and after it became one. */
export const COUNTY = '上海市沧浦县人民政府';
export const DISTRICT = '上海市沧浦区人民政府';
/** Who proposes, and who checks. */
export const PROPOSER = '编目丙';
export const CHECKER = '审核乙';

/** A fonds whose items all name their creator by one short form. */
export interface ShortNames {
	readonly archive: Archive;
	readonly codeOf: (at: number) => string;
	/** By reference code. */
	readonly ids: ReadonlyMap<string, string>;
	/** The creator of an item, as the server has it. */
	creatorOf(code: string): Promise<string>;
	/** A browser of somebody's own, signed in, at a page. */
	open(browser: Browser, name: string, path: string): Promise<Page>;
}

/** Starts an archive with such a fonds and the two people who repair it; each item is of its year. */
export async function startShortNames(short: string, years: readonly number[]): Promise<ShortNames> {
	const archive = await startArchive({ holdings: 'empty' });
	await archive.addPerson(PROPOSER, 'archivist');
	await archive.addPerson(CHECKER, 'reviewer');
	const codeOf = (at: number): string => `B001-WS·${years[at]}-Y-${String(at + 1).padStart(4, '0')}`;
	const lines = years.map((year, at) =>
		[codeOf(at), `关于整治第${at + 1}号河道的通知`, short, `${year}0312`].join(','),
	);
	const file = join(archive.dataDir, 'b001.csv');
	await writeFile(file, `档号,题名,责任者,日期\n${lines.join('\n')}\n`);
	await archive.verb(['import', file, '--profile', 'dat18']);
	type Node = { id: string; referenceCode: string; children?: Node[] };
	const below = (nodes: readonly Node[]): Node[] =>
		nodes.flatMap((node) => [node, ...below(node.children ?? [])]);
	const tree = below(await archive.verb<Node[]>(['tree', '--depth', '3']));
	const ids = new Map(tree.map(({ referenceCode, id }) => [referenceCode, id]));
	return {
		archive,
		codeOf,
		ids,
		async creatorOf(code) {
			const { fields } = await archive.verb<{ fields: Record<string, { text?: string }> }>([
				'show',
				ids.get(code) ?? '',
			]);
			return Object.entries(fields).find(([key]) => key.startsWith('creators#'))?.[1].text ?? '';
		},
		async open(browser, name, path) {
			const page = await (await browser.newContext()).newPage();
			await archive.signIn(page, name);
			await page.goto(archive.origin + path);
			return page;
		},
	};
}

/** What a row of a list says, as the server answers the browser. */
export interface ListedRow {
	readonly id: string;
	readonly level: string;
	readonly title: string;
	readonly referenceCode: string;
	readonly creatorsText: string;
	readonly dateText: string;
	readonly childCount: number;
}

/** Every item below an entry, or of the whole archive, asked page by page with somebody's session. */
export async function itemsBelow(
	request: APIRequestContext,
	origin: string,
	parent: string | null = null,
): Promise<ListedRow[]> {
	const listed: ListedRow[] = [];
	for (let total = 1; listed.length < total;) {
		const query = new URLSearchParams({ offset: String(listed.length), limit: '200' });
		if (parent !== null) query.set('parent', parent);
		const answer = await request.get(`${origin}/api/rows/children?${query}`);
		const page = (await answer.json()) as { total: number; rows: ListedRow[] };
		if (page.rows.length === 0) break;
		total = page.total;
		listed.push(...page.rows);
	}
	const found: ListedRow[] = [];
	for (const row of listed)
		if (row.childCount === 0) found.push(row);
		else found.push(...(await itemsBelow(request, origin, row.id)));
	return found;
}
