import { constants, createReadStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isUnreadable } from '#server/preservation/ocfl-read.ts';
import type { Damage } from './damage.ts';
import { goOn, type RebuildProgress } from './rebuilding.ts';

/** Files told of at once. */
const TELL = 200;

/**
 * Copies a store, or links its files where both lie on one disk: what is in a store is never written again. Resolves with
 * what the disk could not read, and with what is neither file nor folder: of either there is no copy.
 */
export async function copyStore(
	from: string,
	to: string,
	running: {
		readonly isLinked: boolean;
		readonly signal: AbortSignal;
		readonly progress: (progress: RebuildProgress) => void;
	},
): Promise<readonly Damage[]> {
	const damage: Damage[] = [];
	let done = 0;
	const copy = async (source: string, target: string): Promise<void> => {
		await mkdir(target, { recursive: true });
		const entries = await readdir(source, { withFileTypes: true }).catch((error: unknown) => {
			if (!isUnreadable(error)) throw error;
			damage.push({ object: relative(from, source), file: '', reason: 'digest' });
			return [];
		});
		for (const entry of entries) {
			goOn(running);
			const [one, other] = [join(source, entry.name), join(target, entry.name)];
			if (entry.isDirectory()) await copy(one, other);
			else if (!entry.isFile()) damage.push({ object: relative(from, one), file: '', reason: 'unknown' });
			else if (running.isLinked) await link(one, other);
			else
				try {
					await copyFile(one, other, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
				} catch (error) {
					// A fault of the place that is written to is no damage of the store.
					if (await canBeRead(one)) throw error;
					await rm(other, { force: true });
					damage.push({ object: relative(from, one), file: '', reason: 'digest' });
				}
			if (++done % TELL === 0) running.progress({ rebuilt: 'files', done, total: 0 });
		}
	};
	await copy(from, to);
	return damage;
}

async function canBeRead(path: string): Promise<boolean> {
	try {
		for await (const _ of createReadStream(path));
		return true;
	} catch {
		return false;
	}
}
