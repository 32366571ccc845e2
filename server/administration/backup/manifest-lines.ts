import { lineText, type Line } from './backup-format.ts';

const PIECE_CHARS = 1024 * 1024;

/** Lines of a manifest, kept as bytes: millions of them together are longer than the longest text. */
export class ManifestLines {
	#pieces: Buffer[] = [];
	#open: string[] = [];
	#openChars = 0;
	#pieceChars: number;
	#count = 0;

	constructor(pieceChars = PIECE_CHARS) {
		this.#pieceChars = pieceChars;
	}

	get count(): number {
		return this.#count;
	}

	add(line: Line): void {
		const text = `${lineText(line)}\n`;
		this.#open.push(text);
		this.#openChars += text.length;
		this.#count++;
		if (this.#openChars >= this.#pieceChars) this.#close();
	}

	/** All that was added, in pieces of whole lines. */
	pieces(): readonly Buffer[] {
		this.#close();
		return [...this.#pieces];
	}

	/** Its lines, one by one. */
	*[Symbol.iterator](): Generator<string> {
		for (const piece of this.pieces()) yield* piece.toString('utf8').slice(0, -1).split('\n');
	}

	#close(): void {
		if (this.#open.length === 0) return;
		this.#pieces.push(Buffer.from(this.#open.join('')));
		this.#open = [];
		this.#openChars = 0;
	}
}

/**
 * The lines of a manifest as it is read, as many at a time as a piece holds.
 * @param maxBytes of one line
 * @throws {RangeError} for a longer one
 */
export async function* linesIn(
	pieces: AsyncIterable<Buffer>,
	maxBytes: number,
): AsyncGenerator<readonly string[]> {
	let begun: Buffer = Buffer.alloc(0);
	for await (const piece of pieces) {
		const end = piece.lastIndexOf(0x0a) + 1;
		if (end > 0) yield textOf(begun, piece.subarray(0, end)).slice(0, -1).split('\n');
		begun = Buffer.concat([end > 0 ? Buffer.alloc(0) : begun, piece.subarray(end)]);
		if (begun.length > maxBytes) throw new RangeError('a line of the manifest is too long');
	}
	if (begun.length > 0) yield [begun.toString('utf8')];
}

function textOf(begun: Buffer, rest: Buffer): string {
	return Buffer.concat([begun, rest]).toString('utf8');
}
