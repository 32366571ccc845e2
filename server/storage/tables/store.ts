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

/** A folder in which a copy of the archival store was begun or found. */
export interface StoreCopyPlaceTable {
	path: string;
	/** The copy that was there last: disks may take turns at one place. */
	copy_id: string;
	seen_at: string;
}

/** An object as it lies in a copy. */
export interface StoreCopyTable {
	copy_id: string;
	object_id: string;
	/** Number of the newest version there, and digest of the inventory; null when it was never brought there. */
	head: number | null;
	inventory_digest: string | null;
	/** When it was brought there last. */
	replicated_at: string | null;
	/** When it was tried last, or every byte of it read there. */
	checked_at: string;
	/** `pass` or `fail`, of that. */
	outcome: string;
	/** Why it failed: a refusal's or the specification's code. */
	reason: string | null;
}

/** An object that is to be removed from a copy, which may be away. */
export interface StoreCopyRemovalTable {
	copy_id: string;
	object_id: string;
	asked_at: string;
}
