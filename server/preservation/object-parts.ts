import { versionName, versionNumber } from './ocfl-inventory.ts';
import type { NewVersion, OcflStore, PutResult } from './ocfl-store.ts';

/** Versions of one object; then a successor goes on, or inventories, which list them all, would grow without end. */
export const MAX_VERSIONS = 250;

/** A version of one of the objects that follow each other. */
export interface PartVersion {
	readonly objectId: string;
	readonly version: string;
}

/** The id of an object's successor: `ID#2`, `ID#3` … */
export function partId(id: string, part: number): string {
	return part === 1 ? id : `${id}#${part}`;
}

/** Which object it follows, and as which. */
export function partOf(objectId: string): { readonly id: string; readonly part: number } {
	const match = /^(.*)#([1-9]\d*)$/.exec(objectId);
	return match?.[1] === undefined ? { id: objectId, part: 1 } : { id: match[1], part: Number(match[2]) };
}

/** Compares by age. */
export function byAge(a: PartVersion, b: PartVersion): number {
	return (
		partOf(a.objectId).part - partOf(b.objectId).part || versionNumber(a.version) - versionNumber(b.version)
	);
}

/** Objects of a store and their successors, each as one. */
export class ObjectParts {
	#store: OcflStore;
	#maxVersions: number;
	/** Parts known to be followed by another: looked at no more. */
	#passed = new Map<string, number>();

	constructor(store: OcflStore, maxVersions: number) {
		this.#store = store;
		this.#maxVersions = maxVersions;
	}

	/** The newest version; undefined when there is none. */
	newest(id: string): PartVersion | undefined {
		const { objectId, head } = this.#last(id);
		return head > 0 ? { objectId, version: versionName(head) } : undefined;
	}

	/**
	 * Adds a version to the last of the objects, or to a new one when that is full. The same files make none.
	 * @param files gets the id of the object before it, to be said in the version
	 */
	put(
		version: Omit<NewVersion, 'files'>,
		files: (predecessor: string | undefined) => NewVersion['files'],
	): PutResult & PartVersion {
		const { objectId: last, part, head } = this.#last(version.objectId);
		const filesOf = (of: number): NewVersion['files'] =>
			files(of === 1 ? undefined : partId(version.objectId, of - 1));
		if (head >= this.#maxVersions && this.#store.holds({ objectId: last, files: filesOf(part) }))
			return { objectId: last, version: versionName(head), isNew: false };
		const next = head >= this.#maxVersions ? part + 1 : part;
		const objectId = partId(version.objectId, next);
		return { objectId, ...this.#store.putVersion({ ...version, objectId, files: filesOf(next) }) };
	}

	/** The versions after one, oldest first. */
	after(id: string, known: PartVersion | undefined): PartVersion[] {
		const versions: PartVersion[] = [];
		for (let part = known ? partOf(known.objectId).part : 1; ; part++) {
			const objectId = partId(id, part);
			const listed = this.#store.listVersions(objectId);
			if (listed.length === 0) return versions;
			for (const { version } of listed)
				if (known?.objectId !== objectId || versionNumber(version) > versionNumber(known.version))
					versions.push({ objectId, version });
		}
	}

	#last(id: string): { readonly objectId: string; readonly part: number; readonly head: number } {
		for (let part = this.#passed.get(id) ?? 1; ; part++) {
			const objectId = partId(id, part);
			const inventory = this.#store.inventory(objectId);
			const head = inventory ? versionNumber(inventory.head) : 0;
			const isFull = head >= this.#maxVersions;
			// One that is full may have a successor that was not begun yet.
			if (!isFull || !this.#store.inventory(partId(id, part + 1))) return { objectId, part, head };
			this.#passed.set(id, part + 1);
		}
	}
}
