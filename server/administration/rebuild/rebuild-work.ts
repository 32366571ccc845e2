import { mkdir, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDirectory, type DirectoryLock } from '#server/storage/lock.ts';

/** Where a database is made aside, while nobody else makes one for the same data directory. */
export interface Work {
	/** Empty. */
	readonly dir: string;
	/** Removes what is left of it, then lets others in. */
	end(): Promise<void>;
}

/** Within the data directory that lost its database. @throws {Refusal} 'storage.locked' */
export async function workWithin(into: string): Promise<Work> {
	const lock = lockDirectory(into, 'rebuild');
	const dir = join(into, 'rebuilding');
	return begun(dir, lock, async () => {
		try {
			await rm(dir, { recursive: true, force: true });
		} finally {
			lock.release();
		}
	});
}

/**
 * Beside a data directory that is to be. The lock lies around what is made, since that has a lock of its own, and moves.
 * @throws {Refusal} 'storage.locked'
 */
export async function workBeside(into: string): Promise<Work> {
	const around = `${into}.rebuilding`;
	await mkdir(around, { recursive: true });
	const lock = lockDirectory(around, 'rebuild');
	const isLock = (name: string): boolean => name.startsWith('lantai.lock');
	return begun(join(around, 'data'), lock, async () => {
		try {
			for (const name of await readdir(around))
				if (!isLock(name)) await rm(join(around, name), { recursive: true, force: true });
			// Last, and one by one: whoever comes from here on begins a lock of its own, which must stay.
			for (const name of (await readdir(around)).filter(isLock)) await unlink(join(around, name));
		} finally {
			lock.release();
		}
		await rmdir(around).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error;
		});
	});
}

/** Removes what an earlier try left that was interrupted. */
async function begun(dir: string, lock: DirectoryLock, end: () => Promise<void>): Promise<Work> {
	try {
		await rm(dir, { recursive: true, force: true });
		await mkdir(dir, { recursive: true });
		return { dir, end };
	} catch (error) {
		lock.release();
		throw error;
	}
}
