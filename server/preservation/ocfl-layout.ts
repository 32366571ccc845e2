import { createHash } from 'node:crypto';

/** The OCFL version of what we write. */
export const OCFL_VERSION = '1.1';
/** Name of the storage root declaration, a file that holds the same name and a line end. @see OCFL 1.1, 4.2 Root Conformance Declaration */
export const ROOT_NAMASTE = `0=ocfl_${OCFL_VERSION}`;
/** Name of the object declaration. @see OCFL 1.1, 3.2 Object Conformance Declaration */
export const OBJECT_NAMASTE = `0=ocfl_object_${OCFL_VERSION}`;

/** The parameters of where an object lies. @see OCFL Community Extension 0004: Hashed N-tuple Storage Layout, Parameters */
export interface Layout {
	readonly extensionName: '0004-hashed-n-tuple-storage-layout';
	readonly digestAlgorithm: string;
	readonly tupleSize: number;
	readonly numberOfTuples: number;
	readonly shortObjectRoot: boolean;
}

/** The layout of our roots, which is the extension's default. */
export const LAYOUT: Layout = {
	extensionName: '0004-hashed-n-tuple-storage-layout',
	digestAlgorithm: 'sha256',
	tupleSize: 3,
	numberOfTuples: 3,
	shortObjectRoot: false,
};

/** What a declaration file holds: what its name says, and a line end. */
export function namasteText(name: string): string {
	return `${name.replace(/^0=/, '')}\n`;
}

/** The digest by which an object is placed, in lower-case hex. */
export function placeDigest(objectId: string, layout: Layout = LAYOUT): string {
	return createHash(layout.digestAlgorithm).update(objectId, 'utf8').digest('hex');
}

/** Path of an object below the storage root. @see OCFL Community Extension 0004, Procedure */
export function objectPath(objectId: string, layout: Layout = LAYOUT): string {
	return placeOfDigest(placeDigest(objectId, layout), layout);
}

/** Path of the object whose id has this digest. */
export function placeOfDigest(digest: string, layout: Layout = LAYOUT): string {
	const { tupleSize, numberOfTuples } = layout;
	const tuples = Array.from({ length: numberOfTuples }, (_, index) =>
		digest.slice(index * tupleSize, (index + 1) * tupleSize),
	);
	return [...tuples, layout.shortObjectRoot ? digest.slice(tupleSize * numberOfTuples) : digest].join('/');
}

/** Hashed n-tuples with the parameters given; undefined when it is not this extension or one is out of its bounds. */
export function readLayout(config: unknown): Layout | undefined {
	const given: Record<string, unknown> = { ...LAYOUT, ...(config as object) };
	const { extensionName, digestAlgorithm, tupleSize, numberOfTuples, shortObjectRoot } = given;
	const length = DIGEST_LENGTHS[String(digestAlgorithm)] ?? 0;
	return extensionName === LAYOUT.extensionName &&
		length > 0 &&
		areTuples(tupleSize, numberOfTuples, length) &&
		typeof shortObjectRoot === 'boolean' &&
		!(shortObjectRoot && Number(tupleSize) * Number(numberOfTuples) === length)
		? (given as unknown as Layout)
		: undefined;
}

/** Hex signs of the digests by which an object can be placed. */
export const DIGEST_LENGTHS: Readonly<Record<string, number>> = {
	md5: 32,
	sha1: 40,
	sha256: 64,
	sha512: 128,
};

/** True for a size and a number of tuples that a digest of this length can be cut into. */
export function areTuples(size: unknown, count: unknown, length: number): boolean {
	const inBounds = (each: unknown): boolean =>
		Number.isInteger(each) && Number(each) >= 0 && Number(each) <= 32;
	return (
		inBounds(size) &&
		inBounds(count) &&
		(size === 0) === (count === 0) &&
		Number(size) * Number(count) <= length
	);
}

/** The files a storage root starts with, by path; the declaration comes last. */
export function rootFiles(): readonly (readonly [path: string, text: string])[] {
	const description = 'Hashed n-tuple storage layout: SHA-256 of the object id, three tuples of three';
	return [
		[`extensions/${LAYOUT.extensionName}/config.json`, `${JSON.stringify(LAYOUT, null, 2)}\n`],
		['ocfl_layout.json', `${JSON.stringify({ extension: LAYOUT.extensionName, description }, null, 2)}\n`],
		[ROOT_NAMASTE, namasteText(ROOT_NAMASTE)],
	];
}
