import { createHash, type Hash } from 'node:crypto';
import { readPath } from './bag-path.ts';
import type { BagProblems } from './bag-problem.ts';
import type { TagLine } from './tag-lines.ts';

/** Algorithms by their names in manifests; Node's name, and the length of a sum in hex. */
const ALGORITHMS: Readonly<Record<string, readonly [node: string, hexLength: number]>> = {
	md5: ['md5', 32],
	sha1: ['sha1', 40],
	sha224: ['sha224', 56],
	sha256: ['sha256', 64],
	sha384: ['sha384', 96],
	sha512: ['sha512', 128],
	sha3224: ['sha3-224', 56],
	sha3256: ['sha3-256', 64],
	sha3384: ['sha3-384', 96],
	sha3512: ['sha3-512', 128],
	blake2b512: ['blake2b512', 128],
};

/** A manifest by its file name. */
export interface ManifestName {
	readonly file: string;
	/** As manifests name it: lower case, letters and digits only. */
	readonly algorithm: string;
	readonly isTag: boolean;
}

/** What a manifest says of one file. */
export interface Listed {
	readonly sum: string;
	readonly line: number;
}

/** A manifest that was read: by path. */
export interface Manifest extends ManifestName {
	readonly listed: Map<string, Listed>;
}

/** The manifest a file is, by its path; undefined for all others. */
export function manifestName(path: string): ManifestName | undefined {
	const match = /^(tag)?manifest-([^/]+)\.txt$/i.exec(path);
	return match
		? {
				file: path,
				algorithm: (match[2] as string).toLowerCase().replace(/[^a-z0-9]/g, ''),
				isTag: match[1] !== undefined,
			}
		: undefined;
}

export function isKnownAlgorithm(algorithm: string): boolean {
	return Object.hasOwn(ALGORITHMS, algorithm);
}

/** A sum about to be made. */
export function hashOf(algorithm: string): Hash {
	return createHash(ALGORITHMS[algorithm]?.[0] ?? algorithm);
}

/**
 * Reads the lines of a manifest. @see RFC 8493, 2.1.3 (Payload Manifest)
 * @throws {TagFault}
 */
export async function readManifest(
	name: ManifestName,
	lines: AsyncIterable<TagLine>,
	isStrict: boolean,
	problems: BagProblems,
): Promise<Manifest> {
	const { file } = name;
	const listed = new Map<string, Listed>();
	const hexLength = ALGORITHMS[name.algorithm]?.[1];
	for await (const { number: line, text } of lines) {
		if (text === '' && !isStrict) continue;
		const match = /^(\S+)[ \t]+(\*?)([^]+)$/.exec(text);
		if (!match) {
			problems.error('manifest-malformed', file, line);
			continue;
		}
		const [, sum = '', star, written = ''] = match;
		if (star) problems.warn('path-asterisk', file, line);
		const read = readPath(written, isStrict);
		if ('refused' in read) {
			problems.error(read.refused, file, line, { path: written });
			continue;
		}
		const { path, remarks } = read;
		for (const remark of remarks) problems.warn(remark, file, line, { path });
		if (name.isTag === path.startsWith('data/') || path === 'data') {
			problems.error(name.isTag ? 'tag-manifest-lists-payload' : 'path-not-payload', file, line, { path });
			continue;
		}
		if (!/^[0-9a-f]+$/i.test(sum) || (hexLength !== undefined && sum.length !== hexLength)) {
			problems.error('checksum-malformed', file, line, { path });
			// Listed all the same, so that it is not reported as unlisted too.
			listed.set(path, { sum: '', line });
			continue;
		}
		const before = listed.get(path);
		if (!before) listed.set(path, { sum: sum.toLowerCase(), line });
		else if (before.sum !== sum.toLowerCase())
			problems.error('listed-twice-differently', file, line, { path });
		else if (isStrict) problems.error('listed-twice', file, line, { path });
		else problems.warn('listed-twice', file, line, { path });
	}
	return { ...name, listed };
}
