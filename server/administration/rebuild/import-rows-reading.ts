import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { EntryId } from '#domain/base/ids.ts';
import type { PlacedEntry } from '#domain/catalogue/entry.ts';
import { fondsOfEntry } from '#domain/catalogue/profile.ts';
import { profileOf, useLocalFields } from '#domain/catalogue/profiles.ts';
import type { LocalFieldInUse } from '#domain/catalogue/registers/local-field.ts';
import { upgradeDescription } from '#domain/catalogue/upgrade-description.ts';
import { rowColumns } from '#domain/catalogue/row-columns.ts';
import { indexTokens } from '#domain/catalogue/search-tokens.ts';
import type { PlaceUnder } from '#server/catalogue/import/entry-placing.ts';
import type { Cell, RowCells } from '#server/catalogue/import/import-messages.ts';
import { rowOf } from '#server/catalogue/import/row-cells.ts';

/** Rows of one chunk. */
const CHUNK_ROWS = 1000;

/** What the rows of an import are made with. */
export interface RowsWork {
	readonly profile: string;
	/** The version of it that the entries follow. */
	readonly profileVersion: number;
	/** What the archive added to its profiles. */
	readonly localFields: readonly LocalFieldInUse[];
	readonly importRow: number;
	readonly synthetic: boolean;
	/** ISO UTC: when the import began. */
	readonly now: string;
	/** What its outermost entries inherit, as far as known yet. */
	readonly under: PlaceUnder | undefined;
}

/** Rows, and for each its words, characters and entry id. */
export interface RowsChunk {
	readonly rows: readonly RowCells[];
	readonly texts: readonly (readonly Cell[])[];
}

/** Reads the entries of an import back, chunk by chunk, as the import wrote them. */
export async function* readImportRows(path: string, work: RowsWork): AsyncGenerator<RowsChunk> {
	useLocalFields(work.localFields);
	const profile = profileOf(work.profile);
	// Only of entries with children is anything remembered: of a million most have none.
	const parents = await parentsIn(path);
	const inherited = new Map<EntryId, { readonly fondsId: EntryId; readonly access: string }>();
	const { under } = work;
	let rows: RowCells[] = [];
	let texts: Cell[][] = [];
	for await (const line of linesOf(path)) {
		const stored = JSON.parse(line) as PlacedEntry;
		const entry = { ...stored, ...upgradeDescription(profile, work.profileVersion, stored).description };
		const columns = rowColumns(profile, entry);
		const above =
			(entry.parentId === null ? undefined : inherited.get(entry.parentId)) ??
			(under && { fondsId: under.fondsId, access: under.accessStatus });
		const own = columns.ownAccess === 'structural' ? null : columns.ownAccess;
		const access = own ?? above?.access ?? 'notReviewed';
		const fondsId = fondsOfEntry(profile, entry, above?.fondsId);
		if (parents.has(entry.id)) inherited.set(entry.id, { fondsId, access });
		rows.push(
			rowOf(
				{
					entry,
					columns,
					fondsId,
					accessStatus: columns.ownAccess === 'structural' ? 'structural' : access,
				},
				work.profile,
				work,
			),
		);
		const { words, chars } = indexTokens(columns.searchText);
		texts.push([words, chars, entry.id]);
		if (rows.length < CHUNK_ROWS) continue;
		yield { rows, texts };
		rows = [];
		texts = [];
	}
	if (rows.length > 0) yield { rows, texts };
}

async function parentsIn(path: string): Promise<ReadonlySet<string>> {
	const parents = new Set<string>();
	for await (const line of linesOf(path)) {
		// As imports write it; whatever else stands there is read properly.
		const { 1: quick } = /^\{"id":"[^"]+","parentId":(null|"[^"\\]+"),/.exec(line) ?? [];
		const parentId = JSON.parse(quick ?? JSON.stringify((JSON.parse(line) as PlacedEntry).parentId)) as
			string | null;
		if (parentId !== null) parents.add(parentId);
	}
	return parents;
}

async function* linesOf(path: string): AsyncGenerator<string> {
	const unpacked = createReadStream(path).pipe(createGunzip());
	for await (const line of createInterface({ input: unpacked, crlfDelay: Infinity }))
		if (line !== '') yield line;
}
