import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Archive } from './archive.ts';

/** What codes of the series begin with. */
export const PREFIX = 'C007-WS·2011-Y-BGS-';

export function code(number: number): string {
	return `${PREFIX}${String(number).padStart(4, '0')}`;
}

/** A fonds of its own with one series of items 0035–0038 in two boxes. */
export interface CodedFonds {
	readonly fonds: string;
	readonly series: string;
	/** 0035 first. */
	readonly items: readonly string[];
}

const id = (number: number): string => `0199c007-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Imports it; its rules of codes are given by {@link registerCodes}. */
export async function importCodedFonds(archive: Archive): Promise<CodedFonds> {
	const entry = (
		number: number,
		parentId: string | null,
		order: string,
		level: string,
		fields: Readonly<Record<string, unknown>>,
	): string => JSON.stringify({ id: id(number), parentId, order, level, fields, bodies: {} });
	const items = [35, 36, 37, 38].map((number, at) =>
		entry(number, id(2), `a${at}`, 'item', {
			title: `合成文件第${number}件`,
			referenceCode: code(number),
			itemNumber: String(number).padStart(4, '0'),
			boxNumber: number < 37 ? '001' : '002',
		}),
	);
	const lines = [
		entry(1, null, 'a0', 'fonds', { title: '沧浦区合成机关', referenceCode: 'C007' }),
		entry(2, id(1), 'a0', 'series', {
			title: '文书 2011 永久 办公室',
			referenceCode: 'C007-WS·2011-Y-BGS',
			categoryCode: 'WS',
			year: 2011,
			retentionPeriod: 'Y',
			orgOrMatter: 'BGS',
		}),
		...items,
	];
	const head =
		'{"format":"lantai-entries","version":1,"profile":"dat18","profileVersion":1,"exportedAt":"2026-01-01T00:00:00Z","entries":[';
	const folder = await mkdtemp(join(tmpdir(), 'lantai-coded-'));
	try {
		const file = join(folder, 'entries.json');
		await writeFile(file, `${head}\n${lines.join(',\n')}\n]}\n`);
		await archive.verb(['import', file, '--profile', 'dat18']);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
	type Node = { id: string; level: string; children?: Node[] };
	const [fonds] = await archive.verb<Node[]>(['tree', '--depth', '5']);
	const series = fonds?.children?.[0];
	if (!fonds || !series) throw new Error('nothing was imported');
	return { fonds: fonds.id, series: series.id, items: (series.children ?? []).map((each) => each.id) };
}

/** Puts the fonds into the register, with the rules of its codes. The page is signed in. */
export async function registerCodes(page: Page): Promise<void> {
	const answer = await page.evaluate(async () => {
		const content = {
			fondsNumber: 'C007',
			name: '沧浦区合成机关',
			complex: '政府',
			creatorId: '',
			activeFrom: 1959,
			status: 'active',
			predecessors: [],
			successors: [],
			categories: ['WS'],
			codeRegimes: [{ regime: 'dat22-2015', categoryCode: 'WS', yearFrom: 2001, yearTo: 2021 }],
			orgOrMatter: [{ code: 'BGS', label: '办公室' }],
			guide: '',
			entryId: '',
		};
		const response = await fetch('/api/registers/fonds', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ changes: [{ based: 0, content }], why: '' }),
		});
		return response.text();
	});
	if (!answer.includes('"dat22-2015"')) throw new Error(answer);
}
