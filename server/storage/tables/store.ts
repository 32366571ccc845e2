/** An object of the archival store, as it was written last: what a check of the store must find there. */
export interface StoreObjectTable {
	object_id: string;
	/** `entry` · `import` · `step` · `order` · `decision` · `undone` · `people` · `settings` · `purge` */
	kind: string;
	/** Number of its newest version. */
	head: number;
	/** Digest of its inventory, in hex. */
	inventory_digest: string;
	/** Content files and their bytes, over all versions; inventories are not counted. */
	files: number;
	bytes: number;
	first_at: string;
	/** When its newest version was written. */
	last_at: string;
	/** When every byte of it was read and compared last. */
	checked_at: string | null;
	/** `pass` or `fail`, of that check. */
	check_outcome: string | null;
}

/** Something that happened to an object, or with `object_id` null to the store. Never changed. @see PREMIS 3, event */
export interface StoreEventTable {
	id: string;
	object_id: string | null;
	version: number | null;
	/** In PREMIS words: `fixity check` · `replication` · `deletion` … */
	type: string;
	/** `success` or `failure`. */
	outcome: string;
	/** JSON: what was found or done. */
	detail: string;
	/** Run of a check or a replication it belongs to. */
	run_id: string | null;
	/** Who or what did it: a person's id, or `server`. */
	agent: string;
	at: string;
}
