import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Pack } from 'tar-stream';
import { isObjectDeclaration } from './backup-format.ts';
import { ManifestLines } from './manifest-lines.ts';

/** Files up to this size are read at once. */
export const SMALL_BYTES = 1024 * 1024;

interface Source {
	readonly dataDir: string;
	/** ISO UTC: the time every member carries. */
	readonly at: string;
	readonly signal: AbortSignal;
}

/** Puts members into the tar, one after the other, and keeps their lines for the manifest. */
export class TarMembers {
	readonly lines = new ManifestLines();
	objects = 0;
	#packed: Pack;
	#from: Source;
	/** Rejects when the file cannot be written: then a member would wait for ever to be taken. */
	#failed: Promise<never>;

	constructor(packed: Pack, piped: Promise<unknown>, from: Source) {
		this.#packed = packed;
		this.#from = from;
		this.#failed = piped.then(() => new Promise<never>(() => undefined));
		this.#failed.catch(() => undefined);
	}

	async addFolder(path: string): Promise<void> {
		const folder = join(this.#from.dataDir, path);
		if (!existsSync(folder)) return;
		const entries = readdirSync(folder, { withFileTypes: true });
		entries.sort((one, other) => (one.name < other.name ? -1 : 1));
		for (const entry of entries)
			if (entry.isDirectory()) await this.addFolder(`${path}/${entry.name}`);
			else if (entry.isFile()) await this.addFile(`${path}/${entry.name}`);
	}

	async addFile(path: string, from = join(this.#from.dataDir, path)): Promise<void> {
		const { size } = statSync(from);
		if (size <= SMALL_BYTES) await this.add(path, readFileSync(from));
		else await this.#addLarge(path, from, size);
		if (isObjectDeclaration(path)) this.objects++;
	}

	add(path: string, content: Buffer): Promise<void> {
		this.#note(path, content.length, createHash('sha512').update(content).digest('hex'));
		return this.#taken((ended) => {
			const entry = this.#packed.entry(this.#header(path, content.length), ended);
			entry.end(content);
		});
	}

	async #addLarge(path: string, from: string, size: number): Promise<void> {
		await this.addPieces(path, size, createReadStream(from, { end: size - 1, highWaterMark: SMALL_BYTES }));
	}

	/** Puts a member that is too large to be held, piece by piece; resolves with its SHA-512 in hex. */
	async addPieces(
		path: string,
		size: number,
		pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
	): Promise<string> {
		const hash = createHash('sha512');
		await this.#taken((ended) => {
			const entry = this.#packed.entry(this.#header(path, size), ended);
			const copy = async (): Promise<void> => {
				for await (const piece of pieces) {
					hash.update(piece);
					if (!entry.write(piece)) await once(entry, 'drain');
				}
				entry.end(null);
			};
			copy().catch(ended);
		});
		const sha512 = hash.digest('hex');
		this.#note(path, size, sha512);
		return sha512;
	}

	#taken(put: (ended: (error?: unknown) => void) => void): Promise<void> {
		this.#from.signal.throwIfAborted();
		const taken = new Promise<void>((resolve, reject) =>
			put((error) => {
				if (error) reject(error instanceof Error ? error : new Error('not written'));
				else resolve();
			}),
		);
		// Why the file failed says more than that the member was given up.
		return Promise.race([taken.catch(() => Promise.race([this.#failed, taken])), this.#failed]);
	}

	#note(path: string, bytes: number, sha512: string): void {
		this.lines.add({ path, bytes, sha512 });
	}

	#header(name: string, size: number) {
		return { name, size, type: 'file' as const, mode: 0o600, mtime: new Date(this.#from.at) };
	}
}
