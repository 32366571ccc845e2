import { LOOK_ALIKES } from './look-alikes.ts';

/** What kinds of signs a text has, one bit each, so that most rules need not look at most titles. */
export const HAN = 1;
export const LETTER = 2;
export const DIGIT = 4;
/** Brackets and quotation marks of any width. */
export const BRACKET = 8;
/** Those that are put around supplied words by mistake. */
export const ODD_BRACKET = 16;
/** ASCII punctuation that has a Chinese form. */
export const ASCII_SIGN = 32;
export const BLANK = 64;
/** Signs that may stand for others, or that nobody can read. */
export const SUSPECT = 128;

const FLAGS = new Uint8Array(0x10000);

function mark(signs: string, flag: number): void {
	for (let at = 0; at < signs.length; at++) FLAGS[signs.charCodeAt(at)]! |= flag;
}

function markRange(from: number, to: number, flag: number): void {
	for (let unit = from; unit <= to; unit++) FLAGS[unit]! |= flag;
}

markRange(0x4e00, 0x9fff, HAN);
markRange(0x3400, 0x4dbf, HAN);
markRange(0x3007, 0x3007, HAN);
markRange(0x41, 0x5a, LETTER);
markRange(0x61, 0x7a, LETTER);
markRange(0x30, 0x39, DIGIT);
mark('《》〈〉〔〕（）()[]［］【】「」『』“”"', BRACKET);
mark('【〔［', ODD_BRACKET);
mark(',;:!()<>"', ASCII_SIGN);
mark(' \t\n\r\u00a0\u3000', BLANK);
mark(LOOK_ALIKES.map(({ wrong }) => wrong).join(''), SUSPECT);
mark('?□■▯\ufffdOolI', SUSPECT);
markRange(0xe000, 0xfaff, SUSPECT);
markRange(0x2e80, 0x2fdf, SUSPECT);

/** The bits of all signs of a text. */
export function flagsOf(text: string): number {
	let flags = 0;
	for (let at = 0; at < text.length; at++) flags |= FLAGS[text.charCodeAt(at)] as number;
	return flags;
}
