import { dirname, join } from 'node:path/posix';
import { isThere, type OcflStorage } from '../ocfl-storage.ts';

const NAME = /^([0-9a-f]{64})\.purge-(build|new|old)$/;

/**
 * Objects that take the places of others, which are deleted. The names in the staging area are the journal: `build` is not
 * whole yet, `new` is and goes to the place, `old` has left it. An object leaves by one rename, so the root never holds a
 * part of one.
 */
export class PurgeStaging {
	#root: string;
	#folder: string;
	#storage: OcflStorage;
	#placeOf: (digest: string) => string;

	constructor(root: string, folder: string, storage: OcflStorage, placeOf: (digest: string) => string) {
		this.#root = root;
		this.#folder = folder;
		this.#storage = storage;
		this.#placeOf = placeOf;
	}

	/** An empty folder to build what takes the place of an object. */
	build(digest: string): string {
		const folder = this.#name(digest, 'build');
		this.#storage.remove(folder);
		this.#storage.makeFolder(folder);
		return folder;
	}

	/** Puts an object that is whole and synced, in the folder it was built in, in the place of the one there. */
	replace(digest: string, built: string): void {
		this.#dropBuilt(digest);
		this.#storage.rename(built, this.#name(digest, 'new'));
		this.#storage.syncFolder(this.#folder);
		this.#storage.remove(this.#name(digest, 'build'));
		this.#finish(digest);
	}

	/**
	 * Finishes what was decided, and clears away what was not.
	 * @returns places of objects that are settled now
	 */
	recover(): { readonly finished: readonly string[]; readonly undone: readonly string[] } {
		const found = new Map<string, Set<string>>();
		for (const { name } of this.#storage.list(this.#folder)) {
			const [, digest, what] = NAME.exec(name) ?? [];
			if (digest && what) found.set(digest, (found.get(digest) ?? new Set()).add(what));
		}
		const finished: string[] = [];
		const undone: string[] = [];
		for (const [digest, names] of found) {
			this.#storage.remove(this.#name(digest, 'build'));
			if (names.has('new') || names.has('old')) {
				this.#finish(digest);
				finished.push(this.#placeOf(digest));
			} else undone.push(this.#placeOf(digest));
		}
		return { finished, undone };
	}

	#finish(digest: string): void {
		const place = this.#place(digest);
		const next = this.#name(digest, 'new');
		if (isThere(this.#storage, next)) {
			if (isThere(this.#storage, place)) this.#storage.rename(place, this.#name(digest, 'old'));
			this.#storage.rename(next, place);
			this.#syncBoth(place);
		}
		this.#dropOld(digest);
	}

	/** The name that says what to finish goes last. */
	#dropOld(digest: string): void {
		const place = this.#place(digest);
		if (!isThere(this.#storage, place)) this.#dropEmptyAbove(place);
		this.#storage.remove(this.#name(digest, 'old'));
		this.#storage.syncFolder(this.#folder);
	}

	/** An empty folder is not allowed in a storage root. */
	#dropEmptyAbove(place: string): void {
		for (let folder = dirname(place); folder.length > this.#root.length; folder = dirname(folder)) {
			if (!isThere(this.#storage, folder)) continue;
			if (this.#storage.list(folder).length > 0) break;
			this.#storage.removeEmptyFolder(folder);
			this.#storage.syncFolder(dirname(folder));
		}
	}

	/** A version that failed to be put would bring back what goes. */
	#dropBuilt(digest: string): void {
		for (const { name } of this.#storage.list(this.#folder))
			if (name.startsWith(`${digest}.v`)) this.#storage.remove(join(this.#folder, name));
	}

	#syncBoth(place: string): void {
		this.#storage.syncFolder(dirname(place));
		this.#storage.syncFolder(this.#folder);
	}

	#name(digest: string, what: 'build' | 'new' | 'old'): string {
		return join(this.#folder, `${digest}.purge-${what}`);
	}

	#place(digest: string): string {
		return join(this.#root, this.#placeOf(digest));
	}
}
