import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1024 * 1024;

/** Node's name of a digest algorithm of the specification; those not here are not computed. @see OCFL 1.1, 3.4 Digests */
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
	return createHash('sha512').update(data).digest('hex');
}

/** True for algorithms {@link digestFile} knows. */
export function isKnownAlgorithm(algorithm: string): boolean {
	return Object.hasOwn(NODE_NAMES, algorithm);
}

/** Digests of a file by each algorithm, in lower-case hex, read once and in pieces. Blocks: call it in a worker. */
export function digestFile(path: string, algorithms: Iterable<string>): Map<string, string> {
	const hashes = new Map<string, Hash>();
	for (const algorithm of algorithms) {
		const name = NODE_NAMES[algorithm];
		if (name) hashes.set(algorithm, createHash(name));
	}
	const file = openSync(path, 'r');
	try {
		const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
		for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
			for (const hash of hashes.values()) hash.update(buffer.subarray(0, read));
	} finally {
		closeSync(file);
	}
	return new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest('hex')]));
}
