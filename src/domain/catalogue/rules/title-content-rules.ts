import { withText, type EntryView } from './entry-view.ts';
import {
	LOOK_ALIKES,
	WRONG_DECODING,
	WRONG_DECODING_LEAST,
	WRONG_DECODING_ORDINARY,
	type LookAlike,
} from './look-alikes.ts';
import { found, NOTHING, type Rule } from './rule.ts';
import { HAN, SUSPECT } from './title-flags.ts';
import { hasHan, isHanSign } from './title-signs.ts';
import { BARE_TYPES, BODY_ENDINGS, FILLERS } from './word-lists.ts';

const DAT18 = 'DA/T 18-2022, 题名';

const BY_SIGN = new Map<string, LookAlike[]>();
for (const each of LOOK_ALIKES) {
	const known = BY_SIGN.get(each.wrong);
	if (known) known.push(each);
	else BY_SIGN.set(each.wrong, [each]);
}

function isWrong(alike: LookAlike, before: string, behind: string): boolean {
	const isKatakana = alike.wrong.charCodeAt(0) >= 0x30a0 && alike.wrong.charCodeAt(0) <= 0x30ff;
	if (isKatakana) return !isKana(before) && !isKana(behind);
	if (holds(alike.unlessBefore, before) || holds(alike.unlessAfter, behind)) return false;
	if (alike.onlyBefore === undefined && alike.onlyAfter === undefined) return true;
	return holds(alike.onlyBefore, before) || holds(alike.onlyAfter, behind);
}

function holds(signs: string | undefined, sign: string): boolean {
	return signs !== undefined && sign !== '' && signs.includes(sign);
}

function isKana(sign: string): boolean {
	const unit = sign.charCodeAt(0);
	return unit >= 0x3040 && unit <= 0x30ff;
}

/** Whether words that follow names stand right behind, or one sign further: names are of any characters. */
function isWithinName(text: string, at: number): boolean {
	return AFTER_NAMES.test(text.slice(at + 1, at + 5));
}
const AFTER_NAMES = /^.?(?:等同志|同志|等人|等\d|行政|党内)/;

/** What should stand in the place of a sign; `''` when nobody can know, `undefined` when it is right. */
function meantAt(text: string, at: number, isChinese: boolean): string | undefined {
	const unit = text.charCodeAt(at);
	const sign = text[at] as string;
	if (unit < 0x80) {
		if (sign === '?') return isChinese ? '' : undefined;
		if (sign !== 'O' && sign !== 'o' && sign !== 'l' && sign !== 'I') return undefined;
		return isInNumber(text, at) ? (sign === 'O' || sign === 'o' ? '0' : '1') : undefined;
	}
	if ((unit >= 0xe000 && unit <= 0xf8ff) || unit === 0xfffd) return '';
	if (sign === '□' || sign === '■' || sign === '▯' || sign === '�') return '';
	if ((unit >= 0xf900 && unit <= 0xfaff) || (unit >= 0x2e80 && unit <= 0x2fdf)) {
		const normal = sign.normalize('NFKC');
		return normal === sign ? '' : normal;
	}
	const alikes = BY_SIGN.get(sign);
	if (!alikes || isWithinName(text, at)) return undefined;
	const before = at > 0 ? (text[at - 1] as string) : '';
	const behind = text[at + 1] ?? '';
	for (const alike of alikes) if (isWrong(alike, before, behind)) return alike.right;
	if (sign === '末' && text.startsWith('成年', at + 1)) return '未';
	// 年未 is 年末 at the end, before what is done at the end of a year, and where no number counts the year.
	if (sign === '未' && before !== '' && '年月期季'.includes(before)) {
		if (behind === '' || /^(?:考核|总结|结算|决算|检查|评比|分配|，|）)/.test(text.slice(at + 1, at + 3)))
			return '末';
		if (before === '年' && !/[\d〇零一二三四五六七八九十本今去当上前后多全成学青少]/.test(text[at - 2] ?? ''))
			return '末';
	}
	return undefined;
}

/** Farthest a number is followed. */
const LONGEST_NUMBER = 8;

/** Whether a letter stands among digits that make a number with it: 2O08, l985, 2Ol6. */
function isInNumber(text: string, at: number): boolean {
	let from = at;
	let to = at + 1;
	let digits = 0;
	while (at - from < LONGEST_NUMBER && isDigitLike(text, from - 1)) from--;
	while (to - at < LONGEST_NUMBER && isDigitLike(text, to)) to++;
	for (let each = from; each < to; each++) if (isDigitAt(text, each)) digits++;
	return digits >= 2 && to - from >= 3 && !isLetterAt(text, from - 1) && !isLetterAt(text, to);
}

function isDigitLike(text: string, at: number): boolean {
	return isDigitAt(text, at) || 'OolI'.includes(text.charAt(at) || ' ');
}

function isDigitAt(text: string, at: number): boolean {
	const unit = text.charCodeAt(at);
	return unit >= 48 && unit <= 57;
}

function isLetterAt(text: string, at: number): boolean {
	const unit = text.charCodeAt(at) | 32;
	return unit >= 97 && unit <= 122;
}

/** Whether too few of its signs are those of a text in the wrong encoding. */
function isRightlyDecoded(title: string): boolean {
	let foreign = 0;
	for (let at = 0; at < title.length; at++)
		if (FOREIGN[title.charCodeAt(at)] === 1 && ++foreign >= WRONG_DECODING_LEAST) return false;
	return !title.includes('锟斤拷') && !title.includes('烫烫');
}

const FOREIGN = new Uint8Array(0x10000);
for (const sign of WRONG_DECODING) if (!WRONG_DECODING_ORDINARY.has(sign)) FOREIGN[sign.charCodeAt(0)] = 1;

const R29: Rule = {
	id: 'R29',
	cases: { lookAlike: 'W', lost: 'W', decoding: 'W' },
	scope: 'entry',
	reads: ['title'],
	needs: [],
	basis: DAT18,
	check(view) {
		const title = view.text('title');
		if (title === '') return NOTHING;
		const isSuspect = (view.titleFlags & SUSPECT) !== 0;
		if (!isSuspect && isRightlyDecoded(title)) return NOTHING;
		const isChinese = (view.titleFlags & HAN) !== 0;
		let mended: string | undefined;
		let signs = '';
		let lost = false;
		if (!isRightlyDecoded(title)) return [found(R29, 'decoding', 'title', title)];
		for (let at = 0; at < title.length; at++) {
			const sign = title[at] as string;
			const meant = meantAt(title, at, isChinese);
			if (meant === undefined) {
				if (mended !== undefined) mended += sign;
				continue;
			}
			if (signs.length < 8 && !signs.includes(sign)) signs += sign;
			if (meant === '') lost = true;
			mended = (mended ?? title.slice(0, at)) + meant;
		}
		if (mended === undefined) return NOTHING;
		return [
			found(R29, lost ? 'lost' : 'lookAlike', 'title', title, {
				params: { signs: signs.split('').join(' ') },
				suggestion: lost ? undefined : withText(view.value('title'), mended),
			}),
		];
	},
};

const TYPES_FIRST_LONGEST = BARE_TYPES;
/** Kinds of lists that are content themselves. */
const TELLING =
	/(?:名册|统计表|报表|会议记录|会议纪要|登记表|名单|图纸|台账|年报|花名册|大事记|合同|协议|照片|总账|凭证)/;

const R30: Rule = {
	id: 'R30',
	cases: { parts: 'W' },
	scope: 'entry',
	reads: ['title', 'creators', 'year', 'dateRange'],
	needs: [],
	basis: DAT18,
	check(view) {
		if (view.level !== 'file') return NOTHING;
		const title = view.text('title').trim();
		if (title === '' || title.length > 300 || !hasHan(title)) return NOTHING;
		// Volumes of court and personnel have parties and persons instead.
		if (/一案|(?<![方提议答草档预备教图立归])案件?$|卷宗$|诉讼|档案袋/.test(title)) return NOTHING;
		const body = bodyIn(title, view);
		const hasTime = /\d{2,4}\s*年|\d{4}|[〇零一二三四五六七八九]{2,4}年|民国|光绪|宣统/.test(title);
		const hasContent = contentOf(title, body) >= 2;
		if (body !== '' && hasTime && hasContent) return NOTHING;
		return [
			found(R30, 'parts', 'title', view.text('title'), {
				params: {
					body: body === '' ? 1 : 0,
					content: hasContent ? 0 : 1,
					time: hasTime ? 0 : 1,
				},
				suggestion: completed(view, title, body, hasTime, hasContent),
			}),
		];
	},
};

/** Old lists of files say the time first: `1985年县水利局关于…`. */
const TIME_FIRST =
	/^(?:\d{4}[至—–~～-]+|(?:公元|民国|光绪|宣统|同治)?[\d〇零○元一二三四五六七八九十廿卅]{1,6}(?:年[度份]?|月份?|日)[至—–~～-]*)+/u;

/** How a title begins: with a time, and with what stands before the matter or the next time. */
function beginningOf(title: string): { readonly time: string; readonly head: string } {
	const start = title.slice(0, 40);
	const time = TIME_FIRST.exec(start)?.[0] ?? '';
	const head = start.slice(time.length).split(/关于|\d|[〇一二三四五六七八九]{4}/u, 1)[0] as string;
	return { time, head };
}

/** The body in a title: one of the creators, or words that end like a body. `''`: none. */
function bodyIn(title: string, view: EntryView): string {
	for (const { text } of view.creators) if (text.length > 1 && title.includes(text)) return text;
	const { head } = beginningOf(title);
	if (head.length < 3) return '';
	for (let end = head.length; end >= 3; end--) {
		const words = head.slice(0, end);
		const ending = BODY_ENDINGS.words.find((each) => words.endsWith(each) && words.length >= each.length + 2);
		if (ending) return words;
	}
	return '';
}

/** How many characters say what it is about. */
function contentOf(title: string, body: string): number {
	if (TELLING.test(title)) return 9;
	let rest = body === '' ? title : title.replace(body, '');
	rest = rest.replace(/[\d〇零一二三四五六七八九十]+|民国|光绪|宣统|\p{P}/gu, '');
	for (const word of FILLERS.words) rest = rest.replaceAll(word, '');
	for (const type of TYPES_FIRST_LONGEST) rest = rest.replaceAll(type, '');
	let count = 0;
	for (let at = 0; at < rest.length; at++) if (isHanSign(rest.charCodeAt(at))) count++;
	return count;
}

/** Whether what stands first may be a body that is not recognised: before it, another would be one too many. */
function mayNameBody(title: string): boolean {
	const { time, head } = beginningOf(title);
	if (head === '') return false;
	return (
		time !== '' || (title.includes('关于') && BODY_ENDINGS.words.some((ending) => head.includes(ending)))
	);
}

/** Body and time are known from other fields; what a file is about is not. */
function completed(
	view: EntryView,
	title: string,
	body: string,
	hasTime: boolean,
	hasContent: boolean,
): string | undefined {
	const creator = view.creators[0]?.text ?? '';
	const year = view.year || view.dateYear;
	if (!hasContent || (body === '' && creator === '') || (!hasTime && year === 0)) return undefined;
	if (body === '' && mayNameBody(title)) return undefined;
	if (body === '') return `${creator}${hasTime ? '' : `${year}年`}${title}`;
	return hasTime ? undefined : title.replace(body, `${body}${year}年`);
}

export const TITLE_CONTENT_RULES: readonly Rule[] = [R29, R30];
