import { join } from 'node:path/posix';
import { Refusal } from '#domain/base/refusal.ts';
import { digestOf } from './digests.ts';
import { folderStorage } from './folder-storage.ts';
import { below } from './ocfl-findings.ts';
import {
	contentPathOf,
	digestInSidecar,
	INVENTORY,
	sidecarOf,
	versionNumber,
	type Inventory,
} from './ocfl-inventory.ts';
import { readDeclaredLayout, RootCheck, type DeclaredLayout } from './ocfl-root-check.ts';
import { isThere, readText, type OcflStorage } from './ocfl-storage.ts';

/** A version, as a list of them shows it. */
export interface VersionListing {
	readonly version: string;
	/** RFC 3339. */
	readonly created: string;
	readonly message: string;
	readonly userName: string;
}

const unheard = (): void => undefined;

/**
 * Reads objects of a storage root, ours or not: of OCFL 1.0 or 1.1, by any digest, and however it is laid out. Where the
 * layout is not known here, an object is found by looking at all of them.
 */
export class OcflReader {
	readonly root: string;
	#storage: OcflStorage;
	#declared: DeclaredLayout | undefined;
	/** Places of objects, as far as they had to be looked for. */
	#found = new Map<string, string>();

	constructor(root: string, storage: OcflStorage = folderStorage) {
		this.root = root;
		this.#storage = storage;
	}

	/**
	 * The inventory of an object; undefined when there is none.
	 * @throws {Refusal} 'preservation.damaged' when the sidecar says otherwise
	 */
	inventory(objectId: string): Inventory | undefined {
		const place = this.placeOf(objectId);
		return place === undefined ? undefined : readInventory(this.#storage, place, objectId);
	}

	/** The versions of an object, oldest first. */
	listVersions(objectId: string): VersionListing[] {
		return Object.entries(this.inventory(objectId)?.versions ?? {})
			.map(([version, { created, message = '', user }]) => ({
				version,
				created,
				message,
				userName: user?.name ?? '',
			}))
			.toSorted((a, b) => versionNumber(a.version) - versionNumber(b.version));
	}

	/**
	 * The bytes of a logical file, checked against their digest; undefined when there is no such file.
	 * @throws {Refusal} 'preservation.damaged'
	 */
	readFile(objectId: string, logicalName: string, version?: string): Uint8Array | undefined {
		const inventory = this.inventory(objectId);
		const content = inventory && contentPathOf(inventory, logicalName, version);
		const place = content && this.placeOf(objectId);
		if (!place) return undefined;
		const bytes = this.#storage.read(join(place, content.path));
		if (digestOf(inventory.digestAlgorithm, bytes) !== content.digest.toLowerCase())
			throw new Refusal('preservation.damaged', { id: objectId, path: content.path });
		return bytes;
	}

	/** The ids of all objects, by place. */
	async *listObjects(): AsyncGenerator<string> {
		for (const { id } of this.#objects()) yield id;
	}

	/** What the root says of its layout. */
	protected declaredLayout(): DeclaredLayout {
		return (this.#declared ??= readDeclaredLayout(this.#storage, this.root, unheard));
	}

	/** The folder of an object, whether it is there or not; undefined where it cannot lie here. */
	placeOf(objectId: string): string | undefined {
		const { layout } = this.declaredLayout();
		if (layout) {
			const path = layout.pathOf(objectId);
			return path === undefined ? undefined : join(this.root, path);
		}
		const known = this.#found.get(objectId);
		if (known !== undefined && isThere(this.#storage, known)) return known;
		for (const { id, place } of this.#objects()) {
			this.#found.set(id, place);
			if (id === objectId) return place;
		}
		return undefined;
	}

	*#objects(): Generator<{ readonly id: string; readonly place: string }> {
		for (const place of new RootCheck(this.#storage, this.root, unheard).objects()) {
			const inventory = readInventory(this.#storage, place);
			if (!inventory) throw new Refusal('preservation.damaged', { id: '', path: below(this.root, place) });
			yield { id: inventory.id, place };
		}
	}
}

/**
 * The inventory of the object in a folder; undefined when there is no object.
 * @throws {Refusal} 'preservation.damaged'
 */
export function readInventory(storage: OcflStorage, folder: string, objectId = ''): Inventory | undefined {
	if (!isThere(storage, folder)) return undefined;
	const inventory = readSoundInventory(storage, folder);
	if (!inventory) throw new Refusal('preservation.damaged', { id: objectId, path: join(folder, INVENTORY) });
	return inventory;
}

/** The inventory in a folder, when it is what its sidecar says. */
export function readSoundInventory(storage: OcflStorage, folder: string): Inventory | undefined {
	const path = join(folder, INVENTORY);
	if (!isThere(storage, path)) return undefined;
	const bytes = storage.read(path);
	const algorithm = (['sha512', 'sha256'] as const).find((each) =>
		isThere(storage, join(folder, sidecarOf(each))),
	);
	if (!algorithm) return undefined;
	const told = digestInSidecar(readText(storage, join(folder, sidecarOf(algorithm))));
	if (told !== digestOf(algorithm, bytes)) return undefined;
	const inventory = JSON.parse(Buffer.from(bytes).toString('utf8')) as Inventory;
	return inventory.digestAlgorithm === algorithm ? inventory : undefined;
}
