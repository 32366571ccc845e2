import { withText } from './entry-view.ts';
import { findDocumentNumber } from './document-number.ts';
import { found, NOTHING, type Rule } from './rule.ts';
import { ASCII_SIGN, BLANK, BRACKET, HAN, LETTER, ODD_BRACKET } from './title-flags.ts';
import { closerOf, countCharacters, isHanSign, unbalancedIn } from './title-signs.ts';
import { BARE_TYPES, BODY_ENDINGS, PLACEHOLDERS } from './word-lists.ts';

const DAT18 = 'DA/T 18-2022, 题名';

const PLACEHOLDER_SET = new Set(PLACEHOLDERS.words);
const TYPE_SET = new Set(BARE_TYPES);

/** 无题目, 没有标题, 同上一件, 见附件, 题名不详 and the like. */
const STANDS_FOR_NONE =
	/^[(（[【]?(?:(?:无|没有|缺|未写|未拟|未填|暂无)(?:题|题名|题目|标题|名|名称|内容)|未[写拟填录]|(?:同|见|如|仝)(?:上|前|左|下|附件|原件|原文|正文)(?:一?[件条卷页])?|(?:题名?|题目|标题|名称)(?:不详|不明|不清|待补|待定|待查|缺|空白)|空白页?|[略空缺无])[)）\]】]?$/;

/** The words of a title without signs around them. */
function bareTitle(title: string): string {
	return title
		.replace(/^[\s\u3000\p{P}\p{S}]+|[\s\u3000]+$/gu, '')
		.replace(/[。.，,、；;：:！!？?…—-]+$/u, '');
}

/** What is longer says something. */
const LONGEST_PLACEHOLDER = 16;

/** Placeholder, a kind alone, or nothing but signs and digits. */
function isPlaceholder(title: string, isUnit: boolean): boolean {
	if (PLACEHOLDER_SET.has(title)) return true;
	if (title.length > LONGEST_PLACEHOLDER) return false;
	const bare = bareTitle(title);
	if (PLACEHOLDER_SET.has(bare)) return true;
	if (!isUnit) return bare === '';
	if (STANDS_FOR_NONE.test(bare) || STANDS_FOR_NONE.test(title)) return true;
	if (TYPE_SET.has(bare) || /^关于的?(?:通知|报告|函|请示|批复|决定|意见)?$/.test(bare)) return true;
	return !/[\p{L}]/u.test(bare) || /^(.)\1*$/u.test(bare) || /^[xX×*]+$/.test(bare);
}

const R20: Rule = {
	id: 'R20',
	cases: { empty: 'E', placeholder: 'E' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		const title = view.text('title');
		const text = title.trim();
		if (text === '') return [found(R20, 'empty', 'title', title)];
		// Nothing but signs and digits, however many.
		const isWordless =
			view.isUnit &&
			text.length > LONGEST_PLACEHOLDER &&
			(view.titleFlags & (HAN | LETTER)) === 0 &&
			!/\p{L}/u.test(text);
		return isWordless || isPlaceholder(text, view.isUnit)
			? [found(R20, 'placeholder', 'title', title)]
			: NOTHING;
	},
};

const R21: Rule = {
	id: 'R21',
	cases: { matter: 'W' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		if (view.level !== 'item') return NOTHING;
		const written = view.text('title');
		if (written.length > 80 || (written.length > 12 && written.includes('关于'))) return NOTHING;
		const title = bareTitle(written.trim());
		if (title.length > 60 || title.length < 4) return NOTHING;
		const type = BARE_TYPES.find((each) => title.endsWith(each));
		if (type === undefined) return NOTHING;
		let rest = title.slice(0, -type.length);
		// Brackets hold supplied words, or the date that stands for the matter of a meeting.
		if (/[[\]《》（）()〔〕「」]/.test(rest)) return NOTHING;
		if (rest === '关于' || rest === '关于的') return [found(R21, 'matter', 'title', view.text('title'))];
		rest = rest.replace(/(?:19|20)?\d\d年(?:度)?(?:\d{1,2}月)?(?:\d{1,2}日)?/g, '').replace(/的$/, '');
		if (rest.includes('关于') || rest.length < 2 || rest.length > 30) return NOTHING;
		const isBody = BODY_ENDINGS.words.some((ending) => rest.endsWith(ending) && rest.length > ending.length);
		return isBody && !/[讨召举成调加做印转同]/.test(rest.slice(0, 1))
			? [found(R21, 'matter', 'title', view.text('title'), { params: { type, body: rest } })]
			: NOTHING;
	},
};

/** Brackets that people put around words of their own instead of `[ ]`. */
const SUPPLYING: Readonly<Record<string, string>> = { '【': '】', '〔': '〕', '［': '］' };

const R22: Rule = {
	id: 'R22',
	cases: { brackets: 'W' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		if ((view.titleFlags & ODD_BRACKET) === 0) return NOTHING;
		const title = view.text('title');
		let mended = '';
		let copied = 0;
		let first = '';
		for (let at = 0; at < title.length; at++) {
			const close = SUPPLYING[title[at] as string];
			if (close === undefined) continue;
			const end = title.indexOf(close, at + 1);
			if (end === -1) break;
			const inside = title.slice(at + 1, end);
			// 〔2008〕 belongs to a number.
			if (inside !== '' && /\D/.test(inside.replace(/[０-９]/g, ''))) {
				if (first === '') first = title.slice(at, end + 1);
				mended += `${title.slice(copied, at)}[${inside}]`;
				copied = end + 1;
			}
			at = end;
		}
		if (first === '') return NOTHING;
		return [
			found(R22, 'brackets', 'title', title, {
				params: { written: first.slice(0, 40) },
				suggestion: withText(view.value('title'), mended + title.slice(copied)),
			}),
		];
	},
};

const R23: Rule = {
	id: 'R23',
	cases: { number: 'W' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		const title = view.text('title');
		// A bracketed year needs digits, which may be full-width ones.
		if (title.length > 600 || (view.titleFlags & BRACKET) === 0 || !/[\d０-９]/.test(title)) return NOTHING;
		// Numbers that a title speaks of stay; its own stands in front of it or behind it.
		for (let from = 0; ;) {
			const number = findDocumentNumber(title, from);
			if (!number) return NOTHING;
			const start = number.start + titleWithin(number.organCode);
			const before = title.slice(0, start).trim();
			const behind = title.slice(number.end).trim();
			const isInFront = before === '' || before === '（' || before === '(' || before === '【';
			const isBehind = /^[）)】\]]?$/.test(behind);
			if (
				(isInFront && behind !== '' && !/^[文号]?(?:文件)?[的等]/.test(behind)) ||
				(isBehind && before !== '' && !CITING.test(before))
			) {
				const rest = isInFront
					? behind.replace(/^[）)】：:，,、]\s*/, '')
					: before.replace(/[（([【，,\s]$/, '').trim();
				// Where the title runs into the number nobody can know where it ends.
				const isSure = isInFront || start > number.start || !isHanSign(title.charCodeAt(start - 1));
				return [
					found(R23, 'number', 'title', title, {
						params: { number: title.slice(start, number.end) },
						suggestion: rest === '' || !isSure ? undefined : withText(view.value('title'), rest),
					}),
				];
			}
			from = number.end;
		}
	},
};

/** Words behind which a number belongs to what the title speaks of. */
const CITING = /(?:废止|转发|批转|贯彻|执行|修改|落实|撤销|根据|按照|对|关于|收回|学习|印发|报送)$/;

/** How much of what stands before a bracketed year is still title: up to the kind it ends with. */
function titleWithin(organCode: string): number {
	for (let at = organCode.length - 1; at > 1; at--) {
		const words = organCode.slice(0, at);
		if (/[表册函令案]$/.test(words) ? at > 3 : BARE_TYPES.some((type) => words.endsWith(type))) return at;
	}
	return 0;
}

const FORWARDING = ['转发', '批转', '轉發', '批轉', '转批', '转报'];

const R24: Rule = {
	id: 'R24',
	cases: { nested: 'I' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		const title = view.text('title');
		if (!/[转轉批]/.test(title)) return NOTHING;
		let count = 0;
		for (const word of FORWARDING)
			for (let at = title.indexOf(word); at !== -1; at = title.indexOf(word, at + word.length)) count++;
		return count < 2 ? NOTHING : [found(R24, 'nested', 'title', title, { params: { count } })];
	},
};

const R25: Rule = {
	id: 'R25',
	cases: { unbalanced: 'E' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		if ((view.titleFlags & BRACKET) === 0) return NOTHING;
		const title = view.text('title');
		const wrong = unbalancedIn(title);
		if (!wrong) return NOTHING;
		const mended = mendedBrackets(title, wrong.signs);
		return [
			found(R25, 'unbalanced', 'title', title, {
				params: {
					signs: wrong.signs
						.map(({ sign }) => sign)
						.slice(0, 8)
						.join(' '),
				},
				suggestion: mended === undefined ? undefined : withText(view.value('title'), mended),
			}),
		];
	},
};

/** A cited title ends before the 的 and the kind of the citing one: the only place that can be known. */
function mendedBrackets(title: string, signs: readonly { sign: string; at: number }[]): string | undefined {
	const [only] = signs;
	if (signs.length !== 1 || !only) return undefined;
	const close = closerOf(only.sign);
	if (close === undefined) return undefined;
	if (only.sign === '《' || only.sign === '“' || only.sign === '「') {
		const type = BARE_TYPES.find((each) => title.endsWith(`的${each}`));
		if (type === undefined) return undefined;
		const end = title.length - type.length - 1;
		if (end <= only.at + 1) return undefined;
		const mended = title.slice(0, end) + close + title.slice(end);
		return unbalancedIn(mended) ? undefined : mended;
	}
	// A bracket that is the end of the title: （试行
	if (title.length - only.at > 12 || title.length - only.at < 2) return undefined;
	const mended = title + close;
	return unbalancedIn(mended) ? undefined : mended;
}

const FULL_WIDTH: Readonly<Record<string, string>> = {
	',': '，',
	';': '；',
	':': '：',
	'!': '！',
	'(': '（',
	')': '）',
	'<': '《',
	'>': '》',
};

const R26: Rule = {
	id: 'R26',
	cases: { punctuation: 'W' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: 'GB/T 15834-2011',
	check(view) {
		if (!view.isUnit || (view.titleFlags & ASCII_SIGN) === 0 || (view.titleFlags & HAN) === 0) return NOTHING;
		const title = view.text('title');
		let mended = '';
		let signs = '';
		let isOpen = false;
		for (let at = 0; at < title.length; at++) {
			const sign = title[at] as string;
			let instead: string | undefined;
			if (sign === '"') {
				instead = isOpen ? '”' : '“';
				isOpen = !isOpen;
			} else if (FULL_WIDTH[sign] !== undefined && !isWithinLatin(title, at, sign))
				instead = FULL_WIDTH[sign];
			if (instead !== undefined && !signs.includes(sign)) signs += sign;
			mended += instead ?? sign;
		}
		if (signs === '') return NOTHING;
		return [
			found(R26, 'punctuation', 'title', title, {
				params: { signs: signs.split('').join(' ') },
				suggestion: isOpen ? undefined : withText(view.value('title'), mended),
			}),
		];
	},
};

/** `12:30`, `3,000`, `AT(M)`: signs of what is not Chinese. */
function isWithinLatin(text: string, at: number, sign: string): boolean {
	const before = text.charCodeAt(at - 1);
	const behind = text.charCodeAt(at + 1);
	if (sign === '(') return isLatin(behind) && closesLatin(text, at);
	if (sign === ')') return isLatin(before) && opensLatin(text, at);
	return isLatin(before) && isLatin(behind);
}

const isLatin = (unit: number): boolean => unit > 0x20 && unit < 0x7f && unit !== 40 && unit !== 41;

/** Between a bracket and its other half nothing but Latin: at most twenty signs are looked at. */
function closesLatin(text: string, at: number): boolean {
	for (let each = at + 1; each < text.length && each - at < 20; each++) {
		const unit = text.charCodeAt(each);
		if (unit === 41) return hasLatinLetter(text, at + 1, each);
		if (unit > 0x7e) return false;
	}
	return false;
}

function opensLatin(text: string, at: number): boolean {
	for (let each = at - 1; each >= 0 && at - each < 20; each--) {
		const unit = text.charCodeAt(each);
		if (unit === 40) return hasLatinLetter(text, each + 1, at);
		if (unit > 0x7e) return false;
	}
	return false;
}

function hasLatinLetter(text: string, from: number, to: number): boolean {
	for (let at = from; at < to; at++) if (/[a-zA-Z]/.test(text[at] as string)) return true;
	return false;
}

const LONGEST = 200;
const SHORTEST = 4;

const R27: Rule = {
	id: 'R27',
	cases: { long: 'W', short: 'W' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		const title = view.text('title').trim();
		if (!view.isUnit || title === '') return NOTHING;
		if (title.length <= LONGEST && title.length > 3 * SHORTEST) return NOTHING;
		const count = title.length > 3 * LONGEST ? title.length : countCharacters(title);
		if (count > LONGEST)
			return [found(R27, 'long', 'title', view.text('title'), { params: { count, most: LONGEST } })];
		if (count >= SHORTEST || PLACEHOLDER_SET.has(title) || TYPE_SET.has(title)) return NOTHING;
		return [found(R27, 'short', 'title', view.text('title'), { params: { count, least: SHORTEST } })];
	},
};

const R28: Rule = {
	id: 'R28',
	cases: { stop: 'I', blanks: 'I' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		const written = view.text('title');
		const title = written.trim();
		if (title.length < 2) return NOTHING;
		const last = title.at(-1);
		if (
			last === '。' ||
			((last === '.' || last === '．' || last === '｡') && isHanSign(title.charCodeAt(title.length - 2)))
		) {
			const kept = title.replace(/[。.．｡\s]+$/u, '');
			return kept === ''
				? NOTHING
				: [found(R28, 'stop', 'title', written, { suggestion: withText(view.value('title'), kept) })];
		}
		if ((view.titleFlags & BLANK) === 0 || !/[ \u3000\u00a0\t]{2}|\u3000/.test(title)) return NOTHING;
		const kept = title.replace(/([^ \u3000\u00a0\t]?)[ \u3000\u00a0\t]+/g, (_blanks, before: string) =>
			// Between Chinese characters there is no blank at all.
			before !== '' && before.charCodeAt(0) > 0x2e80 ? before : `${before} `,
		);
		return [found(R28, 'blanks', 'title', written, { suggestion: withText(view.value('title'), kept) })];
	},
};

export const TITLE_RULES: readonly Rule[] = [R20, R21, R22, R23, R24, R25, R26, R27, R28];
