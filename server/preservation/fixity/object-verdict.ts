import { countsAgainst, finding, type FixityFinding } from './fixity-finding.ts';
import type { LookedObject, NewerObject } from './fixity-worker.ts';

/** What the register says of an object. */
export interface KnownObject {
	readonly objectId: string;
	readonly kind: string;
	readonly head: number;
	readonly inventoryDigest: string;
	readonly files: number;
	readonly bytes: number;
}

/** How a check of an object ended. */
export interface Verdict {
	readonly objectId: string;
	/** The version that was found, else the one that should be there; 0 where neither is known. */
	readonly version: number;
	readonly findings: readonly FixityFinding[];
	readonly files: number;
	readonly bytes: number;
	/** What the register is to say from now on, where it is behind. */
	readonly update:
		Partial<Pick<NewerObject, 'head' | 'inventoryDigest' | 'files' | 'bytes' | 'lastAt'>> | undefined;
}

/**
 * Judges what was found against what the register knows. The register only moves forward: what is newer must build on
 * what it knows.
 * @param newer what an object is that has more versions than the register knows
 */
export function judge(known: KnownObject, look: LookedObject, newer?: NewerObject): Verdict {
	const isOurs = known.kind !== 'foreign';
	const all = [
		...comparison(known, look, newer),
		...look.findings.filter((each) => countsAgainst(each, isOurs)),
	];
	// Several inventories may say the same of a file.
	const findings = [...new Map(all.map((each) => [`${each.code} ${each.path}`, each])).values()];
	return {
		objectId: known.objectId,
		version: look.head ?? known.head,
		findings,
		files: look.files,
		bytes: look.bytes,
		update: findings.length === 0 ? updateOf(known, look, newer) : undefined,
	};
}

/** Findings that more versions coming in cannot explain: bytes of content never change. */
export function isOfContent({ code }: FixityFinding): boolean {
	return code === 'E092' || code === 'E093';
}

/** True when the register knows the object as it lies there. */
export function isAsKnown(known: KnownObject, look: LookedObject): boolean {
	return (
		look.id === known.objectId && look.head === known.head && look.inventoryDigest === known.inventoryDigest
	);
}

function comparison(known: KnownObject, look: LookedObject, newer: NewerObject | undefined): FixityFinding[] {
	if (!look.isThere) return [finding('F003', '.')];
	if (look.head === undefined || look.inventoryDigest === undefined) return [];
	const params = { known: `v${known.head}`, found: `v${look.head}` };
	const path = 'inventory.json';
	if (look.id !== known.objectId) return [finding('F002', path, { ...params, id: look.id ?? '' })];
	if (look.head < known.head) return [finding('F001', path, params)];
	if (look.head === known.head)
		return look.inventoryDigest === known.inventoryDigest
			? []
			: [finding('F002', path, { ...params, id: look.id })];
	return newer?.knownDigest === known.inventoryDigest && newer.inventoryDigest === look.inventoryDigest
		? []
		: [finding('F004', path, params)];
}

function updateOf(known: KnownObject, look: LookedObject, newer: NewerObject | undefined): Verdict['update'] {
	const { files, bytes } = look;
	if (newer)
		return { head: newer.head, inventoryDigest: newer.inventoryDigest, files, bytes, lastAt: newer.lastAt };
	return files === known.files && bytes === known.bytes ? undefined : { files, bytes };
}
