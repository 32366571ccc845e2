import { constants, createReadStream } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '#domain/base/refusal.ts';
import type { BagContent, BagFiles, BagMember } from './bag-files.ts';
import { BAG_LIMITS, tooManyFiles } from './bag-limits.ts';
import type { BagProblem } from './bag-problem.ts';
import { readName } from './member-names.ts';

const CHUNK_BYTES = 256 * 1024;

/** A bag that lies in a folder. Links are seen and never followed. */
export async function openFolder(folder: string): Promise<BagFiles> {
	const members: BagMember[] = [];
	const problems: BagProblem[] = [];
	const walk = async (below: string): Promise<void> => {
		for await (const bytes of namesIn(join(folder, below))) {
			if (members.length + problems.length >= BAG_LIMITS.members) throw tooManyFiles(folder);
			const found = readName(bytes);
			const shown = 'name' in found ? found.name : found.meant;
			const path = below === '' ? shown : `${below}/${shown}`;
			if ('meant' in found) {
				problems.push({ code: 'name-encoding', severity: 'error', file: path, line: 0, params: {} });
				continue;
			}
			const seen = await lstat(join(folder, path));
			const kind = seen.isFile()
				? 'file'
				: seen.isDirectory()
					? 'folder'
					: seen.isSymbolicLink()
						? 'link'
						: 'special';
			members.push({ path, kind, bytes: kind === 'file' ? seen.size : 0 });
			if (kind === 'folder') await walk(path);
		}
	};
	await walk('');
	return {
		path: folder,
		form: 'folder',
		members: members.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
		problems,
		async *contents(paths): AsyncIterable<BagContent> {
			for (const path of paths) yield { path, content: reading(join(folder, path)) };
		},
		close: async () => undefined,
	};
}

/** Names as the system has them, of which not all need be text. */
async function* namesIn(folder: string): AsyncIterable<Uint8Array> {
	// Taken by Node, and unknown to its types.
	const encoding = 'buffer' as BufferEncoding;
	for await (const { name } of await opendir(folder, { encoding })) yield name as unknown as Buffer;
}

/** @throws {Refusal} 'preservation.bag-unreadable' */
async function* reading(path: string): AsyncIterable<Uint8Array> {
	try {
		yield* createReadStream(path, {
			// Between listing and reading a file may have become a link.
			flags: (constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)) as unknown as string,
			highWaterMark: CHUNK_BYTES,
		}) as AsyncIterable<Uint8Array>;
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		throw new Refusal('preservation.bag-unreadable', { path, reason: code ?? message });
	}
}
