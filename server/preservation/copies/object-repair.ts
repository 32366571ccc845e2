import { join } from 'node:path/posix';
import { Refusal } from '#domain/base/refusal.ts';
import { countsAgainst } from '../fixity/fixity-finding.ts';
import { INVENTORY, versionNumber } from '../ocfl-inventory.ts';
import { OcflReader, readSoundInventory } from '../ocfl-reader.ts';
import { isThere, type OcflStorage } from '../ocfl-storage.ts';
import type { OcflStore } from '../ocfl-store.ts';
import { inspectObject } from '../ocfl-verify-run.ts';
import { digestOf } from '../digests.ts';
import { goesOn, readable, see, transferObject, type Transferred } from './object-transfer.ts';

/** How an object of the store is to be repaired. */
export interface RepairAsk {
	readonly objectId: string;
	/** Root of the copy that has it sound. */
	readonly from: string;
	/** What the register says its inventory is. */
	readonly registered: string | undefined;
	/** See `countsAgainst`. */
	readonly isOurs: boolean;
}

/** A repair that was made. */
export interface Repaired extends Transferred {
	/** False when the object is sound, and is left as it is. */
	readonly isNew: boolean;
	/** Digest of the inventory that was there before, as far as there was one. */
	readonly before: string | null;
}

/**
 * Puts the object of a copy in the place of a damaged one of the store, which is kept aside, and reads it there. An
 * object that is sound, and is what the register says, stays.
 * @throws {Refusal} 'preservation.copy-stale' for a copy that lacks versions the store has; as {@link transferObject}
 */
export function repairObject(storage: OcflStorage, store: OcflStore, ask: RepairAsk): Repaired {
	const { objectId, from, registered, isOurs } = ask;
	const place = store.placeOf(objectId) ?? '';
	const own = readable(() => readSoundInventory(storage, place));
	const bytes = isThere(storage, join(place, INVENTORY))
		? readable(() => storage.read(join(place, INVENTORY)))
		: undefined;
	const before = bytes ? digestOf(own?.digestAlgorithm ?? 'sha512', bytes) : null;
	const isRegistered = registered === undefined || before === registered;
	if (own && isRegistered && isSound(storage, place, isOurs))
		return { isNew: false, head: versionNumber(own.head), inventoryDigest: before ?? '', bytes: 0, before };
	const source = new OcflReader(from, storage);
	const { inventory } = see(storage, source.placeOf(objectId) ?? '', objectId);
	if (own && !goesOn(inventory, own) && goesOn(own, inventory))
		throw new Refusal('preservation.copy-stale', { id: objectId, path: from });
	const brought = transferObject(storage, source, store, objectId, { mayReplace: true, isOurs });
	if (!isSound(storage, place, isOurs))
		throw new Refusal('preservation.damaged', { id: objectId, path: place });
	return { ...brought, isNew: true, before };
}

/** Reads every byte of it, and judges as checks of fixity do: what they fail is not sound. */
function isSound(storage: OcflStorage, place: string, isOurs: boolean): boolean {
	const looked = readable(() => inspectObject(storage, place, place));
	return looked !== undefined && looked.findings.every((each) => !countsAgainst(each, isOurs));
}
