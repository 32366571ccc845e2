/** What is written in many ways, as the reader of dates knows it; keys and values are single characters in order. */
const SAME: Readonly<Record<string, string>> = {
	'．。·・•': '.',
	'－﹣‐‑': '-',
	'—–―─━～〜∼至到': '—',
	'／': '/',
	'？': '?',
	'（': '(',
	'）': ')',
	'，': ',',
	'；;': ',',
	'、及和与跟': '、',
	'［【〔〖': '[',
	'］】〕〗': ']',
	'零○◯Ｏ': '〇',
	壹弌: '一',
	贰貳弍: '二',
	叁參弎: '三',
	肆: '四',
	伍: '五',
	陆陸: '六',
	柒: '七',
	捌: '八',
	玖: '九',
	拾: '十',
	佰: '百',
	號号: '日',
	國: '国',
	緒: '绪',
	統: '统',
	豐: '丰',
	慶: '庆',
	順: '顺',
	閏: '闰',
	臘: '腊',
	農: '农',
	曆歷: '历',
	陰: '阴',
	陽: '阳',
	舊: '旧',
	間: '间',
	後: '后',
	約: '约',
	時: '时',
	紀: '纪',
	無: '无',
	詳: '详',
	華: '华',
	歲: '岁',
};

const same = new Map<number, string>();
for (const [written, meant] of Object.entries(SAME))
	for (const char of written) same.set(char.charCodeAt(0), meant);

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Characters that need nothing done: digits and what stands between them. */
function isPlain(text: string): boolean {
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (
			!isDigit(code) &&
			code !== 0x2e &&
			code !== 0x2f &&
			!(code === 0x2d && text.charCodeAt(at + 1) !== 0x2d)
		)
			return false;
	}
	return true;
}

function isBlank(code: number): boolean {
	return (
		code === 0x20 ||
		(code >= 9 && code <= 13) ||
		code === 0xa0 ||
		code === 0x3000 ||
		code === 0xfeff ||
		(code >= 0x2000 && code <= 0x200b)
	);
}

const HAN_DIGITS = '〇一二三四五六七八九十';
const BEFORE_RANGE = `${HAN_DIGITS}年月日`;

/**
 * The text with every character that means the same written the same: full-width forms, traditional characters, dashes
 * (a long one, between two dates, becomes `—`; the hyphen stays), numerals of accounts, lower case. Blanks go, except one
 * between two digits.
 */
export function normalise(text: string): string {
	if (isPlain(text)) return text;
	let out = '';
	let isAfterBlank = false;
	for (let at = 0; at < text.length; at++) {
		let code = text.charCodeAt(at);
		if (isBlank(code)) {
			isAfterBlank = true;
			continue;
		}
		if (code >= 0xff10 && code <= 0xff19) code -= 0xfee0;
		const before = out.length > 0 ? out.charCodeAt(out.length - 1) : 0;
		if (isDigit(code)) {
			if (isAfterBlank && isDigit(before)) out += ' ';
			out += String.fromCharCode(code);
			isAfterBlank = false;
			continue;
		}
		isAfterBlank = false;
		let char = same.get(code) ?? String.fromCharCode(code);
		if (code < 0x80) {
			char = char.toLowerCase();
			// 二OO三年
			if (char === 'o' && HAN_DIGITS.includes(String.fromCharCode(before))) char = '〇';
			// EDTF puts a tilde after a date, Chinese lists put it between two.
			else if (char === '~' && isBetweenDates(before, text, at + 1)) char = '—';
		}
		if (char === '-' && before === 0x2d) {
			out = `${out.slice(0, -1)}—`;
			continue;
		}
		if (char === '—' && before === 0x2014) continue;
		out += char;
	}
	return out;
}

function isBetweenDates(before: number, text: string, at: number): boolean {
	if (!isDigit(before) && !BEFORE_RANGE.includes(String.fromCharCode(before))) return false;
	while (at < text.length && isBlank(text.charCodeAt(at))) at++;
	const next = text.charCodeAt(at);
	return isDigit(next) || next > 0x2e80;
}
