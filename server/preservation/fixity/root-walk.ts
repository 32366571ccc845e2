import { join } from 'node:path/posix';
import { sha512 } from '../digests.ts';
import { below } from '../ocfl-findings.ts';
import { RootCheck } from '../ocfl-root-check.ts';
import type { OcflStorage } from '../ocfl-storage.ts';
import { inspectObject } from '../ocfl-verify-run.ts';
import { surveyObject, type SurveyedObject } from '../store-survey.ts';
import { finding, type FixityFinding } from './fixity-finding.ts';

/** What a walk through a root found, besides objects that are not known. Paths are below the root. */
export interface SurveyedRoot {
	/** Objects that lie there, known or not. */
	readonly objects: number;
	readonly findings: readonly FixityFinding[];
	/** SHA-512 of each file of the root that belongs to no object, by path. */
	readonly files: Readonly<Record<string, string>>;
}

/** Objects told of at once. */
const BATCH = 200;
/** What is read without its content. */
const NO_CONTENT = { files: 0, bytes: 0 };

/**
 * Walks through a root: what lies between the objects is checked, and objects whose places are not known are looked at.
 * Content is not read.
 */
export function surveyRoot(
	storage: OcflStorage,
	root: string,
	known: ReadonlySet<string>,
	tell: (found: readonly SurveyedObject[]) => void,
): SurveyedRoot {
	const findings: FixityFinding[] = [];
	const note = (code: string, at: string, message: string): void => {
		// What is allowed and only worth saying is the business of verification.
		if (code.startsWith('E')) findings.push({ code, path: below(root, at), message });
	};
	let objects = 0;
	let found: SurveyedObject[] = [];
	const tellNow = (): void => {
		if (found.length) tell(found);
		found = [];
	};
	const check = new RootCheck(storage, root, note, (place) => known.has(below(root, place)));
	try {
		for (const place of check.objects()) {
			objects++;
			if (known.has(below(root, place))) continue;
			const object = surveyUnknown(storage, root, place, findings);
			if (!object) continue;
			check.saw(place, { id: object.objectId, spec: undefined }, note);
			found.push(object);
			if (found.length >= BATCH) tellNow();
		}
	} catch (error) {
		findings.push(unreadable(root, error));
	}
	tellNow();
	return { objects, findings, files: rootFileDigests(storage, root, findings) };
}

/** An object of which nothing is known; what is wrong with one that says nothing sound of itself is noted. */
function surveyUnknown(
	storage: OcflStorage,
	root: string,
	place: string,
	findings: FixityFinding[],
): SurveyedObject | undefined {
	try {
		return surveyObject(storage, place);
	} catch (error) {
		const before = findings.length;
		try {
			findings.push(...inspectObject(storage, root, place, NO_CONTENT).findings);
		} catch (second) {
			findings.push(unreadable(root, second));
		}
		if (findings.length === before) findings.push(unreadable(root, error, place));
		return undefined;
	}
}

/** What declares the root and its layout. */
function rootFileDigests(
	storage: OcflStorage,
	root: string,
	findings: FixityFinding[],
): Record<string, string> {
	const digests: Record<string, string> = {};
	const add = (folder: string, isTop: boolean): void => {
		for (const { name, kind } of storage.list(folder)) {
			const path = join(folder, name);
			if (kind === 'folder' && (!isTop || name === 'extensions')) add(path, false);
			// Whatever else lies beside the hierarchy is nobody's business.
			if (kind === 'file' && !(isTop && !/^(0=ocfl|ocfl_layout\.json$)/.test(name)))
				try {
					digests[below(root, path)] = sha512(storage.read(path));
				} catch (error) {
					findings.push(unreadable(root, error, path));
				}
		}
	};
	try {
		add(root, true);
	} catch (error) {
		findings.push(unreadable(root, error));
	}
	return digests;
}

function unreadable(root: string, error: unknown, place = root): FixityFinding {
	const { code, message = '', path } = error as NodeJS.ErrnoException;
	return finding('F007', below(root, path ?? place), { reason: code ?? message });
}
