const HAN_DIGITS = '〇一二三四五六七八九';

/** A place in a normalised text, and the number read last. */
export class Scan {
	readonly text: string;
	at = 0;
	/** The number read last. */
	value = 0;
	/** How many digits it was written with; 0 when with 十, 百, 廿 or 卅. */
	digits = 0;
	/** Whether it was written in Chinese. */
	isHan = false;

	constructor(text: string) {
		this.text = text;
	}

	get isAtEnd(): boolean {
		return this.at >= this.text.length;
	}

	get char(): string {
		return this.text.charAt(this.at);
	}

	/** Goes behind the words if they stand here. */
	eat(words: string): boolean {
		if (!this.text.startsWith(words, this.at)) return false;
		this.at += words.length;
		return true;
	}

	/** Goes behind the first of the words that stands here; `''` when none does. */
	eatOneOf(words: readonly string[]): string {
		for (const each of words) if (this.eat(each)) return each;
		return '';
	}

	/** Reads a number in digits or in Chinese, of at most 16 places. */
	number(): boolean {
		return this.arabic() || this.han();
	}

	/** How many digits stand `offset` places from here. */
	digitsAhead(offset = 0): number {
		let at = this.at + offset;
		while (isDigit(this.text.charCodeAt(at))) at++;
		return at - this.at - offset;
	}

	arabic(): boolean {
		const count = this.digitsAhead();
		if (count === 0 || count > 16) return false;
		// Sixteen digits are two dates: their number as such is not used.
		this.value = this.slice(0, count);
		this.at += count;
		this.digits = count;
		this.isHan = false;
		return true;
	}

	/** The number of `count` digits that stand `offset` places from here. */
	slice(offset: number, count: number): number {
		let value = 0;
		for (let at = this.at + offset; at < this.at + offset + count; at++)
			value = value * 10 + this.text.charCodeAt(at) - 0x30;
		return value;
	}

	/** 一九八五, 二十三, 廿三, 三十, 一百一十. */
	private han(): boolean {
		const start = this.at;
		let total = 0;
		let current = 0;
		let count = 0;
		let unit = 1000;
		for (; ; this.at++) {
			const char = this.char;
			const digit = char === '' ? -1 : HAN_DIGITS.indexOf(char);
			if (digit >= 0) {
				if (count === 4 || (unit < 1000 && count > 0 && current > 0)) break;
				current = current * 10 + digit;
				count++;
				continue;
			}
			const size = char === '十' ? 10 : char === '百' ? 100 : char === '廿' ? 20 : char === '卅' ? 30 : 0;
			if (size === 0) break;
			const place = size === 100 ? 100 : 10;
			// 五六十 is no number.
			if (place >= unit || count > 1 || (size !== 10 && size !== 100 && count > 0)) {
				this.at = start;
				return false;
			}
			total += size === 20 || size === 30 ? size : (count > 0 ? current : 1) * size;
			current = 0;
			count = 0;
			unit = place;
		}
		if (this.at === start) return false;
		this.value = total + current;
		this.digits = unit < 1000 ? 0 : count;
		this.isHan = true;
		return true;
	}
}

export function isDigit(code: number): boolean {
	return code >= 0x30 && code <= 0x39;
}

/** True for a Chinese character that can stand in a number. */
export function isHanNumeral(char: string): boolean {
	return char !== '' && '〇一二三四五六七八九十百廿卅元'.includes(char);
}
