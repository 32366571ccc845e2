import { createWriteStream } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { BagSink } from './write-bag.ts';

/**
 * Writes a bag into a new folder. Until all of it is on the disk it has another name, so that a crash leaves no half bag
 * that could be taken for a whole one.
 * @throws {Refusal} 'preservation.bag-exists' (409) | 'preservation.bag-target'
 */
export async function openFolderSink(target: string): Promise<BagSink> {
	const staging = join(dirname(target), `.${basename(target)}.partial-${createId<string>()}`);
	const folders = new Set(['']);
	await demandFree(target);
	await mkdir(staging).catch((error: unknown) => {
		throw targetRefusal(error, target);
	});
	const folder = async (path: string): Promise<void> => {
		if (folders.has(path)) return;
		await folder(parentOf(path));
		await mkdir(join(staging, path));
		folders.add(path);
	};
	return {
		folder,
		async file(path, content) {
			await folder(parentOf(path));
			await pipeline(content, createWriteStream(join(staging, path), { flags: 'wx', flush: true }));
		},
		async finish() {
			for (const path of [...folders].toReversed()) await syncFolder(join(staging, path));
			await demandFree(target);
			await rename(staging, target);
			await syncFolder(dirname(target));
		},
		abort: () => rm(staging, { recursive: true, force: true }),
	};
}

/**
 * Refuses a name that is taken.
 * @throws {Refusal} 'preservation.bag-exists' (409)
 */
export async function demandFree(path: string): Promise<void> {
	const there = await lstat(path).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined;
		throw targetRefusal(error, path);
	});
	if (there) throw new Refusal('preservation.bag-exists', { path }, 409);
}

/** An error of the file system as a refusal, when a person can do something about it; every other as it is. */
export function targetRefusal(error: unknown, path: string): unknown {
	const { code } = error as NodeJS.ErrnoException;
	if (code === 'ENOSPC') return new Refusal('storage.full', { path }, 507);
	return code && ['ENOENT', 'EACCES', 'ENOTDIR', 'EROFS', 'EPERM', 'ENAMETOOLONG'].includes(code)
		? new Refusal('preservation.bag-target', { path, reason: code })
		: error;
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
	// Windows opens no folders; its file system journals names by itself.
	if (process.platform === 'win32') return;
	const handle = await open(path, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

function parentOf(path: string): string {
	return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
