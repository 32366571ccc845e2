import type { Hash } from 'node:crypto';
import { assert } from '#domain/base/assert.ts';
import { bagInfoText, type BagInfo } from './bag-info.ts';
import { readPath, writtenPath } from './bag-path.ts';
import { hashOf, isKnownAlgorithm } from './manifest.ts';

/** Where a bag is written to: a folder, or a zip file. */
export interface BagSink {
	/** Takes a file; resolves when all of it is taken. Paths are relative to the bag. */
	file(path: string, content: AsyncIterable<Uint8Array>): Promise<void>;
	folder(path: string): Promise<void>;
	/** The bag is whole: only now does it get its name. */
	finish(): Promise<void>;
	/** Clears away what was written. */
	abort(reason: unknown): Promise<void>;
}

/** A file to be put into a bag; its path is relative to the payload folder. */
export interface PayloadFile {
	readonly path: string;
	readonly content: AsyncIterable<Uint8Array | string>;
}

/** What was written. */
export interface WrittenBag {
	readonly files: number;
	readonly bytes: number;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/**
 * Writes a bag of version 1.0. Its size and sums are made while the contents pass by, so that nothing is read twice;
 * `Bagging-Date` and the like come from the caller, `Payload-Oxum` and `Bag-Size` from here.
 * @see RFC 8493
 */
export async function writeBag(
	sink: BagSink,
	payload: AsyncIterable<PayloadFile> | Iterable<PayloadFile>,
	options: {
		/** Asked for when the payload is written. */
		readonly info: () => BagInfo;
		/** SHA-512 when nothing is said. */
		readonly algorithms?: readonly string[];
	},
): Promise<WrittenBag> {
	const algorithms = options.algorithms ?? ['sha512'];
	assert(algorithms.length > 0 && algorithms.every(isKnownAlgorithm), 'algorithms of a bag');
	const payloadLines = new Map<string, string[]>(algorithms.map((each) => [each, []]));
	const tagLines = new Map<string, string[]>(algorithms.map((each) => [each, []]));
	const seen = new Set<string>();
	let bytes = 0;
	const put = async (
		path: string,
		content: AsyncIterable<Uint8Array | string>,
		lines: ReadonlyMap<string, string[]> | undefined,
	): Promise<number> => {
		const { content: passing, end } = summed(content, algorithms);
		await sink.file(path, passing);
		const { sums, size } = end();
		for (const [algorithm, sum] of sums) lines?.get(algorithm)?.push(`${sum}  ${writtenPath(path)}\n`);
		return size;
	};
	try {
		await put('bagit.txt', textOf('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'), tagLines);
		await sink.folder('data');
		for await (const { path: below, content } of payload) {
			const path = `data/${below}`;
			const read = readPath(writtenPath(path), true);
			assert('path' in read && read.path === path && !seen.has(path), `${path} cannot be put into a bag`);
			seen.add(path);
			bytes += await put(path, content, payloadLines);
		}
		const info = [
			...options.info(),
			['Bag-Size', sizeText(bytes)] as const,
			['Payload-Oxum', `${bytes}.${seen.size}`] as const,
		];
		await put('bag-info.txt', textOf(bagInfoText(info)), tagLines);
		for (const [algorithm, lines] of payloadLines)
			await put(`manifest-${algorithm}.txt`, textOf(...lines), tagLines);
		for (const [algorithm, lines] of tagLines)
			await put(`tagmanifest-${algorithm}.txt`, textOf(...lines), undefined);
		await sink.finish();
		return { files: seen.size, bytes };
	} catch (error) {
		await sink.abort(error);
		throw error;
	}
}

/** Sums and size of what passes by; asked for when all of it has. */
function summed(
	content: AsyncIterable<Uint8Array | string>,
	algorithms: readonly string[],
): {
	readonly content: AsyncIterable<Uint8Array>;
	readonly end: () => { readonly sums: ReadonlyMap<string, string>; readonly size: number };
} {
	const hashes = new Map<string, Hash>(algorithms.map((each) => [each, hashOf(each)]));
	let size = 0;
	return {
		content: (async function* () {
			for await (const piece of content) {
				const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
				if (bytes.byteLength === 0) continue;
				for (const hash of hashes.values()) hash.update(bytes);
				size += bytes.byteLength;
				yield bytes;
			}
		})(),
		end: () => ({ sums: new Map([...hashes].map(([name, hash]) => [name, hash.digest('hex')])), size }),
	};
}

async function* textOf(...lines: readonly string[]): AsyncIterable<string> {
	yield* lines;
}

function sizeText(bytes: number): string {
	const power = bytes === 0 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
	return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}
