import type { NoteAt } from './ocfl-findings.ts';
import { specVersionOf } from './ocfl-inventory-check.ts';
import { digestsOf, INVENTORY, type Inventory } from './ocfl-inventory.ts';

/**
 * Holds the inventories of earlier versions against the newest one, one after the other and oldest first, so that only
 * two are ever in memory.
 * @see OCFL 1.1, 3.7 Version Inventory and 3.7.1 Conformance of prior versions
 */
export class HistoryCheck {
	#newest: Inventory;
	#isOneDotOne: boolean;
	#note: NoteAt;
	/** Of the newest inventory, by version. */
	#digests = new Map<string, ReadonlyMap<string, string>>();
	#paths: ReadonlyMap<string, readonly string[]> | undefined;
	#lastSpec = '1.0';

	constructor(newest: Inventory, isOneDotOne: boolean, note: NoteAt) {
		this.#newest = newest;
		this.#isOneDotOne = isOneDotOne;
		this.#note = note;
	}

	/** @param folder the version's */
	compare(own: Inventory, version: string, folder: string): void {
		const path = `${folder}/${INVENTORY}`;
		this.grow(own, path);
		const newest = this.#newest;
		if (own.id !== newest.id)
			this.#note(this.#isOneDotOne ? 'E110' : 'E037', path, `another id than the object's: ${own.id}`);
		if (own.head !== version) this.#note('E040', path, `the head of ${version} is ${own.head}`);
		this.#compareContentDirectory(own, path);
		for (const [name, then] of Object.entries(own.versions)) {
			const now = newest.versions[name];
			if (!now) {
				this.#note('E066', path, `it has a version the newest inventory does not have: ${name}`);
				continue;
			}
			if (!this.#isSameState(own, name))
				this.#note('E066', path, `it tells another ${name} than the newest inventory`);
			for (const key of ['created', 'message', 'user'] as const)
				if (stable(then[key]) !== stable(now[key]))
					this.#note('W011', path, `${key} of ${name} is not that of the newest inventory`);
		}
	}

	/** Notes an inventory of an earlier OCFL version than one before it. */
	grow(own: Inventory, path: string): void {
		const spec = specVersionOf(own.type);
		if (spec === undefined) return;
		if (spec < this.#lastSpec)
			this.#note('E103', path, `${own.head} is of an earlier OCFL version than one before it`);
		else this.#lastSpec = spec;
	}

	#compareContentDirectory(own: Inventory, path: string): void {
		const [then, now] = [own.contentDirectory, this.#newest.contentDirectory];
		if (then === now) return;
		this.#note('E019', path, `contentDirectory is ${String(then)}, now ${String(now)}`);
		if (then !== undefined) this.#note('E020', path, `contentDirectory was ${then}, and changed`);
	}

	#isSameState(own: Inventory, version: string): boolean {
		const before = digestsOf(own, version);
		const after = this.#digests.get(version) ?? digestsOf(this.#newest, version);
		this.#digests.set(version, after);
		if (before.size !== after.size) return false;
		if (own.digestAlgorithm === this.#newest.digestAlgorithm)
			return [...before].every(([name, digest]) => after.get(name) === digest);
		// Across digest algorithms the same content is told by a content path in common.
		const now = (this.#paths ??= pathsOf(this.#newest));
		const then = pathsOf(own);
		return [...before].every(([name, digest]) => {
			const paths = now.get(after.get(name) ?? '') ?? [];
			return (then.get(digest) ?? []).some((path) => paths.includes(path));
		});
	}
}

/** Content paths by digest in lower case. */
function pathsOf({ manifest }: Inventory): Map<string, readonly string[]> {
	return new Map(Object.entries(manifest).map(([digest, paths]) => [digest.toLowerCase(), paths]));
}

function stable(value: unknown): string | undefined {
	return typeof value === 'object' && value !== null
		? JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
		: JSON.stringify(value);
}
