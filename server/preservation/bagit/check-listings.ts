import type { BagMember } from './bag-files.ts';
import type { BagProblems } from './bag-problem.ts';
import type { Declaration } from './declaration.ts';
import { FETCH_NAME, type Fetchable } from './fetch-file.ts';
import { isKnownAlgorithm, manifestName, type Manifest } from './manifest.ts';

/** Files that systems strew into folders, and people clear away. */
const SYSTEM_FILE = /(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/i;

/** A sum that a file must have, and who says so. */
export interface ExpectedSum {
	readonly algorithm: string;
	readonly sum: string;
	readonly file: string;
	readonly line: number;
}

/** What the contents are to be compared with. */
export interface Expected {
	/** By path, for the files that are there. */
	readonly sums: ReadonlyMap<string, readonly ExpectedSum[]>;
	readonly systemFilesMissing: number;
}

/** What is compared with each other. */
export interface Listing {
	readonly manifests: readonly Manifest[];
	readonly fetch: ReadonlyMap<string, Fetchable>;
	readonly declaration: Declaration;
	readonly members: ReadonlyMap<string, BagMember>;
	readonly problems: BagProblems;
}

/** Compares what manifests list with what is there. @see RFC 8493, 3 (Complete and Valid Bags) */
export function checkListings(listing: Listing): Expected {
	const { manifests, members, fetch, problems } = listing;
	const sums = new Map<string, ExpectedSum[]>();
	const missingSystemFiles = new Set<string>();
	/** By path: the manifests that list the file, under whatever name. */
	const listedBy = new Map<string, Set<Manifest>>();
	const names = new Names(members);
	for (const manifest of manifests) {
		const { file, algorithm, listed, isTag } = manifest;
		warnOfClashes(manifest, problems);
		for (const [path, { sum, line }] of listed) {
			if (isTag && manifestName(path)?.isTag)
				problems.error('tag-manifest-lists-tag-manifest', file, line, { path });
			const actual = names.find(path, listed, listing.declaration.isStrict);
			if (actual === undefined) {
				if (SYSTEM_FILE.test(path) && !isTag) {
					missingSystemFiles.add(path);
					problems.warn('system-file-missing', file, line, { path });
				} else problems.error(fetch.has(path) ? 'file-not-fetched' : 'file-missing', file, line, { path });
				continue;
			}
			if (actual !== path && !listed.has(actual))
				problems.warn('name-normalization-differs', file, line, { path });
			const by = listedBy.get(actual) ?? new Set();
			listedBy.set(actual, by.add(manifest));
			if (sum === '' || !isKnownAlgorithm(algorithm)) continue;
			const expected = sums.get(actual) ?? [];
			expected.push({ algorithm, sum, file, line });
			sums.set(actual, expected);
		}
	}
	checkUnlisted(listing, listedBy);
	checkManifests(listing);
	checkFetch(listing);
	return { sums, systemFilesMissing: missingSystemFiles.size };
}

/** Finds the file that a manifest means. */
class Names {
	readonly #members: ReadonlyMap<string, BagMember>;
	#composed: Map<string, string | undefined> | undefined;
	#folded: Map<string, string | undefined> | undefined;

	constructor(members: ReadonlyMap<string, BagMember>) {
		this.#members = members;
	}

	/** @param isStrict a file that is listed under its own name stands for no other */
	find(path: string, listed: ReadonlyMap<string, unknown>, isStrict: boolean): string | undefined {
		if (this.#members.get(path)?.kind === 'file') return path;
		// File systems of one maker compose accents, others take them apart.
		this.#composed ??= this.#by((name) => name.normalize('NFC'));
		const composed = this.#composed.get(path.normalize('NFC'));
		if (composed !== undefined && !(isStrict && listed.has(composed))) return composed;
		if (isStrict) return undefined;
		// Two names on a system that tells case apart become one file on another.
		this.#folded ??= this.#by(folded);
		const other = this.#folded.get(folded(path));
		return other !== undefined && listed.has(other) ? other : undefined;
	}

	/** Undefined where several files share a name. */
	#by(keyOf: (name: string) => string): Map<string, string | undefined> {
		const found = new Map<string, string | undefined>();
		for (const { path, kind } of this.#members.values())
			if (kind === 'file') found.set(keyOf(path), found.has(keyOf(path)) ? undefined : path);
		return found;
	}
}

function folded(name: string): string {
	return name.normalize('NFC').toLowerCase();
}

function warnOfClashes({ file, listed }: Manifest, problems: BagProblems): void {
	const seen = new Map<string, string>();
	for (const [path, { line }] of listed) {
		const before = seen.get(folded(path));
		if (before === undefined) seen.set(folded(path), path);
		else
			problems.warn(
				before.normalize('NFC') === path.normalize('NFC') ? 'name-normalization-clash' : 'name-case-clash',
				file,
				line,
				{ path, other: before },
			);
	}
}

function checkUnlisted(
	{ manifests, members, declaration, problems }: Listing,
	listedBy: ReadonlyMap<string, ReadonlySet<Manifest>>,
): void {
	const payload = manifests.filter(({ isTag }) => !isTag);
	const tag = manifests.filter(({ isTag }) => isTag);
	for (const { path, kind } of members.values()) {
		if (kind !== 'file') continue;
		const by = listedBy.get(path);
		if (path.startsWith('data/')) {
			if (!by) problems.error('file-unlisted', path);
			// Before 1.0 one manifest was enough.
			else if (declaration.isStrict)
				for (const manifest of payload)
					if (!by.has(manifest)) problems.error('file-unlisted', path, 0, { manifest: manifest.file });
		} else if (declaration.isStrict && tag.length > 0 && !by && !manifestName(path))
			problems.warn('tag-unlisted', path);
	}
}

function checkManifests({ manifests, declaration, problems }: Listing): void {
	const payload = manifests.filter(({ isTag }) => !isTag);
	const tag = manifests.filter(({ isTag }) => isTag);
	if (payload.length === 0) problems.error('manifest-missing', 'manifest-sha512.txt');
	const seen = new Set<string>();
	for (const { file, algorithm, isTag } of manifests) {
		if (seen.has(`${isTag} ${algorithm}`)) problems.error('algorithm-twice', file, 0, { algorithm });
		seen.add(`${isTag} ${algorithm}`);
	}
	if (!declaration.isStrict) return;
	if (payload.length > 0 && payload.every(({ algorithm }) => algorithm === 'md5' || algorithm === 'sha1'))
		for (const { file, algorithm } of payload) problems.warn('algorithm-weak', file, 0, { algorithm });
	if (tag.length === 0) problems.warn('tag-manifest-missing', 'tagmanifest-sha512.txt');
	for (const { file, listed } of tag)
		for (const manifest of payload)
			if (!listed.has(manifest.file))
				problems.error('tag-manifest-lacks-manifest', file, 0, { path: manifest.file });
}

function checkFetch({ manifests, fetch, members, declaration, problems }: Listing): void {
	const payload = manifests.filter(({ isTag }) => !isTag);
	for (const [path, { line, bytes }] of fetch) {
		const lists = ({ listed }: Manifest): boolean => listed.has(path);
		if (!(declaration.isStrict ? payload.every(lists) : payload.some(lists)))
			problems.error('fetch-unlisted', FETCH_NAME, line, { path });
		const member = members.get(path);
		if (bytes !== undefined && member?.kind === 'file' && member.bytes !== bytes)
			problems.warn('fetch-length-differs', FETCH_NAME, line, { path });
	}
}
