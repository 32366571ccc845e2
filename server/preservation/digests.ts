import { createHash, hash } from 'node:crypto';
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
	return hash(algorithm, data, 'hex');
}

/** True for algorithms {@link digestFile} computes; the others can be named, but not checked here. */
export function isKnownAlgorithm(algorithm: string): boolean {
	return Object.hasOwn(NODE_NAMES, algorithm) || algorithm === 'size' || algorithm === 'crc32';
}

/**
 * Digests of a file by each algorithm, in lower-case hex and in their order, read once and in pieces; undefined for an
 * algorithm that is not known.
 * @throws as `OcflStorage.read`
 */
export function digestFile(
	storage: OcflStorage,
	path: string,
	algorithms: readonly string[],
): { readonly digests: readonly (string | undefined)[]; readonly facts: ReadFacts } {
	let digests: (string | undefined)[] | undefined;
	let digesters: (Digester | undefined)[] | undefined;
	const begin = (): (Digester | undefined)[] =>
		algorithms.map((each) => (isKnownAlgorithm(each) ? createDigester(each) : undefined));
	const facts = storage.readPieces(path, (piece, isWhole) => {
		// Most files are one small piece: to set up a hash costs as much as such a piece.
		if (isWhole) digests = algorithms.map((each) => digestWhole(each, piece));
		else for (const digester of (digesters ??= begin())) digester?.update(piece);
	});
	return { digests: digests ?? (digesters ?? begin()).map((digester) => digester?.digest()), facts };
}

function digestWhole(algorithm: string, piece: Uint8Array): string | undefined {
	const name = NODE_NAMES[algorithm];
	if (name !== undefined) return hash(name, piece, 'hex');
	if (!isKnownAlgorithm(algorithm)) return undefined;
	const digester = createDigester(algorithm);
	digester.update(piece);
	return digester.digest();
}

function createDigester(algorithm: string): Digester {
	if (algorithm === 'size') return createSize();
	if (algorithm === 'crc32') return createCrc32();
	const hashing = createHash(NODE_NAMES[algorithm] ?? algorithm);
	return { update: (piece) => void hashing.update(piece), digest: () => hashing.digest('hex') };
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
