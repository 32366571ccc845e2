import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';

/**
 * Writes a file that is there whole or not at all; gives its size.
 * @throws {Refusal} 'cli.export-target'
 */
export async function writeWhole(
	path: string,
	source: AsyncIterable<string> | Iterable<string>,
	signal: AbortSignal,
): Promise<number> {
	const partial = `${path}.partial-${createId<string>()}`;
	const stream = createWriteStream(partial, { flags: 'wx' });
	try {
		await pipeline(source, stream, { signal });
		await rename(partial, path);
		return stream.bytesWritten;
	} catch (error) {
		await rm(partial, { force: true });
		const { code } = error as NodeJS.ErrnoException;
		if (code && ['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR', 'ENOSPC', 'EROFS', 'EPERM'].includes(code))
			throw new Refusal('cli.export-target', { path, reason: code });
		throw error;
	}
}
