import { join, relative } from 'node:path';
import { Refusal } from '#domain/base/refusal.ts';
import { digestFile, sha512 } from './digests.ts';
import {
	contentPathOf,
	DIGEST_ALGORITHM,
	digestsOf,
	INVENTORY,
	versionNumber,
	type Inventory,
	type InventoryVersion,
} from './ocfl-inventory.ts';
import { folderStorage } from './folder-storage.ts';
import { namasteText, OBJECT_NAMASTE } from './ocfl-layout.ts';
import { readSoundInventory } from './ocfl-reader.ts';
import { isThere, readText } from './ocfl-storage.ts';

/** Paths of the objects below a storage root, in the order of its folders. Blocks: call it in a worker. */
export function* objectFolders(root: string, folder = root): Generator<string> {
	const entries = folderStorage.list(folder);
	// An object that lost one of its files is one all the same.
	if (folder !== root && entries.some(({ name }) => /^(0=ocfl_object.*|inventory\.json|v\d+)$/.test(name))) {
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
	/** Files around the content that are not what was written, although the object can be read. */
	readonly damaged: readonly string[];
	#folder: string;
	#inventory: Inventory;

	/**
	 * Where its inventory is damaged that of the newest version stands for it, which said the same.
	 * @throws {Refusal} 'preservation.damaged' when no inventory is what was written
	 */
	constructor(folder: string) {
		const damaged: string[] = [];
		const inventory = soundInventory(folder) ?? olderInventory(folder, damaged);
		if (inventory?.digestAlgorithm !== DIGEST_ALGORITHM)
			throw new Refusal('preservation.damaged', { id: inventory?.id ?? '', path: join(folder, INVENTORY) });
		if (!isDeclared(folder)) damaged.push(OBJECT_NAMASTE);
		this.damaged = damaged;
		this.#folder = folder;
		this.#inventory = inventory;
		this.id = inventory.id;
		this.versions = Object.keys(inventory.versions).toSorted((a, b) => versionNumber(a) - versionNumber(b));
	}

	/** Who made a version, and when. */
	about(version: string): InventoryVersion | undefined {
		return this.#inventory.versions[version];
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
		const bytes = this.#reading(content.path, () => Buffer.from(folderStorage.read(path)));
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
	checkedPath(name: string, version?: string): string | undefined {
		const content = contentPathOf(this.#inventory, name, version);
		if (!content) return undefined;
		const path = join(this.#folder, content.path);
		if (!isThere(folderStorage, path)) throw this.#damaged(content.path);
		const { digests } = this.#reading(content.path, () =>
			digestFile(folderStorage, path, [DIGEST_ALGORITHM]),
		);
		if (digests[0] !== content.digest.toLowerCase()) throw this.#damaged(content.path);
		return path;
	}

	#reading<T>(path: string, read: () => T): T {
		try {
			return read();
		} catch (error) {
			throw isUnreadable(error) ? this.#damaged(path) : error;
		}
	}

	#damaged(path: string): Refusal {
		return new Refusal('preservation.damaged', { id: this.id, path });
	}
}

function soundInventory(folder: string): Inventory | undefined {
	try {
		return readSoundInventory(folderStorage, folder);
	} catch (error) {
		if (isUnreadable(error)) return undefined;
		throw error;
	}
}

/** The inventory that the newest version keeps; a newer version whose own is damaged too is named. */
function olderInventory(folder: string, damaged: string[]): Inventory | undefined {
	damaged.push(INVENTORY);
	const versions = folderStorage
		.list(folder)
		.filter(({ name }) => /^v\d+$/.test(name))
		.toSorted((a, b) => versionNumber(b.name) - versionNumber(a.name));
	for (const { name } of versions) {
		const inventory = soundInventory(join(folder, name));
		if (inventory?.head === name) return inventory;
		damaged.push(`${name}/${INVENTORY}`);
	}
	return undefined;
}

function isDeclared(folder: string): boolean {
	const declared = folderStorage.list(folder).filter(({ name }) => name.startsWith('0=ocfl_object'));
	const [{ name } = { name: '' }] = declared;
	try {
		return declared.length === 1 && readText(folderStorage, join(folder, name)) === namasteText(name);
	} catch (error) {
		if (isUnreadable(error)) return false;
		throw error;
	}
}

/** True when it is the disk that could not read something, or something else lies in its place. */
export function isUnreadable(error: unknown): boolean {
	const { code } = error as NodeJS.ErrnoException;
	return (
		error instanceof SyntaxError ||
		['EIO', 'EBADMSG', 'EUCLEAN', 'EISDIR', 'ENOTDIR', 'ENOENT', 'ELOOP', 'EACCES', 'EPERM'].includes(
			code ?? '',
		)
	);
}
