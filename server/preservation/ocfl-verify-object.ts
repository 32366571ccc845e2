import { existsSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { digestFile, isKnownAlgorithm } from './digests.ts';
import { checkInventory, specVersionOf, type SpecVersion } from './ocfl-inventory-check.ts';
import { digestInSidecar, digestsOf, INVENTORY, versionNumber, type Inventory } from './ocfl-inventory.ts';
import { namasteText } from './ocfl-layout.ts';

/** Notes what is wrong, by the specification's code; `path` is absolute. */
export type NoteAt = (code: string, path: string, message: string) => void;

/** Community extensions an object or a root may name. @see OCFL Extensions repository */
const REGISTERED =
	/^(0001-digest-algorithms|0002-flat-direct-storage-layout|0003-hash-and-id-n-tuple-storage-layout|0004-hashed-n-tuple-storage-layout|0005-mutable-head|0006-flat-omit-prefix-storage-layout|0007-n-tuple-omit-prefix-storage-layout|0008-schema-registry|0009-digest-algorithms|0010-differential-n-tuple-omit-prefix-storage-layout|0011-direct-clean-path-layout|initial)$/;

/**
 * Checks one object: declaration, inventories and sidecars, versions, names, and every byte against its digests.
 * @returns its id and declared version, as far as they can be read
 * @see OCFL 1.1, 3. OCFL Object
 */
export function verifyObject(
	object: string,
	note: NoteAt,
): { readonly id?: string; readonly spec?: SpecVersion } {
	const names = list(object, note);
	const spec = checkDeclaration(object, names, note);
	const path = join(object, INVENTORY);
	if (!names.some((each) => each.name === INVENTORY && each.isFile())) {
		note('E063', path, 'the object has no inventory');
		return spec ? { spec } : {};
	}
	const given = readJson(path, note);
	const declared = spec ?? specVersionOf((given as { type?: unknown } | undefined)?.type) ?? '1.1';
	const { findings, inventory } = checkInventory(given, declared);
	for (const { code, message } of findings) note(code, path, message);
	const algorithm = (given as { digestAlgorithm?: unknown } | undefined)?.digestAlgorithm;
	if (typeof algorithm === 'string') checkSidecar(object, algorithm, note);
	if (!inventory) return { spec: declared };
	checkNames(object, names, inventory, note);
	const versions = Object.keys(inventory.versions).toSorted((a, b) => versionNumber(a) - versionNumber(b));
	const digests = new ContentDigests(object, note);
	const earlier: Inventory[] = [];
	const stored: string[] = [];
	for (const version of versions) {
		const own = checkVersionFolder(object, version, inventory, declared, note);
		stored.push(...contentPathsIn(object, version, inventory, note));
		if (!own || version === inventory.head) continue;
		earlier.push(own);
		checkKnown(object, stored, own, note);
	}
	checkKnown(object, stored, inventory, note);
	checkSpecsGrow(object, earlier, inventory, note);
	for (const each of [inventory, ...earlier]) digests.check(each);
	return { id: inventory.id, spec: declared };
}

/** Names in a folder; links are noted and left out. @see OCFL 1.1, 4.6 Filesystem features */
export function list(folder: string, note: NoteAt): Dirent[] {
	return readdirSync(folder, { withFileTypes: true })
		.toSorted((a, b) => (a.name < b.name ? -1 : 1))
		.filter((each) => {
			if (!each.isSymbolicLink()) return true;
			note('E090', join(folder, each.name), 'a link');
			return false;
		});
}

/** Reads JSON; what is none is noted. */
export function readJson(path: string, note: NoteAt, code = 'E033'): unknown {
	try {
		return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
	} catch (error) {
		note(code, path, error instanceof Error ? error.message : String(error));
		return undefined;
	}
}

/** Checks the folder of extensions of an object or a root: folders only, of registered names. */
export function checkExtensions(folder: string, codes: { file: string; name: string }, note: NoteAt): void {
	for (const each of list(folder, note)) {
		const at = join(folder, each.name);
		if (!each.isDirectory()) note(codes.file, at, 'a file among the extensions');
		else if (!REGISTERED.test(each.name)) note(codes.name, at, 'an extension that is not registered');
	}
}

function checkDeclaration(object: string, names: readonly Dirent[], note: NoteAt): SpecVersion | undefined {
	const given = names.filter((each) => each.isFile() && each.name.startsWith('0=')).map((each) => each.name);
	if (given.length === 0) note('E003', object, 'the object declares no OCFL version');
	if (given.length > 1) note('E003', object, `several declarations: ${given.join(', ')}`);
	let spec: SpecVersion | undefined;
	for (const name of given) {
		const at = join(object, name);
		const version = /^0=ocfl_object_(\d+\.\d+)$/.exec(name)?.[1];
		if (version === undefined) note('E006', at, 'no declaration of an OCFL object');
		else if (version !== '1.0' && version !== '1.1') note('E004', at, `no OCFL version we know: ${version}`);
		else spec = version;
		if (readFileSync(at, 'utf8') !== namasteText(name))
			note('E007', at, 'the declaration does not hold what its name says');
	}
	return spec;
}

function checkSidecar(folder: string, algorithm: string, note: NoteAt): void {
	const sidecar = join(folder, `${INVENTORY}.${algorithm}`);
	if (!existsSync(sidecar)) {
		const other = readdirSync(folder).find((name) => name.startsWith(`${INVENTORY}.`));
		if (other) note('E059', join(folder, other), `the sidecar is not of ${algorithm}`);
		return note('E058', sidecar, 'the inventory has no sidecar');
	}
	const digest = digestInSidecar(readFileSync(sidecar, 'utf8'));
	if (digest === undefined) note('E061', sidecar, 'the sidecar is not of the form DIGEST inventory.json');
	else if (isKnownAlgorithm(algorithm) && digest !== digestOf(join(folder, INVENTORY), algorithm))
		note('E060', sidecar, 'the inventory is not what its sidecar says');
}

function checkNames(object: string, names: readonly Dirent[], inventory: Inventory, note: NoteAt): void {
	const files = new Set([INVENTORY, `${INVENTORY}.${inventory.digestAlgorithm}`]);
	for (const each of names) {
		const at = join(object, each.name);
		if (!each.isDirectory()) {
			if (!files.has(each.name) && !each.name.startsWith('0='))
				note('E001', at, 'a file that does not belong in an object');
		} else if (each.name === 'extensions') checkExtensions(at, { file: 'E067', name: 'W013' }, note);
		else if (each.name === 'logs') continue;
		else if (!/^v\d+$/.test(each.name) || !Object.hasOwn(inventory.versions, each.name))
			note(/^v\d+$/.test(each.name) ? 'E046' : 'E001', at, 'a folder that is no version of the inventory');
	}
}

/** Checks a version's folder and the inventory it may have; returns that inventory. @see OCFL 1.1, 3.7 Version Inventory */
function checkVersionFolder(
	object: string,
	version: string,
	inventory: Inventory,
	spec: SpecVersion,
	note: NoteAt,
): Inventory | undefined {
	const folder = join(object, version);
	if (!existsSync(folder)) {
		note('E010', folder, 'the folder of the version is missing');
		return undefined;
	}
	const path = join(folder, INVENTORY);
	if (!existsSync(path)) {
		note('W010', folder, 'the version has no inventory of its own');
		return undefined;
	}
	if (version === inventory.head) {
		if (!readFileSync(path).equals(readFileSync(join(object, INVENTORY))))
			note('E064', path, 'the inventory of the newest version is not that of the object');
		checkSidecar(folder, inventory.digestAlgorithm, note);
		return inventory;
	}
	const given = readJson(path, note);
	const { findings, inventory: own } = checkInventory(
		given,
		specVersionOf((given as { type?: unknown } | undefined)?.type) ?? spec,
	);
	for (const { code, message } of findings) note(code, path, message);
	if (!own) return undefined;
	checkSidecar(folder, own.digestAlgorithm, note);
	if (own.id !== inventory.id)
		note(spec === '1.1' ? 'E110' : 'E037', path, `another id than the object's: ${own.id}`);
	if (own.head !== version) note('E040', path, `the head of ${version} is ${own.head}`);
	if ((own.contentDirectory ?? 'content') !== (inventory.contentDirectory ?? 'content'))
		note(
			own.contentDirectory === undefined || inventory.contentDirectory === undefined ? 'E019' : 'E020',
			path,
			'another content folder than now',
		);
	compareVersions(own, inventory, path, note);
	return own;
}

/** What an earlier inventory says of the versions it knows, beside what the newest says of them. */
function compareVersions(own: Inventory, newest: Inventory, path: string, note: NoteAt): void {
	for (const [version, then] of Object.entries(own.versions)) {
		const now = newest.versions[version];
		if (!now) {
			note('E066', path, `it has a version the newest inventory does not have: ${version}`);
			continue;
		}
		const [before, after] = [contentOf(own, version), contentOf(newest, version)];
		const isSame =
			before.size === after.size &&
			[...before].every(([name, content]) => sameContent(content, after.get(name)));
		if (!isSame) note('E066', path, `it tells another ${version} than the newest inventory`);
		for (const key of ['created', 'message', 'user'] as const)
			if (stable(then[key]) !== stable(now[key]))
				note('W011', path, `${key} of ${version} is not that of the newest inventory`);
	}
}

interface Content {
	readonly algorithm: string;
	readonly digest: string;
	readonly paths: readonly string[];
}

function contentOf(inventory: Inventory, version: string): Map<string, Content> {
	const manifest = new Map(
		Object.entries(inventory.manifest).map(([digest, paths]) => [digest.toLowerCase(), paths]),
	);
	return new Map(
		[...digestsOf(inventory, version)].map(([name, digest]) => [
			name,
			{ algorithm: inventory.digestAlgorithm, digest, paths: manifest.get(digest) ?? [] },
		]),
	);
}

/** Across digest algorithms the same content is told by a content path in common. */
function sameContent(one: Content, other: Content | undefined): boolean {
	if (!other) return false;
	if (one.algorithm === other.algorithm) return one.digest === other.digest;
	return one.paths.some((path) => other.paths.includes(path));
}

/** Checks what lies in a version's folder; returns the content paths found. @see OCFL 1.1, 3.3.1 Content Directory */
function contentPathsIn(object: string, version: string, inventory: Inventory, note: NoteAt): string[] {
	const folder = join(object, version);
	const paths: string[] = [];
	if (!existsSync(folder)) return paths;
	const content = join(folder, inventory.contentDirectory ?? 'content');
	for (const each of list(folder, note)) {
		const at = join(folder, each.name);
		if (each.isDirectory() && at !== content) note('W002', at, 'a folder beside the content folder');
		if (!each.isDirectory() && !/^inventory\.json(\.sha(512|256))?$/.test(each.name))
			note('E015', at, 'a file beside the content folder');
	}
	if (!existsSync(content)) return paths;
	const walk = (inner: string): void => {
		const names = list(inner, note);
		if (names.length === 0 && inner !== content) note('E024', inner, 'an empty folder');
		for (const each of names) {
			const at = join(inner, each.name);
			if (each.isDirectory()) walk(at);
			else paths.push(relative(object, at).replaceAll('\\', '/'));
		}
	};
	walk(content);
	if (paths.length === 0) note('W003', content, `the content folder of ${version} is empty`);
	return paths;
}

/** An inventory knows every content file up to its version. */
function checkKnown(object: string, stored: readonly string[], inventory: Inventory, note: NoteAt): void {
	const known = new Set(Object.values(inventory.manifest).flat());
	for (const path of stored)
		if (!known.has(path))
			note('E023', join(object, path), `a file the inventory of ${inventory.head} does not know`);
}

/** @see OCFL 1.1, 3.7.1 Conformance of prior versions */
function checkSpecsGrow(
	object: string,
	earlier: readonly Inventory[],
	newest: Inventory,
	note: NoteAt,
): void {
	let last = '1.0';
	for (const each of [...earlier, newest]) {
		const spec = specVersionOf(each.type);
		if (spec === undefined) continue;
		if (spec < last)
			note(
				'E103',
				join(object, each.head, INVENTORY),
				`${each.head} is of an earlier OCFL version than before`,
			);
		last = spec;
	}
}

/** Reads each content file once, whatever number of inventories and digests speak of it. */
class ContentDigests {
	#object: string;
	#note: NoteAt;
	#known = new Map<string, Map<string, string>>();
	#told = new Set<string>();

	constructor(object: string, note: NoteAt) {
		this.#object = object;
		this.#note = note;
	}

	check(inventory: Inventory): void {
		const fixity = Object.entries(inventory.fixity ?? {}).filter(([algorithm]) =>
			isKnownAlgorithm(algorithm),
		);
		const algorithms = [inventory.digestAlgorithm, ...fixity.map(([algorithm]) => algorithm)];
		this.#compare('E092', inventory.digestAlgorithm, inventory.manifest, algorithms);
		for (const [algorithm, block] of fixity) this.#compare('E093', algorithm, block, algorithms);
	}

	#compare(
		code: string,
		algorithm: string,
		block: Readonly<Record<string, readonly string[]>>,
		algorithms: readonly string[],
	): void {
		for (const [digest, paths] of Object.entries(block))
			for (const path of paths) {
				const at = join(this.#object, path);
				// A path that leads out of the object was noted with the inventory; it is not followed.
				if (relative(this.#object, at).startsWith('..')) continue;
				const found = this.#digests(path, at, algorithms)?.get(algorithm);
				if (found === undefined) this.#tell(code, at, 'the file is missing');
				else if (found !== digest.toLowerCase())
					this.#tell(code, at, `the bytes are not those the inventory names (${algorithm})`);
			}
	}

	#digests(path: string, at: string, algorithms: readonly string[]): ReadonlyMap<string, string> | undefined {
		const known = this.#known.get(path);
		const missing = algorithms.filter((algorithm) => !known?.has(algorithm));
		if (known && missing.length === 0) return known;
		try {
			const all = new Map([...(known ?? []), ...digestFile(at, missing)]);
			this.#known.set(path, all);
			return all;
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR')
				this.#tell('E092', at, `the file cannot be read: ${String(code)}`);
			return undefined;
		}
	}

	/** Several inventories say the same of a file; once is enough. */
	#tell(code: string, at: string, message: string): void {
		const key = `${code} ${at}`;
		if (this.#told.has(key)) return;
		this.#told.add(key);
		this.#note(code, at, message);
	}
}

function digestOf(path: string, algorithm: string): string | undefined {
	return digestFile(path, [algorithm]).get(algorithm);
}

function stable(value: unknown): string | undefined {
	return typeof value === 'object' && value !== null
		? JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
		: JSON.stringify(value);
}
