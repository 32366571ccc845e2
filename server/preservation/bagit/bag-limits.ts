import { totalmem } from 'node:os';
import { Refusal } from '#domain/base/refusal.ts';
import type { TagLine } from './tag-lines.ts';

/** How much a bag may be and still be checked: what lists files is kept in memory meanwhile. */
export const BAG_LIMITS = {
	/** Files and folders: each costs some 2.5 kB. */
	members: 500_000,
	/** Of all tag files together: four for each file, of which a line costs some 0.5 kB. */
	tagLines: 2_000_000,
	/** Of all tag files together, in characters. */
	tagCharacters: 512 * 1024 * 1024,
	/**
	 * Of the thread that checks it, and no more than half of the machine's: all of the above fits, and what does not ends by
	 * itself.
	 */
	heapMegabytes: Math.min(3072, Math.floor((process.constrainedMemory() || totalmem()) / 2 / 1024 / 1024)),
} as const;

/** A bag of more members than can be checked. */
export function tooManyFiles(path: string): Refusal {
	return new Refusal('preservation.bag-too-many-files', { path, most: BAG_LIMITS.members }, 413);
}

/** Counts what the tag files of a bag have, each of which could be small enough by itself. */
export class TagBudget {
	readonly #path: string;
	#lines = 0;
	#characters = 0;

	constructor(path: string) {
		this.#path = path;
	}

	/** @throws {Refusal} 'preservation.bag-too-many-lines' (413) | 'preservation.bag-tags-too-large' (413) */
	async *counted(file: string, lines: AsyncIterable<TagLine>): AsyncIterable<TagLine> {
		for await (const line of lines) {
			this.#lines++;
			this.#characters += line.text.length;
			const about = { path: this.#path, file };
			if (this.#lines > BAG_LIMITS.tagLines)
				throw new Refusal('preservation.bag-too-many-lines', { ...about, most: BAG_LIMITS.tagLines }, 413);
			if (this.#characters > BAG_LIMITS.tagCharacters) {
				const megabytes = BAG_LIMITS.tagCharacters / 1024 / 1024;
				throw new Refusal('preservation.bag-tags-too-large', { ...about, megabytes }, 413);
			}
			yield line;
		}
	}
}
