import { digestOf, isKnownAlgorithm } from './digests.ts';
import { checkContent, ExpectedContent, type Budget, type ContentRead } from './ocfl-content-check.ts';
import {
	checkDeclaration,
	checkExtensions,
	checkKept,
	OBJECT_DECLARATION,
} from './ocfl-declaration-check.ts';
import { list, readJson, type NoteAt } from './ocfl-findings.ts';
import { HistoryCheck } from './ocfl-history-check.ts';
import { checkInventory, specVersionOf, type SpecVersion } from './ocfl-inventory-check.ts';
import { digestInSidecar, INVENTORY, versionNumber, type Inventory } from './ocfl-inventory.ts';
import { readText, type OcflStorage, type Place } from './ocfl-storage.ts';
import { isVersionName } from './ocfl-versions-check.ts';

/** What a look at an object found, besides what was noted. */
export interface ObjectLook extends ContentRead {
	/** As far as they can be read. */
	readonly id: string | undefined;
	readonly spec: SpecVersion | undefined;
	/** Number of its newest version. */
	readonly head: number | undefined;
	/** Digest of its inventory, in hex, by the algorithm the inventory names. */
	readonly inventoryDigest: string | undefined;
}

/** A sidecar whose digest is right, and how it says it. */
interface Sidecar {
	readonly path: string;
	readonly shape: string;
}

/** How our sidecars say it, with the digest left out. */
const SHAPE = `DIGEST ${INVENTORY}\n`;

const NOTHING_READ: ContentRead = { files: 0, bytes: 0, shared: [], rest: [] };

/**
 * Checks one object: declaration, inventories and sidecars, versions, names, and every byte against its digests.
 * @param budget content beyond it is given back as checks to be made
 * @see OCFL 1.1, 3. OCFL Object
 */
export function verifyObject(
	storage: OcflStorage,
	object: string,
	note: NoteAt,
	budget?: Budget,
): ObjectLook {
	return new ObjectCheck(storage, object, note).look(budget);
}

/** True for a folder that is an object, by its declaration, or where that is lost by what else only objects have. */
export function isObject(names: readonly Place[]): boolean {
	return names.some(({ name }) => name.startsWith('0=ocfl_object') || name.startsWith(INVENTORY));
}

class ObjectCheck {
	#storage: OcflStorage;
	#object: string;
	#note: NoteAt;
	#sidecars: Sidecar[] = [];

	constructor(storage: OcflStorage, object: string, note: NoteAt) {
		this.#storage = storage;
		this.#object = object;
		this.#note = note;
	}

	look(budget: Budget | undefined): ObjectLook {
		const [object, note] = [this.#object, this.#note];
		const names = list(this.#storage, object, note);
		const { spec, files } = checkDeclaration(this.#storage, object, names, OBJECT_DECLARATION, note);
		const bytes = this.#readInventory(names);
		const given = bytes && readJson(bytes, `${object}/${INVENTORY}`, note);
		const { type, digestAlgorithm, id } = (given ?? {}) as Partial<Record<string, unknown>>;
		const declared = spec ?? specVersionOf(type) ?? '1.1';
		const { findings, inventory } = checkInventory(given ?? null, declared);
		if (given !== undefined)
			for (const { code, message } of findings) note(code, `${object}/${INVENTORY}`, message);
		const inventoryDigest =
			bytes && typeof digestAlgorithm === 'string'
				? this.#checkSidecar(object, names, bytes, digestAlgorithm)
				: undefined;
		this.#checkNames(names, files, inventory, digestAlgorithm);
		const known = {
			id: typeof id === 'string' ? id : undefined,
			spec: bytes ? declared : spec,
			head: inventory && versionNumber(inventory.head),
			inventoryDigest,
		};
		if (!inventory || !bytes) return { ...known, ...NOTHING_READ };
		const content = this.#checkVersions(names, bytes, inventory, declared);
		this.#compareSidecars();
		for (const algorithm of content.notComputed)
			note('I001', `${object}/${INVENTORY}`, `fixity by ${algorithm} is not computed here`);
		return { ...known, ...checkContent(this.#storage, content.checks(object), note, budget) };
	}

	#readInventory(names: readonly Place[]): Uint8Array | undefined {
		const path = `${this.#object}/${INVENTORY}`;
		if (names.some(({ name, kind }) => name === INVENTORY && kind === 'file'))
			return this.#storage.read(path);
		this.#note('E063', path, 'the object has no inventory');
		const other = names.find(({ name }) => name.toLowerCase() === INVENTORY && name !== INVENTORY);
		if (other) this.#note('E034', `${this.#object}/${other.name}`, `the inventory is not named ${INVENTORY}`);
		return undefined;
	}

	/**
	 * @returns the digest of the inventory, where the algorithm is one that addresses content
	 * @see OCFL 1.1, 3.6 Inventory Digest
	 */
	#checkSidecar(
		folder: string,
		names: readonly Place[],
		bytes: Uint8Array,
		algorithm: string,
	): string | undefined {
		const digest = isAddressing(algorithm) ? digestOf(algorithm, bytes) : undefined;
		const name = `${INVENTORY}.${algorithm}`;
		const path = `${folder}/${name}`;
		if (!names.some((each) => each.name === name && each.kind === 'file')) {
			const other = names.find((each) => each.name.startsWith(`${INVENTORY}.`));
			if (other) this.#note('E059', `${folder}/${other.name}`, `the sidecar is not of ${algorithm}`);
			this.#note('E058', path, 'the inventory has no sidecar');
			return digest;
		}
		const text = readText(this.#storage, path);
		const told = digestInSidecar(text);
		if (told === undefined) this.#note('E061', path, 'the sidecar is not of the form DIGEST inventory.json');
		else if (digest !== undefined && told !== digest)
			this.#note('E060', path, 'the inventory is not what its sidecar says');
		else if (digest !== undefined) this.#sidecars.push({ path, shape: shapeOf(text, digest) });
		return digest;
	}

	/** Blanks and the case of digits do not count in a sidecar, but no writer has one way in one version and another in the next. */
	#compareSidecars(): void {
		const shapes = new Set(this.#sidecars.map(({ shape }) => shape));
		if (shapes.size < 2) return;
		const usual = shapes.has(SHAPE) ? SHAPE : this.#sidecars[0]?.shape;
		for (const { path, shape } of this.#sidecars)
			if (shape !== usual) this.#note('I004', path, 'the sidecar is not written as the others of the object');
	}

	#checkNames(
		names: readonly Place[],
		declarations: ReadonlySet<string>,
		inventory: Inventory | undefined,
		algorithm: unknown,
	): void {
		for (const { name, kind } of names) {
			const at = `${this.#object}/${name}`;
			if (kind === 'file') {
				const isSidecar = inventory
					? name === `${INVENTORY}.${String(algorithm)}`
					: name.startsWith(INVENTORY);
				if (name !== INVENTORY && !isSidecar && !declarations.has(name))
					this.#note('E001', at, 'a file that does not belong in an object');
			} else if (name === 'extensions')
				checkExtensions(this.#storage, at, { file: 'E067', name: 'W013' }, this.#note);
			else if (name === 'logs') checkKept(this.#storage, at, this.#note);
			else if (!isVersionName(name)) this.#checkForeignFolder(at);
			else if (inventory && !Object.hasOwn(inventory.versions, name))
				this.#note('E046', at, 'a folder that is no version of the inventory');
		}
	}

	#checkForeignFolder(at: string): void {
		this.#note('E001', at, 'a folder that is no version');
		if (isObject(this.#storage.list(at))) this.#note('E082', at, 'an object within an object');
	}

	#checkVersions(
		present: readonly Place[],
		bytes: Uint8Array,
		inventory: Inventory,
		spec: SpecVersion,
	): ExpectedContent {
		const folders = new Set(present.filter(({ kind }) => kind === 'folder').map(({ name }) => name));
		const content = new ExpectedContent();
		content.add(inventory);
		const history = new HistoryCheck(inventory, spec === '1.1', this.#note);
		const stored: string[] = [];
		const versions = Object.keys(inventory.versions).sort((a, b) => versionNumber(a) - versionNumber(b));
		for (const version of versions) {
			const folder = `${this.#object}/${version}`;
			if (!folders.has(version)) {
				this.#note('E010', folder, 'the folder of the version is missing');
				continue;
			}
			const names = list(this.#storage, folder, this.#note);
			this.#gatherContent(version, names, inventory, stored);
			if (!names.some(({ name, kind }) => name === INVENTORY && kind === 'file'))
				this.#noteNoInventory(folder, names);
			else if (version === inventory.head) this.#checkHead(folder, names, bytes, inventory);
			else {
				const own = this.#readOlder(folder, names, spec);
				if (!own) continue;
				history.compare(own, version, folder);
				content.add(own);
				this.#checkKnown(stored, own, version);
			}
		}
		history.grow(inventory, `${this.#object}/${INVENTORY}`);
		this.#checkKnown(stored, inventory);
		return content;
	}

	#noteNoInventory(folder: string, names: readonly Place[]): void {
		this.#note('W010', folder, 'the version has no inventory of its own');
		const sidecar = names.find(({ name }) => name.startsWith(`${INVENTORY}.`));
		if (sidecar) this.#note('E060', `${folder}/${sidecar.name}`, 'the inventory of this sidecar is missing');
	}

	#checkHead(folder: string, names: readonly Place[], bytes: Uint8Array, inventory: Inventory): void {
		const own = this.#storage.read(`${folder}/${INVENTORY}`);
		if (Buffer.compare(own, bytes) !== 0)
			this.#note(
				'E064',
				`${folder}/${INVENTORY}`,
				'the inventory of the newest version is not that of the object',
			);
		this.#checkSidecar(folder, names, own, inventory.digestAlgorithm);
	}

	/** @see OCFL 1.1, 3.7 Version Inventory */
	#readOlder(folder: string, names: readonly Place[], spec: SpecVersion): Inventory | undefined {
		const path = `${folder}/${INVENTORY}`;
		const bytes = this.#storage.read(path);
		const given = readJson(bytes, path, this.#note);
		if (given === undefined) return undefined;
		const { type, digestAlgorithm } = (given ?? {}) as Partial<Record<string, unknown>>;
		const { findings, inventory } = checkInventory(given, specVersionOf(type) ?? spec);
		for (const { code, message } of findings) this.#note(code, path, message);
		if (typeof digestAlgorithm === 'string') this.#checkSidecar(folder, names, bytes, digestAlgorithm);
		return inventory;
	}

	/** Checks what lies in a version's folder, and adds the content paths found. @see OCFL 1.1, 3.3.1 Content Directory */
	#gatherContent(version: string, names: readonly Place[], inventory: Inventory, stored: string[]): void {
		const folder = `${this.#object}/${version}`;
		const contentDirectory = inventory.contentDirectory ?? 'content';
		for (const { name, kind } of names) {
			const at = `${folder}/${name}`;
			if (kind === 'folder' && name !== contentDirectory)
				this.#note('W002', at, 'a folder beside the content folder');
			if (kind === 'file' && !/^inventory\.json(\.sha(512|256))?$/.test(name))
				this.#note('E015', at, 'a file beside the content folder');
		}
		const sidecars = names.filter(({ name }) => name.startsWith(`${INVENTORY}.`));
		const usual = `${INVENTORY}.${inventory.digestAlgorithm}`;
		if (sidecars.length > 1)
			for (const { name } of sidecars)
				if (name !== usual) this.#note('E015', `${folder}/${name}`, 'a second sidecar of the inventory');
		const before = stored.length;
		if (names.some(({ name, kind }) => name === contentDirectory && kind === 'folder')) {
			this.#gather(`${version}/${contentDirectory}`, stored);
			if (stored.length === before)
				this.#note('W003', `${folder}/${contentDirectory}`, `the content folder of ${version} is empty`);
		} else if (
			Object.values(inventory.manifest).some((each) => each.some((path) => path.startsWith(`${version}/`)))
		)
			this.#note('E016', folder, `the content folder of ${version} is missing`);
	}

	#gather(inner: string, paths: string[], isTop = true): void {
		const names = list(this.#storage, `${this.#object}/${inner}`, this.#note);
		if (names.length === 0 && !isTop) this.#note('E024', `${this.#object}/${inner}`, 'an empty folder');
		for (const { name, kind } of names)
			if (kind === 'folder') this.#gather(`${inner}/${name}`, paths, false);
			else paths.push(`${inner}/${name}`);
	}

	/** An inventory knows every content file up to its version. */
	#checkKnown(stored: readonly string[], inventory: Inventory, version?: string): void {
		const known = new Set<string>();
		for (const paths of Object.values(inventory.manifest)) for (const path of paths) known.add(path);
		for (const path of stored)
			if (!known.has(path))
				this.#note(
					'E023',
					`${this.#object}/${path}`,
					`a file the inventory of ${version ?? inventory.head} does not know`,
				);
	}
}

function shapeOf(text: string, digest: string): string {
	return text.replace(digest, 'DIGEST').replace(digest.toUpperCase(), 'DIGEST IN CAPITALS');
}

function isAddressing(algorithm: string): algorithm is 'sha512' | 'sha256' {
	return isKnownAlgorithm(algorithm) && (algorithm === 'sha512' || algorithm === 'sha256');
}
