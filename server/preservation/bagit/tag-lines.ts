/** A line of a tag file, without its end. */
export interface TagLine {
	/** From 1. */
	readonly number: number;
	readonly text: string;
}

/** Longer lines are no paths or sums, and would have to be kept whole. */
const LONGEST_LINE = 256 * 1024;

/** A tag file that cannot be read as text. */
export class TagFault extends Error {
	readonly code: 'tag-encoding' | 'tag-line-too-long';
	readonly line: number;

	constructor(code: TagFault['code'], line: number) {
		super(code);
		this.code = code;
		this.line = line;
	}
}

/** The name by which an encoding is decoded here; undefined for one that is not known. */
export function encodingLabel(name: string): string | undefined {
	try {
		return new TextDecoder(name).encoding;
	} catch {
		return undefined;
	}
}

/**
 * The lines of a tag file, ended by LF, CR or both; a byte-order mark stays, so that who must not have one can be told.
 * @throws {TagFault}
 * @see RFC 8493, 2.3 (Text Tag File Format)
 */
export async function* tagLines(
	content: AsyncIterable<Uint8Array>,
	encoding: string,
): AsyncIterable<TagLine> {
	let decoder: TextDecoder | undefined;
	let rest = '';
	let number = 0;
	let isAfterReturn = false;
	const decode = (chunk: Uint8Array | undefined): string => {
		// "UTF-16" leaves the order of bytes to the mark at the beginning.
		if (chunk && !decoder)
			decoder = new TextDecoder(
				/^utf-?16/.test(encoding) && chunk[0] === 0xfe && chunk[1] === 0xff ? 'utf-16be' : encoding,
				{ fatal: true, ignoreBOM: encoding === 'utf-8' },
			);
		try {
			return decoder?.decode(chunk, { stream: chunk !== undefined }) ?? '';
		} catch {
			const [good = ''] = new TextDecoder(decoder?.encoding).decode(chunk).split('\ufffd', 1);
			throw new TagFault('tag-encoding', number + 1 + (good.match(/\r\n?|\n/g)?.length ?? 0));
		}
	};
	function* linesOf(text: string): Iterable<TagLine> {
		let from = 0;
		for (const end of text.matchAll(/\r\n?|\n/g)) {
			// A pair of CR and LF may come in two pieces.
			if (isAfterReturn && end.index === 0 && end[0] === '\n' && rest === '') {
				isAfterReturn = false;
				from = 1;
				continue;
			}
			yield { number: ++number, text: rest + text.slice(from, end.index) };
			rest = '';
			from = end.index + end[0].length;
		}
		if (text !== '') isAfterReturn = text.endsWith('\r');
		rest += text.slice(from);
		if (rest.length > LONGEST_LINE) throw new TagFault('tag-line-too-long', number + 1);
	}
	for await (const chunk of content) if (chunk.byteLength > 0) yield* linesOf(decode(chunk));
	yield* linesOf(decode(undefined));
	if (rest !== '') yield { number: number + 1, text: rest };
}
