import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { LocalFieldInUse } from '#domain/catalogue/registers/local-field.ts';
import type { Params } from '#domain/base/refusal.ts';
import type { ReadResult } from '../exchange-formats/reader.ts';
import type { CreatorReport } from './creator-tally.ts';
import type { PlaceUnder } from './entry-placing.ts';
import type { ChecksWork } from './import-checks.ts';
import type { ImportFindings, SampleRow } from './import-report.ts';

/** What the reading thread is started with. */
export interface ImportWork {
	readonly path: string;
	readonly fileName: string;
	readonly profile: string | undefined;
	readonly mapping: unknown;
	readonly under: PlaceUnder | undefined;
	/** What the archive added to its profiles, which the thread does not know of itself. */
	readonly localFields: readonly LocalFieldInUse[];
	/** Order key of the last child of the place. */
	readonly lastKey: string | null;
	readonly checks: ChecksWork;
	/** The list by which creators are written out; left out when they stay as they are. */
	readonly authorities?: readonly { readonly id: string; readonly content: Authority }[] | undefined;
	/** Undefined for a dry run: then nothing is written and no rows are made. */
	readonly writing:
		| {
				/** File of the normalised entries. */
				readonly entriesPath: string;
				readonly importRow: number;
				readonly synthetic: boolean;
				readonly now: string;
		  }
		| undefined;
}

/** Columns of a row in the order the thread gives them. */
export const ROW_COLUMNS = [
	'id',
	'parent_id',
	'order_key',
	'level',
	'profile',
	'status',
	'title',
	'reference_code',
	'date_text',
	'date_earliest',
	'date_latest',
	'creators_text',
	'fields',
	'bodies',
	'conflict_count',
	'fonds_id',
	'own_access',
	'access_status',
	'hidden',
	'import_row',
	'synthetic',
	'problems',
	'projected_seq',
	'deposited_seq',
	'created_at',
	'updated_at',
] as const;

/** A value of a row. */
export type Cell = string | number | null;

/** A row: one value for each of {@link ROW_COLUMNS}. */
export type RowCells = CellFor<typeof ROW_COLUMNS>;
type CellFor<Columns extends readonly string[]> = { readonly [Place in keyof Columns]: Cell };

/** A fuller reading of an entry whose row was given before. */
export interface ReplacedRow {
	readonly id: EntryId;
	readonly columns: {
		readonly level: string;
		readonly title: string;
		readonly reference_code: string;
		readonly date_text: string;
		readonly date_earliest: number;
		readonly date_latest: number;
		readonly creators_text: string;
		readonly fields: string;
		readonly bodies: string;
		readonly own_access: string | null;
	};
	readonly words: string;
	readonly chars: string;
}

/** What the reading thread says. */
export type WorkerMessage =
	| {
			readonly kind: 'chunk';
			readonly rows: readonly RowCells[];
			/** Words, characters, entry id. */
			readonly texts: readonly (readonly Cell[])[];
			readonly replaced: readonly ReplacedRow[];
			/** So far. */
			readonly entries: number;
			readonly bytes: number;
	  }
	| {
			readonly kind: 'done';
			readonly result: ReadResult;
			readonly entries: number;
			readonly byLevel: Readonly<Record<string, number>>;
			readonly sample: readonly SampleRow[];
			readonly rootIds: readonly EntryId[];
			readonly findings: readonly ImportFindings[] | undefined;
			/** Entries whose access status a fuller reading changed after their children were placed. */
			readonly accessChanged: readonly EntryId[];
			/** Creators written out by the authority list, and left because it was not clear; where that was asked for. */
			readonly creators: CreatorReport | undefined;
	  }
	| {
			readonly kind: 'failed';
			readonly message: string;
			readonly refusal:
				{ readonly code: string; readonly params: Params; readonly status: number } | undefined;
	  };

/** Tells the thread that a chunk is written. */
export interface Written {
	readonly kind: 'written';
}
