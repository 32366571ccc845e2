/** Brackets and quotation marks of titles. */

const PAIRS: Readonly<Record<string, string>> = {
	'《': '》',
	'〈': '〉',
	'〔': '〕',
	'（': '）',
	'(': ')',
	'[': ']',
	'［': '］',
	'【': '】',
	'「': '」',
	'『': '』',
	'“': '”',
};
const OPENERS = new Map(Object.entries(PAIRS).map(([open, close]) => [open, close]));
const CLOSERS = new Map(Object.entries(PAIRS).map(([open, close]) => [close, open]));
/** Signs that are one and the same here: how wide they are is for another rule. */
const SAME: Readonly<Record<string, string>> = { '(': '（', ')': '）', '[': '［', ']': '］' };

const folded = (sign: string): string => SAME[sign] ?? sign;

export interface Unbalanced {
	/** Signs without their other half, in the order of the text. */
	readonly signs: readonly { readonly sign: string; readonly at: number }[];
}

/** Brackets and quotation marks without their other half; `undefined` when there are none. Linear in the text. */
export function unbalancedIn(text: string): Unbalanced | undefined {
	const open: { sign: string; at: number }[] = [];
	let alone: { sign: string; at: number }[] | undefined;
	let straight = -1;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit >= 0x3400 && unit <= 0xfeff) continue;
		const sign = text[at] as string;
		if (sign === '"') {
			straight = straight === -1 ? at : -1;
			continue;
		}
		if (OPENERS.has(sign)) {
			open.push({ sign, at });
			continue;
		}
		const opener = CLOSERS.get(sign);
		if (opener === undefined) continue;
		const last = open.at(-1);
		if (last && folded(last.sign) === folded(opener)) open.pop();
		else if (!isEnumerator(text, at, sign)) (alone ??= []).push({ sign, at });
	}
	if (!alone && open.length === 0 && straight === -1) return undefined;
	const signs = [...(alone ?? []), ...open, ...(straight === -1 ? [] : [{ sign: '"', at: straight }])];
	return { signs: signs.sort((a, b) => a.at - b.at) };
}

/** `1）`, `a)`: a number in front of what it counts, at the beginning or behind a sign. */
function isEnumerator(text: string, at: number, sign: string): boolean {
	if (sign !== ')' && sign !== '）') return false;
	let from = at;
	while (from > 0 && /[0-9a-zA-Z]/.test(text[from - 1] as string) && at - from < 2) from--;
	return from < at && (from === 0 || ' \u3000；;，,。、:：'.includes(text[from - 1] as string));
}

/** The sign that closes what this one opens. */
export function closerOf(sign: string): string | undefined {
	return OPENERS.get(sign);
}

export function isHanSign(unit: number): boolean {
	return (unit >= 0x4e00 && unit <= 0x9fff) || (unit >= 0x3400 && unit <= 0x4dbf) || unit === 0x3007;
}

/** Whether a text is a Chinese one: at least one ideograph. */
export function hasHan(text: string): boolean {
	for (let at = 0; at < text.length; at++) if (isHanSign(text.charCodeAt(at))) return true;
	return false;
}

/** Characters as people count them, without the brackets of supplied words. */
export function countCharacters(text: string): number {
	let count = 0;
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit >> 10 === 0x37 && at > 0 && text.charCodeAt(at - 1) >> 10 === 0x36) continue;
		if (unit !== 91 && unit !== 93) count++;
	}
	return count;
}
