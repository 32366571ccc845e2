import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { assert, must } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { sha512 } from './digests.ts';
import { durableFiles, type DurableFiles } from './durable-files.ts';
import { checkInventory } from './ocfl-inventory-check.ts';
import {
	contentPathOf,
	digestInSidecar,
	holdsExactly,
	INVENTORY,
	nextInventory,
	SIDECAR,
	versionNumber,
	type Inventory,
	type VersionAbout,
} from './ocfl-inventory.ts';
import {
	namasteText,
	OBJECT_NAMASTE,
	objectPath,
	placeDigest,
	placeOfDigest,
	ROOT_NAMASTE,
	rootFiles,
} from './ocfl-layout.ts';
import { StagingArea, type Recovered } from './ocfl-staging.ts';

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

/** A version, as a list of them shows it. */
export interface VersionListing {
	readonly version: string;
	/** RFC 3339. */
	readonly created: string;
	readonly message: string;
	readonly userName: string;
}

/** A version that is in the store. */
export interface PutResult {
	readonly version: string;
	/** False when the newest version held the same already. */
	readonly isNew: boolean;
}

/**
 * Writes OCFL 1.1 objects so that a crash at any point leaves the root valid, or makes it so by {@link recover}.
 *
 * Everything of a version is written and synced in the staging area, under names that say object and version: these
 * names are the journal. A first version is then moved in by one rename. A later one takes three, for its folder, the
 * inventory and the sidecar; as long as one is missing its name stands in the staging area and says what to finish.
 */
export class OcflStore {
	readonly root: string;
	#staging: StagingArea;
	#files: DurableFiles;

	/** @param staging a folder on the file system of the root, outside of it */
	constructor(root: string, staging: string, files: DurableFiles = durableFiles) {
		this.root = root;
		this.#files = files;
		this.#staging = new StagingArea(root, staging, files);
	}

	/**
	 * Opens the root, or makes it where there is none.
	 * @param mayCreate false when there must be a root: an archive whose disk is away is not begun anew
	 * @throws {Refusal} 'preservation.root-missing' | 'preservation.not-a-root'
	 */
	open({ mayCreate }: { readonly mayCreate: boolean }): void {
		const declaration = join(this.root, ROOT_NAMASTE);
		if (!existsSync(declaration) || readFileSync(declaration, 'utf8') !== namasteText(ROOT_NAMASTE)) {
			if (!mayCreate) throw new Refusal('preservation.root-missing', { path: this.root });
			this.#createRoot();
		}
		this.#staging.open();
	}

	/** Finishes or undoes what a crash interrupted. Asked once after opening; costs what is pending, not what is stored. */
	recover(): Recovered {
		return this.#staging.recover();
	}

	/**
	 * Adds a version that holds exactly these files. When it returns, the version is on the disk. The same files as the
	 * newest version has make no new one.
	 * @throws {Refusal} 'preservation.damaged' rather than to build on an object whose inventory is not what it was
	 */
	putVersion(version: NewVersion): PutResult {
		if (!existsSync(join(this.root, ROOT_NAMASTE)))
			throw new Refusal('preservation.root-missing', { path: this.root });
		const digest = placeDigest(version.objectId);
		return this.#staging.guard(digest, () => this.#put(version, digest));
	}

	/**
	 * The inventory of an object; undefined when there is none.
	 * @throws {Refusal} 'preservation.damaged' when the sidecar says otherwise
	 */
	inventory(objectId: string): Inventory | undefined {
		return readInventory(join(this.root, objectPath(objectId)), objectId);
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
		if (!content) return undefined;
		const bytes = readFileSync(join(this.root, objectPath(objectId), content.path));
		if (sha512(bytes) !== content.digest.toLowerCase())
			throw new Refusal('preservation.damaged', { id: objectId, path: content.path });
		return bytes;
	}

	/** The ids of all objects, by place. */
	async *listObjects(folder = this.root): AsyncGenerator<string> {
		const names = readdirSync(folder, { withFileTypes: true }).filter(
			(each) => each.isDirectory() && !(folder === this.root && each.name === 'extensions'),
		);
		for (const { name } of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
			const inner = join(folder, name);
			if (!existsSync(join(inner, OBJECT_NAMASTE))) yield* this.listObjects(inner);
			else yield must(readInventory(inner), `an inventory in ${relative(this.root, inner)}`).id;
		}
	}

	#createRoot(): void {
		const isFolder = existsSync(this.root);
		// What a crash while making a root leaves may be finished; anything else there is not ours.
		const foreign = isFolder ? readdirSync(this.root).filter((name) => !isOfNewRoot(name)) : [];
		if (foreign.length) throw new Refusal('preservation.not-a-root', { path: this.root });
		if (!isFolder) {
			this.#files.makeFolder(this.root);
			this.#files.syncFolder(dirname(this.root));
		}
		for (const [path, text] of rootFiles()) {
			const folders = path.split('/').slice(0, -1);
			folders.forEach((_, depth) => this.#makeFolder(join(this.root, ...folders.slice(0, depth + 1))));
			this.#files.write(join(this.root, path), text);
			this.#files.syncFile(join(this.root, path));
			for (let depth = folders.length; depth >= 0; depth--)
				this.#files.syncFolder(join(this.root, ...folders.slice(0, depth)));
		}
	}

	#put(version: NewVersion, digest: string): PutResult {
		const { objectId } = version;
		const place = join(this.root, placeOfDigest(digest));
		const current = readInventory(place, objectId);
		const staged = this.#staging.begin(digest, current ? versionNumber(current.head) + 1 : 1);
		const digests = new Map<string, string>();
		for (const [name, source] of version.files)
			if (!isDerived(source))
				digests.set(name, isPath(source) ? staged.copy(source.path, name) : sha512(source));
		const bytes = new Map<string, Uint8Array | string>();
		for (const [name, source] of version.files) {
			if (isPath(source)) continue;
			bytes.set(name, isDerived(source) ? source.derive(digests) : source);
			digests.set(name, sha512(bytes.get(name) as Uint8Array | string));
		}
		if (current && holdsExactly(current, current.head, digests)) {
			staged.discard();
			return { version: current.head, isNew: false };
		}
		const { inventory, toStore } = nextInventory(current, objectId, digests, version);
		const wrong = checkInventory(inventory, '1.1').findings.filter(({ code }) => code.startsWith('E'));
		assert(
			wrong.length === 0,
			`an inventory that is not valid: ${wrong.map((each) => each.message).join('; ')}`,
		);

		staged.makeVersion();
		const nameOf = new Map([...digests].map(([name, of]) => [of, name]).toReversed() as [string, string][]);
		for (const [of, path] of toStore)
			staged.store(path, must(nameOf.get(of), 'a name for each digest'), bytes);
		staged.writeInventories(`${JSON.stringify(inventory, null, 1)}\n`);
		if (!current) staged.write(OBJECT_NAMASTE, namasteText(OBJECT_NAMASTE));
		staged.sync();
		if (current) staged.moveVersion(place);
		else staged.moveObject(place);
		return { version: inventory.head, isNew: true };
	}

	#makeFolder(path: string): void {
		if (!existsSync(path)) this.#files.makeFolder(path);
	}
}

/**
 * The inventory of the object in a folder; undefined when there is no object.
 * @throws {Refusal} 'preservation.damaged'
 */
export function readInventory(folder: string, objectId?: string): Inventory | undefined {
	const path = join(folder, INVENTORY);
	if (!existsSync(path)) {
		if (!existsSync(folder)) return undefined;
		throw new Refusal('preservation.damaged', { id: objectId ?? '', path });
	}
	const bytes = readFileSync(path);
	const sidecar = join(folder, SIDECAR);
	const told = existsSync(sidecar) ? digestInSidecar(readFileSync(sidecar, 'utf8')) : undefined;
	if (told !== sha512(bytes)) throw new Refusal('preservation.damaged', { id: objectId ?? '', path });
	return JSON.parse(bytes.toString('utf8')) as Inventory;
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
