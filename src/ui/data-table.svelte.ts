/** Some of the rows of a list, and how many there are in all. */
export interface RowSlice<T> {
	readonly total: number;
	readonly rows: readonly T[];
}

/** At most this many requests wait for an answer; the newest wish goes first. */
const PARALLEL = 4;

/**
 * The rows of a long list, loaded page by page as they come into sight. Reading a row that is not there yet gives
 * `undefined`; `need` fetches it and its neighbours.
 */
export class PagedRows<T> {
	readonly pageSize: number;
	#load: (offset: number, limit: number) => Promise<RowSlice<T>>;
	#pages = $state.raw<ReadonlyMap<number, readonly T[]>>(new Map());
	#total = $state.raw<number | undefined>(undefined);
	#error = $state.raw<unknown>(undefined);
	#stale = new Set<number>();
	#flying = new Set<number>();
	#wanted: number[] = [];
	#generation = 0;
	#last = { first: 0, end: 1 };

	constructor(load: (offset: number, limit: number) => Promise<RowSlice<T>>, pageSize = 100) {
		this.#load = load;
		this.pageSize = pageSize;
	}

	/** `undefined` until the first answer. */
	get total(): number | undefined {
		return this.#total;
	}

	/** Why the last request failed, while nothing has succeeded since. */
	get error(): unknown {
		return this.#error;
	}

	/** The row at a position, if it is there. */
	row(index: number): T | undefined {
		return this.#pages.get(Math.floor(index / this.pageSize))?.[index % this.pageSize];
	}

	/** Position of the first loaded row that answers to the question; -1 if none does. */
	findIndex(is: (row: T) => boolean): number {
		for (const [page, rows] of this.#pages) {
			const at = rows.findIndex(is);
			if (at >= 0) return page * this.pageSize + at;
		}
		return -1;
	}

	/** The row at a position, waited for. */
	async fetch(index: number): Promise<T | undefined> {
		return this.row(index) ?? (await this.#fetch(Math.floor(index / this.pageSize)))[index % this.pageSize];
	}

	/** Fetches what is missing between two positions, and the page on either side of it. */
	need(first: number, end: number): void {
		this.#last = { first, end };
		const from = Math.floor(first / this.pageSize);
		const to = Math.floor(Math.max(first, end - 1) / this.pageSize);
		const pages: number[] = [];
		for (let page = from; page <= to; page++) pages.push(page);
		pages.push(to + 1, from - 1);
		this.#wanted = pages.filter((page) => this.#isMissing(page));
		this.#pump();
	}

	/** Reads again what is in sight; the rest is read again when it comes into sight. Old rows stay until then. */
	reload(): void {
		for (const page of this.#pages.keys()) this.#stale.add(page);
		// Answers already under way may be older than the change.
		this.#generation++;
		this.#flying.clear();
		this.need(this.#last.first, this.#last.end);
	}

	/** Tries again after a failure. */
	retry(): void {
		this.#error = undefined;
		this.need(this.#last.first, this.#last.end);
	}

	/**
	 * Loads until the position of a row is known: binary search over pages by the order of the list.
	 * @param compare negative when its row stands before the one sought, 0 when it is the one
	 * @returns -1 when it is not in the list
	 */
	async locate(compare: (row: T) => number): Promise<number> {
		const known = this.findIndex((row) => compare(row) === 0);
		if (known >= 0) return known;
		if (this.#total === undefined) await this.#fetch(0);
		let low = 0;
		let high = Math.ceil((this.#total ?? 0) / this.pageSize) - 1;
		while (low <= high) {
			const middle = Math.floor((low + high) / 2);
			const rows = this.#pages.get(middle) ?? (await this.#fetch(middle));
			const firstRow = rows[0];
			const lastRow = rows.at(-1);
			if (!firstRow || !lastRow) return -1;
			const at = rows.findIndex((row) => compare(row) === 0);
			if (at >= 0) return middle * this.pageSize + at;
			if (compare(firstRow) > 0) high = middle - 1;
			else if (compare(lastRow) < 0) low = middle + 1;
			else return -1;
		}
		return -1;
	}

	#isMissing(page: number): boolean {
		if (page < 0 || this.#flying.has(page)) return false;
		if (this.#total !== undefined && page > 0 && page * this.pageSize >= this.#total) return false;
		return !this.#pages.has(page) || this.#stale.has(page);
	}

	#pump(): void {
		while (this.#flying.size < PARALLEL) {
			const page = this.#wanted.shift();
			if (page === undefined) return;
			if (!this.#isMissing(page)) continue;
			void this.#fetch(page).then(
				() => this.#pump(),
				(error: unknown) => {
					this.#error = error;
					this.#wanted = [];
				},
			);
		}
	}

	async #fetch(page: number): Promise<readonly T[]> {
		const generation = this.#generation;
		this.#flying.add(page);
		try {
			const slice = await this.#load(page * this.pageSize, this.pageSize);
			if (generation !== this.#generation) return slice.rows;
			this.#error = undefined;
			this.#stale.delete(page);
			this.#total = slice.total;
			const pages = new Map(this.#pages).set(page, slice.rows);
			for (const known of pages.keys())
				if (known > 0 && known * this.pageSize >= slice.total) pages.delete(known);
			this.#pages = pages;
			return slice.rows;
		} finally {
			if (generation === this.#generation) this.#flying.delete(page);
		}
	}
}
