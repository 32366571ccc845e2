import { createWriteStream, type Dirent } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createId, isUuid } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';

/** A file that waits to be imported. */
export interface StagedFile {
	readonly path: string;
	readonly fileName: string;
	readonly bytes: number;
}

/** An upload nobody came back for is removed when the next one comes. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1000;

/** The folders of uploads and running imports, `<data>/staging/<id>`: each holds the file as it came, as `original`. */
export class Staging {
	#folder: string;
	#maxBytes: number;

	constructor(dataDir: string, maxBytes: number) {
		this.#folder = join(dataDir, 'staging');
		this.#maxBytes = maxBytes;
	}

	/** The folder of an upload or import. */
	folderOf(id: string): string {
		return join(this.#folder, id);
	}

	/**
	 * Keeps a stream as a file; resolves when it is on the disk.
	 * @throws {Refusal} 'import.too-large' (413), 'import.no-name', 'storage.full' (507)
	 */
	async keep(
		stream: Readable,
		name: string,
		signal?: AbortSignal,
	): Promise<{ readonly uploadId: string; readonly bytes: number }> {
		const fileName = basename(name.replaceAll('\\', '/')).normalize('NFC').trim();
		if (fileName === '' || fileName.length > 255) throw new Refusal('import.no-name', { name });
		const uploadId = createId<string>();
		const folder = this.folderOf(uploadId);
		await mkdir(folder, { recursive: true });
		try {
			const bytes = await this.#write(stream, join(folder, 'original'), fileName, signal);
			await writeFile(join(folder, 'upload.json'), JSON.stringify({ fileName }), { flush: true });
			await syncFolder(folder);
			await syncFolder(this.#folder);
			return { uploadId, bytes };
		} catch (error) {
			await this.remove(uploadId);
			if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
				throw new Refusal('storage.full', { path: this.#folder }, 507);
			throw error;
		}
	}

	async #write(stream: Readable, path: string, fileName: string, signal?: AbortSignal): Promise<number> {
		let bytes = 0;
		const maxBytes = this.#maxBytes;
		const counted = new Transform({
			transform(chunk: Buffer, _, done) {
				bytes += chunk.length;
				if (bytes > maxBytes) done(new Refusal('import.too-large', { file: fileName, maxBytes }, 413));
				else done(null, chunk);
			},
		});
		await pipeline(
			stream,
			counted,
			createWriteStream(path, { flush: true }),
			...(signal ? [{ signal }] : []),
		);
		return bytes;
	}

	/**
	 * The file of an upload.
	 * @throws {Refusal} 'import.unknown-upload' (404)
	 */
	async find(uploadId: string): Promise<StagedFile> {
		const unknown = new Refusal('import.unknown-upload', { id: uploadId }, 404);
		if (!isUuid(uploadId)) throw unknown;
		const path = join(this.folderOf(uploadId), 'original');
		try {
			const { fileName } = JSON.parse(
				await readFile(join(this.folderOf(uploadId), 'upload.json'), 'utf8'),
			) as {
				fileName: string;
			};
			return { path, fileName, bytes: (await stat(path)).size };
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw unknown;
			throw error;
		}
	}

	/**
	 * Makes an upload the staging folder of an import; from then on nobody else can import it.
	 * @throws {Refusal} 'import.unknown-upload' (404) when somebody was faster
	 */
	async claim(uploadId: string, importId: string): Promise<StagedFile> {
		const { fileName, bytes } = await this.find(uploadId);
		try {
			await rename(this.folderOf(uploadId), this.folderOf(importId));
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT')
				throw new Refusal('import.unknown-upload', { id: uploadId }, 404);
			throw error;
		}
		await rm(join(this.folderOf(importId), 'upload.json'));
		return { path: join(this.folderOf(importId), 'original'), fileName, bytes };
	}

	/** Puts a small file beside the original; resolves when all of the folder is on the disk. */
	async seal(id: string, name: string, content: string): Promise<void> {
		await writeFile(join(this.folderOf(id), name), content, { flush: true });
		await syncFolder(this.folderOf(id));
		await syncFolder(this.#folder);
	}

	/** Removes a folder with all it holds. */
	async remove(id: string): Promise<void> {
		await rm(this.folderOf(id), { recursive: true, force: true });
	}

	/** Removes uploads that lie there since yesterday. */
	async removeForgotten(now: number): Promise<void> {
		for (const { name } of await this.#folders()) {
			const upload = join(this.folderOf(name), 'upload.json');
			const known = await stat(upload).catch(() => undefined);
			if (known && now - known.mtimeMs > FORGOTTEN_MS) await this.remove(name);
		}
	}

	/** Removes every folder that is not among those to keep. */
	async keepOnly(ids: ReadonlySet<string>): Promise<void> {
		for (const { name } of await this.#folders()) if (!ids.has(name)) await this.remove(name);
	}

	async #folders(): Promise<Dirent[]> {
		try {
			return await readdir(this.#folder, { withFileTypes: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
			throw error;
		}
	}
}

/** A file is only there after a crash when its folder is synchronised too. */
async function syncFolder(path: string): Promise<void> {
	const handle = await open(path, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
