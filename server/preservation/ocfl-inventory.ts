import { assert } from '#domain/base/assert.ts';

/** One version of an object. @see OCFL 1.1, 3.5.3.1 Version */
export interface InventoryVersion {
	readonly created: string;
	readonly message?: string;
	readonly user?: { readonly name: string; readonly address?: string };
	/** Logical names by digest. */
	readonly state: Readonly<Record<string, readonly string[]>>;
}

/** What an object holds. @see OCFL 1.1, 3.5 Inventory */
export interface Inventory {
	readonly id: string;
	readonly type: string;
	readonly digestAlgorithm: DigestAlgorithm;
	readonly head: string;
	readonly contentDirectory?: string;
	/** Content paths by digest. */
	readonly manifest: Readonly<Record<string, readonly string[]>>;
	readonly versions: Readonly<Record<string, InventoryVersion>>;
	/** Content paths by further digests, by algorithm. */
	readonly fixity?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** The `type` of our inventories. @see OCFL 1.1, 3.5.1 Basic Structure */
export const INVENTORY_TYPE = 'https://ocfl.io/1.1/spec/#inventory';
/** Digests by which objects may address content. @see OCFL 1.1, 3.4 Digests */
export type DigestAlgorithm = 'sha512' | 'sha256';
/** The digest by which our objects address content, unless told otherwise. */
export const DIGEST_ALGORITHM: DigestAlgorithm = 'sha512';
/** Name of an inventory file. */
export const INVENTORY = 'inventory.json';
/** Name of the sidecar of our inventories. @see OCFL 1.1, 3.6 Inventory Digest */
export const SIDECAR = sidecarOf(DIGEST_ALGORITHM);

/** Who made a version, why and when (RFC 3339). */
export interface VersionAbout {
	readonly created: string;
	readonly message: string;
	/** `address` is a URI. */
	readonly user: { readonly name: string; readonly address: string };
}

/** Name of the sidecar of an inventory with digests by an algorithm. */
export function sidecarOf(algorithm: string): string {
	return `${INVENTORY}.${algorithm}`;
}

/** The number in `v12`. */
export function versionNumber(version: string): number {
	return Number(version.replace(/^v/, ''));
}

/** The name of a version; ours are never padded with zeros. */
export function versionName(number: number): string {
	return `v${number}`;
}

/** True when a version holds exactly these files, by digest. */
export function holdsExactly(
	inventory: Inventory,
	version: string,
	digests: ReadonlyMap<string, string>,
): boolean {
	const held = digestsOf(inventory, version);
	return held.size === digests.size && [...digests].every(([name, digest]) => held.get(name) === digest);
}

/** The digest of each logical name of a version, in lower case. */
export function digestsOf(inventory: Inventory, version = inventory.head): Map<string, string> {
	const digests = new Map<string, string>();
	for (const [digest, names] of Object.entries(inventory.versions[version]?.state ?? {}))
		for (const name of names) digests.set(name, digest.toLowerCase());
	return digests;
}

/**
 * The inventory after a new version that holds exactly these files. Content the object has already is referred to, not
 * stored again. An object goes on in its own way: with its digests, content folder and OCFL version.
 * @param digests by logical name, in lower case
 * @param algorithm of a new object
 * @returns the inventory, and the content path of each digest that is still to be stored
 */
export function nextInventory(
	current: Inventory | undefined,
	objectId: string,
	digests: ReadonlyMap<string, string>,
	about: VersionAbout,
	algorithm: DigestAlgorithm = DIGEST_ALGORITHM,
): { readonly inventory: Inventory; readonly toStore: ReadonlyMap<string, string> } {
	assert(!current || current.id === objectId, 'an inventory goes on for its own object');
	const head = versionName(current ? versionNumber(current.head) + 1 : 1);
	const manifest: Record<string, readonly string[]> = { ...current?.manifest };
	// Digests are the same in small and large letters, but a state names them just as the manifest does.
	const written = new Map(Object.keys(manifest).map((digest) => [digest.toLowerCase(), digest]));
	const state: Record<string, string[]> = {};
	const toStore = new Map<string, string>();
	for (const [name, digest] of [...digests].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
		const key = written.get(digest) ?? digest;
		(state[key] ??= []).push(name);
		if (manifest[key]) continue;
		const path = `${head}/${current?.contentDirectory ?? 'content'}/${name}`;
		manifest[key] = [path];
		toStore.set(key, path);
	}
	const { created, message, user } = about;
	return {
		inventory: {
			id: objectId,
			type: current?.type ?? INVENTORY_TYPE,
			digestAlgorithm: current?.digestAlgorithm ?? algorithm,
			head,
			...(current?.contentDirectory === undefined ? {} : { contentDirectory: current.contentDirectory }),
			manifest,
			versions: { ...current?.versions, [head]: { created, message, user, state } },
			...(current?.fixity === undefined ? {} : { fixity: current.fixity }),
		},
		toStore,
	};
}

/** The content path of a logical name in a version; undefined when the version does not hold it. */
export function contentPathOf(
	inventory: Inventory,
	logicalName: string,
	version = inventory.head,
): { readonly path: string; readonly digest: string } | undefined {
	for (const [digest, names] of Object.entries(inventory.versions[version]?.state ?? {})) {
		const path = names.includes(logicalName) ? inventory.manifest[digest]?.[0] : undefined;
		if (path !== undefined) return { path, digest };
	}
	return undefined;
}

/** The digest in a sidecar, in lower case; undefined when it is not of the form `DIGEST inventory.json`. */
export function digestInSidecar(text: string): string | undefined {
	return /^([0-9a-fA-F]+)[ \t]+inventory\.json\s*$/.exec(text)?.[1]?.toLowerCase();
}
