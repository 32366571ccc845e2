/** An object of the archival store, as it was written last: what a check of the store must find there. */
export interface StoreObjectTable {
	object_id: string;
	/** `entry` · `import` · `step` · `order` · `decision` · `undone` · `people` · `settings` */
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

/** How much was written into the store on a day: by it the store's growth is told. */
export interface StoreDayTable {
	/** `2026-11-27`, in UTC. */
	day: string;
	versions: number;
	/** Content files and their bytes. */
	files: number;
	bytes: number;
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

/** A round of checks: a day's share of the schedule, or what somebody asked for. */
export interface FixityRunTable {
	id: string;
	/** `schedule` or `demand`. */
	trigger: string;
	/** `all` · `due` · `objects` */
	scope: string;
	/** A person's id, or `server`. */
	agent: string;
	agent_name: string;
	started_at: string;
	ended_at: string | null;
	/** `running` · `complete` · `cancelled` · `interrupted` (the process ended) · `failed` (it could not go on) */
	outcome: string;
	/** Objects checked, and content read. */
	objects: number;
	files: number;
	bytes: number;
	/** Objects that failed, and the root when it did. */
	failures: number;
	/** Objects of the root that the register did not know. */
	added: number;
}

/** A failure that is open: no check of the object has passed since. */
export interface StoreFailureTable {
	/** Empty for what is around the objects. */
	object_id: string;
	event_id: string;
	/** When it was found first. */
	at: string;
}

/** A file of the storage root outside of all objects, as it was seen first. */
export interface StoreRootFileTable {
	path: string;
	sha512: string;
	noted_at: string;
}
