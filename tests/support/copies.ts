import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { OcflReader } from '#server/preservation/ocfl-reader.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import type { Archive } from './archive.ts';
import { aFolder } from './folder.ts';
import { aLoggedEntry, type LoggedEntry } from './logged-entries.ts';
import { treeOf } from './ocfl.ts';

/** An empty folder, as a disk that was just made ready. */
export async function anEmptyDisk(): Promise<string> {
	const disk = join(await aFolder(), 'disk');
	mkdirSync(disk);
	return disk;
}

/** Entries with a version each, in the store. */
export async function depositedEntries(archive: Archive, count: number): Promise<LoggedEntry[]> {
	const entries: LoggedEntry[] = [];
	for (let number = 0; number < count; number++)
		entries.push(await aLoggedEntry(archive.storage, `件${number}`));
	await Promise.all(entries.map(({ id }) => archive.preservation.depositNow(id)));
	return entries;
}

/** The id of an entry's object. */
export const objectOf = ({ id }: LoggedEntry): string => `urn:uuid:${id}`;

/** The folder of an object of a root. */
export function placeIn(root: string, objectId: string): string {
	return new OcflReader(root).placeOf(objectId) ?? '';
}

/** Changes a byte of the first content file of an object. */
export function damage(place: string): string {
	const content = join(place, 'v1/content');
	const files = readdirSync(content, { withFileTypes: true }).filter((each) => each.isFile());
	const name = files.map((each) => each.name).toSorted()[0] ?? '';
	const bytes = readFileSync(join(content, name));
	bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
	writeFileSync(join(content, name), bytes);
	return join(content, name);
}

/** Both roots are valid, hold the same files, and nothing is left over in the copy. */
export function expectSame(root: string, disk: string): void {
	expect(verify(root)).toMatchObject({ valid: true, errors: [], warnings: [] });
	expectSound(disk);
	expect(treeOf(join(disk, 'archive'))).toEqual(treeOf(root));
}

/** The copy is valid, and nothing is left over in it. */
export function expectSound(disk: string): void {
	expect(verify(join(disk, 'archive'))).toMatchObject({ valid: true, errors: [], warnings: [] });
	expect(readdirSync(join(disk, 'archive-staging'))).toEqual([]);
	expect(existsSync(join(disk, 'copy.json'))).toBe(true);
}
