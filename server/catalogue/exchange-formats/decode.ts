import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Refusal } from '#domain/base/refusal.ts';
import type { ReadProblem } from './reader.ts';
import { readingLimits } from './reading-limits.ts';
import { ReplacementLines } from './replacement-lines.ts';

/** A file being read: its first bytes, unpacked, and the way to the rest. */
export interface OpenSource {
	/** Unpacked bytes from the beginning; more than 1 MiB unless the file is shorter. */
	readonly head: Buffer;
	/** All unpacked bytes from the beginning. To be read once. */
	bytes(): AsyncIterable<Buffer>;
}

/** Text of a source as it is read. */
export interface DecodedText {
	/** Label of the WHATWG encoding, e.g. `gb18030`. */
	readonly encoding: string;
	/** To be read once. */
	readonly text: AsyncIterable<string>;
	/** What could not be decoded; complete once the text is read. */
	readonly problems: ReadProblem[];
}

interface SourceOptions {
	/** Name of the file, for refusals. */
	readonly fileName: string;
	/** Bytes it may unpack to; default 2 GiB. */
	readonly maxBytes?: number;
	readonly signal?: AbortSignal;
	/** Called with the bytes of the file itself read so far. */
	readonly onProgress?: (bytesRead: number) => void;
}

const HEAD_BYTES = 1024 * 1024;
// A file may begin with a megabyte of digits before the first letter that tells its encoding.
const MOST_HEAD_BYTES = 16 * HEAD_BYTES;
const REPLACEMENT = '\ufffd';

/**
 * Opens a file, unpacking gzip whatever its name, and reads as much as tells what it is.
 * @throws {Refusal} 'import.broken' when the gzip is damaged, 'import.too-large' beyond `maxBytes`; also while reading on
 */
export async function openSource(path: string, options: SourceOptions): Promise<OpenSource> {
	const chunks = unpackedChunks(path, options)[Symbol.asyncIterator]();
	const first: Buffer[] = [];
	let size = 0;
	let isPlain = true;
	while (size <= HEAD_BYTES || (isPlain && size <= MOST_HEAD_BYTES)) {
		const next = await chunks.next();
		if (next.done) break;
		first.push(next.value);
		size += next.value.length;
		isPlain &&= isAscii(next.value);
	}
	const head = Buffer.concat(first);
	return {
		head,
		async *bytes() {
			yield head;
			for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
		},
	};
}

/**
 * All bytes of a source at once.
 * @throws {Refusal} 'import.too-large' as soon as there are more than `maxBytes`: a small gzip may hold gigabytes
 */
export async function wholeOf(
	source: OpenSource,
	{ fileName, maxBytes }: { readonly fileName: string; readonly maxBytes: number },
): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of source.bytes()) {
		size += chunk.length;
		if (size > maxBytes) throw new Refusal('import.too-large', { file: fileName, maxBytes }, 413);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

async function* unpackedChunks(path: string, options: SourceOptions): AsyncGenerator<Buffer> {
	const { fileName, signal } = options;
	const { maxBytes } = readingLimits(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes });
	const file = createReadStream(path, { highWaterMark: 256 * 1024, ...(signal ? { signal } : {}) });
	let bytesRead = 0;
	file.on('data', (chunk) => {
		bytesRead += chunk.length;
		options.onProgress?.(bytesRead);
	});
	file.pause();
	const isPacked = await startsWithGzip(path);
	const unpacked = isPacked ? file.pipe(createGunzip({ chunkSize: 256 * 1024 })) : file;
	// `pipe` does not carry errors over; without this an unreadable file would never end.
	if (isPacked) file.on('error', (error) => unpacked.destroy(error));
	let size = 0;
	let lines = 1;
	try {
		for await (const chunk of unpacked as AsyncIterable<Buffer>) {
			size += chunk.length;
			if (size > maxBytes) throw new Refusal('import.too-large', { file: fileName, maxBytes }, 413);
			lines += countLineFeeds(chunk);
			yield chunk;
		}
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code?.startsWith('Z_'))
			throw new Refusal('import.broken', { file: fileName, line: lines, reason: `gzip: ${message}` });
		throw error;
	} finally {
		file.destroy();
	}
}

async function startsWithGzip(path: string): Promise<boolean> {
	for await (const chunk of createReadStream(path, { end: 2 }) as AsyncIterable<Buffer>)
		return chunk[0] === 0x1f && chunk[1] === 0x8b && chunk[2] === 0x08;
	return false;
}

function countLineFeeds(chunk: Buffer): number {
	let count = 0;
	for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
	return count;
}

/**
 * The encoding of a text by its first bytes: byte-order mark, else XML declaration, else UTF-16 by its zero bytes,
 * else UTF-8 when they are valid UTF-8, else GB18030.
 */
export function encodingOf(head: Buffer): string {
	if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
	if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
	if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
	if (head[0] === 0x84 && head[1] === 0x31 && head[2] === 0x95 && head[3] === 0x33) return 'gb18030';
	const isWide = wideEncodingOf(head);
	if (isWide) return isWide;
	const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']/.exec(
		head.toString('latin1', 0, 400),
	)?.[1];
	if (declared) return declared.toLowerCase();
	return isUtf8(withoutCutCharacter(head)) || isDamagedUtf8(head) ? 'utf-8' : 'gb18030';
}

/** A few broken bytes among many good characters: GB18030 never looks like that, and taking it for that would spoil all. */
function isDamagedUtf8(head: Buffer): boolean {
	let broken = 0;
	let good = 0;
	for (const char of head.toString('utf8', 0, HEAD_BYTES)) {
		if (char === REPLACEMENT) broken++;
		else if (char > '\x7f') good++;
	}
	return good > broken * 10;
}

/** Without a byte-order mark UTF-16 shows by the zero bytes of its commas, digits and line ends. */
function wideEncodingOf(head: Buffer): string | undefined {
	const sample = head.subarray(0, 4096);
	let even = 0;
	let odd = 0;
	for (let at = 0; at + 1 < sample.length; at += 2) {
		if (sample[at] === 0) even++;
		if (sample[at + 1] === 0) odd++;
	}
	const pairs = sample.length / 2;
	if (pairs < 2 || even + odd < pairs / 20) return undefined;
	if (odd > even * 10) return 'utf-16le';
	return even > odd * 10 ? 'utf-16be' : undefined;
}

/** The head may end inside a character. */
function withoutCutCharacter(head: Buffer): Buffer {
	for (let back = 1; back <= 3 && back <= head.length; back++) {
		const byte = head[head.length - back] as number;
		if (byte < 0x80) break;
		if (byte >= 0xc0) {
			const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
			return wanted > back ? head.subarray(0, head.length - back) : head;
		}
	}
	return head;
}

/**
 * The text of a source. What cannot be decoded becomes U+FFFD and a problem `import.encoding` with its line; the rest
 * is read.
 * @throws {Refusal} 'import.unknown-encoding' when an XML declaration names one nobody knows
 */
export function decodedText(
	source: OpenSource,
	options: { readonly fileName: string; readonly encoding?: string },
): DecodedText {
	const encoding = options.encoding ?? encodingOf(source.head);
	let decoder: TextDecoder;
	try {
		decoder = new TextDecoder(encoding);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new Refusal('import.unknown-encoding', { file: options.fileName, encoding });
	}
	const problems: ReadProblem[] = [];
	const holes = new ReplacementLines(decoder.encoding, problems);
	return { encoding: decoder.encoding, problems, text: decoded() };

	async function* decoded(): AsyncGenerator<string> {
		for await (const chunk of source.bytes()) {
			const text = decoder.decode(chunk, { stream: true });
			if (text) yield text;
			holes.note(text, chunk);
		}
		const rest = decoder.decode();
		if (rest) yield rest;
		holes.note(rest, Buffer.alloc(0));
	}
}
