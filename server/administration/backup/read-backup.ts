import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import * as v from 'valibot';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { noFileRefusal } from '#server/storage/no-file.ts';
import {
	About,
	ABOUT_NAME,
	BACKUP_FORMAT,
	BACKUP_VERSION,
	DATABASE_NAME,
	isObjectDeclaration,
	isSafeMember,
	MANIFEST_DIGEST_NAME,
	MANIFEST_NAME,
	type Line,
} from './backup-format.ts';
import { linesIn, ManifestLines } from './manifest-lines.ts';

const CHUNK_BYTES = 1024 * 1024;
const MAX_ABOUT_BYTES = 64 * 1024;
/** A path and a digest: far less. */
const MAX_LINE_BYTES = 1024 * 1024;

/** A backup that is whole: every member is there, none more, each with its size and digest. */
export interface WholeBackup {
	readonly about: About;
	readonly objects: number;
	readonly members: number;
	/** Of the file. */
	readonly bytes: number;
	readonly sha512: string;
}

/** What is done with the members while they are read. */
export interface MemberSink {
	/** Takes one member, in order. Nothing of it may be believed before all is read. */
	take(path: string, content: AsyncIterable<Buffer>): Promise<void>;
}

/**
 * Reads a backup to its end and compares every member with the manifest.
 * @throws {Refusal} 'import.no-file' (404) | 'backup.no-file' (404) | 'backup.no-backup' | 'backup.newer' |
 * 'restore.damaged' naming the member and one of the reasons `truncated`, `gzip`, `header`, `path`, `link`, `twice`, `missing`, `extra`, `size`, `digest` |
 * 'cli.cancelled'
 */
export async function readBackup(
	file: string,
	options: {
		readonly signal: AbortSignal;
		readonly onProgress: (read: number, total: number) => void;
		readonly sink?: MemberSink;
	},
): Promise<WholeBackup> {
	const { signal, onProgress } = options;
	const { isGzip, total } = await lookAt(file);
	const reading = new Reading(options.sink);
	const extracted = extract();
	const whole = createHash('sha512');
	let bytes = 0;
	// Ends by itself when the members below end, whichever way.
	const piped = pipeline(
		createReadStream(file, { highWaterMark: CHUNK_BYTES }),
		async function* (chunks: AsyncIterable<Buffer>) {
			for await (const chunk of chunks) {
				whole.update(chunk);
				bytes += chunk.length;
				onProgress(bytes, total);
				yield chunk;
			}
		},
		isGzip ? createGunzip({ chunkSize: CHUNK_BYTES }) : new PassThrough(),
		extracted,
		{ signal },
	);
	piped.catch(() => undefined);
	try {
		for await (const entry of extracted as AsyncIterable<Entry>) await reading.take(entry);
		await piped;
	} catch (error) {
		extracted.destroy();
		const why = await piped.then(
			() => error,
			(reason: unknown) => (isRefusal(error) ? error : reason),
		);
		if (signal.aborted) throw new Refusal('cli.cancelled');
		throw reading.refusalOf(error, why);
	}
	return { ...reading.end(), bytes, sha512: whole.digest('hex') };
}

async function lookAt(file: string): Promise<{ readonly isGzip: boolean; readonly total: number }> {
	try {
		const { size } = await stat(file);
		const handle = await open(file, 'r');
		try {
			const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
			return { isGzip: bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b, total: size };
		} finally {
			await handle.close();
		}
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'EACCES') throw new Refusal('backup.no-file', { path: file, reason: code }, 404);
		throw noFileRefusal(file, error) ?? error;
	}
}

type Entry = AsyncIterable<Buffer> & { readonly header: Header };

/** The manifest as it was read. */
interface ReadManifest {
	readonly sha512: string;
	/** Its first line that is not what it ought to be; none ought to be there without `found`. */
	readonly differing: { readonly text: string; readonly found: string | undefined } | undefined;
	/** The first line that ought to follow. */
	readonly more: string | undefined;
}

/** The members read so far, and at the end the judgement. */
class Reading {
	#sink: MemberSink | undefined;
	#about: About | undefined;
	#objects = 0;
	/** The manifest as it ought to be, by what was read. */
	#lines = new ManifestLines();
	#paths = new Set<string>();
	#manifest: ReadManifest | undefined;
	#manifestDigest: string | undefined;
	/** The member being read, or the last that was. */
	#at = ABOUT_NAME;
	#isInside = false;

	constructor(sink: MemberSink | undefined) {
		this.#sink = sink;
	}

	async take(entry: Entry): Promise<void> {
		const { name, type } = entry.header;
		this.#at = name.slice(0, 200);
		const isFirst = this.#about === undefined;
		if (isFirst && name !== ABOUT_NAME) throw new Refusal('backup.no-backup');
		if (type !== 'file' && type !== 'contiguous-file') throw this.#damaged('link');
		if (name === MANIFEST_NAME && this.#manifest === undefined) {
			this.#isInside = true;
			this.#manifest = await this.#takeManifest(entry);
		} else if (name === MANIFEST_DIGEST_NAME && this.#manifestDigest === undefined) {
			this.#isInside = true;
			this.#manifestDigest = (await contentOf(entry)).toString('utf8').split(' ', 1)[0] ?? '';
		} else {
			if (!isSafeMember(name)) throw this.#damaged('path');
			if (this.#paths.has(name)) throw this.#damaged('twice');
			// What comes after the manifest is not in it.
			if (this.#manifest !== undefined) throw this.#damaged('extra');
			this.#isInside = true;
			await this.#takeListed(name, entry);
		}
		this.#isInside = false;
	}

	async #takeListed(path: string, entry: Entry): Promise<void> {
		const hash = createHash('sha512');
		let bytes = 0;
		const counted = async function* (): AsyncGenerator<Buffer> {
			for await (const chunk of entry) {
				hash.update(chunk);
				bytes += chunk.length;
				yield chunk;
			}
		};
		if (path === ABOUT_NAME) {
			const parts: Buffer[] = [];
			for await (const chunk of counted()) if (bytes <= MAX_ABOUT_BYTES) parts.push(chunk);
			this.#about = aboutOf(Buffer.concat(parts));
		} else if (this.#sink) await this.#sink.take(path, counted());
		else for await (const _ of counted());
		this.#paths.add(path);
		this.#lines.add({ path, bytes, sha512: hash.digest('hex') });
		if (isObjectDeclaration(path)) this.#objects++;
	}

	/** Compares the manifest with what was read before it; it is not kept, since it may be very long. */
	async #takeManifest(entry: Entry): Promise<ReadManifest> {
		const hash = createHash('sha512');
		const hashed = async function* (): AsyncGenerator<Buffer> {
			for await (const chunk of entry) {
				hash.update(chunk);
				yield chunk;
			}
		};
		const found = this.#lines[Symbol.iterator]();
		let differing: ReadManifest['differing'];
		try {
			for await (const lines of linesIn(hashed(), MAX_LINE_BYTES))
				for (const text of differing ? [] : lines) {
					const { value } = found.next();
					if (text !== value) {
						differing = { text, found: value || undefined };
						break;
					}
				}
		} catch (error) {
			throw error instanceof RangeError ? this.#damaged('digest') : error;
		}
		return { sha512: hash.digest('hex'), differing, more: found.next().value || undefined };
	}

	/** @throws {Refusal} 'restore.damaged' when what was read is not what was written */
	end(): Pick<WholeBackup, 'about' | 'objects' | 'members'> {
		if (this.#about === undefined) throw new Refusal('backup.no-backup');
		if (this.#manifest === undefined) throw damaged(MANIFEST_NAME, 'missing');
		if (this.#manifestDigest === undefined) throw damaged(MANIFEST_DIGEST_NAME, 'missing');
		const { sha512, differing, more } = this.#manifest;
		if (sha512 !== this.#manifestDigest) throw damaged(MANIFEST_NAME, 'digest');
		if (differing) throw this.#differing(differing.text, differing.found);
		if (more !== undefined) throw damaged((JSON.parse(more) as Line).path, 'extra');
		if (!this.#paths.has(DATABASE_NAME)) throw damaged(DATABASE_NAME, 'missing');
		return { about: this.#about, objects: this.#objects, members: this.#lines.count };
	}

	/** The manifest and the file part here: which member is it, and why? */
	#differing(text: string, foundText: string | undefined): Refusal {
		const wanted = JSON.parse(text) as Line;
		if (!this.#paths.has(wanted.path)) return damaged(wanted.path, 'missing');
		const found = JSON.parse(foundText ?? 'null') as Line | null;
		if (found && found.path !== wanted.path) return damaged(found.path, 'extra');
		return damaged(wanted.path, found?.bytes === wanted.bytes ? 'digest' : 'size');
	}

	/** What a failure while reading means. */
	refusalOf(error: unknown, why: unknown): unknown {
		for (const each of [error, why]) if (isRefusal(each)) return each;
		for (const each of [why, error]) {
			const { code = '', message = '' } = each as NodeJS.ErrnoException;
			const isZip = code.startsWith('Z_') || /unexpected end of file/.test(message);
			const isTar = /Unexpected end of data|Invalid tar header|Header exceeds|Invalid header/.test(message);
			if (!isZip && !isTar) continue;
			if (this.#about === undefined && !this.#isInside) return new Refusal('backup.no-backup');
			const isCut = /[Uu]nexpected end/.test(message);
			return this.#damaged(isCut ? 'truncated' : isZip ? 'gzip' : 'header');
		}
		return error;
	}

	#damaged(reason: string): Refusal {
		return damaged(this.#at, reason);
	}
}

function damaged(member: string, reason: string): Refusal {
	return new Refusal('restore.damaged', { member, reason });
}

function aboutOf(content: Buffer): About {
	let given: unknown;
	try {
		given = JSON.parse(content.toString('utf8'));
	} catch {
		throw damaged(ABOUT_NAME, 'digest');
	}
	const { format, version } = (given ?? {}) as { format?: unknown; version?: unknown };
	if (format !== BACKUP_FORMAT) throw new Refusal('backup.no-backup');
	if (typeof version === 'number' && version > BACKUP_VERSION)
		throw new Refusal('backup.newer', { found: version, known: BACKUP_VERSION });
	const parsed = v.safeParse(About, given);
	if (!parsed.success) throw damaged(ABOUT_NAME, 'digest');
	return parsed.output;
}

async function contentOf(entry: Entry): Promise<Buffer> {
	const parts: Buffer[] = [];
	for await (const chunk of entry) parts.push(chunk);
	return Buffer.concat(parts);
}
