import type { Description } from '#domain/catalogue/entry.ts';

/** An entry as a reader finds it, before it gets ids. Parents come before children. */
export interface ReadEntry extends Description {
	/** 0-based, in reading order */
	readonly ref: number;
	readonly parentRef: number | null;
	/** 1-based first line in the source */
	readonly line: number;
	/** The entry of this `ref` came before: the source said more of it after its children. This one replaces it. */
	readonly replaces?: boolean;
}

/** A part of the source that was not taken. */
export interface Loss {
	readonly path: string;
	readonly count: number;
	readonly firstLine: number;
}

/** Something in the source that a person should look at. */
export interface ReadProblem {
	readonly severity: 'error' | 'warning';
	readonly line: number;
	/** code, e.g. 'import.xml' */
	readonly code: string;
	readonly params: Readonly<Record<string, string | number>>;
}

/** What a reader says once the source is read. */
export interface ReadResult {
	readonly format: string;
	readonly profile: string;
	readonly losses: readonly Loss[];
	readonly problems: readonly ReadProblem[];
	readonly understood: readonly {
		readonly source: string;
		readonly field: string;
		readonly count: number;
	}[];
}

/** Bounds on what a source may make the server hold. */
export interface Limits {
	/** How deep components, and elements inside one, may be nested; default 64. */
	readonly maxDepth: number;
	/** Text of one element; default 4 MiB. */
	readonly maxTextBytes: number;
	/** Default 2,000,000. */
	readonly maxEntries: number;
	/** Decoded size of the source; default 2 GiB. */
	readonly maxBytes: number;
}

/** How a reader is run. */
export interface ReadOptions {
	readonly fileName: string;
	/** entries are handed over in chunks; await gives back-pressure */
	readonly onEntries: (entries: ReadEntry[]) => Promise<void>;
	readonly signal: AbortSignal;
	readonly onProgress?: (bytesRead: number) => void;
	readonly limits?: Partial<Limits>;
}

/**
 * Reads a source of decoded text.
 * @throws {Refusal} 'import.broken' when it cannot be read further; 'import.too-deep', 'import.too-large',
 * 'import.too-many-entries', 'import.text-too-long' and 'import.entity' when it goes beyond the limits
 */
export type Reader = (source: AsyncIterable<string>, options: ReadOptions) => Promise<ReadResult>;
