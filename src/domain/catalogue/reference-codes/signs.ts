/** What signs a part is written with. Letters are capitals. */
export type Signs = 'letters' | 'digits' | 'lettersDigits' | 'lettersDigitsHan';

export const LEVEL_SEPARATOR = '-';
/** U+00B7. */
export const PART_SEPARATOR = '·';

/** Signs that are read as a separator, with a note. */
export const SEPARATOR_FORMS: Readonly<Record<string, string>> = {
	'\uFF0D': LEVEL_SEPARATOR,
	'\u2013': LEVEL_SEPARATOR,
	'\u2014': LEVEL_SEPARATOR,
	'\uFE63': LEVEL_SEPARATOR,
	'\u2212': LEVEL_SEPARATOR,
	'\u2022': PART_SEPARATOR,
	'\u2027': PART_SEPARATOR,
	'\u30FB': PART_SEPARATOR,
	'\uFF0E': PART_SEPARATOR,
};

/** Signs that only look like a separator: never read as one, but proposed. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
	'\u2010': LEVEL_SEPARATOR,
	'\u2011': LEVEL_SEPARATOR,
	'\u2012': LEVEL_SEPARATOR,
	'\u2015': LEVEL_SEPARATOR,
	_: LEVEL_SEPARATOR,
	'\u2219': PART_SEPARATOR,
	'\u22C5': PART_SEPARATOR,
	'\uFF65': PART_SEPARATOR,
	'\u0387': PART_SEPARATOR,
	'.': PART_SEPARATOR,
};

export function isDigit(unit: number): boolean {
	return unit >= 48 && unit <= 57;
}

export function isCapital(unit: number): boolean {
	return unit >= 65 && unit <= 90;
}

export function isSmall(unit: number): boolean {
	return unit >= 97 && unit <= 122;
}

/** Whether a code point is an ideograph, `〇` included. */
export function isHan(point: number): boolean {
	return (
		(point >= 0x4e00 && point <= 0x9fff) ||
		(point >= 0x3400 && point <= 0x4dbf) ||
		point === 0x3007 ||
		(point >= 0xf900 && point <= 0xfaff) ||
		(point >= 0x20000 && point <= 0x3ffff)
	);
}

/** Signs without width, which come with text pasted from other programs. */
export function isZeroWidth(unit: number): boolean {
	return (unit >= 0x200b && unit <= 0x200f) || unit === 0x2060 || unit === 0xfeff;
}

export function isBlank(unit: number): boolean {
	return (
		unit === 0x20 ||
		(unit >= 9 && unit <= 13) ||
		unit === 0x85 ||
		unit === 0xa0 ||
		unit === 0x1680 ||
		unit === 0x3000 ||
		(unit >= 0x2000 && unit <= 0x200a) ||
		unit === 0x2028 ||
		unit === 0x2029 ||
		unit === 0x202f ||
		unit === 0x205f
	);
}

/** The half-width form of a full-width letter or digit; `undefined` for other signs. */
export function halfWidthOf(unit: number): string | undefined {
	if (unit < 0xff10 || unit > 0xff5a) return undefined;
	const half = unit - 0xfee0;
	return isDigit(half) || isCapital(half) || isSmall(half) ? String.fromCharCode(half) : undefined;
}

/** Where the first sign stands that does not belong to `signs`; -1 when all do. */
export function firstForeignSign(text: string, signs: Signs): number {
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (isDigit(unit)) {
			if (signs === 'letters') return at;
		} else if (isCapital(unit)) {
			if (signs === 'digits') return at;
		} else {
			const point = text.codePointAt(at) as number;
			if (signs !== 'lettersDigitsHan' || !isHan(point)) return at;
			if (point > 0xffff) at++;
		}
	}
	return -1;
}

/** Signs as people count them: an ideograph outside the first plane is one. */
export function countSigns(text: string): number {
	let count = 0;
	for (let at = 0; at < text.length; at++)
		if (text.charCodeAt(at) >> 10 !== 0x37 || at === 0 || text.charCodeAt(at - 1) >> 10 !== 0x36) count++;
	return count;
}

/** Whether a text has a form such as `A000`: `A` stands for a capital letter, `0` for a digit. */
export function hasForm(text: string, form: string): boolean {
	if (text.length !== form.length) return false;
	for (let at = 0; at < form.length; at++) {
		const unit = text.charCodeAt(at);
		if (form[at] === '0' ? !isDigit(unit) : !isCapital(unit)) return false;
	}
	return true;
}

/** A text as it was probably meant: half-width, in capitals, without blanks, look-alikes of separators replaced. */
export function foldSigns(text: string): string {
	let folded = '';
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (isBlank(unit) || isZeroWidth(unit)) continue;
		const sign = text[at] as string;
		folded += (SEPARATOR_FORMS[sign] ?? LOOK_ALIKES[sign] ?? halfWidthOf(unit) ?? sign).toUpperCase();
	}
	return folded;
}
