import { join } from 'node:path/posix';
import { Refusal } from '#domain/base/refusal.ts';
import { digestFile, digestOf } from '../digests.ts';
import { countsAgainst } from '../fixity/fixity-finding.ts';
import type { VerifyFinding } from '../ocfl-findings.ts';
import { checkInventory, specVersionOf } from '../ocfl-inventory-check.ts';
import {
	digestsOf,
	INVENTORY,
	sidecarOf,
	versionName,
	versionNumber,
	type Inventory,
} from '../ocfl-inventory.ts';
import { readInventory, readSoundInventory, type OcflReader } from '../ocfl-reader.ts';
import type { StagedVersion } from '../ocfl-staging.ts';
import { isThere, type OcflStorage, type Place } from '../ocfl-storage.ts';
import type { ObjectPlace, OcflStore } from '../ocfl-store.ts';
import { inspectObject } from '../ocfl-verify-run.ts';

/** An object as it lies in the target now. */
export interface Transferred {
	readonly head: number;
	readonly inventoryDigest: string;
	/** Bytes written for it; 0 when it was there like that already. */
	readonly bytes: number;
}

/** What an object says it is: its inventory, and the digest of that. */
export interface SeenObject {
	readonly inventory: Inventory;
	readonly digest: string;
}

/** How an object may be brought into the target. */
export interface TransferOptions {
	/** Another object of that name, damaged or not, is put aside and replaced by the whole of this one. */
	readonly mayReplace: boolean;
	/**
	 * What replaces another must be as checks of fixity want it, see `countsAgainst`. Of what is only odd a copy is better
	 * than none.
	 */
	readonly isOurs?: boolean;
}

/**
 * Brings an object of one root into another as it is there, version by version. Every file is compared with the digest
 * the source has of it, synced, and read again where it was written, all before it gets its name in the target.
 * @throws {Refusal} 'preservation.damaged' when the source is, 'preservation.object-missing' when it has none;
 * 'preservation.copy-damaged' | 'preservation.copy-newer' | 'preservation.copy-diverged' for what may not be replaced
 */
export function transferObject(
	storage: OcflStorage,
	source: OcflReader,
	target: OcflStore,
	objectId: string,
	{ mayReplace, isOurs = true }: TransferOptions,
): Transferred {
	const isWrong = (each: VerifyFinding): boolean =>
		mayReplace ? countsAgainst(each, isOurs) : each.code.startsWith('E');
	const from = source.placeOf(objectId);
	if (from === undefined || !isThere(storage, from))
		throw new Refusal('preservation.object-missing', { id: objectId, path: source.root });
	const wanted = see(storage, from, objectId);
	return target.change(objectId, (at) => {
		const parts = { storage, from, objectId, wanted, at, isWrong };
		if (!isThere(storage, at.place)) return bringWhole(parts, false);
		// What is replaced need not be readable.
		if (mayReplace) return bringWhole(parts, true);
		const held = readSoundInventory(storage, at.place);
		if (held && digestAt(storage, at.place, held) === wanted.digest) return told(wanted, 0);
		if (!held) throw new Refusal('preservation.copy-damaged', { id: objectId, path: at.place });
		if (goesOn(wanted.inventory, held)) return bringVersions(parts, held);
		const isNewer = goesOn(held, wanted.inventory);
		throw new Refusal(isNewer ? 'preservation.copy-newer' : 'preservation.copy-diverged', {
			id: objectId,
			path: at.place,
		});
	});
}

/**
 * What lies in the folder of an object.
 * @throws {Refusal} 'preservation.damaged'
 */
export function see(storage: OcflStorage, place: string, objectId: string): SeenObject {
	const inventory = readInventory(storage, place, objectId);
	if (inventory?.id !== objectId) throw damaged(objectId, join(place, INVENTORY));
	return { inventory, digest: digestAt(storage, place, inventory) };
}

/** What is read; undefined where the disk or the system refuses it: `EIO`, `EACCES`, a file that is too large … */
export function readable<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (/^E[A-Z]/.test(String((error as { code?: unknown }).code))) return undefined;
		throw error;
	}
}

/** True when one inventory holds all the versions of another as they are there, and the same files for them. */
export function goesOn(later: Inventory, earlier: Inventory): boolean {
	if (later.id !== earlier.id || later.digestAlgorithm !== earlier.digestAlgorithm) return false;
	const paths = pathsOf(later);
	for (const version of Object.keys(earlier.versions)) {
		const [one, other] = [digestsOf(earlier, version), digestsOf(later, version)];
		if (!later.versions[version] || one.size !== other.size) return false;
		for (const [name, digest] of one) if (other.get(name) !== digest) return false;
	}
	return [...pathsOf(earlier)].every(([path, digest]) => paths.get(path) === digest);
}

interface Parts {
	readonly storage: OcflStorage;
	readonly from: string;
	readonly objectId: string;
	readonly wanted: SeenObject;
	readonly at: ObjectPlace;
	readonly isWrong: (finding: VerifyFinding) => boolean;
}

function bringWhole(parts: Parts, isReplaced: boolean): Transferred {
	const { storage, from, objectId, wanted, at } = parts;
	const { inventory } = wanted;
	const staged = at.staging.begin(at.digest, 1, inventory.digestAlgorithm);
	staged.makeVersion(true);
	const declaration = storage.list(from).find(({ name }) => name.startsWith('0=ocfl_object_'))?.name;
	if (declaration === undefined) throw damaged(objectId, join(from, '0=ocfl_object'));
	const besides = [declaration, INVENTORY, sidecarOf(inventory.digestAlgorithm)];
	for (const version of Object.keys(inventory.versions))
		for (const { name, kind } of namesOf(storage, objectId, join(from, version)))
			if (kind === 'file' && name.startsWith(INVENTORY)) besides.push(`${version}/${name}`);
	for (const path of besides) take(staged, parts, path);
	for (const [path, digest] of pathsOf(inventory)) take(staged, parts, path, digest);
	staged.sync();
	// Read again where it lies now, every byte of it.
	const { findings } = inspectObject(storage, staged.folder, staged.folder);
	const wrong = findings.find(parts.isWrong);
	if (wrong) throw damaged(objectId, `${wrong.path} (${wrong.code})`);
	if (see(storage, staged.folder, objectId).digest !== wanted.digest)
		throw damaged(objectId, join(from, INVENTORY));
	if (isReplaced) at.staging.replace(at.digest, staged);
	else staged.moveObject(at.place);
	return told(wanted, staged.stored.bytes);
}

function bringVersions(parts: Parts, held: Inventory): Transferred {
	let bytes = 0;
	let before = held;
	const last = versionNumber(parts.wanted.inventory.head);
	for (let number = versionNumber(held.head) + 1; number <= last; number++) {
		const brought = bringVersion(parts, before, number);
		bytes += brought.bytes;
		before = brought.inventory;
	}
	return told(parts.wanted, bytes);
}

function bringVersion(
	parts: Parts,
	before: Inventory,
	number: number,
): { readonly bytes: number; readonly inventory: Inventory } {
	const { storage, from, objectId, wanted, at } = parts;
	const version = versionName(number);
	if (!wanted.inventory.versions[version])
		throw new Refusal('preservation.foreign-object', { id: objectId, version: wanted.inventory.head });
	const folder = join(from, version);
	const inventory = readSoundInventory(storage, folder);
	if (!inventory || inventory.head !== version || !goesOn(inventory, before) || !isValid(inventory))
		throw damaged(objectId, join(folder, INVENTORY));
	const text = storage.read(join(folder, INVENTORY));
	if (version === wanted.inventory.head && digestOf(inventory.digestAlgorithm, text) !== wanted.digest)
		throw damaged(objectId, join(folder, INVENTORY));
	const staged = at.staging.begin(at.digest, number, inventory.digestAlgorithm);
	staged.makeVersion();
	const own = [...pathsOf(inventory)].filter(([path]) => path.startsWith(`${version}/`));
	for (const [path, digest] of own) take(staged, parts, path, digest);
	staged.writeInventories(text);
	staged.sync();
	for (const [path, digest] of own)
		if (digestFile(storage, staged.placeOf(path), [inventory.digestAlgorithm]).digests[0] !== digest)
			throw new Refusal('preservation.copy-unreadable', { id: objectId, path: staged.placeOf(path) });
	staged.moveVersion(at.place);
	return { bytes: staged.stored.bytes, inventory };
}

/** @param expected what the source's inventory says of it */
function take(
	staged: StagedVersion,
	{ storage, from, objectId }: Parts,
	path: string,
	expected?: string,
): void {
	let digest: string;
	try {
		digest = staged.take(join(from, path), path);
	} catch (error) {
		throw canRead(storage, join(from, path)) ? error : damaged(objectId, join(from, path));
	}
	if (expected !== undefined && digest !== expected) throw damaged(objectId, join(from, path));
}

/** Of a copy that failed: whether it failed at its source. */
function canRead(storage: OcflStorage, path: string): boolean {
	try {
		storage.readPieces(path, () => undefined);
		return true;
	} catch {
		return false;
	}
}

function namesOf(storage: OcflStorage, objectId: string, folder: string): readonly Place[] {
	try {
		return storage.list(folder);
	} catch {
		throw damaged(objectId, folder);
	}
}

function told({ inventory, digest }: SeenObject, bytes: number): Transferred {
	return { head: versionNumber(inventory.head), inventoryDigest: digest, bytes };
}

/** Digests of content, in lower case, by path. */
function pathsOf(inventory: Inventory): Map<string, string> {
	return new Map(
		Object.entries(inventory.manifest).flatMap(([digest, paths]) =>
			paths.map((path) => [path, digest.toLowerCase()] as const),
		),
	);
}

function digestAt(storage: OcflStorage, place: string, inventory: Inventory): string {
	return digestOf(inventory.digestAlgorithm, storage.read(join(place, INVENTORY)));
}

function isValid(inventory: Inventory): boolean {
	const { findings } = checkInventory(inventory, specVersionOf(inventory.type) ?? '1.1');
	return findings.every(({ code }) => !code.startsWith('E'));
}

function damaged(id: string, path: string): Refusal {
	return new Refusal('preservation.damaged', { id, path });
}
