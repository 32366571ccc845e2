import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { goOn, type RebuildProgress } from './rebuilding.ts';

/** Files told of at once. */
const TELL = 200;

/** Copies a store, or links its files where both lie on one disk: what is in a store is never written again. */
export async function copyStore(
	from: string,
	to: string,
	running: {
		readonly isLinked: boolean;
		readonly signal: AbortSignal;
		readonly progress: (progress: RebuildProgress) => void;
	},
): Promise<void> {
	let done = 0;
	const copy = async (source: string, target: string): Promise<void> => {
		await mkdir(target, { recursive: true });
		for (const entry of await readdir(source, { withFileTypes: true })) {
			goOn(running);
			const [one, other] = [join(source, entry.name), join(target, entry.name)];
			if (entry.isDirectory()) await copy(one, other);
			else if (entry.isFile()) {
				if (running.isLinked) await link(one, other);
				else await copyFile(one, other, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
				if (++done % TELL === 0) running.progress({ rebuilt: 'files', done, total: 0 });
			}
		}
	};
	await copy(from, to);
}
