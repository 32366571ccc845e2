/** What the index of an entry holds. */
export interface IndexTokens {
	/** Folded words and Han bigrams, in the order of the text, separated by blanks. */
	readonly words: string;
	/** Every single Han character once, separated by blanks. */
	readonly chars: string;
}

/** What a query asks for: every phrase and every character must occur. */
export interface QueryTokens {
	/** Adjacent tokens; a last token ending in `*` is the beginning of a word. */
	readonly phrases: readonly (readonly string[])[];
	/** Han characters asked for alone, without a neighbour. */
	readonly chars: readonly string[];
}

const NOTHING: QueryTokens = { phrases: [], chars: [] };

// Text of these characters alone is the same before and after NFKC, as far as letters are concerned: what NFKC makes
// of the punctuation among them is punctuation again. Nearly every Chinese title is such a text.
const NEEDS_NO_FOLDING =
	/^[\0-\x7f\u4e00-\u9fff\u2010-\u2027\u3001-\u301b\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f]*$/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}\p{M}]/u;

/** The same text for everything that is written alike: NFKC, lower case, Latin letters without their marks. */
export function fold(text: string): string {
	if (NEEDS_NO_FOLDING.test(text)) return text.toLowerCase();
	return text
		.normalize('NFKC')
		.toLowerCase()
		.normalize('NFD')
		.replace(/[\u0300-\u036f]/g, '')
		.normalize('NFC');
}

const SEPARATOR = 0;
const HAN = 1;
const WORD = 2;

function kindOf(code: number): number {
	if (code < 0x80)
		return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a)
			? WORD
			: SEPARATOR;
	if (code >= 0x4e00 && code <= 0x9fff) return HAN;
	if (code >= 0x3000 && code <= 0x303f)
		return code === 0x3005 || code === 0x3007 || (code >= 0x3021 && code <= 0x3029) ? HAN : SEPARATOR;
	if ((code >= 0x3400 && code <= 0x4dbf) || (code >= 0xf900 && code <= 0xfaff)) return HAN;
	if (code >= 0x20000 && code <= 0x323af) return HAN;
	return LETTER_OR_DIGIT.test(String.fromCodePoint(code)) ? WORD : SEPARATOR;
}

/**
 * A Han character as the index writes it. Engines split their text by the Unicode tables they were built with (SQLite:
 * 6.1), and would drop characters that came later: those are written by number.
 */
function hanToken(code: number): string {
	const isOld =
		(code >= 0x4e00 && code <= 0x9fcc) ||
		(code >= 0x3400 && code <= 0x4db5) ||
		(code >= 0x20000 && code <= 0x2a6d6) ||
		(code >= 0x2a700 && code <= 0x2b734) ||
		(code >= 0x2b740 && code <= 0x2b81d) ||
		(code >= 0x3005 && code <= 0x3029);
	return isOld ? String.fromCodePoint(code) : `u${code.toString(16)}`;
}

/** Calls back for every run of Han characters and every word of a folded text, in order. */
function eachRun(
	folded: string,
	onHan: (codes: readonly number[], end: number) => void,
	onWord: (word: string, end: number) => void,
): void {
	const { length } = folded;
	const codes: number[] = [];
	let kind = SEPARATOR;
	let from = 0;
	for (let at = 0; at <= length;) {
		const code = at < length ? (folded.codePointAt(at) as number) : 0x20;
		const next = code >= 0x4e00 && code <= 0x9fff ? HAN : kindOf(code);
		if (next !== kind) {
			if (kind === HAN) onHan(codes, at);
			else if (kind === WORD) onWord(folded.slice(from, at), at);
			codes.length = 0;
			from = at;
			kind = next;
		}
		if (kind === HAN) codes.push(code);
		at += code > 0xffff ? 2 : 1;
	}
}

// Which characters a text had, without a set for each: a mark of its own for every text.
const marks = new Uint32Array(0x10000);
let mark = 0;

/**
 * The tokens an entry is found by. A run of Han characters gives its adjacent bigrams, everything else its folded
 * words; single Han characters are kept beside, because a bigram does not find them.
 */
export function indexTokens(text: string): IndexTokens {
	if (++mark === 0xffffffff) {
		marks.fill(0);
		mark = 1;
	}
	let words = '';
	let chars = '';
	const rare = new Set<number>();
	eachRun(
		fold(text),
		(codes) => {
			let before = '';
			for (const code of codes) {
				const token = code >= 0x4e00 && code <= 0x9fcc ? String.fromCharCode(code) : hanToken(code);
				if (code > 0xffff ? !rare.has(code) : marks[code] !== mark) {
					if (code > 0xffff) rare.add(code);
					else marks[code] = mark;
					chars += chars ? ` ${token}` : token;
				}
				if (before) words += words ? ` ${before}${token}` : before + token;
				before = token;
			}
		},
		(word) => {
			words += words ? ` ${word}` : word;
		},
	);
	return { words, chars };
}

/**
 * What a person's query asks for. Two or more Han characters in a row are one phrase; a single one is looked up alone;
 * a word is a phrase of one, the last of the query also as the beginning of a longer one, since people search while
 * they type. `"…"` holds words together.
 */
export function queryTokens(query: string): QueryTokens {
	const folded = fold(query);
	const phrases: string[][] = [];
	const chars = new Set<string>();
	const parts = folded.split('"');
	parts.forEach((part, index) => {
		// A quotation mark without its partner quotes nothing.
		const isQuoted = index % 2 === 1 && index < parts.length - 1;
		const quoted: string[] = [];
		eachRun(
			part,
			(codes) => {
				const bigrams = codes
					.slice(1)
					.map((code, before) => hanToken(codes[before] as number) + hanToken(code));
				if (bigrams.length === 0) chars.add(hanToken(codes[0] as number));
				else if (isQuoted) quoted.push(...bigrams);
				else phrases.push(bigrams);
			},
			(word, end) => {
				if (isQuoted) quoted.push(word);
				else phrases.push([index === parts.length - 1 && end === part.length ? `${word}*` : word]);
			},
		);
		if (quoted.length > 0) phrases.push(quoted);
	});
	if (phrases.length === 0 && chars.size === 0) return NOTHING;
	return { phrases, chars: [...chars] };
}
