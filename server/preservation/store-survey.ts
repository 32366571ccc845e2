import { join } from 'node:path/posix';
import { Refusal } from '#domain/base/refusal.ts';
import { digestOf } from './digests.ts';
import { contentPathOf, INVENTORY, versionNumber } from './ocfl-inventory.ts';
import { readInventory } from './ocfl-reader.ts';
import type { OcflStorage } from './ocfl-storage.ts';

/** What lies in the folder of an object, by its inventory; no content was compared with its digest. */
export interface SurveyedObject {
	readonly objectId: string;
	/** What its newest `deposit.json` says it is of: `entry`, `import`, `step` …; `foreign` without one. */
	readonly kind: string;
	readonly head: number;
	readonly inventoryDigest: string;
	/** Content files and their bytes, over all versions. */
	readonly files: number;
	readonly bytes: number;
	/** When its first and its newest version were made, as the inventory says. */
	readonly firstAt: string;
	readonly lastAt: string;
}

/**
 * Looks what an object is without reading its content.
 * @param place folder of the object
 * @throws {Refusal} 'preservation.damaged' when there is none, or its inventory is not what the sidecar says
 */
export function surveyObject(storage: OcflStorage, place: string): SurveyedObject {
	const inventory = readInventory(storage, place);
	if (!inventory) throw new Refusal('preservation.damaged', { id: '', path: join(place, INVENTORY) });
	const paths = Object.values(inventory.manifest).flat();
	const versions = Object.entries(inventory.versions).toSorted(
		([a], [b]) => versionNumber(a) - versionNumber(b),
	);
	return {
		objectId: inventory.id,
		kind: kindIn(storage, place, contentPathOf(inventory, 'deposit.json')?.path),
		head: versionNumber(inventory.head),
		inventoryDigest: digestOf(inventory.digestAlgorithm, storage.read(join(place, INVENTORY))),
		files: paths.length,
		bytes: paths.reduce((sum, path) => sum + storage.sizeOf(join(place, path)), 0),
		firstAt: versions[0]?.[1].created ?? '',
		lastAt: versions.at(-1)?.[1].created ?? '',
	};
}

function kindIn(storage: OcflStorage, place: string, path: string | undefined): string {
	if (path === undefined) return 'foreign';
	const record = JSON.parse(Buffer.from(storage.read(join(place, path))).toString('utf8')) as {
		readonly kind?: unknown;
		readonly entryId?: unknown;
		readonly importId?: unknown;
	};
	// That of an entry says which kind of version it is, that of an import says nothing of kinds.
	if (record.entryId !== undefined) return 'entry';
	return typeof record.kind === 'string' ? record.kind : record.importId !== undefined ? 'import' : 'foreign';
}
