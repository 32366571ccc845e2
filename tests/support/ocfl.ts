import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import type { Verdict } from '#server/preservation/ocfl-verify-run.ts';
import type { FileSource, NewVersion } from '#server/preservation/ocfl-store.ts';

/** A version to put, of plain texts by logical name. */
export function aVersion(
	objectId: string,
	files: Readonly<Record<string, FileSource>>,
	about: Partial<Pick<NewVersion, 'message' | 'created'>> = {},
): NewVersion {
	return {
		objectId,
		files: new Map(Object.entries(files)),
		message: about.message ?? 'synthetic',
		created: about.created ?? '2026-01-01T00:00:00Z',
		user: { name: '甲', address: 'urn:uuid:019b0000-0000-7000-8000-000000000001' },
	};
}

/** The verdict on a root in which nothing is to be said of any object. */
export function cleanVerdict(objects: number): Verdict {
	return {
		valid: true,
		errors: [],
		warnings: [],
		notes: [],
		objects,
		files: expect.any(Number) as number,
		bytes: expect.any(Number) as number,
	};
}

/** Every file below a folder with its bytes as text, to compare two states. */
export function treeOf(folder: string): Record<string, string> {
	return Object.fromEntries(
		readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((each) => each.isFile())
			.map((each) => join(each.parentPath, each.name))
			.toSorted()
			.map((path) => [relative(folder, path), readFileSync(path, 'latin1')]),
	);
}
