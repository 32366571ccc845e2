/** Entries counted together; follows from `entry`, and is counted anew a fonds at a time. */
export interface EntryCountTable {
	/** Entry that stands for the fonds. */
	fonds_id: string;
	/** Import they came by, which may be undone or not yet accepted; 0 for entries made by hand. */
	import_row: number;
	/** `file` · `itemInFile` · `singleItem`. */
	kind: string;
	fonds_number: string;
	catalogue_number: string | null;
	category_code: string | null;
	year: number | null;
	/** As it is written in the entries. */
	retention_period: string | null;
	entries: number;
	digitised: number;
	pages: number;
	digitised_pages: number;
}

/** Fonds of which something changed since they were counted; triggers on `entry` write it. */
export interface EntryCountStaleTable {
	fonds_id: string;
	/** Grows with every change: what came while it was counted is counted again. */
	marks: number;
}
