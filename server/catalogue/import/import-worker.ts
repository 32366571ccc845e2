import { parentPort, workerData } from 'node:worker_threads';
import { dayAt, systemClock } from '#domain/base/clock.ts';
import { assert, must } from '#domain/base/assert.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { dayOfIso } from '#domain/catalogue/archival-date/days.ts';
import { AuthorityIndex } from '#domain/catalogue/authorities/authority-index.ts';
import { entryDays } from '#domain/catalogue/authorities/entry-days.ts';
import { repairCreators } from '#domain/catalogue/authorities/repair-creators.ts';
import type { PlacedEntry } from '#domain/catalogue/entry.ts';
import { isOwnFonds } from '#domain/catalogue/profile.ts';
import { profileOf, useLocalFields } from '#domain/catalogue/profiles.ts';
import { dayOfInstant, type DayNumber } from '#domain/catalogue/archival-date/days.ts';
import { rowDates } from '#domain/catalogue/row-dates.ts';
import { indexTokens } from '#domain/catalogue/search-tokens.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { openFile } from '../exchange-formats/formats.ts';
import type { ReadEntry } from '../exchange-formats/reader.ts';
import { CreatorTally } from './creator-tally.ts';
import { EntriesFile } from './entries-file.ts';
import { ImportChecks } from './import-checks.ts';
import { Placing, type PlacedRow } from './entry-placing.ts';
import { rowOf } from './row-cells.ts';
import type { Cell, ImportWork, ReplacedRow, RowCells, WorkerMessage, Written } from './import-messages.ts';
import type { SampleRow } from './import-report.ts';

/** Reads a file in a thread of its own, so that parsing and tokens never hold up the people at work. */
const work = workerData as ImportWork;
useLocalFields(work.localFields);
const port = must(parentPort, 'this file runs as a worker');

const CHUNK_ROWS = 500;
/** Chunks on their way: one being written while the next is made. */
const WINDOW = 2;
const SAMPLE_ROWS = 20;

const say = (message: WorkerMessage): void => port.postMessage(message);

const onTheWay = { chunks: 0, onWritten: () => {} };
port.on('message', (message: Written) => {
	assert(message.kind === 'written', 'the only message');
	onTheWay.chunks--;
	onTheWay.onWritten();
});

async function roomForAChunk(): Promise<void> {
	while (onTheWay.chunks >= WINDOW)
		await new Promise<void>((resolve) => {
			onTheWay.onWritten = resolve;
		});
}

const lookup =
	work.authorities &&
	new AuthorityIndex(
		work.authorities.map((each) => ({ ...each, version: 1, isWithdrawn: false, actorName: '', at: '' })),
	);
const creators = new CreatorTally();
const today = dayOfIso(dayAt(systemClock)) ?? 0;

/** An entry with its creators written out, where that was asked for. */
function written(read: ReadEntry): ReadEntry {
	if (!lookup) return read;
	const repaired = repairCreators(read.fields, entryDays(read.fields, today), lookup);
	creators.add(repaired);
	return { ...read, fields: repaired.fields };
}

async function run(): Promise<void> {
	const { writing } = work;
	const today = dayOfInstant(writing?.now ?? new Date().toISOString());
	let bytes = 0;
	const opened = await openFile(work.path, {
		fileName: work.fileName,
		profile: work.profile,
		mapping: work.mapping,
		underGiven: work.under !== undefined,
		signal: new AbortController().signal,
		onProgress: (bytesRead) => (bytes = bytesRead),
	});
	const profile = profileOf(opened.profile);
	const checks = ImportChecks.open(work.checks, opened.profile, work.under);
	const placing = new Placing(profile, work.under, work.lastKey);
	const file = writing && new EntriesFile(writing.entriesPath);
	const byLevel: Record<string, number> = {};
	const sample: SampleRow[] = [];
	const levels: string[] = [];
	const inheritChanged: EntryId[] = [];
	let entries = 0;

	async function send(chunk: readonly ReadEntry[]): Promise<void> {
		const rows: RowCells[] = [];
		const texts: Cell[][] = [];
		const replaced: ReplacedRow[] = [];
		const placed: PlacedEntry[] = [];
		for (const read of chunk) {
			if (!work.mayMakeFonds && isOwnFonds(profile, read.level))
				throw new Refusal('import.makes-fonds', { file: work.fileName, line: read.line }, 403);
			if (read.replaces) {
				const row = placing.replace(read);
				const before = levels[read.ref] as string;
				byLevel[before] = (byLevel[before] ?? 1) - 1;
				byLevel[read.level] = (byLevel[read.level] ?? 0) + 1;
				levels[read.ref] = read.level;
				if (read.ref < SAMPLE_ROWS) sample[read.ref] = sampleOf(row);
				const { ownAccess } = row.columns;
				const isElsewhere = isOwnFonds(profile, before) !== isOwnFonds(profile, read.level);
				if (isElsewhere || (ownAccess !== null && ownAccess !== 'structural'))
					inheritChanged.push(row.entry.id);
				file?.replace(row.entry);
				replaced.push(replacedRow(row, today));
				continue;
			}
			const row = placing.place(read);
			checks?.check(row.entry, read.line);
			entries++;
			byLevel[read.level] = (byLevel[read.level] ?? 0) + 1;
			levels[read.ref] = read.level;
			if (read.ref < SAMPLE_ROWS) sample[read.ref] = sampleOf(row);
			if (!writing) continue;
			rows.push(rowOf(row, opened.profile, writing));
			const { words, chars } = indexTokens(row.columns.searchText);
			texts.push([words, chars, row.entry.id]);
			placed.push(row.entry);
		}
		if (file) await file.write(placed);
		await roomForAChunk();
		onTheWay.chunks++;
		say({ kind: 'chunk', rows, texts, replaced, entries, bytes });
	}

	const result = await opened.read({
		fileName: work.fileName,
		signal: new AbortController().signal,
		async onEntries(read) {
			for (let from = 0; from < read.length; from += CHUNK_ROWS)
				await send(read.slice(from, from + CHUNK_ROWS).map(written));
		},
	});
	assert(result.profile === opened.profile, `${result.format} was read as ${result.profile}`);
	if (entries === 0) throw new Refusal('import.no-entries', { file: work.fileName });
	await file?.finish();
	say({
		kind: 'done',
		result,
		entries,
		byLevel: Object.fromEntries(Object.entries(byLevel).filter(([, count]) => count > 0)),
		sample: sample.filter(Boolean),
		rootIds: placing.rootIds,
		findings: checks?.findings,
		inheritChanged,
		creators: lookup && creators.report,
	});
}

function replacedRow({ entry, columns }: PlacedRow, today: DayNumber): ReplacedRow {
	const { earliest, latest } = rowDates(entry.fields, today);
	return {
		id: entry.id,
		columns: {
			level: entry.level,
			title: columns.title,
			reference_code: columns.referenceCode,
			date_text: columns.dateText,
			date_earliest: earliest,
			date_latest: latest,
			creators_text: columns.creatorsText,
			fields: JSON.stringify(entry.fields),
			bodies: JSON.stringify(entry.bodies),
			own_access: columns.ownAccess,
		},
		...indexTokens(columns.searchText),
	};
}

function sampleOf({ entry, columns, depth }: PlacedRow): SampleRow {
	const { title, referenceCode, dateText } = columns;
	return { title, level: entry.level, referenceCode, dateText, depth };
}

try {
	await run();
} catch (error) {
	say({
		kind: 'failed',
		message: error instanceof Error ? (error.stack ?? error.message) : String(error),
		refusal: isRefusal(error) ? { code: error.code, params: error.params, status: error.status } : undefined,
	});
}
port.close();
