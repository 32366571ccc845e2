import type { ArchivalDate } from '../archival-date/archival-date.ts';
import { civilDate, dayNumber, daysInMonth, twoDigits } from '../archival-date/days.ts';
import { eightDigitsOf } from '../archival-date/write-archival-date.ts';
import type { EntryView } from './entry-view.ts';
import { found, NOT_APPLICABLE, NOTHING, type Rule, type RuleFinding } from './rule.ts';

const DAT18 = 'DA/T 18-2022, 日期';
const DATE_FIELDS = ['documentDate', 'dateRange'] as const;

/** Words of a note that say why the year is another one: filed by closing, by completion, or by the year of filing. */
const YEAR_NOTES = ['跨年', '办结', '归档年度', '闭会', '结束年', '补归', '年度'];
/** Words of a note that say a date was found by research. */
const RESEARCH_WORDS = ['考证', '推断', '推定', '推算', '据内容', '据考', '估计'];

const R11: Rule = {
	id: 'R11',
	cases: { differs: 'W' },
	scope: 'entry',
	reads: ['year', 'documentDate', 'dateRange', 'note'],
	needs: [],
	basis: 'DA/T 22-2015, 年度',
	check(view) {
		const { year, date } = view;
		if (year === 0) return NOTHING;
		const used = date ?? view.range;
		if (!used || used.earliest === null || used.latest === null || used.isUncertain || used.isApproximate)
			return NOTHING;
		const first = civilDate(used.earliest).year;
		const last = civilDate(used.latest).year;
		if (year >= first && year <= last) return NOTHING;
		if (containsOneOf(view.body('note'), YEAR_NOTES)) return NOTHING;
		return [
			found(R11, 'differs', 'year', String(year), {
				params: { year, date: used.text.trim() },
				suggestion: first === last ? first : undefined,
			}),
		];
	},
};

const R12: Rule = {
	id: 'R12',
	cases: { outside: 'W' },
	scope: 'entry',
	reads: ['year'],
	needs: ['fonds'],
	basis: 'DA/T 12-2012',
	check(view, rules) {
		const { fonds } = rules.facts;
		if (!fonds || (fonds.activeFrom === undefined && fonds.activeTo === undefined)) return NOT_APPLICABLE;
		const { year } = view;
		if (year === 0) return NOTHING;
		const from = fonds.activeFrom ?? 0;
		const to = fonds.activeTo ?? 9999;
		if (year >= from && year <= to) return NOTHING;
		return [
			found(R12, 'outside', 'year', String(year), {
				params: { year, from: fonds.activeFrom ?? '', to: fonds.activeTo ?? '', fonds: fonds.fondsNumber },
			}),
		];
	},
};

/** Eight ordinary digits, in square brackets when found by research. */
function isEightDigits(text: string, from = 0, to = text.length): boolean {
	if (text.charAt(from) === '[' && text.charAt(to - 1) === ']') {
		from++;
		to--;
	}
	if (to - from !== 8) return false;
	for (let at = from; at < to; at++) {
		const unit = text.charCodeAt(at);
		if (unit < 48 || unit > 57) return false;
	}
	return true;
}

/** Two of them with a hyphen between; an open end for what goes on; in brackets each or both. */
function isEightDigitRange(text: string): boolean {
	let [from, to] = [0, text.length];
	if (isEightDigits(text)) return true;
	if (text.startsWith('[') && text.endsWith(']') && text.indexOf('[', 1) === -1) {
		from++;
		to--;
	}
	const hyphen = text.indexOf('-');
	if (hyphen <= 0) return false;
	return isEightDigits(text, from, hyphen) && (hyphen + 1 >= to || isEightDigits(text, hyphen + 1, to));
}

const inForm = (field: string, text: string): boolean =>
	field === 'dateRange' ? isEightDigitRange(text) : isEightDigits(text);

/** Days of a spreadsheet counted from 1899-12-30: five digits that are no year. Of 1930 to 2064. */
function spreadsheetDay(text: string): string | undefined {
	if (text.length !== 5) return undefined;
	const days = Number(text);
	if (!Number.isInteger(days) || days < 10_959 || days > 60_000) return undefined;
	const { year, month, day } = civilDate(dayNumber(1899, 12, 30) + days);
	return `${year}${twoDigits(month)}${twoDigits(day)}`;
}

function dateOf(view: EntryView, field: string): ArchivalDate | undefined {
	return field === 'documentDate' ? view.date : view.range;
}

const R13: Rule = {
	id: 'R13',
	cases: { empty: 'E', format: 'E', spreadsheet: 'E' },
	scope: 'entry',
	reads: [...DATE_FIELDS],
	needs: [],
	basis: DAT18,
	check(view, rules) {
		let findings: RuleFinding[] | undefined;
		for (const field of DATE_FIELDS) {
			const written = view.text(field);
			const text = written.trim();
			if (text === '') {
				if (rules.mandatory.get(view.level)?.has(field))
					(findings ??= []).push(found(R13, 'empty', field, ''));
				continue;
			}
			if (inForm(field, text)) continue;
			const serial = spreadsheetDay(text);
			if (serial !== undefined) {
				(findings ??= []).push(
					found(R13, 'spreadsheet', field, written, { params: { date: serial }, suggestion: serial }),
				);
				continue;
			}
			const date = dateOf(view, field);
			// Another calendar is R18's.
			if (date && date.calendar !== 'gregorian') continue;
			(findings ??= []).push(
				found(R13, 'format', field, written, { suggestion: date ? digitsOf(date, field) : undefined }),
			);
		}
		return findings ?? NOTHING;
	},
};

/** The date as it should be written, when nothing about it is in doubt. */
function digitsOf(date: ArchivalDate, field: string): string | undefined {
	if (date.problems.length > 0 || date.isUncertain || date.isApproximate) return undefined;
	const digits = eightDigitsOf(date);
	return digits !== null && inForm(field, digits) ? digits : undefined;
}

const R14: Rule = {
	id: 'R14',
	cases: { impossible: 'E' },
	scope: 'entry',
	reads: [...DATE_FIELDS],
	needs: [],
	basis: DAT18,
	check(view) {
		let findings: RuleFinding[] | undefined;
		for (const field of DATE_FIELDS) {
			const date = dateOf(view, field);
			// What was read without a problem is a day, a month or a year that there was.
			if (!date || date.problems.length === 0) continue;
			const text = date.text.trim();
			const problem = isEightDigits(text)
				? impossible(text.replace(/[[\]]/g, ''))
				: date.problems.find(({ id }) => id === 'date.no-such-day' || id === 'date.lunar-day-missing') && '';
			if (problem === undefined) continue;
			(findings ??= []).push(
				found(R14, 'impossible', field, date.text, {
					suggestion: problem === '' ? undefined : text.startsWith('[') ? `[${problem}]` : problem,
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

/** What eight digits that are no day probably mean, `''` when nothing; `undefined` when they are one. `00` is not known. */
function impossible(digits: string): string | undefined {
	if (digits === '00000000') return undefined;
	const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)];
	if (year === '0000') return '';
	if (month === '00') return day === '00' ? undefined : `${year}0000`;
	if (Number(month) > 12)
		return Number(day) >= 1 && Number(day) <= 12 && Number(month) <= daysInMonth(Number(year), Number(day))
			? `${year}${day}${month}`
			: `${year}0000`;
	return Number(day) > daysInMonth(Number(year), Number(month)) ? `${year}${month}00` : undefined;
}

const R15: Rule = {
	id: 'R15',
	cases: { future: 'E', early: 'W' },
	scope: 'entry',
	reads: [...DATE_FIELDS],
	needs: [],
	basis: DAT18,
	check(view, rules) {
		let findings: RuleFinding[] | undefined;
		for (const field of DATE_FIELDS) {
			const date = dateOf(view, field);
			if (!date) continue;
			const first = date.earliest;
			// A range that goes on has no end; one that ends in this year's December is not over.
			const isFuture =
				(first !== null && first > rules.today) ||
				(date.latest !== null && civilDate(date.latest).year > rules.thisYear);
			if (isFuture) (findings ??= []).push(found(R15, 'future', field, date.text));
			else if (first !== null && first < EARLIEST)
				(findings ??= []).push(found(R15, 'early', field, date.text));
		}
		return findings ?? NOTHING;
	},
};
const EARLIEST = dayNumber(1840, 1, 1);

const R16: Rule = {
	id: 'R16',
	cases: { reversed: 'E' },
	scope: 'entry',
	reads: ['dateRange'],
	needs: [],
	basis: DAT18,
	check(view) {
		const { range } = view;
		if (!range?.problems.some(({ id }) => id === 'date.reversed-range')) return NOTHING;
		// Read in the right order, doubtful only because of the order.
		const others = range.problems.length > 1;
		const digits = others ? null : eightDigitsOf(range);
		return [found(R16, 'reversed', 'dateRange', range.text, { suggestion: digits ?? undefined })];
	},
};

const R17: Rule = {
	id: 'R17',
	cases: { outside: 'W' },
	scope: 'entry',
	reads: ['documentDate'],
	needs: ['file'],
	basis: DAT18,
	check(view) {
		const { file } = view.facts;
		if (!file?.from && !file?.to) return NOT_APPLICABLE;
		const { date } = view;
		if (!date || date.earliest === null || date.latest === null || date.isUncertain) return NOTHING;
		const from = file.from ? firstDay(file.from) : null;
		const to = file.to ? lastDay(file.to) : null;
		if ((from === null || date.latest >= from) && (to === null || date.earliest <= to)) return NOTHING;
		return [
			found(R17, 'outside', 'documentDate', date.text, {
				params: { from: file.from ?? '', to: file.to ?? '' },
			}),
		];
	},
};

function firstDay(digits: string): number | null {
	const [year, month, day] = [
		Number(digits.slice(0, 4)),
		Number(digits.slice(4, 6)),
		Number(digits.slice(6, 8)),
	];
	return year > 0 ? dayNumber(year, month || 1, day || 1) : null;
}

function lastDay(digits: string): number | null {
	const [year, month, day] = [
		Number(digits.slice(0, 4)),
		Number(digits.slice(4, 6)),
		Number(digits.slice(6, 8)),
	];
	if (!(year > 0)) return null;
	return dayNumber(year, month || 12, day || daysInMonth(year, Math.min(12, month || 12)));
}

const R18: Rule = {
	id: 'R18',
	cases: { calendar: 'W' },
	scope: 'entry',
	reads: [...DATE_FIELDS],
	needs: [],
	basis: DAT18,
	check(view) {
		let findings: RuleFinding[] | undefined;
		for (const field of DATE_FIELDS) {
			const date = dateOf(view, field);
			if (!date || date.calendar === 'gregorian') continue;
			(findings ??= []).push(
				found(R18, 'calendar', field, date.text, {
					params: { written: date.text.trim().slice(0, 60) },
					suggestion: digitsOf(date, field),
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

const R19: Rule = {
	id: 'R19',
	cases: { brackets: 'W' },
	scope: 'entry',
	reads: [...DATE_FIELDS, 'note'],
	needs: [],
	basis: DAT18,
	check(view) {
		const note = view.body('note');
		if (note === '') return NOTHING;
		const field = view.text('documentDate').trim() !== '' ? 'documentDate' : 'dateRange';
		const date = dateOf(view, field);
		if (!date || date.isInferred || !saysResearched(note)) return NOTHING;
		const digits = digitsOf(date, field);
		return [found(R19, 'brackets', field, date.text, { suggestion: digits && `[${digits}]` })];
	},
};

/** A clause of the note that speaks of a date and of research. */
function saysResearched(note: string): boolean {
	if (!containsOneOf(note, RESEARCH_WORDS)) return false;
	return note
		.slice(0, 4000)
		.split(/[。；;\n]/)
		.some(
			(clause) =>
				containsOneOf(clause, RESEARCH_WORDS) &&
				!containsOneOf(clause, ['题名', '责任者', '作者']) &&
				(containsOneOf(clause, ['日期', '时间', '年月', '年代', '成文']) || clause.length <= 12),
		);
}

export function containsOneOf(text: string, words: readonly string[]): boolean {
	if (text === '') return false;
	for (const word of words) if (text.includes(word)) return true;
	return false;
}

export const DATE_RULES: readonly Rule[] = [R11, R12, R13, R14, R15, R16, R17, R18, R19];
