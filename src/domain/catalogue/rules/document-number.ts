/**
 * A document number (发文字号) taken apart: organ code, year in brackets, number. What has no bracketed year is another
 * kind and not judged here: it is copied as printed.
 * @see GB/T 9704-2012, 7.2.5 (hexagonal brackets, no 第, no leading zero)
 */
export interface DocumentNumber {
	/** `沧府`; without the 字 of older numbers. */
	readonly organCode: string;
	readonly open: string;
	readonly close: string;
	/** Four digits; of two, those of the twentieth century. */
	readonly year: number;
	readonly yearAsWritten: string;
	/** 字 before or behind the year. */
	readonly hasZi: boolean;
	/** 第 before the number. */
	readonly hasDi: boolean;
	/** As written, with its zeros. */
	readonly sequence: string;
	/** Where it begins and ends in the text, when it was found inside of one. */
	readonly start: number;
	readonly end: number;
}

const OPEN = '〔[(（【［〈<{「';
const CLOSE = '〕])）】］〉>}」';
/** Longest organ code that is looked for. */
const MOST_SIGNS = 16;

const isDigit = (unit: number): boolean => (unit >= 48 && unit <= 57) || (unit >= 0xff10 && unit <= 0xff19);
const digitOf = (unit: number): number => (unit >= 0xff10 ? unit - 0xff10 : unit - 48);
const isHanUnit = (unit: number): boolean => unit >= 0x3400 && unit <= 0x9fff;

/** The number that stands at the first bracketed year behind `from`, or none. Linear in the text. */
export function findDocumentNumber(text: string, from = 0): DocumentNumber | undefined {
	for (let at = from; at < text.length; at++) {
		if (!OPEN.includes(text.charAt(at))) continue;
		const found = numberAt(text, at, from);
		if (found) return found;
	}
	return undefined;
}

/** The text as a document number, when it is one and nothing else. */
export function readDocumentNumber(text: string): DocumentNumber | undefined {
	if (text.length > 80) return undefined;
	const found = findDocumentNumber(text);
	return found && found.start === 0 && found.end === text.length ? found : undefined;
}

function numberAt(text: string, open: number, from: number): DocumentNumber | undefined {
	let at = open + 1;
	let year = 0;
	while (at < text.length && at - open <= 4 && isDigit(text.charCodeAt(at)))
		year = year * 10 + digitOf(text.charCodeAt(at++));
	const digits = at - open - 1;
	if ((digits !== 4 && digits !== 2) || at >= text.length) return undefined;
	if (digits === 2) year += 1900;
	else if (year < 1800 || year > 2199) return undefined;
	const yearAsWritten = text.slice(open + 1, at);
	if (text.charAt(at) === '年') at++;
	const close = text.charAt(at);
	if (!CLOSE.includes(close) || close === '') return undefined;
	at++;
	let hasZi = false;
	if (text.charAt(at) === '字') {
		hasZi = true;
		at++;
	}
	let hasDi = false;
	if (text.charAt(at) === '第') {
		hasDi = true;
		at++;
	}
	const first = at;
	while (at < text.length && at - first < 6 && isDigit(text.charCodeAt(at))) at++;
	if (at === first || (text.charAt(at) !== '号' && text.charAt(at) !== '號')) return undefined;
	const sequence = text.slice(first, at);
	const end = at + 1;
	let start = open;
	while (start > from && open - start < MOST_SIGNS && isHanUnit(text.charCodeAt(start - 1))) start--;
	let organCode = text.slice(start, open);
	if (organCode.endsWith('字')) {
		hasZi = true;
		organCode = organCode.slice(0, -1);
	}
	if (organCode === '') return undefined;
	return {
		organCode,
		open: text.charAt(open),
		close,
		year,
		yearAsWritten,
		hasZi,
		hasDi,
		sequence,
		start,
		end,
	};
}

/** The number as it is written today. */
export function writeDocumentNumber(number: DocumentNumber): string {
	const sequence = halfWidthDigits(number.sequence).replace(/^0+(?=\d)/, '');
	return `${number.organCode}〔${number.year}〕${sequence}号`;
}

/** Full-width digits as ordinary ones. */
export function halfWidthDigits(text: string): string {
	return text.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
}
