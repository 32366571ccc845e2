import { dirname, join } from 'node:path/posix';
import { assert, must } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { digestFile, digestOf } from './digests.ts';
import { folderStorage } from './folder-storage.ts';
import { checkInventory, specVersionOf } from './ocfl-inventory-check.ts';
import {
	DIGEST_ALGORITHM,
	holdsExactly,
	INVENTORY,
	nextInventory,
	versionName,
	versionNumber,
	type DigestAlgorithm,
	type Inventory,
	type VersionAbout,
} from './ocfl-inventory.ts';
import {
	LAYOUT,
	namasteText,
	OBJECT_NAMASTE,
	objectPath,
	placeDigest,
	placeOfDigest,
	readLayout,
	ROOT_NAMASTE,
	rootFiles,
	type Layout,
} from './ocfl-layout.ts';
import { OcflReader, readInventory } from './ocfl-reader.ts';
import { StagingArea, type Recovered } from './ocfl-staging.ts';
import { isThere, readText, type OcflStorage } from './ocfl-storage.ts';

export type { VersionListing } from './ocfl-reader.ts';

/**
 * Where the bytes of a logical file come from: given, copied from a path in pieces, or made once the digests of all
 * other files are known (for a file that lists them).
 */
export type FileSource =
	| Uint8Array
	| string
	| { readonly path: string }
	| { readonly derive: (digests: ReadonlyMap<string, string>) => Uint8Array | string };

/** A version to be put. */
export interface NewVersion extends VersionAbout {
	readonly objectId: string;
	/** By logical name: plain relative names. The version holds exactly these. */
	readonly files: ReadonlyMap<string, FileSource>;
}

/** A version that is in the store. */
export interface PutResult {
	readonly version: string;
	/** False when the newest version held the same already. */
	readonly isNew: boolean;
	/** What a new version brought. */
	readonly added?: AddedVersion;
}

/** Where an object lies, and where it is built. */
export interface ObjectPlace {
	readonly staging: StagingArea;
	/** By which it is placed. */
	readonly digest: string;
	readonly place: string;
}

/** What a version brought into the store. */
export interface AddedVersion {
	/** Digest of the object's inventory, in hex. */
	readonly inventoryDigest: string;
	/** Digest of the inventory it was built on; none for a first version. */
	readonly builtOn: string | undefined;
	/** Content files that are stored with this version, and their bytes. */
	readonly files: number;
	readonly bytes: number;
}

/**
 * Writes OCFL 1.1 objects so that a crash at any point leaves the root valid, or makes it so by {@link recover}.
 *
 * Everything of a version is written and synced in the staging area, under names that say object and version: these
 * names are the journal. A first version is then moved in by one rename. A later one takes three, for its folder, the
 * inventory and the sidecar; as long as one is missing its name stands in the staging area and says what to finish.
 */
export class OcflStore extends OcflReader {
	#staging: StagingArea;
	#storage: OcflStorage;
	#algorithm: DigestAlgorithm;
	#layout: Layout | undefined;

	/**
	 * @param staging a folder on the file system of the root, outside of it
	 * @param algorithm by which new objects address their content
	 */
	constructor(
		root: string,
		staging: string,
		storage: OcflStorage = folderStorage,
		algorithm: DigestAlgorithm = DIGEST_ALGORITHM,
	) {
		super(root, storage);
		this.#storage = storage;
		this.#algorithm = algorithm;
		this.#staging = new StagingArea(root, staging, storage, (digest) =>
			placeOfDigest(digest, this.#ownLayout()),
		);
	}

	/**
	 * Opens the root, or makes it where there is none.
	 * @param mayCreate false when there must be a root: an archive whose disk is away is not begun anew
	 * @throws {Refusal} 'preservation.root-missing' | 'preservation.not-a-root' | 'preservation.foreign-layout'
	 */
	open({ mayCreate }: { readonly mayCreate: boolean }): void {
		const declaration = join(this.root, ROOT_NAMASTE);
		if (
			!isThere(this.#storage, declaration) ||
			readText(this.#storage, declaration) !== namasteText(ROOT_NAMASTE)
		) {
			if (!mayCreate) throw new Refusal('preservation.root-missing', { path: this.root });
			this.#createRoot();
		}
		this.#ownLayout();
		this.#staging.open();
	}

	/** Finishes or undoes what a crash interrupted. Asked once after opening; costs what is pending, not what is stored. */
	recover(): Recovered {
		return this.#staging.recover();
	}

	/**
	 * Adds a version that holds exactly these files. When it returns, the version is on the disk. The same files as the
	 * newest version has make no new one.
	 * @throws {Refusal} 'preservation.damaged' rather than to build on an object whose inventory is not what it was;
	 * 'preservation.foreign-object' for one whose versions are not named as ours are
	 */
	putVersion(version: NewVersion): PutResult {
		if (!isThere(this.#storage, join(this.root, ROOT_NAMASTE)))
			throw new Refusal('preservation.root-missing', { path: this.root });
		const digest = placeDigest(version.objectId);
		return this.#staging.guard(digest, () => this.#put(version, digest));
	}

	/**
	 * Changes an object from outside: brings it in, replaces it, takes it out. What is left when it fails is settled at once
	 * as far as that goes, since a full disk must not keep it; else as that of a put is.
	 */
	change<T>(objectId: string, run: (at: ObjectPlace) => T): T {
		const layout = this.#ownLayout();
		const digest = placeDigest(objectId, layout);
		const place = join(this.root, placeOfDigest(digest, layout));
		try {
			return this.#staging.guard(digest, () => run({ staging: this.#staging, digest, place }));
		} catch (error) {
			this.#staging.giveUp(digest);
			throw error;
		}
	}

	/** True when the newest version of the object holds exactly these files: to put them would make none. */
	holds({ objectId, files }: Pick<NewVersion, 'objectId' | 'files'>): boolean {
		const current = this.inventory(objectId);
		if (!current) return false;
		const { digestAlgorithm } = current;
		const { digests } = takeIn(files, digestAlgorithm, (path) =>
			must(digestFile(folderStorage, path, [digestAlgorithm]).digests[0], 'a digest that is known'),
		);
		return holdsExactly(current, current.head, digests);
	}

	/** Folder of an object, there or not. */
	folderOf(objectId: string): string {
		return join(this.root, objectPath(objectId, this.#ownLayout()));
	}

	/** Takes an object out for good, with all its versions; nothing there is fine. */
	removeObject(objectId: string): void {
		this.#staging.remove(placeDigest(objectId, this.#ownLayout()));
	}

	/** An empty folder, in which {@link replaceObject} expects to find what takes the place of an object. */
	beginReplacing(objectId: string): string {
		this.#staging.open();
		return this.#staging.purging.build(placeDigest(objectId, this.#ownLayout()));
	}

	/**
	 * Puts an object in the place of the one there, whose versions are gone with it.
	 * @param built folder of the new one, whole and synced
	 */
	replaceObject(objectId: string, built: string): void {
		this.#staging.purging.replace(placeDigest(objectId, this.#ownLayout()), built);
	}

	#createRoot(): void {
		const isFolder = isThere(this.#storage, this.root);
		// What a crash while making a root leaves may be finished; anything else there is not ours.
		const foreign = isFolder ? this.#storage.list(this.root).filter(({ name }) => !isOfNewRoot(name)) : [];
		if (foreign.length) throw new Refusal('preservation.not-a-root', { path: this.root });
		if (!isFolder) {
			this.#storage.makeFolder(this.root);
			this.#storage.syncFolder(dirname(this.root));
		}
		for (const [path, text] of rootFiles()) {
			const folders = path.split('/').slice(0, -1);
			folders.forEach((_, depth) => this.#makeFolder(join(this.root, ...folders.slice(0, depth + 1))));
			this.#storage.write(join(this.root, path), text);
			this.#storage.syncFile(join(this.root, path));
			for (let depth = folders.length; depth >= 0; depth--)
				this.#storage.syncFolder(join(this.root, ...folders.slice(0, depth)));
		}
	}

	/** The layout of this root, in which what is written must lie. */
	#ownLayout(): Layout {
		if (this.#layout) return this.#layout;
		const { config } = this.declaredLayout();
		const layout = config ? readLayout(config) : LAYOUT;
		// The names of the staging area are digests by SHA-256 too, and say where their objects lie.
		if (layout?.digestAlgorithm !== LAYOUT.digestAlgorithm)
			throw new Refusal('preservation.foreign-layout', {
				path: this.root,
				layout: String(config?.['extensionName']),
			});
		return (this.#layout = layout);
	}

	#put(version: NewVersion, digest: string): PutResult {
		const { objectId } = version;
		const place = join(this.root, placeOfDigest(digest, this.#ownLayout()));
		const current = readInventory(this.#storage, place, objectId);
		const next = numberAfter(current);
		const builtOn = current && digestOf(current.digestAlgorithm, this.#storage.read(join(place, INVENTORY)));
		const algorithm = current?.digestAlgorithm ?? this.#algorithm;
		const staged = this.#staging.begin(digest, next, algorithm);
		const { digests, bytes } = takeIn(version.files, algorithm, (path, name) => staged.copy(path, name));
		if (current && holdsExactly(current, current.head, digests)) {
			staged.discard();
			return { version: current.head, isNew: false };
		}
		const { inventory, toStore } = nextInventory(current, objectId, digests, version, algorithm);
		const { findings } = checkInventory(inventory, specVersionOf(inventory.type) ?? '1.1');
		const wrong = findings.filter(({ code }) => code.startsWith('E'));
		assert(
			wrong.length === 0,
			`an inventory that is not valid: ${wrong.map((each) => each.message).join('; ')}`,
		);

		staged.makeVersion();
		const nameOf = new Map([...digests].map(([name, of]) => [of, name]).toReversed() as [string, string][]);
		for (const [of, path] of toStore)
			staged.store(path, must(nameOf.get(of), 'a name for each digest'), bytes);
		const inventoryDigest = staged.writeInventories(`${JSON.stringify(inventory, null, 1)}\n`);
		if (!current) staged.write(OBJECT_NAMASTE, namasteText(OBJECT_NAMASTE));
		staged.sync();
		if (current) staged.moveVersion(place);
		else staged.moveObject(place);
		return { version: inventory.head, isNew: true, added: { inventoryDigest, builtOn, ...staged.stored } };
	}

	#makeFolder(path: string): void {
		if (!isThere(this.#storage, path)) this.#storage.makeFolder(path);
	}
}

/** The digests of files, and the bytes of those that are not copied. */
function takeIn(
	files: NewVersion['files'],
	algorithm: DigestAlgorithm,
	copy: (path: string, name: string) => string,
): { readonly digests: Map<string, string>; readonly bytes: Map<string, Uint8Array | string> } {
	const digests = new Map<string, string>();
	for (const [name, source] of files)
		if (!isDerived(source))
			digests.set(name, isPath(source) ? copy(source.path, name) : digestOf(algorithm, source));
	const bytes = new Map<string, Uint8Array | string>();
	for (const [name, source] of files) {
		if (isPath(source)) continue;
		const made = isDerived(source) ? source.derive(digests) : source;
		bytes.set(name, made);
		digests.set(name, digestOf(algorithm, made));
	}
	return { digests, bytes };
}

/** @throws {Refusal} 'preservation.foreign-object' */
function numberAfter(current: Inventory | undefined): number {
	if (!current) return 1;
	const number = versionNumber(current.head);
	if (current.head !== versionName(number))
		throw new Refusal('preservation.foreign-object', { id: current.id, version: current.head });
	return number + 1;
}

function isOfNewRoot(name: string): boolean {
	return rootFiles().some(([path]) => path.split('/', 1)[0] === name);
}

function isPath(source: FileSource): source is { readonly path: string } {
	return typeof source === 'object' && 'path' in source;
}

function isDerived(source: FileSource): source is Extract<FileSource, { derive: unknown }> {
	return typeof source === 'object' && 'derive' in source;
}
