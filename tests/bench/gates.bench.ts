import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createId } from '#domain/base/ids.ts';
import { indexTokens } from '#domain/catalogue/search-tokens.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import { system } from '#tests/support/entries.ts';
import { aHoldingsLine, anAuthority } from '#tests/support/registers.ts';
import { say } from './bulk-load.ts';

const COUNT = Number(process.env['LANTAI_BENCH_COUNT'] ?? 1_000_000);
const FONDS = 200;
const CHUNK = 1000;
const SHORT_NAMES = 3412;
const GATES_BUDGET_MS = 200;

/** The gates of a million entries, counted for the first time, after an edit, and as they stand; one decision about a short form. */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	const app = await createApp(readConfig({ data: folder, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }));
	try {
		const { storage } = app;
		const loading = performance.now();
		const perFonds = Math.floor(COUNT / FONDS);
		const fondsIds: string[] = [];
		for (let at = 0; at < FONDS; at++) {
			const number = `B${String(at + 1).padStart(3, '0')}`;
			const fonds = createId();
			fondsIds.push(fonds);
			const rows = Array.from({ length: perFonds }, (_, index) => {
				const year = 1960 + (index % 60);
				const short = at === 0 && index < SHORT_NAMES;
				const term = index % 2 === 0 ? 'Y' : 'D30';
				return anEntryRow({
					parent_id: fonds,
					fonds_id: fonds,
					level: 'item',
					reference_code: `${number}-WS·${year}-${term}-BGS-${String(index + 1).padStart(4, '0')}`,
					creators_text: short ? '区府' : '沧浦区水务局',
					fields: JSON.stringify({
						title: `关于整治第${index}号河道的通知`,
						documentDate: `${year}0312`,
						year,
						retentionPeriod: term,
						pageCount: 3,
						'creators#1': { order: 'a0', text: short ? '区府' : '沧浦区水务局' },
					}),
				});
			});
			await storage.bulk([
				bulkOf([
					anEntryRow({
						id: fonds,
						level: 'fonds',
						reference_code: number,
						fields: JSON.stringify({ title: '合成全宗', referenceCode: number }),
					}),
				]),
			]);
			for (let from = 0; from < rows.length; from += CHUNK) {
				const part = rows.slice(from, from + CHUNK);
				const texts = part.map((row) => {
					const { words, chars } = indexTokens(`通知\n${row.creators_text}`);
					return [words, chars, row.id];
				});
				await storage.bulk([bulkOf(part), { sql: storage.fullText.bulkInsert, rows: texts }]);
			}
		}
		say(`${FONDS * perFonds} rows loaded in ${((performance.now() - loading) / 1000).toFixed(0)} s`);
		const actor = { id: 'bench', name: 'bench', via: 'cli' };
		const lines = fondsIds.flatMap((_, at) =>
			[1960, 1980, 2000].map((yearFrom) => ({
				based: 0,
				content: aHoldingsLine({
					fondsNumber: `B${String(at + 1).padStart(3, '0')}`,
					categoryCode: 'WS',
					yearFrom,
					yearTo: yearFrom + 19,
					singleItems: Math.ceil(perFonds / 3) + 1,
				}) as never,
			})),
		);
		await app.registers.save('holdings', lines, '', actor);
		const first = await timedMs(() => app.gates.board(system, { isPatient: true }));
		say(`first count of all: ${first.ms.toFixed(0)} ms; item gate ${words(first.result.gates[1])}`);
		const standing: number[] = [];
		for (let run_ = 0; run_ < 30; run_++) standing.push((await timedMs(() => app.gates.board(system))).ms);
		standing.sort((a, b) => a - b);
		say(
			`gates as they stand: median ${standing[15]?.toFixed(0)} ms, worst of 30 ${standing.at(-1)?.toFixed(0)} ms (budget ${GATES_BUDGET_MS})`,
		);
		await storage.db
			.updateTable('entry')
			.set({ title: '' })
			.where('reference_code', '=', 'B007-WS·1960-Y-BGS-0001')
			.execute();
		const edited = await timedMs(() => app.gates.board(system));
		say(
			`gates after an edit in a fonds of ${perFonds}: ${edited.ms.toFixed(0)} ms, current: ${edited.result.isCurrent}`,
		);
		await app.registers.save(
			'authority',
			[
				{
					id: 'g',
					based: 0,
					content: anAuthority({
						names: [
							{ text: '沧浦县人民政府', to: '20010108' },
							{ text: '沧浦区人民政府', from: '20010109' },
						],
					}) as never,
				},
			],
			'',
			actor,
		);
		const identity = { person: system, via: null };
		const decision = { text: '区府', authorityId: 'g' };
		const preview = await timedMs(() =>
			app.resolve.resolve(identity, decision, { why: '', isPreview: true }),
		);
		const made = await timedMs(() =>
			app.resolve.resolve(identity, decision, { why: 'bench', isPreview: false }),
		);
		say(
			`short form in ${preview.result.rows} rows: previewed in ${preview.ms.toFixed(0)} ms, listed and ordered in ${made.ms.toFixed(0)} ms`,
		);
	} finally {
		await app.close();
		await rm(folder, { recursive: true, force: true });
	}
}

function words(gate: { readonly numerator: number; readonly denominator: number } | undefined): string {
	return gate ? `${gate.numerator} / ${gate.denominator}` : '—';
}

async function timedMs<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
	const from = performance.now();
	const result = await work();
	return { result, ms: performance.now() - from };
}
