import { normalName } from './dated-text.ts';

/** A creator inside a text that may name several, with where it stands. */
export interface CreatorPart {
	/** As written, without blanks around. */
	readonly text: string;
	/** In UTF-16 units of the whole text, half open. */
	readonly from: number;
	readonly to: number;
}

/** What stands between joint creators (联合发文). A name may hold some of them as well. */
const SEPARATOR = /[;；、，,/／\n]/u;

/**
 * The creators in a text, in order. A name that is known goes before a separator in it: `党委、政府办公室` is one body when
 * the list says so. The longest known name wins.
 */
export function creatorParts(text: string, isKnown: (name: string) => boolean): CreatorPart[] {
	const pieces = piecesOf(text);
	const parts: CreatorPart[] = [];
	for (let at = 0; at < pieces.length;) {
		let end = pieces.length;
		while (end > at + 1 && !isKnown(text.slice(pieces[at]?.from, pieces[end - 1]?.to))) end--;
		const part = trimmed(text, pieces[at]?.from as number, pieces[end - 1]?.to as number);
		if (part.text !== '') parts.push(part);
		at = end;
	}
	return parts;
}

/** More would be no list of creators, and trying all their joinings would take long. */
const MOST_PIECES = 50;

function piecesOf(text: string): { from: number; to: number }[] {
	const pieces: { from: number; to: number }[] = [];
	let from = 0;
	for (let at = 0; at <= text.length; at++)
		if (at === text.length || (SEPARATOR.test(text[at] as string) && pieces.length < MOST_PIECES - 1)) {
			pieces.push({ from, to: at });
			from = at + 1;
		}
	return pieces;
}

function trimmed(text: string, from: number, to: number): CreatorPart {
	const part = text.slice(from, to);
	const start = from + (part.length - part.trimStart().length);
	return { text: part.trim(), from: start, to: start + part.trim().length };
}

/** Whether two texts name the same as far as blanks and full-width forms go. */
export function isSameName(one: string, other: string): boolean {
	return normalName(one) === normalName(other);
}
