import type { RowSlice } from './data-table.svelte.ts';
import { startsWith } from './type-ahead.ts';

/** How a tree reads what it shows. */
export interface TreeSource<T> {
	children(parentId: string | null, offset: number, limit: number): Promise<RowSlice<T>>;
	/** One node, with what its place among its siblings depends on. */
	read(id: string): Promise<T>;
	id(node: T): string;
	childCount(node: T): number;
	/** What type-ahead looks at. */
	text(node: T): string;
	/** Order among siblings. */
	compare(a: T, b: T): number;
}

/** A node in its place. */
export interface TreeLine<T> {
	readonly kind: 'node';
	readonly id: string;
	readonly node: T;
	readonly parentId: string | null;
	/** Place among its siblings, from 0. */
	readonly position: number;
	readonly siblings: number;
	readonly depth: number;
}

/** Neighbours that are not loaded yet, as one line of the model and `length` rows on the screen. */
interface TreeGap {
	readonly kind: 'gap';
	readonly parentId: string | null;
	readonly position: number;
	readonly length: number;
	readonly depth: number;
}

interface ChildList<T> {
	total: number;
	readonly rows: (T | undefined)[];
}

const PAGE = 100;
const TYPE_AHEAD_MS = 700;

/**
 * A hierarchy of which only the opened parts are loaded, in pages, flattened to rows of equal height. Holds which
 * nodes are open and which one the keyboard is on; knows nothing of markup.
 */
export class TreeModel<T> {
	#source: TreeSource<T>;
	#lists = new Map<string | null, ChildList<T>>();
	#version = $state(0);
	#open = $state.raw<ReadonlySet<string>>(new Set());
	#activeId = $state.raw<string | undefined>(undefined);
	#error = $state.raw<unknown>(undefined);
	#flying = new Map<string, Promise<void>>();
	#typed = { text: '', at: 0 };
	#revealing = 0;
	#opening: Promise<boolean> | undefined;
	#flat = $derived.by(() => this.#flatten());

	constructor(source: TreeSource<T>) {
		this.#source = source;
	}

	/** Rows on the screen if all of it were in sight; `undefined` until the first answer. */
	get count(): number | undefined {
		return this.#flat.isLoaded ? this.#flat.count : undefined;
	}

	get error(): unknown {
		return this.#error;
	}

	/** The node the keyboard is on. */
	get activeId(): string | undefined {
		return this.#activeId;
	}

	/** Going somewhere else ends the opening of a way. */
	set activeId(id: string | undefined) {
		this.#revealing++;
		this.#activeId = id;
	}

	/** The row at a position: a node, or `undefined` for one still to be loaded. */
	line(index: number): TreeLine<T> | undefined {
		const found = this.#lineAt(index)?.line;
		return found?.kind === 'node' ? found : undefined;
	}

	/** Depth of the row, loaded or not, from 0. */
	depthAt(index: number): number {
		return this.#lineAt(index)?.line.depth ?? 0;
	}

	/** Where a loaded node stands among the rows; -1 when it is not in sight. */
	indexOf(id: string | undefined): number {
		return id === undefined ? -1 : (this.#flat.places.get(id) ?? -1);
	}

	/** The loaded node of that id, with its place. */
	place(id: string): TreeLine<T> | undefined {
		return this.line(this.indexOf(id));
	}

	/** The loaded sibling so many places before (−) or after. */
	sibling(id: string, by: number): T | undefined {
		const place = this.place(id);
		return place && this.#lists.get(place.parentId)?.rows[place.position + by];
	}

	isOpen(id: string): boolean {
		return this.#open.has(id);
	}

	open(id: string): void {
		this.#open = new Set(this.#open).add(id);
	}

	close(id: string): void {
		const open = new Set(this.#open);
		open.delete(id);
		this.#open = open;
	}

	/** Loads what is missing between two rows. */
	need(first: number, end: number): void {
		// A failure waits for `retry`; trying again by itself would never end.
		if (this.#error !== undefined) return;
		if (!this.#flat.isLoaded) {
			void this.#loadPage(null, 0);
			return;
		}
		for (let index = first; index < end;) {
			const found = this.#lineAt(index);
			if (!found) return;
			const { line, start } = found;
			if (line.kind === 'node') {
				index++;
				continue;
			}
			const position = line.position + (index - start);
			const last = Math.min(end - start, line.length) + line.position - 1;
			for (let page = Math.floor(position / PAGE); page <= Math.floor(last / PAGE); page++)
				void this.#loadPage(line.parentId, page);
			index = start + line.length;
		}
	}

	/** Tries again after a failure. */
	retry(): void {
		this.#error = undefined;
		this.#version++;
	}

	/** Reads again everything that is loaded. */
	async reload(): Promise<void> {
		await this.refresh([...this.#lists.keys()], []);
	}

	/** Reads again after changes: whole child lists, and single nodes where they are loaded. */
	async refresh(parents: readonly (string | null)[], ids: readonly string[]): Promise<void> {
		const pages = new Map<string, { parentId: string | null; page: number }>();
		const add = (parentId: string | null, page: number): void => {
			pages.set(`${parentId}/${page}`, { parentId, page });
		};
		for (const parentId of parents) {
			const list = this.#lists.get(parentId);
			if (!list) continue;
			add(parentId, 0);
			for (let page = 0; page * PAGE < list.rows.length; page++)
				if (list.rows.slice(page * PAGE, page * PAGE + PAGE).some((row) => row !== undefined))
					add(parentId, page);
		}
		for (const id of ids) {
			const place = this.place(id);
			if (place) add(place.parentId, Math.floor(place.position / PAGE));
		}
		await Promise.all([...pages.values()].map(({ parentId, page }) => this.#loadPage(parentId, page, true)));
	}

	/** While the way to a node is being opened: settles when the keyboard stands on it, or the node was not found. */
	get opening(): Promise<boolean> | undefined {
		return this.#opening;
	}

	/**
	 * Opens the way to a node and makes it the active one.
	 * @param path ids, outermost first, the node last
	 * @returns whether it could be found
	 */
	reveal(path: readonly string[] | Promise<readonly string[]>): Promise<boolean> {
		const turn = ++this.#revealing;
		const opening = this.#openWay(path, turn).finally(() => {
			if (this.#opening === opening) this.#opening = undefined;
		});
		this.#opening = opening;
		return opening;
	}

	async #openWay(given: readonly string[] | Promise<readonly string[]>, turn: number): Promise<boolean> {
		const path = await given;
		if (turn !== this.#revealing) return false;
		let parentId: string | null = null;
		for (const [step, id] of path.entries()) {
			if (!(await this.#find(parentId, id)) || turn !== this.#revealing) return false;
			if (step < path.length - 1) this.open(id);
			parentId = id;
		}
		this.#activeId = path.at(-1);
		return true;
	}

	/**
	 * What a key does by the tree pattern.
	 * @param pageRows how far Page Down goes
	 * @returns whether the key meant something
	 */
	key(event: { readonly key: string }, pageRows: number, now: number): boolean {
		const index = Math.max(0, this.indexOf(this.#activeId));
		const line = this.line(index);
		switch (event.key) {
			case 'ArrowDown':
				return this.#go(index + 1);
			case 'ArrowUp':
				return this.#go(index - 1);
			case 'PageDown':
				return this.#go(index + pageRows);
			case 'PageUp':
				return this.#go(index - pageRows);
			case 'Home':
				return this.#go(0);
			case 'End':
				return this.#go((this.count ?? 1) - 1);
			case 'ArrowRight':
				if (!line || this.#source.childCount(line.node) === 0) return true;
				if (this.isOpen(line.id)) return this.#go(index + 1);
				this.open(line.id);
				return true;
			case 'ArrowLeft':
				if (line && this.isOpen(line.id)) this.close(line.id);
				else if (line?.parentId) this.#activeId = line.parentId;
				return true;
			case '*':
				if (line) this.#openSiblings(line);
				return true;
			default:
				// Signs such as ? and / are shortcuts.
				return /^[\p{L}\p{N}]$/u.test(event.key) && this.#typeAhead(event.key, index, now);
		}
	}

	#go(index: number): boolean {
		const to = Math.max(0, Math.min((this.count ?? 1) - 1, index));
		const line = this.line(to);
		if (line) this.#activeId = line.id;
		else {
			const gap = this.#lineAt(to);
			if (gap?.line.kind === 'gap') {
				const { parentId, position } = gap.line;
				const wanted = position + (to - gap.start);
				void this.#loadPage(parentId, Math.floor(wanted / PAGE)).then(() => {
					const row = this.#lists.get(parentId)?.rows[wanted];
					if (row !== undefined) this.#activeId = this.#source.id(row);
				});
			}
		}
		return true;
	}

	#openSiblings(line: TreeLine<T>): void {
		const open = new Set(this.#open);
		for (const row of this.#lists.get(line.parentId)?.rows ?? [])
			if (row !== undefined && this.#source.childCount(row) > 0) open.add(this.#source.id(row));
		this.#open = open;
	}

	#typeAhead(sign: string, from: number, now: number): boolean {
		const isNew = now - this.#typed.at > TYPE_AHEAD_MS;
		this.#typed = { text: (isNew ? '' : this.#typed.text) + sign.toLowerCase(), at: now };
		const count = this.count ?? 0;
		for (let step = isNew ? 1 : 0; step <= count; step++) {
			const line = this.line((from + step) % count);
			if (line && startsWith(this.#source.text(line.node), this.#typed.text)) {
				this.#activeId = line.id;
				return true;
			}
		}
		return true;
	}

	async #find(parentId: string | null, id: string): Promise<boolean> {
		const has = (): boolean =>
			this.#lists.get(parentId)?.rows.some((row) => row !== undefined && this.#source.id(row) === id) ??
			false;
		if (!has()) await this.#loadPage(parentId, 0);
		if (has()) return true;
		const list = this.#lists.get(parentId);
		if (!list || list.total <= PAGE) return false;
		const sought = await this.#source.read(id);
		let low = 0;
		let high = Math.ceil(list.total / PAGE) - 1;
		while (low <= high) {
			const middle = Math.floor((low + high) / 2);
			await this.#loadPage(parentId, middle);
			if (has()) return true;
			const first = list.rows[middle * PAGE];
			if (first === undefined) return false;
			if (this.#source.compare(sought, first) < 0) high = middle - 1;
			else low = middle + 1;
		}
		return false;
	}

	#loadPage(parentId: string | null, page: number, again = false): Promise<void> {
		const key = `${parentId}/${page}`;
		const flying = this.#flying.get(key);
		if (flying && !again) return flying;
		const known = this.#lists.get(parentId)?.rows[page * PAGE];
		if (known !== undefined && !again) return Promise.resolve();
		const loading = this.#fetch(parentId, page).finally(() => {
			if (this.#flying.get(key) === loading) this.#flying.delete(key);
		});
		this.#flying.set(key, loading);
		return loading;
	}

	async #fetch(parentId: string | null, page: number): Promise<void> {
		try {
			const slice = await this.#source.children(parentId, page * PAGE, PAGE);
			const list = this.#lists.get(parentId) ?? { total: 0, rows: [] };
			list.total = slice.total;
			list.rows.length = slice.total;
			for (const [at, row] of slice.rows.entries()) list.rows[page * PAGE + at] = row;
			this.#lists.set(parentId, list);
			this.#error = undefined;
		} catch (error) {
			this.#error = error;
		}
		this.#version++;
	}

	#lineAt(index: number): { line: TreeLine<T> | TreeGap; start: number } | undefined {
		const { lines, starts, count } = this.#flat;
		if (index < 0 || index >= count) return undefined;
		let low = 0;
		let high = lines.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((starts[middle] ?? 0) <= index) low = middle;
			else high = middle - 1;
		}
		const line = lines[low];
		return line && { line, start: starts[low] ?? 0 };
	}

	#flatten(): {
		lines: (TreeLine<T> | TreeGap)[];
		starts: number[];
		count: number;
		places: Map<string, number>;
		isLoaded: boolean;
	} {
		// Lists are changed in place; the version says when.
		void this.#version;
		const lines: (TreeLine<T> | TreeGap)[] = [];
		const starts: number[] = [];
		const places = new Map<string, number>();
		let count = 0;
		const gap = (parentId: string | null, position: number, length: number, depth: number): void => {
			lines.push({ kind: 'gap', parentId, position, length, depth });
			starts.push(count);
			count += length;
		};
		const walk = (parentId: string | null, depth: number, expected: number): void => {
			const list = this.#lists.get(parentId);
			if (!list) {
				if (expected > 0) gap(parentId, 0, expected, depth);
				return;
			}
			for (let position = 0; position < list.total; position++) {
				const node = list.rows[position];
				if (node === undefined) {
					const from = position;
					while (position + 1 < list.total && list.rows[position + 1] === undefined) position++;
					gap(parentId, from, position - from + 1, depth);
					continue;
				}
				const id = this.#source.id(node);
				places.set(id, count);
				lines.push({ kind: 'node', id, node, parentId, position, siblings: list.total, depth });
				starts.push(count);
				count++;
				if (this.#open.has(id)) walk(id, depth + 1, this.#source.childCount(node));
			}
		};
		walk(null, 0, 0);
		return { lines, starts, count, places, isLoaded: this.#lists.has(null) };
	}
}
