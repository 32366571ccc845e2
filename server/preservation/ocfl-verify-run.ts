import { checkContent, type Budget, type ContentRead, type FileCheck } from './ocfl-content-check.ts';
import { below, list, type NoteAt, type VerifyFinding } from './ocfl-findings.ts';
import type { SpecVersion } from './ocfl-inventory-check.ts';
import { RootCheck } from './ocfl-root-check.ts';
import type { OcflStorage, Place } from './ocfl-storage.ts';
import { isObject, verifyObject } from './ocfl-verify-object.ts';

export type { VerifyFinding } from './ocfl-findings.ts';

/** What a verification found, complete and in the order of the folders. */
export interface Verdict {
	readonly valid: boolean;
	readonly errors: readonly VerifyFinding[];
	readonly warnings: readonly VerifyFinding[];
	/** What is worth saying, and neither: codes `I…` are not the specification's. */
	readonly notes: readonly VerifyFinding[];
	/** Objects looked at. */
	readonly objects: number;
	/** Content files read, and their bytes. */
	readonly files: number;
	readonly bytes: number;
}

/** How far a verification has come. */
export interface VerifyProgress {
	readonly objects: number;
	readonly files: number;
	readonly bytes: number;
}

/** Findings about content files. */
export interface ContentOutcome extends ContentRead {
	readonly findings: readonly VerifyFinding[];
}

/** Findings about an object. */
export interface ObjectOutcome extends ContentOutcome {
	readonly id: string | undefined;
	readonly spec: SpecVersion | undefined;
	/** Number of its newest version. */
	readonly head: number | undefined;
	/** Digest of its inventory, in hex. */
	readonly inventoryDigest: string | undefined;
}

/** Looks at one object. Content beyond the budget comes back as `rest`. */
export function inspectObject(
	storage: OcflStorage,
	base: string,
	object: string,
	budget?: Budget,
): ObjectOutcome {
	const findings: VerifyFinding[] = [];
	return { ...verifyObject(storage, object, noteIn(findings, base), budget), findings };
}

/** Looks at content files. */
export function inspectContent(
	storage: OcflStorage,
	base: string,
	checks: readonly FileCheck[],
): ContentOutcome {
	const findings: VerifyFinding[] = [];
	return { ...checkContent(storage, checks, noteIn(findings, base)), findings };
}

/**
 * One verification, whoever does the reading: it says which objects are to be looked at, and takes what was found in any
 * order.
 */
export class VerifyRun {
	readonly path: string;
	#storage: OcflStorage;
	#as: 'root' | 'object' | undefined;
	#before: VerifyRun | undefined;
	/** Findings in order: of the root, and of each object a list of its own. */
	#findings: (VerifyFinding | VerifyFinding[])[] = [];
	#ofObject = new Map<string, VerifyFinding[]>();
	#root: RootCheck | undefined;
	/** What objects are that need not be read twice, where the root must know all of them. */
	#looks = new Map<string, Pick<ObjectOutcome, 'id' | 'spec'>>();
	#shared = new Map<string, string>();
	#progress = { objects: 0, files: 0, bytes: 0 };

	/** @param before a first look: objects it found sound are not read again */
	constructor(
		storage: OcflStorage,
		path: string,
		options: { readonly as?: 'root' | 'object' },
		before?: VerifyRun,
	) {
		this.path = path.replace(/(?<=.)\/+$/, '');
		this.#storage = storage;
		this.#as = options.as;
		this.#before = before;
	}

	get progress(): VerifyProgress {
		return { ...this.#progress };
	}

	/** Folders of objects to be looked at. */
	*objects(): Generator<string> {
		const note = noteIn(this.#findings as VerifyFinding[], this.path);
		const names = this.#names(note);
		if (!names) return;
		if (this.#as === 'object' || (this.#as === undefined && isObject(names))) {
			yield this.#begin(this.path);
			return;
		}
		this.#root = new RootCheck(this.#storage, this.path, note);
		for (const object of this.#root.objects()) {
			const known = this.#before?.soundLook(object);
			if (!known) yield this.#begin(object);
			else {
				this.#progress.objects++;
				this.#root.saw(object, known, note);
			}
		}
	}

	/**
	 * Takes what was found out about an object.
	 * @param hasMore whether more of its content is still to be taken
	 */
	took(object: string, outcome: ObjectOutcome, hasMore = outcome.rest.length > 0): void {
		const { id, spec } = outcome;
		const own = this.#ofObject.get(object) ?? [];
		this.tookContent(object, outcome);
		if (this.#root?.needsIds) this.#looks.set(object, { id, spec });
		this.#root?.saw(object, { id, spec }, noteIn(own, this.path));
		// Most objects have nothing to say: of a million of them no list is kept.
		if (own.length === 0 && !hasMore) this.#ofObject.delete(object);
	}

	/** Takes what was found out about more of an object's content. */
	tookContent(object: string, { findings, files, bytes, shared }: ContentOutcome): void {
		const own = this.#ofObject.get(object) ?? [];
		for (const finding of findings) own.push(finding);
		for (const { sharedAs, path } of shared) {
			const [at, other] = [below(this.path, path), this.#shared.get(sharedAs)];
			if (other === undefined) this.#shared.set(sharedAs, at);
			else own.push({ code: 'E090', path: at, message: `a hard link to ${other}` });
		}
		this.#progress.files += files;
		this.#progress.bytes += bytes;
	}

	/** Takes that an object could not be looked at. */
	cannotRead(object: string, { code, message }: { readonly code: string; readonly message: string }): void {
		const path = /'(.*)'/s.exec(message)?.[1] ?? object;
		const own = this.#ofObject.get(object);
		own?.push({ code: 'E003', path: below(this.path, path), message: `it cannot be read: ${code}` });
	}

	/** The verdict, once everything was taken. */
	verdict(): Verdict {
		this.#root?.finish();
		this.#root = undefined;
		const findings = this.#findings.flat();
		const of = (letter: string): VerifyFinding[] => findings.filter(({ code }) => code.startsWith(letter));
		const errors = of('E');
		return {
			valid: errors.length === 0,
			errors,
			warnings: of('W'),
			notes: of('I'),
			...(this.#before?.progress ?? this.progress),
			objects: this.#progress.objects,
		};
	}

	/** What an object is in which nothing was found; undefined for one to be looked at again. */
	soundLook(object: string): Pick<ObjectOutcome, 'id' | 'spec'> | undefined {
		if (this.#ofObject.get(object)?.length) return undefined;
		return this.#looks.get(object) ?? { id: undefined, spec: undefined };
	}

	#begin(object: string): string {
		this.#progress.objects++;
		const own: VerifyFinding[] = [];
		this.#findings.push(own);
		this.#ofObject.set(object, own);
		return object;
	}

	#names(note: NoteAt): readonly Place[] | undefined {
		try {
			return list(this.#storage, this.path, () => undefined);
		} catch (error) {
			const { code = '', message } = error as NodeJS.ErrnoException;
			const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
			note(
				this.#as === 'object' ? 'E003' : 'E069',
				this.path,
				isMissing ? 'there is no folder here' : `the folder cannot be read: ${code || message}`,
			);
			return undefined;
		}
	}
}

function noteIn(findings: VerifyFinding[], base: string): NoteAt {
	return (code, at, message) => findings.push({ code, path: below(base, at), message });
}
