import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { createId } from '#domain/base/ids.ts';
import { demandFree, syncFolder } from './folder-sink.ts';
import type { BagSink } from './write-bag.ts';

/** How the members of a zip file are marked. */
export interface ZipOptions {
	/** Name of the one folder everything lies in. */
	readonly base: string;
	readonly at: Date;
}

const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o040755;

/** Writes a bag as a zip file that is read while it is made: nothing of it is kept. An abort ends the reading with an error. */
export function zipStream({ base, at }: ZipOptions): { readonly sink: BagSink; readonly output: Readable } {
	const zip = new ZipFile();
	const output = zip.outputStream as Readable;
	zip.on('error', (error: Error) => output.destroy(error));
	const sink: BagSink = {
		async folder(path) {
			zip.addEmptyDirectory(`${base}/${path}`, { mtime: at, mode: FOLDER_MODE });
		},
		async file(path, content) {
			const source = Readable.from(content, { objectMode: false });
			// Who reads may go away in the middle, and then nobody takes what comes.
			const gone = (): void =>
				void source.destroy(output.errored ?? new Error('nobody reads the bag any more'));
			output.once('close', gone);
			try {
				if (output.destroyed) gone();
				zip.addReadStream(source, `${base}/${path}`, { mtime: at, mode: FILE_MODE });
				await finished(source);
			} finally {
				output.off('close', gone);
			}
		},
		async finish() {
			zip.end();
		},
		async abort(reason) {
			output.destroy(reason as Error);
		},
	};
	return { sink, output };
}

/**
 * Writes a bag as a zip file that is there whole or not at all.
 * @throws {Refusal} 'preservation.bag-exists' (409) | 'preservation.bag-target' | 'storage.full' (507)
 */
export async function openZipSink(target: string, options: ZipOptions): Promise<BagSink> {
	await demandFree(target);
	const partial = `${target}.partial-${createId<string>()}`;
	const { sink, output } = zipStream(options);
	const written = pipeline(output, createWriteStream(partial, { flags: 'wx', flush: true }));
	// Asked for at the end; a failure before that ends what is being put in.
	written.catch(() => undefined);
	return {
		...sink,
		async finish() {
			await sink.finish();
			await written;
			await demandFree(target);
			await rename(partial, target);
			await syncFolder(dirname(target));
		},
		async abort(reason) {
			await sink.abort(reason);
			await written.catch(() => undefined);
			await rm(partial, { force: true });
		},
	};
}
