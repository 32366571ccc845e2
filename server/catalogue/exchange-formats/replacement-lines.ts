import type { ReadProblem } from './reader.ts';

const REPLACEMENT = '\ufffd';
/** Lines that are named one by one; of the rest it is said how many they are. */
const MOST_PROBLEMS = 100;

/** How a replacement character, and the end of a line, are written in an encoding. */
interface Written {
	readonly own: Buffer;
	readonly feed: Buffer;
}

const UTF_8: Written = { own: Buffer.from([0xef, 0xbf, 0xbd]), feed: Buffer.from([0x0a]) };
const GB18030: Written = { own: Buffer.from([0x84, 0x31, 0xa4, 0x37]), feed: Buffer.from([0x0a]) };
const WRITTEN: Readonly<Record<string, Written>> = {
	'utf-8': UTF_8,
	gb18030: GB18030,
	gbk: GB18030,
	'utf-16le': { own: Buffer.from([0xfd, 0xff]), feed: Buffer.from([0x0a, 0x00]) },
	'utf-16be': { own: Buffer.from([0xff, 0xfd]), feed: Buffer.from([0x00, 0x0a]) },
};

/**
 * Finds the lines in which bytes could not be decoded. A replacement character that the source itself holds, saved by
 * somebody on purpose or by an earlier conversion, is text.
 */
export class ReplacementLines {
	#encoding: string;
	#problems: ReadProblem[];
	#line = 1;
	/** The last bytes of what came before: a character may lie in both. */
	#before: Buffer = Buffer.alloc(0);
	/** Bytes before those. */
	#offset = 0;
	#said = 0;
	#rest: { count: number } | undefined;

	/** @param problems where they are put */
	constructor(encoding: string, problems: ReadProblem[]) {
		this.#encoding = encoding;
		this.#problems = problems;
	}

	/** Takes the next text, and the bytes with which it was complete. */
	note(text: string, bytes: Buffer): void {
		const ownByLine = text.includes(REPLACEMENT) ? this.#ownByLine(bytes) : undefined;
		this.#keep(bytes);
		let at = 0;
		for (let index = 0; ; index++) {
			const feed = text.indexOf('\n', at);
			if (ownByLine) {
				const found = occurrences(feed < 0 ? text.slice(at) : text.slice(at, feed));
				if (found > (ownByLine.get(index) ?? 0)) this.#say();
			}
			if (feed < 0) return;
			this.#line++;
			at = feed + 1;
		}
	}

	/** How many replacement characters the bytes hold themselves, by the line of this text, from 0. */
	#ownByLine(bytes: Buffer): ReadonlyMap<number, number> {
		const counts = new Map<number, number>();
		const written = WRITTEN[this.#encoding];
		if (!written) return counts;
		const all = Buffer.concat([this.#before, bytes]);
		let line = 0;
		let feed = this.#next(all, written.feed, this.#before.length - (written.feed.length - 1));
		let own = this.#next(all, written.own, this.#before.length - (written.own.length - 1));
		while (own >= 0) {
			for (; feed >= 0 && feed < own; feed = this.#next(all, written.feed, feed + 1)) line++;
			counts.set(line, (counts.get(line) ?? 0) + 1);
			own = this.#next(all, written.own, own + written.own.length);
		}
		return counts;
	}

	/** Where the sign stands next; in UTF-16 only where a unit begins. */
	#next(bytes: Buffer, sign: Buffer, from: number): number {
		const isWide = this.#encoding.startsWith('utf-16');
		let at = bytes.indexOf(sign, Math.max(0, from));
		while (isWide && at >= 0 && (this.#offset + at) % 2 === 1) at = bytes.indexOf(sign, at + 1);
		return at;
	}

	#keep(bytes: Buffer): void {
		const length = (WRITTEN[this.#encoding]?.own.length ?? 1) - 1;
		const all = bytes.length >= length ? bytes : Buffer.concat([this.#before, bytes]);
		const total = this.#offset + this.#before.length + bytes.length;
		this.#before = Buffer.from(all.subarray(Math.max(0, all.length - length)));
		this.#offset = total - this.#before.length;
	}

	#say(): void {
		if (this.#said === this.#line) return;
		this.#said = this.#line;
		const problem = { severity: 'error', line: this.#line } as const;
		if (this.#rest) this.#rest.count++;
		else if (this.#problems.length < MOST_PROBLEMS)
			this.#problems.push({ ...problem, code: 'import.encoding', params: { encoding: this.#encoding } });
		else {
			this.#rest = { count: 1 };
			this.#problems.push({ ...problem, code: 'import.encoding-more', params: this.#rest });
		}
	}
}

function occurrences(text: string): number {
	let count = 0;
	for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, at + 1)) count++;
	return count;
}
