import { dirname, join } from 'node:path/posix';
import { isoAt, systemClock } from '#domain/base/clock.ts';
import { digestOf } from './digests.ts';
import { INVENTORY, sidecarOf, versionName, versionNumber, type DigestAlgorithm } from './ocfl-inventory.ts';
import { readSoundInventory } from './ocfl-reader.ts';
import { isThere, type OcflStorage } from './ocfl-storage.ts';
import { PurgeStaging } from './purge/purge-staging.ts';

/** What recovery did; each entry names an object's place and version. */
export interface Recovered {
	/** Versions whose moving in was interrupted, and is complete now. */
	readonly finished: readonly string[];
	/** Versions that were not in the store yet, and are gone. */
	readonly undone: readonly string[];
	/** What could not be decided, left where it is: damage, or names that are not ours. */
	readonly unclear: readonly string[];
}

const NAME = /^([0-9a-f]{64})\.(?:v(\d+)(?:\..*)?|(whole|gone))$/;

/** Where versions are built, beside the root and on its file system. Its names say object and version. */
export class StagingArea {
	#root: string;
	#folder: string;
	#aside: string;
	#storage: OcflStorage;
	#placeOf: (digest: string) => string;
	/** Objects of which a failed put may have left something. */
	#unsettled = new Set<string>();
	/** Objects on their way out. */
	readonly purging: PurgeStaging;

	/** @param placeOf where below the root an object lies, by the SHA-256 of its id */
	constructor(root: string, folder: string, storage: OcflStorage, placeOf: (digest: string) => string) {
		this.#root = root;
		this.#placeOf = placeOf;
		this.#folder = folder;
		this.#aside = `${root}-damaged`;
		this.#storage = storage;
		this.purging = new PurgeStaging(root, folder, storage, placeOf);
	}

	open(): void {
		if (isThere(this.#storage, this.#folder)) return;
		this.#storage.makeFolder(this.#folder);
		this.#storage.syncFolder(dirname(this.#folder));
	}

	/** Runs a put; what it leaves when it fails is settled before anything else happens to the object. */
	guard<T>(digest: string, put: () => T): T {
		this.open();
		if (this.#unsettled.has(digest)) this.#settle(digest);
		this.#unsettled.add(digest);
		const done = put();
		this.#unsettled.delete(digest);
		return done;
	}

	/** Settles an object of which a change failed; where that fails too it is left to the next change, or to recovery. */
	giveUp(digest: string): void {
		try {
			this.#settle(digest);
		} catch {
			// The change has failed already, and that is what its caller hears.
		}
	}

	/** Prepares to build a version of an object. */
	begin(digest: string, number: number, algorithm: DigestAlgorithm): StagedVersion {
		return new StagedVersion({
			algorithm,
			storage: this.#storage,
			root: this.#root,
			folder: this.#folder,
			base: `${digest}.${versionName(number)}`,
			isFirst: number === 1,
		});
	}

	/**
	 * Puts a staged object in the place of the one that is there, which is kept aside in the folder `…-damaged` beside
	 * the root. Under its new name the staged object is whole: from then on a crash is followed by finishing.
	 */
	replace(digest: string, staged: StagedVersion): void {
		staged.moveTo(join(this.#folder, `${digest}.whole`));
		this.#settleWhole(digest);
	}

	/**
	 * Takes an object out of the root for good, what was kept aside of it, and what was being built; nothing there is fine.
	 * @returns whether there was anything
	 */
	remove(digest: string): boolean {
		this.open();
		const left = this.#names().filter((name) => name.startsWith(`${digest}.`));
		// A version that failed to be put would bring back what goes.
		for (const name of left) if (name !== `${digest}.gone`) this.#storage.remove(join(this.#folder, name));
		const place = join(this.#root, this.#placeOf(digest));
		const gone = join(this.#folder, `${digest}.gone`);
		const isInRoot = isThere(this.#storage, place);
		if (isInRoot) {
			this.#storage.rename(place, gone);
			this.#storage.syncFolder(dirname(place));
			this.#storage.syncFolder(this.#folder);
		}
		const wasAside = this.#settleGone(digest);
		return isInRoot || wasAside || left.length > 0;
	}

	/** Finishes or undoes everything found. */
	recover(): Recovered {
		const purged = this.purging.recover();
		const all: Recovered = { finished: [...purged.finished], undone: [...purged.undone], unclear: [] };
		const names = this.#names();
		const digests = new Set(names.map((name) => NAME.exec(name)?.[1]).filter((each) => each !== undefined));
		(all.unclear as string[]).push(...names.filter((name) => !NAME.test(name)));
		for (const digest of digests) {
			const one = this.#settle(digest);
			for (const kind of ['finished', 'undone', 'unclear'] as const)
				(all[kind] as string[]).push(...one[kind]);
		}
		return all;
	}

	#names(): string[] {
		return this.#storage.list(this.#folder).map(({ name }) => name);
	}

	#settle(digest: string): Recovered {
		const result = { finished: [] as string[], undone: [] as string[], unclear: [] as string[] };
		const byVersion = new Map<number, string[]>();
		for (const name of this.#names()) {
			const match = NAME.exec(name);
			if (match?.[1] !== digest) continue;
			if (match[3] === 'gone') this.#settleGone(digest);
			else if (match[3] === 'whole') this.#settleWhole(digest);
			if (match[3] !== undefined) result.finished.push(`${this.#placeOf(digest)} ${match[3]}`);
			if (match[3] !== undefined) continue;
			const number = Number(match[2]);
			byVersion.set(number, [...(byVersion.get(number) ?? []), name]);
		}
		for (const [number, names] of [...byVersion].toSorted(([a], [b]) => a - b)) {
			const outcome = number === 1 ? this.#undoFirst(digest) : this.#settleVersion(digest, number);
			result[outcome].push(`${this.#placeOf(digest)} ${versionName(number)}`);
			if (outcome === 'unclear') continue;
			for (const name of names) this.#storage.remove(join(this.#folder, name));
		}
		this.#unsettled.delete(digest);
		return result;
	}

	#settleWhole(digest: string): void {
		const place = join(this.#root, this.#placeOf(digest));
		if (isThere(this.#storage, place)) this.#putAside(digest, place);
		moveIn(this.#storage, this.#root, join(this.#folder, `${digest}.whole`), place);
		this.#storage.syncFolder(this.#folder);
	}

	/** Answers whether anything of it was kept aside. */
	#settleGone(digest: string): boolean {
		this.#removeEmptyWay(digest);
		const aside = isThere(this.#storage, this.#aside)
			? this.#storage.list(this.#aside).filter(({ name }) => name.includes(digest))
			: [];
		for (const { name } of aside) this.#storage.remove(join(this.#aside, name));
		// Last: as long as it is there it says what is to be done.
		this.#storage.remove(join(this.#folder, `${digest}.gone`));
		return aside.length > 0;
	}

	/** Moves an object out of the root, into the folder of those that are kept aside. */
	#putAside(digest: string, place: string): void {
		if (!isThere(this.#storage, this.#aside)) {
			this.#storage.makeFolder(this.#aside);
			this.#storage.syncFolder(dirname(this.#aside));
		}
		const base = join(this.#aside, `${isoAt(systemClock).slice(0, 10)}-${digest}`);
		let to = base;
		for (let number = 2; isThere(this.#storage, to); number++) to = `${base}-${number}`;
		this.#storage.rename(place, to);
		this.#storage.syncFolder(this.#aside);
		this.#storage.syncFolder(dirname(place));
	}

	/** One rename brings a first version in, so what is still here is not in the store; at most folders wait for it. */
	#undoFirst(digest: string): 'undone' {
		this.#removeEmptyWay(digest);
		return 'undone';
	}

	#removeEmptyWay(digest: string): void {
		const place = join(this.#root, this.#placeOf(digest));
		for (let folder = dirname(place); folder.length > this.#root.length; folder = dirname(folder)) {
			if (!isThere(this.#storage, folder)) continue;
			if (this.#storage.list(folder).length > 0) break;
			// An empty folder is not allowed in a storage root.
			this.#storage.removeEmptyFolder(folder);
		}
	}

	#settleVersion(digest: string, number: number): 'finished' | 'undone' | 'unclear' {
		const place = join(this.#root, this.#placeOf(digest));
		const version = versionName(number);
		const staged = join(this.#folder, `${digest}.${version}`);
		const inPlace = join(place, version);
		const now = readSoundInventory(this.#storage, place);
		// The sidecar goes last: an object that is whole, and is at the version or beyond, has nothing to come.
		if (now && isThere(this.#storage, inPlace) && versionNumber(now.head) >= number) return 'finished';
		// The folder goes first. Where names reach the disk in another order, the object tells by its inventory.
		if (!isThere(this.#storage, inPlace) && now && now.head !== version) return 'undone';
		if (!isThere(this.#storage, inPlace)) {
			if (!isThere(this.#storage, place) || readSoundInventory(this.#storage, staged)?.head !== version)
				return 'unclear';
			this.#storage.rename(staged, inPlace);
		}
		const inventory = readSoundInventory(this.#storage, inPlace);
		if (inventory?.head !== version) return 'unclear';
		for (const name of [INVENTORY, sidecarOf(inventory.digestAlgorithm)]) {
			const copy = `${staged}.${name}`;
			this.#storage.write(copy, this.#storage.read(join(inPlace, name)));
			this.#storage.syncFile(copy);
			this.#storage.rename(copy, join(place, name));
		}
		this.#storage.syncFolder(place);
		return 'finished';
	}
}

/** One version while it is built. A first version is built with its object around it. */
export class StagedVersion {
	#storage: OcflStorage;
	#root: string;
	#folder: string;
	#base: string;
	#isFirst: boolean;
	#algorithm: DigestAlgorithm;
	#newFiles: string[] = [];
	#stored = { files: 0, bytes: 0 };
	#newFolders: string[] = [];
	#copies = new Map<string, string>();

	constructor(parts: {
		readonly storage: OcflStorage;
		readonly root: string;
		readonly folder: string;
		readonly base: string;
		readonly isFirst: boolean;
		readonly algorithm: DigestAlgorithm;
	}) {
		this.#storage = parts.storage;
		this.#root = parts.root;
		this.#folder = parts.folder;
		this.#base = join(parts.folder, parts.base);
		this.#isFirst = parts.isFirst;
		this.#algorithm = parts.algorithm;
	}

	/** Takes the bytes of a logical file in and returns their digest; whether they are stored shows later. */
	copy(from: string, logicalName: string): string {
		const to = `${this.#base}.copy-${this.#copies.size}`;
		this.#copies.set(logicalName, to);
		return this.#storage.copy(from, to, this.#algorithm);
	}

	/** Gives up what was copied: the object has it all. */
	discard(): void {
		for (const copy of this.#copies.values()) this.#storage.remove(copy);
	}

	/**
	 * Takes a file of another object in, at its own path below the object: of the version that is built, or of any when it
	 * is built with its object around it.
	 * @returns the digest of what was written
	 */
	take(from: string, path: string): string {
		const [version = '', ...rest] = path.split('/');
		const base = this.#isFirst ? this.#base : dirname(this.#base);
		const parts = this.#isFirst ? [version, ...rest] : [this.#base.slice(base.length + 1), ...rest];
		for (let depth = 1; depth < parts.length; depth++) {
			const folder = join(base, ...parts.slice(0, depth));
			if (folder !== this.#base && !this.#newFolders.includes(folder)) this.#makeFolder(folder);
		}
		const to = join(base, ...parts);
		const digest = this.#storage.copy(from, to, this.#algorithm);
		this.#newFiles.push(to);
		this.#stored.files++;
		this.#stored.bytes += this.#storage.sizeOf(to);
		return digest;
	}

	/** Where a path below the object is while it is staged. */
	placeOf(path: string): string {
		return this.#isFirst ? join(this.#base, path) : join(this.#base, ...path.split('/').slice(1));
	}

	/** The folder that is built. */
	get folder(): string {
		return this.#base;
	}

	/** Begins the folder of a version, or with `isWhole` of an object of which every file is taken. */
	makeVersion(isWhole = false): void {
		this.#makeFolder(this.#base);
		if (this.#isFirst && !isWhole) this.#makeFolder(join(this.#base, 'v1'));
	}

	/** Puts a logical file at its content path, which begins with the version. */
	store(contentPath: string, logicalName: string, bytes: ReadonlyMap<string, Uint8Array | string>): void {
		const parts = contentPath.split('/').slice(1, -1);
		parts.forEach((_, depth) => {
			const folder = join(this.#version(), ...parts.slice(0, depth + 1));
			if (!this.#newFolders.includes(folder)) this.#makeFolder(folder);
		});
		const to = join(this.#version(), ...contentPath.split('/').slice(1));
		const copy = this.#copies.get(logicalName);
		this.#copies.delete(logicalName);
		if (copy === undefined) this.#storage.write(to, bytes.get(logicalName) ?? '');
		else this.#storage.rename(copy, to);
		this.#newFiles.push(to);
		this.#stored.files++;
		this.#stored.bytes += this.#storage.sizeOf(to);
	}

	/** Content files of this version, and their bytes. */
	get stored(): { readonly files: number; readonly bytes: number } {
		return this.#stored;
	}

	/** Writes a file beside the versions of a first version's object. */
	write(name: string, text: string): void {
		this.#write(join(this.#base, name), text);
	}

	/**
	 * Writes inventory and sidecar for the version and for the object.
	 * @returns the digest of the inventory
	 */
	writeInventories(text: string | Uint8Array): string {
		const digest = digestOf(this.#algorithm, text);
		const sidecar = `${digest} ${INVENTORY}\n`;
		const beside = this.#isFirst ? join(this.#base, '/') : `${this.#base}.`;
		for (const before of [join(this.#version(), '/'), beside]) {
			this.#write(`${before}${INVENTORY}`, text);
			this.#write(`${before}${sidecarOf(this.#algorithm)}`, sidecar);
		}
		return digest;
	}

	/** Makes all of it durable: bytes first, then the names from the inside out, those in the staging area last. */
	sync(): void {
		this.discard();
		for (const file of this.#newFiles) this.#storage.syncFile(file);
		for (const folder of this.#newFolders.toReversed()) this.#storage.syncFolder(folder);
		this.#storage.syncFolder(this.#folder);
	}

	/** Moves a new object to its place. */
	moveObject(place: string): void {
		moveIn(this.#storage, this.#root, this.#base, place);
	}

	/** Gives a synced object another name in the staging area. */
	moveTo(name: string): void {
		this.#storage.rename(this.#base, name);
		this.#storage.syncFolder(this.#folder);
	}

	/** Moves a further version into its object. */
	moveVersion(place: string): void {
		this.#storage.rename(this.#base, join(place, this.#base.slice(this.#base.lastIndexOf('.v') + 1)));
		for (const name of [INVENTORY, sidecarOf(this.#algorithm)])
			this.#storage.rename(`${this.#base}.${name}`, join(place, name));
		this.#storage.syncFolder(place);
	}

	#version(): string {
		return this.#isFirst ? join(this.#base, 'v1') : this.#base;
	}

	#makeFolder(path: string): void {
		this.#storage.makeFolder(path);
		this.#newFolders.push(path);
	}

	#write(path: string, bytes: string | Uint8Array): void {
		this.#storage.write(path, bytes);
		this.#newFiles.push(path);
	}
}

/** Moves an object from the staging area to its place in the root. */
function moveIn(storage: OcflStorage, root: string, from: string, place: string): void {
	const above: string[] = [];
	for (let folder = dirname(place); folder.length > root.length; folder = dirname(folder)) above.push(folder);
	const outermostFirst = above.toReversed();
	for (const folder of outermostFirst) if (!isThere(storage, folder)) storage.makeFolder(folder);
	// The way there is durable before the object goes it, or a power cut could take the way and the object with it.
	// All of it, though some was there before: an earlier process may have died before it synced that.
	for (const folder of [root, ...outermostFirst.slice(0, -1)]) storage.syncFolder(folder);
	storage.rename(from, place);
	storage.syncFolder(dirname(place));
}
