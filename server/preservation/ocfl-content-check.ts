import { digestFile, isKnownAlgorithm } from './digests.ts';
import type { NoteAt } from './ocfl-findings.ts';
import type { Inventory } from './ocfl-inventory.ts';
import type { OcflStorage, ReadFacts } from './ocfl-storage.ts';

/** One thing an inventory says of the bytes of a file. */
interface Expected {
	readonly algorithm: string;
	readonly digest: string;
	readonly code: 'E092' | 'E093';
}

/** What a content file must be, by all inventories that speak of it. */
export interface FileCheck {
	readonly path: string;
	readonly expected: readonly Expected[];
}

/** What reading content files found, besides what was noted. */
export interface ContentRead {
	readonly files: number;
	readonly bytes: number;
	/** Files with several names in their file system. */
	readonly shared: readonly { readonly sharedAs: string; readonly path: string }[];
	/** Checks for which the budget did not reach. */
	readonly rest: readonly FileCheck[];
}

/** How much is read before the rest is given back. */
export interface Budget {
	readonly files: number;
	readonly bytes: number;
}

/** Gathers what inventories say of content, so that each file is read once whatever their number. */
export class ExpectedContent {
	#byPath = new Map<string, Expected[]>();
	#notComputed = new Set<string>();

	add(inventory: Inventory): void {
		this.#addBlock('E092', inventory.digestAlgorithm, inventory.manifest);
		for (const [algorithm, block] of Object.entries(inventory.fixity ?? {}))
			if (isKnownAlgorithm(algorithm)) this.#addBlock('E093', algorithm, block);
			else this.#notComputed.add(algorithm);
	}

	/** Algorithms of fixity that are left unchecked. @see OCFL 1.1, E028 */
	get notComputed(): readonly string[] {
		return [...this.#notComputed];
	}

	/** The checks of an object in a folder, by path. */
	*checks(object: string): Generator<FileCheck> {
		for (const path of [...this.#byPath.keys()].sort())
			yield { path: `${object}/${path}`, expected: this.#byPath.get(path) ?? [] };
	}

	#addBlock(
		code: Expected['code'],
		algorithm: string,
		block: Readonly<Record<string, readonly string[]>>,
	): void {
		for (const [digest, paths] of Object.entries(block)) {
			const lower = digest.toLowerCase();
			for (const path of paths) {
				// A path that leads out of the object was noted with the inventory; it is not followed.
				if (path.split('/').includes('..')) continue;
				const known = this.#byPath.get(path);
				const isSame = (each: Expected): boolean =>
					each.digest === lower && each.algorithm === algorithm && each.code === code;
				if (!known) this.#byPath.set(path, [{ algorithm, digest: lower, code }]);
				else if (!known.some(isSame)) known.push({ algorithm, digest: lower, code });
			}
		}
	}
}

/** Reads content files and compares, until the budget is spent: at least one file each time. */
export function checkContent(
	storage: OcflStorage,
	checks: Iterable<FileCheck>,
	note: NoteAt,
	budget: Budget = { files: Infinity, bytes: Infinity },
): ContentRead {
	const shared: { sharedAs: string; path: string }[] = [];
	const rest: FileCheck[] = [];
	let [files, bytes] = [0, 0];
	for (const check of checks) {
		if (files >= budget.files || bytes >= budget.bytes) {
			rest.push(check);
			continue;
		}
		files++;
		const facts = checkFile(storage, check, note);
		bytes += facts?.bytes ?? 0;
		if (facts?.sharedAs !== undefined) shared.push({ sharedAs: facts.sharedAs, path: check.path });
	}
	return { files, bytes, shared, rest };
}

function checkFile(storage: OcflStorage, { path, expected }: FileCheck, note: NoteAt): ReadFacts | undefined {
	try {
		const { digests, facts } = digestFile(
			storage,
			path,
			expected.map(({ algorithm }) => algorithm),
		);
		const wrong = expected.filter(({ digest }, index) => digests[index] !== digest);
		for (const [code, { algorithm }] of firstByCode(wrong))
			note(code, path, `the bytes are not those the inventory names (${algorithm})`);
		return facts;
	} catch (error) {
		const { code: reason, message } = error as NodeJS.ErrnoException;
		const isMissing = reason === 'ENOENT' || reason === 'ENOTDIR' || reason === 'EISDIR';
		for (const [code] of firstByCode(expected))
			note(code, path, isMissing ? 'the file is missing' : `the file cannot be read: ${reason ?? message}`);
		return undefined;
	}
}

/** Several inventories say the same of a file; once is enough. */
function firstByCode(expected: readonly Expected[]): ReadonlyMap<string, Expected> {
	return new Map(expected.toReversed().map((each) => [each.code, each]));
}
