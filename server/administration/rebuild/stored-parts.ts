import { must } from '#domain/base/assert.ts';
import { partOf, type PartVersion } from '#server/preservation/object-parts.ts';
import type { InventoryVersion } from '#server/preservation/ocfl-inventory.ts';
import type { StoredObject } from '#server/preservation/ocfl-read.ts';

/** An object and the successors that go on where it was full, read as one. Blocks: call it in a worker. */
export class StoredParts {
	readonly id: string;
	/** Oldest first: `v1`, and of successors `#2 v1`. */
	readonly versions: readonly string[];
	#of = new Map<string, { readonly object: StoredObject; readonly version: string }>();

	/** @param objects at least one */
	constructor(objects: readonly StoredObject[]) {
		const parts = objects
			.map((object) => ({ object, part: partOf(object.id).part }))
			.toSorted((a, b) => a.part - b.part);
		this.id = partOf(must(parts[0], 'an object').object.id).id;
		for (const { object, part } of parts)
			for (const version of object.versions)
				this.#of.set(part === 1 ? version : `#${part} ${version}`, { object, version });
		this.versions = [...this.#of.keys()];
	}

	/** Where a version lies. */
	placeOf(version: string): PartVersion {
		const found = this.#found(version);
		return { objectId: found.object.id, version: found.version };
	}

	/** @throws {Refusal} 'preservation.damaged' */
	read(name: string, version: string): Buffer | undefined {
		const found = this.#found(version);
		return found.object.read(name, found.version);
	}

	/** @throws {Refusal} 'preservation.damaged' */
	text(name: string, version: string): string {
		const found = this.#found(version);
		return found.object.text(name, found.version);
	}

	/** Logical names of a version. */
	names(version: string): ReadonlySet<string> {
		const found = this.#found(version);
		return found.object.names(found.version);
	}

	/** When a version was made, and by whom. */
	about(version: string): InventoryVersion | undefined {
		const found = this.#found(version);
		return found.object.about(found.version);
	}

	/**
	 * The path of a file too large to be read at once, after its digest was found right; undefined where there is none.
	 * @throws {Refusal} 'preservation.damaged'
	 */
	checkedPath(name: string, version: string): string | undefined {
		const found = this.#found(version);
		return found.object.checkedPath(name, found.version);
	}

	#found(version: string): { readonly object: StoredObject; readonly version: string } {
		return must(this.#of.get(version), 'a version of the object');
	}
}
