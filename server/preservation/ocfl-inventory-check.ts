import { versionNumber, type Inventory } from './ocfl-inventory.ts';
import {
	checkKeys,
	checkPathLists,
	isBlock,
	isListOfText,
	type Block,
	type Note,
} from './ocfl-paths-check.ts';
import { checkVersions, isUri, isVersionName } from './ocfl-versions-check.ts';

/** What is wrong with an inventory, by the specification's code. */
export interface InventoryFinding {
	readonly code: string;
	readonly message: string;
}

/** OCFL versions whose objects can be checked. */
export type SpecVersion = '1.0' | '1.1';

const KEYS = ['id', 'type', 'digestAlgorithm', 'head', 'contentDirectory', 'manifest', 'versions', 'fixity'];
/** Codes for digests that are not written as the specification says, by the algorithms objects are addressed by. */
const ADDRESSING: Readonly<Record<string, { readonly length: number; readonly code: string }>> = {
	sha512: { length: 128, code: 'E031' },
	sha256: { length: 64, code: 'E030' },
};
const FIXITY_ENCODINGS: Readonly<Record<string, { readonly length: number; readonly code: string }>> = {
	...ADDRESSING,
	sha1: { length: 40, code: 'E029' },
	'blake2b-512': { length: 128, code: 'E032' },
};
/** Algorithms a fixity block may name, with the extension 0009-digest-algorithms. */
const FIXITY_ALGORITHMS = new Set(
	'md5 sha1 sha256 sha512 blake2b-512 blake2b-160 blake2b-256 blake2b-384 sha512/256 size crc32'.split(' '),
);
/** Codes that came with OCFL 1.1. What they say was no rule before. */
const SINCE_1_1 = new Set(['E103', 'E104', 'E105', 'E106', 'E107', 'E108', 'E110', 'E111']);

/** The OCFL version an inventory's `type` names; undefined for others. */
export function specVersionOf(type: unknown): SpecVersion | undefined {
	const version = /^https:\/\/ocfl\.io\/(1\.[01])\/spec\/#inventory$/.exec(String(type))?.[1];
	return version as SpecVersion | undefined;
}

/**
 * Checks the structure of an inventory: keys, versions, paths, and that its parts agree. Reads no files.
 * @param spec what the object declares
 * @returns the findings, and the inventory when the rest of an object can be checked against it
 * @see OCFL 1.1, 3.5 Inventory
 */
export function checkInventory(
	given: unknown,
	spec: SpecVersion,
): { readonly findings: readonly InventoryFinding[]; readonly inventory: Inventory | undefined } {
	const findings: InventoryFinding[] = [];
	const note: Note = (code, message) => {
		if (spec === '1.1' || !SINCE_1_1.has(code)) findings.push({ code, message });
	};
	if (!isBlock(given)) {
		note('E033', 'the inventory is no JSON object');
		return { findings, inventory: undefined };
	}
	checkKeys(given, KEYS, 'the inventory', note);
	for (const key of Object.keys(given))
		if (key !== 'fixity' && key.toLowerCase() === 'fixity') note('E055', `fixity is named ${key}`);
	checkBasics(given, spec, note);
	const contentDirectory = checkContentDirectory(given['contentDirectory'], note);
	const manifest = checkManifest(given, spec, contentDirectory, note);
	const used = new Set<string>();
	const isReadable = checkVersions(given, manifest, used, note);
	for (const digest of Object.keys(manifest ?? {}))
		if (!used.has(digest)) note('E107', `no version uses the content ${digest}`);
	if ('fixity' in given) checkFixity(given['fixity'], manifest, spec, note);
	const isUsable =
		isReadable &&
		manifest !== undefined &&
		typeof given['id'] === 'string' &&
		typeof given['head'] === 'string' &&
		contentDirectory !== undefined &&
		ADDRESSING[String(given['digestAlgorithm'])] !== undefined;
	return { findings, inventory: isUsable ? (given as unknown as Inventory) : undefined };
}

function checkBasics(given: Block, spec: SpecVersion, note: Note): void {
	for (const key of ['id', 'type', 'digestAlgorithm', 'head'])
		if (given[key] === undefined) note('E036', `the key ${key} is missing`);
	const { id, type, digestAlgorithm: algorithm } = given;
	if (id !== undefined && (typeof id !== 'string' || id === '')) note('E037', 'id is no text');
	else if (typeof id === 'string' && !isUri(id)) note('W005', `the id is no URI: ${id}`);
	if (type !== undefined && specVersionOf(type) !== spec)
		note('E038', `type does not say the inventory of OCFL ${spec}: ${String(type)}`);
	if (algorithm !== undefined && ADDRESSING[String(algorithm)] === undefined)
		note('E025', `digests by ${String(algorithm)}`);
	else if (algorithm === 'sha256') note('W004', 'digests by sha256, not sha512');
}

function checkContentDirectory(given: unknown, note: Note): string | undefined {
	if (given === undefined) return 'content';
	if (typeof given === 'string' && given !== '' && given !== '.' && given !== '..' && !given.includes('/'))
		return given;
	note(given === '.' || given === '..' ? 'E018' : 'E017', `contentDirectory is ${JSON.stringify(given)}`);
	note('E108', 'contentDirectory is no folder right below that of a version');
	return undefined;
}

function checkManifest(
	given: Block,
	spec: SpecVersion,
	contentDirectory: string | undefined,
	note: Note,
): Block | undefined {
	const { manifest } = given;
	if (!isBlock(manifest)) {
		if (manifest === undefined || spec === '1.0') note('E041', 'there is no manifest');
		else note('E106', 'the manifest is no JSON object');
		return undefined;
	}
	const own = ADDRESSING[String(given['digestAlgorithm'])];
	const other = own === ADDRESSING['sha512'] ? ADDRESSING['sha256'] : ADDRESSING['sha512'];
	for (const digest of Object.keys(manifest)) {
		if (!own || isHex(digest, own.length)) continue;
		if (isHex(digest, other?.length ?? 0)) note('E039', `a digest of another algorithm: ${digest}`);
		else note(own.code, `no digest of that algorithm: ${digest}`);
	}
	const versions = isBlock(given['versions']) ? Object.keys(given['versions']) : undefined;
	for (const path of checkPathLists(manifest, { digests: 'E096', lists: 'E092' }, note))
		checkContentPath(path, contentDirectory, versions, given['contentDirectory'] === undefined, note);
	return Object.values(manifest).every(isListOfText) ? manifest : undefined;
}

function checkContentPath(
	path: string,
	contentDirectory: string | undefined,
	versions: readonly string[] | undefined,
	isDefault: boolean,
	note: Note,
): void {
	const [version = '', folder, ...rest] = path.split('/');
	if (!isVersionName(version) || rest.length === 0)
		return note('E042', `a content path that leads into no version: ${path}`);
	if (versions && !versions.includes(version)) {
		const meant = versions.find((name) => versionNumber(name) === versionNumber(version));
		if (meant === undefined) note('E042', `a content path into a version that is none: ${path}`);
		else note('E014', `a content path that does not name the folder of ${meant}: ${path}`);
	}
	if (contentDirectory !== undefined && folder !== contentDirectory)
		note(isDefault ? 'E021' : 'E042', `a content path outside the content folder: ${path}`);
}

function checkFixity(fixity: unknown, manifest: Block | undefined, spec: SpecVersion, note: Note): void {
	if (!isBlock(fixity)) return note(spec === '1.1' ? 'E111' : 'E057', 'fixity is no JSON object');
	const content = manifest && new Set(Object.values(manifest).flat());
	for (const [algorithm, block] of Object.entries(fixity)) {
		if (!FIXITY_ALGORITHMS.has(algorithm)) {
			note('E056', `fixity by ${algorithm}, which is no algorithm of the specification or an extension`);
			note('E026', `fixity by ${algorithm}`);
		}
		if (!isBlock(block)) {
			note('E057', `no digests under ${algorithm}`);
			continue;
		}
		const encoding = FIXITY_ENCODINGS[algorithm];
		for (const digest of Object.keys(block))
			if (encoding && !isHex(digest, encoding.length))
				note(encoding.code, `no digest of ${algorithm}: ${digest}`);
		for (const path of checkPathLists(block, { digests: 'E097', lists: 'E057' }, note))
			if (content && !content.has(path)) note('E057', `no content path of the manifest: ${path}`);
	}
}

function isHex(digest: string, length: number): boolean {
	return digest.length === length && /^[0-9a-fA-F]+$/.test(digest);
}
