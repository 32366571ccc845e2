import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createId } from '#domain/base/ids.ts';
import { indexTokens } from '#domain/catalogue/search-tokens.ts';
import type { Storage } from '#server/storage/storage.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';

const PER_SECOND = 500;
const APPENDS = 3000;
/** About what one setting of a field takes. */
const PAYLOAD_BYTES = 180;
const ENTRIES = 60_000;
/** What an import writes at once. */
const CHUNK = 1000;
/** What a careful import keeps on its way: the next chunk is ready when one is written. */
const CHUNKS_UNDER_WAY = 2;

/**
 * Durable appends at 500 a second beside a bare append and fsync of the same bytes in the same run, and bulk inserts
 * with and without full text. Prints one line for each.
 */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	try {
		const storage = await openStorage({ dataDir: join(folder, 'data') });
		await warmUp(storage);
		// Halves around it, so that a disk that changes its speed meanwhile counts for both.
		const before = await rawAppends(join(folder, 'raw-1'), APPENDS / 2);
		const log = await logAppends(storage);
		const raw = [...before, ...(await rawAppends(join(folder, 'raw-2'), APPENDS / 2))];
		const line = (name: string, times: readonly number[]): string =>
			`${name}: p50 ${ms(percentile(times, 0.5))}, p95 ${ms(percentile(times, 0.95))}, max ${ms(percentile(times, 1))}`;
		say(line(`append + fsync of ${PAYLOAD_BYTES} bytes, bare, ${PER_SECOND}/s`, raw));
		say(line(`durable append to the log, ${PER_SECOND}/s`, log));
		const ratio = percentile(log, 0.5) / percentile(raw, 0.5);
		say(`ratio of the p50: ${ratio.toFixed(2)} (budget 4)`);
		const bare = await bulkRate(storage, false);
		const searchable = await bulkRate(storage, true);
		say(`bulk insert without full text: ${bare.toFixed(0)} rows/s`);
		say(
			`bulk insert with full text: ${searchable.toFixed(0)} rows/s (${(searchable / bare).toFixed(2)} of it)`,
		);
		await storage.close();
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function warmUp(storage: Storage): Promise<void> {
	for (let index = 0; index < 100; index++) await append(storage, index);
}

function append(storage: Storage, index: number): Promise<number> {
	return storage.log.append({
		doc: `entry:${index % 200}`,
		payload: randomBytes(PAYLOAD_BYTES),
		actor: { id: 'bench', name: 'bench', via: null },
		receivedAt: new Date().toISOString(),
		changes: [
			{
				elementId: String(index),
				field: 'title',
				fromValues: '[]',
				toValue: '"合成题名"',
				claimedBy: 'bench',
				claimedAt: new Date().toISOString(),
			},
		],
	});
}

/** Calls at a fixed rate whether or not the ones before have ended, as people do; the time each took. */
async function atRate(count: number, call: (index: number) => Promise<unknown>): Promise<number[]> {
	const times: number[] = [];
	const all: Promise<void>[] = [];
	const start = performance.now();
	for (let index = 0; index < count;) {
		const due = Math.min(count, Math.floor(((performance.now() - start) * PER_SECOND) / 1000) + 1);
		for (; index < due; index++) {
			const began = performance.now();
			all.push(call(index).then(() => void times.push(performance.now() - began)));
		}
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
	await Promise.all(all);
	return times;
}

async function rawAppends(path: string, count: number): Promise<number[]> {
	const file = await open(path, 'a');
	const times: number[] = [];
	try {
		// One at a time: without a group commit, more would only measure each other.
		for (let index = 0; index < count; index++) {
			const began = performance.now();
			await file.write(randomBytes(PAYLOAD_BYTES));
			await file.datasync();
			times.push(performance.now() - began);
			const left = began + 1000 / PER_SECOND - performance.now();
			if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
		}
	} finally {
		await file.close();
	}
	return times;
}

async function logAppends(storage: Storage): Promise<number[]> {
	return atRate(APPENDS, (index) => append(storage, index));
}

async function bulkRate(storage: Storage, withText: boolean): Promise<number> {
	const chunks = Array.from({ length: ENTRIES / CHUNK }, (_, chunk) => {
		const rows = Array.from({ length: CHUNK }, (_, index) => {
			const number = chunk * CHUNK + index;
			return anEntryRow({
				id: createId(),
				parent_id: `parent-${number % 300}`,
				order_key: `b${number}`,
				title: `${aTitle(number)}`,
				reference_code: `0001-WS·${1950 + (number % 70)}-永久-${number}`,
			});
		});
		const texts = rows.map(({ id, title, reference_code, creators_text }) => {
			const { words, chars } = indexTokens(`${title} ${reference_code} ${creators_text}`);
			return [words, chars, id] as const;
		});
		return { rows: bulkOf(rows), texts: { sql: storage.fullText.bulkInsert, rows: texts } };
	});
	const start = performance.now();
	const underWay = new Set<Promise<void>>();
	for (const { rows, texts } of chunks) {
		const one: Promise<void> = storage
			.bulk(withText ? [rows, texts] : [rows])
			.then(() => void underWay.delete(one));
		underWay.add(one);
		if (underWay.size >= CHUNKS_UNDER_WAY) await Promise.race(underWay);
	}
	await Promise.all(underWay);
	return (ENTRIES / (performance.now() - start)) * 1000;
}

const WORDS =
	'关于印发合成区档案管理工作报告通知会议纪要年度计划水利建设教育卫生户籍土地调查统计批复请示决定'.split('');

function aTitle(number: number): string {
	let seed = number * 2_654_435_761 + 1;
	let title = '';
	for (let index = 0; index < 22; index++) {
		seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
		title += WORDS[(seed >>> 8) % WORDS.length];
	}
	return `${title}（${1950 + (number % 70)}）`;
}

function percentile(times: readonly number[], share: number): number {
	const sorted = times.toSorted((one, other) => one - other);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function ms(value: number): string {
	return `${value.toFixed(2)} ms`;
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
