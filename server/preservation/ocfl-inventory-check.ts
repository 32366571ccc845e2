import { versionNumber, type Inventory } from './ocfl-inventory.ts';

/** What is wrong with an inventory, by the specification's code. */
export interface InventoryFinding {
	readonly code: string;
	readonly message: string;
}

/** OCFL versions whose objects can be checked. */
export type SpecVersion = '1.0' | '1.1';

type Note = (code: string, message: string) => void;
type Block = Readonly<Record<string, unknown>>;

const KEYS = ['id', 'type', 'digestAlgorithm', 'head', 'contentDirectory', 'manifest', 'versions', 'fixity'];
const HEX_LENGTH: Readonly<Record<string, number>> = { sha512: 128, sha256: 64 };
/** Algorithms a fixity block may name, with the extension 0009-digest-algorithms. */
const FIXITY_ALGORITHMS = new Set(
	'md5 sha1 sha256 sha512 blake2b-512 blake2b-160 blake2b-256 blake2b-384 sha512/256 size crc32'.split(' '),
);
const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const URI = /^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$/;

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
	const note: Note = (code, message) => findings.push({ code, message });
	if (!isBlock(given)) {
		note('E033', 'the inventory is no JSON object');
		return { findings, inventory: undefined };
	}
	if (spec === '1.1')
		for (const key of Object.keys(given)) if (!KEYS.includes(key)) note('E102', `a key not known: ${key}`);
	checkBasics(given, spec, note);
	const contentDirectory = checkContentDirectory(given['contentDirectory'], note);
	const manifest = checkManifest(given, spec, contentDirectory, note);
	const isReadable = checkVersions(given, manifest, spec, note);
	if ('fixity' in given) checkFixity(given['fixity'], spec, note);
	const isUsable =
		isReadable &&
		manifest !== undefined &&
		typeof given['id'] === 'string' &&
		typeof given['head'] === 'string' &&
		contentDirectory !== undefined &&
		HEX_LENGTH[String(given['digestAlgorithm'])] !== undefined;
	return { findings, inventory: isUsable ? (given as unknown as Inventory) : undefined };
}

function checkBasics(given: Block, spec: SpecVersion, note: Note): void {
	for (const key of ['id', 'type', 'digestAlgorithm', 'head'])
		if (given[key] === undefined) note('E036', `the key ${key} is missing`);
	const { id, type, digestAlgorithm: algorithm } = given;
	if (id !== undefined && (typeof id !== 'string' || id === '')) note('E037', 'id is no text');
	else if (typeof id === 'string' && !URI.test(id)) note('W005', `the id is no URI: ${id}`);
	if (type !== undefined && specVersionOf(type) !== spec)
		note('E038', `type does not say the inventory of OCFL ${spec}: ${String(type)}`);
	if (algorithm !== undefined && HEX_LENGTH[String(algorithm)] === undefined)
		note('E025', `digests by ${String(algorithm)}`);
	else if (algorithm === 'sha256') note('W004', 'digests by sha256, not sha512');
}

function checkContentDirectory(given: unknown, note: Note): string | undefined {
	if (given === undefined) return 'content';
	if (given === '.' || given === '..') note('E018', `contentDirectory is ${given}`);
	else if (typeof given !== 'string' || given === '' || given.includes('/'))
		note('E017', `contentDirectory is ${JSON.stringify(given)}`);
	else return given;
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
	const length = HEX_LENGTH[String(given['digestAlgorithm'])];
	for (const digest of Object.keys(manifest))
		if (length !== undefined && (digest.length !== length || !/^[0-9a-fA-F]+$/.test(digest)))
			note('E092', `no digest of that algorithm: ${digest}`);
	const paths = checkPathLists(manifest, { digests: 'E096', lists: 'E092', paths: 'E101' }, note);
	for (const path of paths) {
		const [version, folder, ...rest] = path.split('/');
		if (contentDirectory && (!/^v\d+$/.test(version ?? '') || folder !== contentDirectory || !rest.length))
			note('E042', `a content path outside the versions: ${path}`);
	}
	const isReadable = Object.values(manifest).every(isListOfText);
	return isReadable ? manifest : undefined;
}

/** Digests with lists of content paths, as the manifest and each fixity block have them. */
function checkPathLists(
	block: Block,
	codes: { readonly digests: string; readonly lists: string; readonly paths: string },
	note: Note,
): string[] {
	const seen = new Set<string>();
	const paths: string[] = [];
	for (const [digest, list] of Object.entries(block)) {
		if (seen.has(digest.toLowerCase())) note(codes.digests, `a digest twice: ${digest}`);
		seen.add(digest.toLowerCase());
		if (isListOfText(list)) paths.push(...list);
		else note(codes.lists, `no list of content paths at ${digest}`);
	}
	for (const path of paths) checkPath(path, 'E100', 'E099', note);
	checkConflicts(paths, codes.paths, note);
	return paths;
}

function checkPath(path: string, edges: string, elements: string, note: Note): void {
	if (path.startsWith('/') || path.endsWith('/')) note(edges, `a path begins or ends with a slash: ${path}`);
	const parts = path.replace(/^\/|\/$/g, '').split('/');
	if (parts.some((part) => part === '' || part === '.' || part === '..'))
		note(elements, `a path with an empty part or dots: ${JSON.stringify(path)}`);
}

function checkConflicts(paths: readonly string[], code: string, note: Note): void {
	const all = new Set(paths);
	if (all.size < paths.length) note(code, 'a path is named twice');
	for (const path of all)
		for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
			if (all.has(path.slice(0, slash))) note(code, `a file and a folder of one name: ${path}`);
}

function checkVersions(given: Block, manifest: Block | undefined, spec: SpecVersion, note: Note): boolean {
	const { versions, head } = given;
	if (versions === undefined) note('E043', 'there are no versions');
	else if (!isBlock(versions)) note('E044', 'versions is no JSON object');
	if (!isBlock(versions)) return false;
	const names = Object.keys(versions);
	checkSequence(names, note);
	const newest = names
		.filter((name) => /^v\d+$/.test(name))
		.toSorted((a, b) => versionNumber(a) - versionNumber(b))
		.at(-1);
	if (head !== undefined && newest !== undefined && head !== newest)
		note('E040', `head is ${JSON.stringify(head)}, the newest version ${newest}`);
	const used = new Set<string>();
	let isReadable = names.length > 0;
	for (const [name, version] of Object.entries(versions))
		if (!isBlock(version)) {
			note('E047', `${name} is no JSON object`);
			isReadable = false;
		} else isReadable = checkVersion(name, version, manifest, used, note) && isReadable;
	if (spec === '1.1')
		for (const digest of Object.keys(manifest ?? {}))
			if (!used.has(digest)) note('E107', `no version uses the content ${digest}`);
	return isReadable;
}

function checkSequence(names: readonly string[], note: Note): void {
	if (names.length === 0) return note('E008', 'there is no version');
	for (const name of names.filter((each) => !/^v\d+$/.test(each))) note('E046', `no version name: ${name}`);
	const proper = names.filter((name) => /^v\d+$/.test(name));
	const numbers = proper.map(versionNumber).toSorted((a, b) => a - b);
	if (proper.length && numbers[0] !== 1) note('E009', 'the versions do not begin with v1');
	if (numbers.some((number, index) => number !== (numbers[0] ?? 1) + index))
		note('E010', 'a version is missing between others');
	const isPadded = proper.some((name) => name.startsWith('v0'));
	if (!isPadded) return;
	note('W001', 'version names padded with zeros');
	// A padded name keeps its leading zero: v0009 is followed by v0010, but v9999 by nothing.
	if (proper.some((name) => !name.startsWith('v0'))) {
		note('E011', 'a version name without the leading zero of the others');
		note('E013', 'padded and not padded version names');
	} else if (new Set(proper.map((name) => name.length)).size > 1)
		note('E012', 'padded version names of different length');
}

function checkVersion(
	name: string,
	version: Block,
	manifest: Block | undefined,
	used: Set<string>,
	note: Note,
): boolean {
	const { created, state, message, user } = version;
	if (created === undefined) note('E048', `${name} does not say when it was made`);
	else if (typeof created !== 'string' || !RFC3339.test(created) || Number.isNaN(Date.parse(created)))
		note('E049', `${name} was made at ${JSON.stringify(created)}`);
	if (message === undefined || user === undefined) note('W007', `${name} does not say who made it and why`);
	if (message !== undefined && typeof message !== 'string') note('E094', `the message of ${name} is no text`);
	if (user !== undefined) checkUser(name, user, note);
	if (state === undefined) note('E048', `${name} has no state`);
	else if (!isBlock(state) || !Object.values(state).every(isListOfText))
		note('E050', `the state of ${name} is no list of names by digest`);
	if (!isBlock(state) || !Object.values(state).every(isListOfText)) return false;
	for (const digest of Object.keys(state)) {
		used.add(digest);
		if (manifest && !(digest in manifest)) note('E050', `${name} names content the manifest does not have`);
	}
	const logical = (Object.values(state) as string[][]).flat();
	for (const path of logical) checkPath(path, 'E053', 'E052', note);
	checkConflicts(logical, 'E095', note);
	return true;
}

function checkUser(version: string, user: unknown, note: Note): void {
	const { name, address } = isBlock(user) ? user : {};
	if (typeof name !== 'string' || name === '') note('E054', `the user of ${version} has no name`);
	else if (address === undefined) note('W008', `the user of ${version} has no address`);
	else if (typeof address !== 'string' || !URI.test(address))
		note('W009', `the address of the user of ${version} is no URI`);
}

function checkFixity(fixity: unknown, spec: SpecVersion, note: Note): void {
	if (!isBlock(fixity)) return note(spec === '1.1' ? 'E111' : 'E057', 'fixity is no JSON object');
	for (const [algorithm, block] of Object.entries(fixity)) {
		if (!FIXITY_ALGORITHMS.has(algorithm)) note('E056', `fixity by ${algorithm}`);
		if (!isBlock(block)) note('E057', `no digests under ${algorithm}`);
		else checkPathLists(block, { digests: 'E097', lists: 'E057', paths: 'E101' }, note);
	}
}

function isBlock(given: unknown): given is Block {
	return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function isListOfText(given: unknown): given is string[] {
	return Array.isArray(given) && given.every((each) => typeof each === 'string');
}
