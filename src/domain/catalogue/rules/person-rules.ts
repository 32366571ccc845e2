import { withText, type EntryView } from './entry-view.ts';
import { isPersonName } from './creator-rules.ts';
import { LIVELIHOOD_FIELDS } from './livelihood-fields.ts';
import { found, NOT_APPLICABLE, NOTHING, type Rule, type RuleFinding } from './rule.ts';
import { isOpen } from './term-rules.ts';
import { isHanSign } from './title-signs.ts';
import { DISCIPLINE_WORDS } from './word-lists.ts';

/** Where a text holds numbers of persons: identity cards (18 or 15 signs), mobile telephones (11 digits from 13 on). */
export function personNumbersIn(text: string): { at: number; end: number; kind: 'id' | 'phone' }[] {
	const numbers: { at: number; end: number; kind: 'id' | 'phone' }[] = [];
	for (let at = 0; at < text.length; at++) {
		if (!isDigit(text.charCodeAt(at))) continue;
		let end = at;
		while (end < text.length && isDigit(text.charCodeAt(end))) end++;
		const length = end - at;
		const hasX = length === 17 && (text[end] === 'X' || text[end] === 'x');
		if (hasX) end++;
		if ((length === 18 || hasX) && isBirthDay(text.slice(at + 6, at + 14)))
			numbers.push({ at, end, kind: 'id' });
		else if (length === 15 && isBirthDay(`19${text.slice(at + 6, at + 12)}`))
			numbers.push({ at, end, kind: 'id' });
		else if (length === 11 && text[at] === '1' && '3456789'.includes(text[at + 1] as string))
			numbers.push({ at, end, kind: 'phone' });
		at = end;
	}
	return numbers;
}

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;

function isBirthDay(digits: string): boolean {
	const [century, month, day] = [digits.slice(0, 2), Number(digits.slice(4, 6)), Number(digits.slice(6, 8))];
	return (
		(century === '19' || century === '20' || century === '18') &&
		month >= 1 &&
		month <= 12 &&
		day >= 1 &&
		day <= 31
	);
}

/** What stands before the name of somebody who is punished, or asks. */
const BEFORE_NAMES = ['给予', '撤销', '解除', '对', '关于', '予以'];
const SHORTEST_NAME = 2;
const LONGEST_NAME = 4;

/** The name of a person that stands before words of discipline; none when it is masked (某). */
export function punishedIn(text: string): { at: number; end: number } | undefined {
	if (!DISCIPLINE_WORDS.words.some((word) => text.includes(word))) return undefined;
	for (const before of BEFORE_NAMES)
		for (let at = text.indexOf(before); at !== -1; at = text.indexOf(before, at + before.length)) {
			const from = at + before.length;
			for (let length = LONGEST_NAME; length >= SHORTEST_NAME; length--) {
				const name = text.slice(from, from + length);
				const behind = text.slice(from + length, from + length + 8);
				if (name.length !== length || name.includes('某') || !isPersonName(name)) continue;
				if (/^(?:等|同志|党|行政|开除|撤|留|记|严重|警告|处分|违纪|受贿|贪污|的|[一二三四]人)/.test(behind))
					return { at: from, end: from + length };
			}
		}
	return undefined;
}

const PUBLIC = new Set(['主动公开']);

const R51: Rule = {
	id: 'R51',
	cases: { number: 'W', discipline: 'W' },
	scope: 'entry',
	reads: ['title', 'scopeAndContent', 'note', 'accessStatus', 'disclosure'],
	needs: [],
	basis: '个人信息保护法; 档案法 (2020)',
	check(view) {
		if (!isOpen(view) && !PUBLIC.has(view.text('disclosure').trim())) return NOTHING;
		let findings: RuleFinding[] | undefined;
		const title = view.text('title');
		const numbers = title.length > 10 ? personNumbersIn(title) : [];
		if (numbers.length > 0)
			(findings ??= []).push(
				found(R51, 'number', 'title', masked(title, numbers), {
					params: { kind: numbers[0]?.kind ?? '' },
					suggestion: withText(view.value('title'), masked(title, numbers)),
				}),
			);
		const punished = punishedIn(title);
		if (punished)
			(findings ??= []).push(
				found(R51, 'discipline', 'title', title, {
					suggestion: withText(
						view.value('title'),
						`${title.slice(0, punished.at + 1)}某${title.slice(punished.end)}`,
					),
				}),
			);
		for (const field of ['scopeAndContent', 'note']) {
			const body = view.body(field);
			const inBody = body.length > 10 ? personNumbersIn(body) : [];
			if (inBody.length > 0)
				(findings ??= []).push(
					found(R51, 'number', field, masked(body, inBody).slice(0, 80), {
						params: { kind: inBody[0]?.kind ?? '' },
					}),
				);
		}
		return findings ?? NOTHING;
	},
};

/** A text with numbers of persons in it, all but the first three and the last digit of each as asterisks. */
export function masked(text: string, numbers: readonly { at: number; end: number }[]): string {
	let out = '';
	let copied = 0;
	for (const { at, end } of numbers) {
		out += text.slice(copied, at + 3) + '*'.repeat(end - at - 4) + text.slice(end - 1, end);
		copied = end;
	}
	return out + text.slice(copied);
}

const R55: Rule = {
	id: 'R55',
	cases: { blanks: 'W', dot: 'W', words: 'W' },
	scope: 'entry',
	reads: ['personNames'],
	needs: [],
	basis: 'DA/T 18-2022, 人名',
	check(view) {
		let findings: RuleFinding[] | undefined;
		for (const { key, text, value } of view.items('personNames')) {
			if (text.length > 10_000) continue;
			const clean = cleanName(text);
			if (clean === text) continue;
			const hasBlank = /[\s\u3000\u200b-\u200f\u2060\ufeff]/.test(text);
			const hasDot = /[•‧・．∙⋅･.]/.test(text);
			(findings ??= []).push(
				found(R55, hasBlank ? 'blanks' : hasDot ? 'dot' : 'words', key, text, {
					suggestion: clean === '' ? null : withText(value, clean),
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

const TITLES_OF_PERSONS = ['同志', '先生', '女士', '等人', '等'];

/** Longer texts are no names, and only lose what has no width. */
const LONGEST_TEXT = 60;

/** A name without blanks between Chinese characters, with the one middle dot, without words of respect. */
function cleanName(text: string): string {
	const shown = text.replace(/[\u200b-\u200f\u2060\ufeff]/g, '').trim();
	let name = shown.replace(/\s+/g, (blanks, at: number) => {
		// Blanks belong to names in other scripts.
		const isInside = shown.charCodeAt(at - 1) > 0x2e80 || isHanSign(shown.charCodeAt(at + blanks.length));
		return isInside ? '' : ' ';
	});
	name = name.replace(/([\u3400-\u9fff])[•‧・．∙⋅･.](?=[\u3400-\u9fff])/g, '$1·').trim();
	if (name.length > LONGEST_TEXT) return name;
	for (let isDone = false; !isDone;) {
		const words = TITLES_OF_PERSONS.find((each) => name.length > each.length + 1 && name.endsWith(each));
		if (words) name = name.slice(0, -words.length).trim();
		isDone = words === undefined;
	}
	return name;
}

const R56: Rule = {
	id: 'R56',
	cases: { missing: 'E', persons: 'E' },
	scope: 'entry',
	reads: ['documentDate', 'personNames'],
	needs: ['livelihood'],
	basis: '民生档案著录项',
	check(view) {
		const { livelihood } = view.facts;
		if (!livelihood) return NOT_APPLICABLE;
		const wanted = LIVELIHOOD_FIELDS[livelihood];
		let findings: RuleFinding[] | undefined;
		for (const field of wanted.required)
			if (view.text(field).trim() === '')
				(findings ??= []).push(found(R56, 'missing', field, '', { params: { class: wanted.label } }));
		const persons = personsOf(view);
		if (persons < wanted.persons)
			(findings ??= []).push(
				found(R56, 'persons', 'personNames', '', {
					params: { class: wanted.label, count: persons, least: wanted.persons },
				}),
			);
		return findings ?? NOTHING;
	},
};

function personsOf(view: EntryView): number {
	return view.items('personNames').filter(({ text }) => text.trim() !== '').length;
}

export const PERSON_RULES: readonly Rule[] = [R51, R55, R56];
