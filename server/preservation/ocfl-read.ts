import { join, relative } from 'node:path';
import { Refusal } from '#domain/base/refusal.ts';
import { digestFile, sha512 } from './digests.ts';
import {
	contentPathOf,
	DIGEST_ALGORITHM,
	digestsOf,
	versionNumber,
	type Inventory,
} from './ocfl-inventory.ts';
import { folderStorage } from './folder-storage.ts';
import { readInventory } from './ocfl-reader.ts';
import { isThere } from './ocfl-storage.ts';

/** Paths of the objects below a storage root, in the order of its folders. Blocks: call it in a worker. */
export function* objectFolders(root: string, folder = root): Generator<string> {
	const entries = folderStorage.list(folder);
	if (folder !== root && entries.some(({ name }) => name.startsWith('0=ocfl_object'))) {
		yield relative(root, folder);
		return;
	}
	for (const { name } of entries
		.filter((each) => each.kind === 'folder' && !(folder === root && each.name === 'extensions'))
		.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
		yield* objectFolders(root, join(folder, name));
}

/** An object as it is read back: nothing of it is believed that is not what its digest says. Blocks: call it in a worker. */
export class StoredObject {
	readonly id: string;
	/** Oldest first. */
	readonly versions: readonly string[];
	#folder: string;
	#inventory: Inventory;

	/** @throws {Refusal} 'preservation.damaged' when its inventory is not the one that was written */
	constructor(folder: string) {
		const inventory = readInventory(folderStorage, folder);
		if (!inventory || inventory.digestAlgorithm !== DIGEST_ALGORITHM)
			throw new Refusal('preservation.damaged', { id: inventory?.id ?? '', path: folder });
		this.#folder = folder;
		this.#inventory = inventory;
		this.id = inventory.id;
		this.versions = Object.keys(inventory.versions).toSorted((a, b) => versionNumber(a) - versionNumber(b));
	}

	/** Logical names of a version, by default of the newest. */
	names(version = this.#inventory.head): ReadonlySet<string> {
		return new Set(digestsOf(this.#inventory, version).keys());
	}

	/**
	 * The bytes of a file; undefined when the version has none of that name.
	 * @throws {Refusal} 'preservation.damaged'
	 */
	read(name: string, version?: string): Buffer | undefined {
		const content = contentPathOf(this.#inventory, name, version);
		if (!content) return undefined;
		const path = join(this.#folder, content.path);
		if (!isThere(folderStorage, path)) throw this.#damaged(content.path);
		const bytes = Buffer.from(folderStorage.read(path));
		if (sha512(bytes) !== content.digest.toLowerCase()) throw this.#damaged(content.path);
		return bytes;
	}

	/**
	 * The text of a file, empty where there is none.
	 * @throws {Refusal} 'preservation.damaged'
	 */
	text(name: string, version?: string): string {
		return this.read(name, version)?.toString('utf8') ?? '';
	}

	/**
	 * The path of a file too large to be read at once, after its digest was found right.
	 * @throws {Refusal} 'preservation.damaged'
	 */
	checkedPath(name: string): string | undefined {
		const content = contentPathOf(this.#inventory, name);
		if (!content) return undefined;
		const path = join(this.#folder, content.path);
		if (!isThere(folderStorage, path)) throw this.#damaged(content.path);
		if (digestFile(folderStorage, path, [DIGEST_ALGORITHM]).digests[0] !== content.digest.toLowerCase())
			throw this.#damaged(content.path);
		return path;
	}

	#damaged(path: string): Refusal {
		return new Refusal('preservation.damaged', { id: this.id, path });
	}
}
