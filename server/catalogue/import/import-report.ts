import type { EntryId } from '#domain/base/ids.ts';
import type { Params } from '#domain/base/refusal.ts';
import type { RuleId, RuleSeverity } from '#domain/catalogue/rules/rule.ts';
import type { Loss, ReadResult } from '../exchange-formats/reader.ts';
import type { CreatorReport } from './creator-tally.ts';

/** What is to be read, and how. */
export interface ImportRequest {
	/** A staged upload; or `path`. */
	readonly uploadId?: string | undefined;
	/** A file of this machine, for the command line. */
	readonly path?: string | undefined;
	/** Profile id; else the format or the headings say it. */
	readonly profile?: string | undefined;
	/** Content of a mapping file, for tables; see `TableMapping`. */
	readonly mapping?: unknown;
	/** Entry that gets what is read as its last children; else it goes to the top of the catalogue. */
	readonly under?: string | undefined;
	/** Writes short forms and names of other times out, as the authority list says for the date of each entry. */
	readonly writesCreatorsOut?: boolean | undefined;
	/** Demonstration holdings: marked as such for good. */
	readonly synthetic?: boolean | undefined;
}

export interface ImportProgress {
	/** Bytes of the file read so far, and all of them. */
	readonly bytes: number;
	readonly total: number;
	readonly entries: number;
}

/** How a reading is watched and stopped. */
export interface Running {
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

export interface ImportProblem {
	readonly file: string;
	readonly line: number;
	readonly severity: 'error' | 'warning';
	readonly code: string;
	readonly params: Params;
}

/** What a file holds and what would be lost: the answer of a dry run, and kept with every import. */
export interface DryRunReport {
	readonly format: string;
	readonly profile: string;
	readonly entries: number;
	readonly byLevel: Readonly<Record<string, number>>;
	readonly losses: readonly Loss[];
	readonly problems: readonly ImportProblem[];
	readonly understood: ReadResult['understood'];
	/** What the rules of description say of the entries; left out where they were not checked. */
	readonly findings?: readonly ImportFindings[];
	/** Creators written out by the authority list, and left because it was not clear; where that was asked for. */
	readonly creators?: CreatorReport;
	/** The first entries, as rows. */
	readonly sample: readonly SampleRow[];
	readonly seconds: number;
}

/** What one rule found in a file. */
export interface ImportFindings {
	readonly rule: RuleId;
	readonly severity: RuleSeverity;
	readonly count: number;
	/** The first rows it was found in. */
	readonly examples: readonly {
		/** 1-based, of the file. */
		readonly line: number;
		readonly referenceCode: string;
		readonly field: string;
		/** Key of its words. */
		readonly message: string;
		readonly params: Params;
		readonly value: string;
	}[];
}

export interface SampleRow {
	readonly title: string;
	readonly level: string;
	readonly referenceCode: string;
	readonly dateText: string;
	/** 0 for entries that go directly beneath the chosen place. */
	readonly depth: number;
}

/** An accepted import. */
export interface ImportResult extends DryRunReport {
	readonly importId: string;
	readonly rootIds: readonly EntryId[];
	/** In the archival store already; otherwise it is tried again at the next start. */
	readonly deposited: boolean;
}

/** The file that was read out of another one. */
export interface Unwrapped {
	readonly path: string;
	readonly fileName: string;
	/** What is to be told about the file it was in. */
	readonly problems: readonly ImportProblem[];
}

/**
 * Looks whether a file holds the one that is to be read, as a bag does, and puts that into the folder; undefined for
 * every other file. The import keeps the file as it came.
 * @throws {Refusal} why a file that holds others cannot be imported
 */
export type Unwrap = (
	file: { readonly path: string; readonly fileName: string },
	folder: string,
	signal: AbortSignal,
) => Promise<Unwrapped | undefined>;
