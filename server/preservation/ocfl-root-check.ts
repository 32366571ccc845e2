import { checkDeclaration, checkExtensions, ROOT_DECLARATION } from './ocfl-declaration-check.ts';
import { below, isOfFiles, list, readJson, type NoteAt } from './ocfl-findings.ts';
import type { SpecVersion } from './ocfl-inventory-check.ts';
import { layoutOf, REGISTERED_EXTENSIONS, type KnownLayout } from './ocfl-known-layouts.ts';
import { LayoutGuess } from './ocfl-layout-guess.ts';
import type { OcflStorage, Place } from './ocfl-storage.ts';
import { isObject } from './ocfl-verify-object.ts';

/** What a root says of its layout. */
export interface DeclaredLayout {
	/** Parameters with the name of the extension; undefined where nothing is declared. */
	readonly config: Readonly<Record<string, unknown>> | undefined;
	readonly layout: KnownLayout | undefined;
}

/**
 * What is said of a layout that is declared: its rule, as far as it is known here.
 * @see OCFL 1.1, 4.1 Root Structure
 */
export function readDeclaredLayout(storage: OcflStorage, root: string, note: NoteAt): DeclaredLayout {
	const path = `${root}/ocfl_layout.json`;
	if (storage.kindOf(path) !== 'file') return { config: undefined, layout: undefined };
	const given = (readJson(storage.read(path), path, note, 'E070') ?? undefined) as
		{ extension?: unknown; description?: unknown } | undefined;
	const { extension, description } = given ?? {};
	if (given !== undefined && (typeof extension !== 'string' || typeof description !== 'string'))
		note('E070', path, 'extension or description is missing');
	if (typeof extension !== 'string') return { config: undefined, layout: undefined };
	const isRegistered = REGISTERED_EXTENSIONS.includes(extension);
	if (!isRegistered) note('E071', path, `no registered extension: ${extension}`);
	const configAt = `${root}/extensions/${extension}/config.json`;
	const parameters =
		isRegistered && storage.kindOf(configAt) === 'file'
			? readJson(storage.read(configAt), configAt, note, 'E070')
			: {};
	const config = { ...(parameters as object), extensionName: extension };
	const layout = layoutOf(config);
	if (!layout) note('I003', path, `places are not checked, the layout is not known here: ${extension}`);
	return { config, layout };
}

/** Checks what is around the objects of a storage root, and finds them. @see OCFL 1.1, 4. OCFL Storage Root */
export class RootCheck {
	#storage: OcflStorage;
	#root: string;
	#note: NoteAt;
	#spec: SpecVersion | undefined;
	#layout: KnownLayout | undefined;
	#guess: LayoutGuess | undefined;
	#ids = new Set<string>();
	#topLevel = 0;
	#nested = 0;
	#isKnown: (place: string) => boolean;

	/** @param isKnown true for folders that need not be looked into: whoever asks knows that they are objects */
	constructor(
		storage: OcflStorage,
		root: string,
		note: NoteAt,
		isKnown: (place: string) => boolean = () => false,
	) {
		this.#isKnown = isKnown;
		this.#storage = storage;
		this.#root = root;
		this.#note = note;
	}

	/** The folders of all objects, in order. What lies between them is noted on the way. */
	*objects(): Generator<string> {
		const [storage, root, note] = [this.#storage, this.#root, this.#note];
		const names = list(storage, root, note);
		this.#spec = checkDeclaration(storage, root, names, ROOT_DECLARATION, note).spec;
		const { config, layout } = readDeclaredLayout(storage, root, note);
		this.#layout = layout;
		this.#guess = config ? undefined : new LayoutGuess();
		for (const { name, kind } of names) {
			const at = `${root}/${name}`;
			// Files beside the hierarchy are allowed in a root, and no validator's business.
			if (kind !== 'folder') continue;
			if (name === 'extensions') this.#checkExtensions(at);
			else {
				const inner = this.#names(at);
				if (!inner) continue;
				if (isObject(inner)) {
					this.#topLevel++;
					yield at;
				} else yield* this.#topFolder(at, inner);
			}
		}
	}

	/** True where only all ids together say whether objects are in their places. */
	get needsIds(): boolean {
		return this.#layout === undefined;
	}

	/** Takes what was found out about an object, and notes whether it is in its place. */
	saw(
		object: string,
		{ id, spec }: { readonly id: string | undefined; readonly spec: SpecVersion | undefined },
		note: NoteAt,
	): void {
		if (this.#spec !== undefined && spec !== undefined && spec > this.#spec)
			note('E081', object, `an object of OCFL ${spec} in a root of ${this.#spec}`);
		if (id === undefined) return;
		const path = below(this.#root, object);
		if (this.#layout) {
			const place = this.#layout.pathOf(id);
			if (place !== path)
				note(
					'E083',
					object,
					place === undefined
						? `the layout has no place for the id: ${id}`
						: `the object does not lie where its id says: ${place}`,
				);
			return;
		}
		// Where a layout gives each id one place, two objects of one id cannot both be in theirs.
		if (this.#ids.has(id)) note('E037', object, `another object has the same id: ${id}`);
		this.#ids.add(id);
		this.#guess?.saw(id, path);
	}

	/** What shows only when all objects were seen. */
	finish(): void {
		if (this.#topLevel > 0 && this.#nested > 0)
			this.#note('W015', this.#root, 'objects both right below the root and in a hierarchy');
		const several = this.#guess?.several ?? [];
		if (several.length) this.#note('W014', this.#root, `objects by several layouts: ${several.join(', ')}`);
		if (this.#guess?.one !== undefined)
			this.#note('I002', this.#root, `no layout is declared; the objects lie as ${this.#guess.one} says`);
	}

	#checkExtensions(at: string): void {
		const codes = this.#spec === '1.0' ? { file: 'E086', name: 'W013' } : { file: 'E112', name: 'W016' };
		checkExtensions(this.#storage, at, codes, this.#note);
		const folders = this.#storage.list(at).filter(({ kind }) => kind === 'folder');
		for (const folder of [at, ...folders.map(({ name }) => `${at}/${name}`)])
			if (this.#storage.list(folder).length === 0) this.#note('E073', folder, 'an empty folder');
	}

	/** What is in a folder; undefined for one that cannot be read, as those are whose names are not UTF-8. */
	#names(folder: string): readonly Place[] | undefined {
		try {
			return list(this.#storage, folder, this.#note);
		} catch (error) {
			if (!isOfFiles(error)) throw error;
			this.#note('E088', folder, `a folder that cannot be read: ${error.code}`);
			return undefined;
		}
	}

	*#topFolder(at: string, names: readonly Place[]): Generator<string> {
		const before = this.#nested;
		yield* this.#walk(at, names);
		if (this.#nested === before)
			this.#note('E088', at, 'a folder that is neither of objects nor of extensions');
	}

	*#walk(folder: string, names: readonly Place[]): Generator<string> {
		if (names.length === 0) this.#note('E073', folder, 'an empty folder');
		else if (!names.some(({ kind }) => kind === 'folder'))
			this.#note('E085', folder, 'a folder of the hierarchy that ends in no object');
		for (const { name, kind } of names) {
			const at = `${folder}/${name}`;
			if (kind === 'file') {
				this.#note('E072', at, 'a file that belongs to no object');
				this.#note('E084', at, 'a file in a folder of the hierarchy');
				continue;
			}
			const isKnown = this.#isKnown(at);
			const inner = isKnown ? [] : this.#names(at);
			if (isKnown || (inner && isObject(inner))) {
				this.#nested++;
				yield at;
			} else if (inner) yield* this.#walk(at, inner);
		}
	}
}
