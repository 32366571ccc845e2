import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { OcflStorage, ReadFacts } from './ocfl-storage.ts';

/** Something that takes pieces of a file and says what it was. */
interface Digester {
	update(piece: Uint8Array): void;
	digest(): string;
}

/** Node's name of a digest algorithm. @see OCFL 1.1, 3.4 Digests; OCFL Community Extension 0009 */
const NODE_NAMES: Readonly<Record<string, string>> = {
	md5: 'md5',
	sha1: 'sha1',
	sha256: 'sha256',
	sha512: 'sha512',
	'blake2b-512': 'blake2b512',
	'sha512/256': 'sha512-256',
};

/** SHA-512 in lower-case hex. */
export function sha512(data: Uint8Array | string): string {
	return digestOf('sha512', data);
}

/** Digest of bytes or a text, in lower-case hex, by an algorithm objects may be addressed by. */
export function digestOf(algorithm: 'sha512' | 'sha256', data: Uint8Array | string): string {
	return createHash(algorithm).update(data).digest('hex');
}

/** True for algorithms {@link digestFile} computes; the others can be named, but not checked here. */
export function isKnownAlgorithm(algorithm: string): boolean {
	return Object.hasOwn(NODE_NAMES, algorithm) || algorithm === 'size' || algorithm === 'crc32';
}

/**
 * Digests of a file by each known algorithm, in lower-case hex, read once and in pieces.
 * @throws as `OcflStorage.read`
 */
export function digestFile(
	storage: OcflStorage,
	path: string,
	algorithms: Iterable<string>,
): { readonly digests: ReadonlyMap<string, string>; readonly facts: ReadFacts } {
	const digesters = new Map<string, Digester>();
	for (const algorithm of algorithms)
		if (isKnownAlgorithm(algorithm)) digesters.set(algorithm, createDigester(algorithm));
	const facts = storage.readPieces(path, (piece) => {
		for (const digester of digesters.values()) digester.update(piece);
	});
	return {
		digests: new Map([...digesters].map(([algorithm, digester]) => [algorithm, digester.digest()])),
		facts,
	};
}

function createDigester(algorithm: string): Digester {
	if (algorithm === 'size') return createSize();
	if (algorithm === 'crc32') return createCrc32();
	const hash = createHash(NODE_NAMES[algorithm] ?? algorithm);
	return { update: (piece) => void hash.update(piece), digest: () => hash.digest('hex') };
}

function createSize(): Digester {
	let bytes = 0;
	return { update: (piece) => void (bytes += piece.byteLength), digest: () => String(bytes) };
}

function createCrc32(): Digester {
	let sum = 0;
	return {
		update: (piece) => void (sum = crc32(piece, sum)),
		digest: () => sum.toString(16).padStart(8, '0'),
	};
}
