import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { EntryId } from '#domain/base/ids.ts';
import type { PlacedEntry } from '#domain/catalogue/entry.ts';

/** Writes the normalised entries of an import: a `PlacedEntry` a line, in order, packed. */
export class EntriesFile {
	#path: string;
	#gzip = createGzip({ level: 3 });
	#done: Promise<void>;
	#replaced = new Map<EntryId, string>();

	constructor(path: string) {
		this.#path = path;
		const file = createWriteStream(path);
		this.#gzip.on('error', (error) => file.destroy(error));
		file.on('error', (error) => this.#gzip.destroy(error));
		this.#gzip.pipe(file);
		this.#done = finished(file);
		// Awaited in `finish`; a disk that fills up before must not end the process.
		this.#done.catch(() => undefined);
	}

	/** Resolves when there is room for more. */
	async write(entries: readonly PlacedEntry[]): Promise<void> {
		if (entries.length === 0) return;
		const hasRoom = this.#gzip.write(entries.map(lineOf).join(''));
		if (!hasRoom) await Promise.race([once(this.#gzip, 'drain'), this.#done]);
	}

	/** Notes the fuller reading of an entry written before. */
	replace(entry: PlacedEntry): void {
		this.#replaced.set(entry.id, lineOf(entry));
	}

	/** Resolves when everything is on the disk. */
	async finish(): Promise<void> {
		this.#gzip.end();
		await this.#done;
		if (this.#replaced.size > 0) await this.#rewrite();
		const handle = await open(this.#path, 'r+');
		try {
			await handle.sync();
		} finally {
			await handle.close();
		}
	}

	async #rewrite(): Promise<void> {
		const replaced = this.#replaced;
		const temporary = `${this.#path}.new`;
		const gzip = createGzip({ level: 3 });
		const file = createWriteStream(temporary);
		gzip.pipe(file);
		const done = finished(file);
		const lines = createInterface({
			input: createReadStream(this.#path).pipe(createGunzip()),
			crlfDelay: Infinity,
		});
		for await (const line of lines) {
			const id = /^\{"id":"([^"]+)"/.exec(line)?.[1] as EntryId;
			if (!gzip.write(replaced.get(id) ?? `${line}\n`)) await once(gzip, 'drain');
		}
		gzip.end();
		await done;
		await rename(temporary, this.#path);
	}
}

function lineOf({ id, parentId, order, level, fields, bodies }: PlacedEntry): string {
	return `${JSON.stringify({ id, parentId, order, level, fields, bodies })}\n`;
}
