import { list, type NoteAt } from './ocfl-findings.ts';
import { REGISTERED_EXTENSIONS } from './ocfl-known-layouts.ts';
import { namasteText } from './ocfl-layout.ts';
import { readText, type OcflStorage, type Place } from './ocfl-storage.ts';

/** Names of files that declare an OCFL version, or were meant to. */
const MEANT = /^0=|^\d=ocfl_|^0[^=]?ocfl_(object_)?\d+\.\d+$/;

/** What is declared, and the codes for each way to do it wrong. */
interface Declared {
	/** Begin of the dvalue. */
	readonly prefix: 'ocfl_object_' | 'ocfl_';
	readonly missing: string;
	readonly several: string;
	readonly format: string;
	readonly version: string;
	readonly tag: string;
	readonly dvalue: string;
	readonly text: string;
}

/** @see OCFL 1.1, 3.2 Object Conformance Declaration */
export const OBJECT_DECLARATION: Declared = {
	prefix: 'ocfl_object_',
	missing: 'E003',
	several: 'E003',
	format: 'E002',
	version: 'E004',
	tag: 'E005',
	dvalue: 'E006',
	text: 'E007',
};
/** @see OCFL 1.1, 4.2 Root Conformance Declaration */
export const ROOT_DECLARATION: Declared = {
	prefix: 'ocfl_',
	missing: 'E069',
	several: 'E076',
	format: 'E075',
	version: 'E077',
	tag: 'E078',
	dvalue: 'E079',
	text: 'E080',
};

/**
 * Checks which OCFL version a folder declares.
 * @returns the version, as far as one can be read; and the files that are declarations, good or not
 */
export function checkDeclaration(
	storage: OcflStorage,
	folder: string,
	names: readonly Place[],
	codes: Declared,
	note: NoteAt,
): { readonly spec: '1.0' | '1.1' | undefined; readonly files: ReadonlySet<string> } {
	const meant = names.filter(({ name, kind }) => kind === 'file' && MEANT.test(name)).map(({ name }) => name);
	const proper = meant.filter((name) => new RegExp(`^0=${codes.prefix}(?!object_)`).test(name));
	if (proper.length === 0) note(codes.missing, folder, 'no OCFL version is declared');
	if (proper.length > 1) note(codes.several, folder, `several declarations: ${proper.join(', ')}`);
	// Beside a declaration, names of other kinds are not ours to judge.
	const files = proper.length ? proper : meant;
	let spec: '1.0' | '1.1' | undefined;
	for (const name of files) {
		const at = `${folder}/${name}`;
		const [, tag, dvalue = ''] = /^(\d)=(.*)$/s.exec(name) ?? [];
		const version = new RegExp(`^${codes.prefix}(?!object_)(.*)$`, 's').exec(dvalue)?.[1];
		if (tag === undefined) note(codes.format, at, 'no declaration of the form 0=NAME');
		else if (tag !== '0') note(codes.tag, at, 'a declaration that does not begin with 0');
		else if (version === undefined) note(codes.dvalue, at, `no declaration of ${codes.prefix}`);
		else if (version === '1.0' || version === '1.1') spec = version;
		else note(codes.version, at, `no OCFL version we know: ${version}`);
		if (tag !== undefined && readText(storage, at) !== namasteText(`0=${dvalue}`))
			note(codes.text, at, 'the declaration does not hold what its name says');
	}
	return { spec, files: new Set(files) };
}

/** Checks the folder of extensions of an object or a root: folders only, of registered names. */
export function checkExtensions(
	storage: OcflStorage,
	folder: string,
	codes: { readonly file: string; readonly name: string },
	note: NoteAt,
): void {
	for (const { name, kind } of list(storage, folder, note)) {
		if (kind === 'file') note(codes.file, `${folder}/${name}`, 'a file among the extensions');
		else if (!REGISTERED_EXTENSIONS.includes(name))
			note(codes.name, `${folder}/${name}`, 'an extension that is not registered');
		if (kind === 'folder') checkKept(storage, `${folder}/${name}`, note);
	}
}

/** Checks a folder of which the specification leaves open what is in it: only links and special files are wrong. */
export function checkKept(storage: OcflStorage, folder: string, note: NoteAt): void {
	for (const { name, kind } of list(storage, folder, note))
		if (kind === 'folder') checkKept(storage, `${folder}/${name}`, note);
}
