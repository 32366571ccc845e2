import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { INVENTORY } from './ocfl-inventory.ts';
import { namasteText, objectPath, readLayout, type Layout } from './ocfl-layout.ts';
import { checkExtensions, list, readJson, verifyObject, type NoteAt } from './ocfl-verify-object.ts';

/** One thing wrong, by the specification's code. */
export interface VerifyFinding {
	readonly code: string;
	/** Path below the verified root or object, `.` for itself. */
	readonly path: string;
	readonly message: string;
}

/** What a verification found, complete and in the order of the folders. */
export interface Verdict {
	readonly valid: boolean;
	readonly errors: readonly VerifyFinding[];
	readonly warnings: readonly VerifyFinding[];
	/** Objects looked at. */
	readonly objects: number;
}

/** How to verify. */
export interface VerifyOptions {
	/**
	 * Looks again at what is wrong after this many milliseconds: an object that is just getting a version is between
	 * two states for a moment, damage stays.
	 */
	readonly againMs?: number;
	/** What the path is; by default what it looks like. */
	readonly as?: 'root' | 'object';
}

/**
 * Checks a storage root or a single object: declarations, inventories and their sidecars, versions, and every byte
 * against its digest. Blocks: call it in a worker.
 * @see OCFL 1.1, Validation Codes
 */
export function verify(path: string, options: VerifyOptions = {}): Verdict {
	const first = look(path, options);
	if (first.valid || !options.againMs) return first;
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, options.againMs);
	return look(path, options, first);
}

function look(path: string, options: VerifyOptions, before?: Verdict): Verdict {
	const errors: VerifyFinding[] = [];
	const warnings: VerifyFinding[] = [];
	const note: NoteAt = (code, at, message) =>
		(code.startsWith('W') ? warnings : errors).push({ code, path: below(path, at), message });
	let objects = 0;
	if (!existsSync(path) || !statSync(path).isDirectory())
		note(options.as === 'object' ? 'E003' : 'E069', path, 'there is no folder here');
	else if (options.as === 'object' || (options.as === undefined && isObject(path))) {
		objects = 1;
		verifyObject(path, note);
	} else objects = verifyRoot(path, note, before);
	return { valid: errors.length === 0, errors, warnings, objects };
}

/**
 * @param before a first look: objects it found sound are not read again
 * @see OCFL 1.1, 4. OCFL Storage Root
 */
function verifyRoot(root: string, note: NoteAt, before?: Verdict): number {
	const names = list(root, note);
	const spec = checkDeclaration(root, note);
	const layout = checkLayout(root, note);
	let objects = 0;
	const object = (at: string): void => {
		objects++;
		const path = below(root, at);
		if (before && ![...before.errors, ...before.warnings].some((each) => isWithin(each.path, path))) return;
		const { id, spec: own } = verifyObject(at, note);
		if (id !== undefined && layout && objectPath(id, layout) !== path)
			note('E083', at, `the object does not lie where its id says: ${objectPath(id, layout)}`);
		if (spec !== undefined && own !== undefined && own > spec)
			note('E081', at, `an object of OCFL ${own} in a root of ${spec}`);
	};
	const walk = (folder: string): void => {
		const inner = list(folder, note);
		if (inner.length === 0) note('E073', folder, 'an empty folder');
		for (const each of inner) {
			const at = join(folder, each.name);
			if (!each.isDirectory()) note('E072', at, 'a file that belongs to no object');
			else if (isObject(at)) object(at);
			else walk(at);
		}
	};
	for (const each of names) {
		const at = join(root, each.name);
		// Files beside the hierarchy are allowed in a root, and no validator's business.
		if (!each.isDirectory()) continue;
		if (each.name === 'extensions') checkExtensions(at, { file: 'E112', name: 'W016' }, note);
		else if (isObject(at)) object(at);
		else walk(at);
	}
	return objects;
}

/** @see OCFL 1.1, 4.2 Root Conformance Declaration */
function checkDeclaration(root: string, note: NoteAt): string | undefined {
	const given = readdirSync(root).filter((name) => name.startsWith('0='));
	if (given.length === 0) note('E069', root, 'the storage root declares no OCFL version');
	if (given.length > 1) note('E076', root, `several declarations: ${given.join(', ')}`);
	let spec: string | undefined;
	for (const name of given) {
		const at = join(root, name);
		spec = /^0=ocfl_(\d+\.\d+)$/.exec(name)?.[1];
		if (spec === undefined) note('E079', at, 'no declaration of a storage root');
		if (readFileSync(at, 'utf8') !== namasteText(name))
			note('E080', at, 'the declaration does not hold what its name says');
	}
	return spec;
}

/** Checks what a root says of its layout; returns it when it is one we know. @see OCFL 1.1, 4.1 Root Structure */
function checkLayout(root: string, note: NoteAt): Layout | undefined {
	const path = join(root, 'ocfl_layout.json');
	if (!existsSync(path)) return undefined;
	const given = readJson(path, note, 'E070') as
		{ extension?: unknown; description?: unknown } | null | undefined;
	if (given === undefined) return undefined;
	if (typeof given?.extension !== 'string' || typeof given.description !== 'string') {
		note('E070', path, 'extension or description is missing');
		return undefined;
	}
	const config = join(root, 'extensions', given.extension, 'config.json');
	const parameters = existsSync(config) ? readJson(config, note, 'E070') : { extensionName: given.extension };
	return readLayout(parameters);
}

/** An object is known by its declaration, or where that is lost by what else only objects have. */
function isObject(folder: string): boolean {
	return readdirSync(folder).some((name) => name.startsWith('0=ocfl_object') || name.startsWith(INVENTORY));
}

function isWithin(path: string, object: string): boolean {
	return path === object || path.startsWith(`${object}/`);
}

function below(root: string, at: string): string {
	return relative(root, at).replaceAll('\\', '/') || '.';
}
