import { basename } from 'node:path';
import { Refusal } from '#domain/base/refusal.ts';
import { levelOf, type Profile } from '#domain/catalogue/profile.ts';
import { allProfiles, profileOf } from '#domain/catalogue/profiles.ts';
import { EntryDraft } from './entry-draft.ts';
import type { Loss, ReadEntry, ReadOptions, ReadResult } from './reader.ts';
import { readingLimits } from './reading-limits.ts';
import { ReadingReport } from './reading-report.ts';
import {
	headerOf,
	isAuthoritySheet,
	isHeadingsAgain,
	rowLevelOf,
	withDatesOf,
	type Header,
} from './table-columns.ts';
import type { TableMapping } from './table-mapping.ts';
import { isBlank, RowReader, type ColumnCount, type TableRow } from './table-row.ts';

/** What a table is read with. */
export interface TableOptions {
	readonly fileName: string;
	/** Id of the profile wanted; else the one whose fields the headings name. */
	readonly profile?: string | undefined;
	readonly mapping?: TableMapping | undefined;
	/** The table goes beneath an entry: then it is a series there, else a fonds. */
	readonly underGiven: boolean;
}

/** A sheet to read; its rows come in batches. */
export interface Sheet {
	/** Undefined for a file that is one table. */
	readonly name: string | undefined;
	readonly rows: AsyncIterable<readonly TableRow[]>;
}

/** A table whose headings are understood. */
export interface OpenedTable {
	readonly format: string;
	readonly profile: string;
	read(options: ReadOptions): Promise<ReadResult>;
}

/** A sheet with its headings found and the rest still to come. */
interface OpenedSheet {
	readonly name: string | undefined;
	readonly header: Header;
	readonly title: string;
	readonly headerLine: number;
	readonly rows: AsyncIterable<readonly TableRow[]>;
}

/** Headings stand within this many rows. */
const HEADING_ROWS = 10;
const CHUNK = 500;

/**
 * Opens the sheets of a table: finds their headings and the profile they speak of. Sheets without headings become
 * losses.
 * @throws {Refusal} 'import.no-header' when no sheet has any, 'import.authority-sheet' for AtoM's authority records
 */
export async function openTable(
	format: string,
	sheets: readonly Sheet[],
	options: TableOptions,
): Promise<OpenedTable> {
	const opened: OpenedSheet[] = [];
	const unread: Loss[] = [];
	const wanted = options.profile ?? options.mapping?.profile;
	let profile = wanted === undefined ? undefined : profileOf(wanted);
	for (const sheet of sheets) {
		const rows = sheet.rows[Symbol.asyncIterator]();
		const first = await firstRows(rows, Math.max(HEADING_ROWS, options.mapping?.headerRow ?? 0));
		if (first.some(({ cells }) => isAuthoritySheet(cells)))
			throw new Refusal('import.authority-sheet', { file: options.fileName });
		const found = findHeader(first, profile ? [profile] : allProfiles(), options.mapping);
		if (!found) {
			// Of a file that is one table there is nothing to tell but this, however long it is.
			if (sheet.name === undefined) break;
			const count = await countRows(first, rows);
			if (count.count > 0) unread.push({ path: sheet.name, ...count });
			continue;
		}
		profile = found.header.profile;
		const above = first
			.slice(0, found.at)
			.flatMap(({ cells }) => cells.map((cell) => cell.trim()).filter(Boolean));
		opened.push({
			name: sheet.name,
			header: found.header,
			title: [...new Set(above)].join(' ').replace(/\s+/g, ' '),
			headerLine: first[found.at]?.line ?? 1,
			rows: restOf(first.slice(found.at + 1), rows),
		});
	}
	if (!profile || opened.length === 0) throw new Refusal('import.no-header', { file: options.fileName });
	const used = profile;
	const isAtom = opened.some(({ header }) => header.isAtom);
	const formatFound = isAtom ? `atom-${format}` : format;
	return {
		format: formatFound,
		profile: used.id,
		read: (readOptions) => new TableReading(used, formatFound, opened, unread, options, readOptions).run(),
	};
}

async function firstRows(rows: AsyncIterator<readonly TableRow[]>, count: number): Promise<TableRow[]> {
	const first: TableRow[] = [];
	while ((first.at(-1)?.line ?? 0) < count) {
		const next = await rows.next();
		if (next.done) break;
		first.push(...next.value);
	}
	return first;
}

/** How much a row of headings says: the signs of an AtoM sheet outweigh fields that other profiles name alike. */
function weight({ taken, isAtom }: Header): number {
	return taken + (isAtom ? 1000 : 0);
}

/** The row that names most, among the first; the profile under which it does. */
function findHeader(
	first: readonly TableRow[],
	profiles: readonly Profile[],
	mapping: TableMapping | undefined,
): { readonly at: number; readonly header: Header } | undefined {
	let best: { at: number; header: Header } | undefined;
	for (const [at, row] of first.entries()) {
		if (mapping?.headerRow !== undefined ? row.line !== mapping.headerRow : row.line > HEADING_ROWS) continue;
		for (const profile of profiles) {
			const header = headerOf(row.cells, profile, mapping);
			if (header && (!best || weight(header) > weight(best.header))) best = { at, header };
		}
	}
	return best;
}

async function countRows(
	first: readonly TableRow[],
	rows: AsyncIterator<readonly TableRow[]>,
): Promise<{ count: number; firstLine: number }> {
	let count = first.length;
	let firstLine = first[0]?.line ?? 0;
	for (let next = await rows.next(); !next.done; next = await rows.next()) {
		count += next.value.length;
		firstLine ||= next.value[0]?.line ?? 0;
	}
	return { count, firstLine };
}

async function* restOf(
	first: readonly TableRow[],
	rows: AsyncIterator<readonly TableRow[]>,
): AsyncGenerator<readonly TableRow[]> {
	if (first.length > 0) yield first;
	for (let next = await rows.next(); !next.done; next = await rows.next()) yield next.value;
}

/** One reading of opened sheets. */
class TableReading {
	#profile: Profile;
	#format: string;
	#sheets: readonly OpenedSheet[];
	#unread: readonly Loss[];
	#table: TableOptions;
	#options: ReadOptions;
	#report = new ReadingReport();
	#chunk: ReadEntry[] = [];
	#refs = 0;
	#maxEntries: number;

	constructor(
		profile: Profile,
		format: string,
		sheets: readonly OpenedSheet[],
		unread: readonly Loss[],
		table: TableOptions,
		options: ReadOptions,
	) {
		this.#profile = profile;
		this.#format = format;
		this.#sheets = sheets;
		this.#unread = unread;
		this.#table = table;
		this.#options = options;
		this.#maxEntries = readingLimits(options.limits).maxEntries;
	}

	async run(): Promise<ReadResult> {
		const losses: Loss[] = [...this.#unread];
		const understood: ReadResult['understood'][number][] = [];
		for (const sheet of this.#sheets) {
			const prefix = this.#sheets.length > 1 && sheet.name ? `${sheet.name}!` : '';
			for (const heading of sheet.header.missing)
				this.#report.warn('import.mapping-column', sheet.headerLine, { column: heading });
			const { reader, again } = await this.#readSheet(sheet);
			for (const { index, heading, target } of sheet.header.columns) {
				const counted = reader.counts[index];
				if (!counted || counted.count === 0) continue;
				const source = prefix + heading;
				if (target)
					understood.push({
						source,
						field:
							target.kind === 'field' ? target.field.id : target.kind === 'atom' ? target.part : target.kind,
						count: counted.count,
					});
				else losses.push({ path: source, ...counted });
			}
			for (const [heading, counted] of reader.formulas)
				losses.push({ path: `${prefix}${heading} =`, ...counted });
			if (again.count > 0)
				losses.push({
					path: prefix + sheet.header.columns.map(({ heading }) => heading).join(' · '),
					...again,
				});
			if (reader.unnamed.count > 0)
				losses.push({ path: `${prefix}#${sheet.header.columns.length + 1}…`, ...reader.unnamed });
		}
		await this.#flush();
		return { ...this.#report.result(this.#format, this.#profile.id), losses, understood };
	}

	async #readSheet(sheet: OpenedSheet): Promise<{ reader: RowReader; again: ColumnCount }> {
		const { mapping } = this.#table;
		const rowLevel = mapping?.level ?? rowLevelOf(sheet.header);
		const header = withDatesOf(sheet.header, rowLevel);
		const reader = new RowReader(header, mapping, this.#report);
		const isTree = header.columns.some(({ target }) => target?.kind === 'id');
		const byId = new Map<string, number>();
		const again: ColumnCount = { count: 0, firstLine: 0 };
		let sheetRef: number | null = null;
		for await (const rows of sheet.rows) {
			this.#options.signal.throwIfAborted();
			for (const row of rows) {
				reader.noteFormulas(row);
				if (isBlank(row.cells)) continue;
				if (isHeadingsAgain(header, row)) {
					if (again.count++ === 0) again.firstLine = row.line;
					continue;
				}
				if (!isTree && sheetRef === null) sheetRef = await this.#addSheetEntry(sheet);
				const place = reader.place(row);
				const parentRef = isTree ? this.#parentOf(place.parent, byId, row.line) : sheetRef;
				const draft = new EntryDraft(this.#nextRef(row.line), parentRef, row.line);
				draft.level = place.level === '' ? rowLevel : this.#levelOf(place.level, rowLevel, row.line);
				reader.take(draft, row);
				if (place.id !== '') {
					if (byId.has(place.id)) this.#report.warn('import.repeated-id', row.line, { id: place.id });
					byId.set(place.id, draft.ref);
				}
				await this.#add(draft.finish());
			}
		}
		return { reader, again };
	}

	/** The sheet itself: without it the rows of a flat table would lie loose at the top of the catalogue. */
	async #addSheetEntry(sheet: OpenedSheet): Promise<number> {
		const named = this.#sheets.length > 1 && sheet.name ? ` ${sheet.name}` : '';
		const fileTitle = basename(this.#options.fileName).replace(/(\.(csv|tsv|txt|xlsx?|xlsm|gz))+$/i, '');
		const draft = new EntryDraft(this.#nextRef(sheet.headerLine), null, sheet.headerLine);
		draft.level = this.#table.underGiven ? 'series' : 'fonds';
		draft.set('title', this.#table.mapping?.title ?? (sheet.title || fileTitle + named));
		await this.#add(draft.finish());
		return draft.ref;
	}

	#parentOf(written: string, byId: ReadonlyMap<string, number>, line: number): number | null {
		if (written === '') return null;
		const ref = byId.get(written);
		if (ref === undefined) this.#report.warn('import.unknown-parent', line, { id: written });
		return ref ?? null;
	}

	#levelOf(written: string, otherwise: string, line: number): string {
		const wanted = written.normalize('NFKC').toLowerCase();
		const level =
			levelOf(this.#profile, written) ??
			this.#profile.levels.find(({ id, label, aliases }) =>
				[id, label.zh, label.en, ...(aliases ?? [])].some((name) => name.toLowerCase() === wanted),
			);
		if (level) return level.id;
		this.#report.warn('import.unknown-level', line, { value: written });
		return levelOf(this.#profile, 'otherLevel') ? 'otherLevel' : otherwise;
	}

	#nextRef(line: number): number {
		if (this.#refs >= this.#maxEntries)
			throw new Refusal(
				'import.too-many-entries',
				{ file: this.#options.fileName, line, limit: this.#maxEntries },
				413,
			);
		return this.#refs++;
	}

	async #add(entry: ReadEntry): Promise<void> {
		this.#chunk.push(entry);
		if (this.#chunk.length >= CHUNK) await this.#flush();
	}

	async #flush(): Promise<void> {
		const chunk = this.#chunk;
		this.#chunk = [];
		if (chunk.length > 0) await this.#options.onEntries(chunk);
	}
}
