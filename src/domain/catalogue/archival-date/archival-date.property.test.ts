import {
	array,
	assert,
	boolean,
	constantFrom,
	integer,
	oneof,
	property,
	record,
	string,
	tuple,
	type Arbitrary,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesRange, sortKeys, yearsOf, type ArchivalDate } from './archival-date.ts';
import { civilDate, dayNumber, dayOfIso, daysInMonth, isoDay, type DayNumber } from './days.ts';
import { lunarYearSpan } from './lunar.ts';
import { parseArchivalDate } from './parse-archival-date.ts';
import { dayInCalendar, eightDigitsOf, formatArchivalDate, toEdtf } from './write-archival-date.ts';

const today = dayOfIso('2026-11-27') as DayNumber;
const parse = (text: string): ArchivalDate => parseArchivalDate(text, { today });

const dayBetween = (first: string, last: string): Arbitrary<DayNumber> =>
	integer({ min: dayOfIso(first) as number, max: dayOfIso(last) as number });
const two = (value: number): string => String(value).padStart(2, '0');
const FULL_WIDTH = '０１２３４５６７８９';
const HAN = '〇一二三四五六七八九';
const TRADITIONAL = '零壹贰叁肆伍陆柒捌玖';

function han(value: number, tens: readonly string[]): string {
	if (value < 10) return HAN.charAt(value);
	const rest = value % 10 === 0 ? '' : HAN.charAt(value % 10);
	return (tens[Math.floor(value / 10) - 1] as string) + rest;
}

/** Every way a Gregorian day is written. */
function writings(day: DayNumber): string[] {
	const { year, month, day: ofMonth } = civilDate(day);
	const chinese = `${year}年${month}月${ofMonth}日`;
	const digits = (text: string, set: string): string =>
		text.replace(/\d/g, (digit) => set.charAt(Number(digit)));
	const plainTens = ['十', '二十', '三十'];
	const shortTens = ['十', '廿', '卅'];
	const found = [
		isoDay(day),
		isoDay(day).replaceAll('-', ''),
		isoDay(day).replaceAll('-', '.'),
		isoDay(day).replaceAll('-', '/'),
		digits(isoDay(day), FULL_WIDTH),
		`${year}.${month}.${ofMonth}`,
		`${year}-${month}-${ofMonth}`,
		` ${year} . ${two(month)} . ${two(ofMonth)} `,
		`${year} ${month} ${ofMonth}`,
		chinese,
		chinese.replace('日', '号'),
		`公元${chinese}`,
		digits(chinese, FULL_WIDTH),
		`${digits(String(year), HAN)}年${han(month, plainTens)}月${han(ofMonth, plainTens)}日`,
		`${digits(String(year), TRADITIONAL)}年${han(month, plainTens)}月${han(ofMonth, shortTens)}日`,
		`[${isoDay(day).replaceAll('-', '')}]`,
		`约${chinese}`,
		`${chinese}？`,
		formatArchivalDate(parse(isoDay(day)), 'zh'),
		formatArchivalDate(parse(isoDay(day)), 'en'),
	];
	if (year >= 1912)
		found.push(
			`民国${year - 1911}年${month}月${ofMonth}日`,
			`中華民國${year === 1912 ? '元' : han(year - 1911, ['十', '二十', '三十', '四十', '五十', '六十', '七十'])}年${month}月${ofMonth}日`,
			`民国${year - 1911}.${month}.${ofMonth}`,
		);
	return found;
}

describe('days', () => {
	it('are Gregorian days whichever way they are written', () => {
		assert(
			property(dayBetween('1840-01-01', '1980-12-31'), (day) => {
				for (const text of writings(day)) {
					const { earliest, latest, precision, problems } = parse(text);
					expect([text, earliest, latest, precision, problems]).toEqual([text, day, day, 'day', []]);
				}
			}),
			{ numRuns: 2000 },
		);
	});

	it('are the same when written by another calendar and read again', () => {
		assert(
			property(
				dayBetween('1850-01-01', '2030-12-31'),
				constantFrom('gregorian', 'minguo', 'qing', 'lunar'),
				(day, calendar) => {
					const text = dayInCalendar(day, calendar);
					if (text === null) {
						const isLate = day > (dayOfIso('1912-02-12') as number);
						const isEarly = day < (dayOfIso('1912-01-01') as number);
						expect([calendar, calendar === 'qing' ? isLate : isEarly]).toEqual([
							calendar === 'qing' ? 'qing' : 'minguo',
							true,
						]);
						return;
					}
					const { earliest, latest, problems } = parse(text);
					expect([text, earliest, latest]).toEqual([text, day, day]);
					expect(problems.filter(({ id }) => id !== 'date.future')).toEqual([]);
				},
			),
			{ numRuns: 5000 },
		);
	});

	it('count as Date counts', () => {
		assert(
			property(integer({ min: -700_000, max: 700_000 }), (day) => {
				const { year, month, day: ofMonth } = civilDate(day);
				const date = new Date(day * 86_400_000);
				expect([year, month, ofMonth]).toEqual([
					date.getUTCFullYear(),
					date.getUTCMonth() + 1,
					date.getUTCDate(),
				]);
				expect(dayNumber(year, month, ofMonth)).toBe(day);
				expect(ofMonth <= daysInMonth(year, month)).toBe(true);
			}),
		);
	});

	it('come back from eight digits', () => {
		assert(
			property(dayBetween('1840-01-01', '2026-01-01'), boolean(), (day, isInferred) => {
				const digits = isoDay(day).replaceAll('-', '');
				const written = isInferred ? `[${digits}]` : digits;
				expect(eightDigitsOf(parse(written))).toBe(written);
			}),
		);
	});
});

const WORDS = [
	...'〇一二三四五六七八九十百廿卅元初正闰年月日至—-~/.?[](){},、 0123456789xX前后约起末底春冬甲乙丙丁子丑寅卯清明',
	'民国',
	'光绪',
	'宣统',
	'康熙',
	'乾隆',
	'万历',
	'农历',
	'公历',
	'年间',
	'年代',
	'世纪',
	'上旬',
	'以前',
	'以后',
	'至今',
	'前后',
	'腊月',
	'冬月',
	'闰五月',
	'正月',
	'初五',
	'三十',
	'元年',
	'1985',
	'1897',
	'19850514',
	'二十三',
	'一九八五',
	'..',
	'第三季度',
	'上半年',
	'不详',
	'星期',
	'朔',
	'晦',
	'(推断)',
	'may',
	'sep.',
	'上世纪',
	'50',
	'季度',
];
const texts = oneof(
	{ weight: 6, arbitrary: array(constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join('')) },
	{
		weight: 4,
		arbitrary: tuple(
			constantFrom(
				'1985',
				'1985年',
				'光绪二十三年',
				'民国38年',
				'康熙壬寅年',
				'1949年农历',
				'20世纪',
				'1985.5',
				'光绪年间',
				'50年代',
				'198X',
				'1985-05-14',
				'万历二年',
			),
			constantFrom('', '—', '-', '/', '、', '至', '(', '~', '?', '以前'),
			array(constantFrom(...WORDS), { maxLength: 4 }),
			constantFrom('', '1987年', '五月', '二十五年', '16日', '宣统二年', ')', '1987', '-', '/..'),
		).map(([first, between, words, last]) => first + between + words.join('') + last),
	},
	{ weight: 1, arbitrary: string({ maxLength: 30 }) },
	{ weight: 1, arbitrary: string({ unit: 'binary', maxLength: 30 }) },
	{
		weight: 2,
		arbitrary: array(constantFrom(...'0123456789X-/.?~%[]{},:TZ'), { maxLength: 24 }).map((chars) =>
			chars.join(''),
		),
	},
);

describe('any text', () => {
	it('is read without a fault, kept, and gives days in order', () => {
		let understood = 0;
		assert(
			property(texts, (text) => {
				const date = parse(text);
				expect(date.text).toBe(text);
				if (date.earliest !== null && date.latest !== null) {
					understood++;
					if (date.earliest > date.latest) throw new Error(`${text}: ${JSON.stringify(date)}`);
				}
				expect(date.edtf === null).toBe(date.earliest === null && date.latest === null);
				expect(date.precision === 'unknown').toBe(date.edtf === null);
				for (const end of [date.earliest, date.latest])
					if (end !== null && !Number.isSafeInteger(end)) throw new Error(`${text}: ${String(end)}`);
				const keys = sortKeys(date);
				expect(keys.earliest <= keys.latest).toBe(true);
				expect(formatArchivalDate(date, 'zh')).not.toMatch(/undefined|NaN|null/);
				expect(formatArchivalDate(date, 'en')).not.toMatch(/undefined|NaN|null/);
			}),
			{ numRuns: 20_000 },
		);
		// Words put together at random are dates often enough to mean something.
		expect(understood).toBeGreaterThan(500);
	});

	it('means the same when its EDTF is read again', () => {
		assert(
			property(texts, (text) => {
				const date = parse(text);
				if (date.edtf === null) return;
				for (const edtf of [date.edtf, toEdtf(date, 1) as string]) {
					const again = parse(edtf);
					// 1918-21 is spring in EDTF alone: what we write ourselves says so nowhere else.
					if (again.problems.some(({ id }) => id === 'date.ambiguous')) continue;
					expect([text, edtf, again.earliest, again.latest]).toEqual([
						text,
						edtf,
						date.earliest,
						date.latest,
					]);
					expect([text, edtf, again.isApproximate]).toEqual([text, edtf, date.isApproximate]);
				}
			}),
			{ numRuns: 20_000 },
		);
	});
});

describe('no day outside of what a text can mean', () => {
	const noise = constantFrom(
		'',
		'?',
		'前后',
		'初',
		'左右',
		'(推断)',
		'may',
		'sep.',
		'春',
		'五月',
		'5月',
		'13月',
		'闰五月',
		'正月初五',
		'腊月三十',
		'2月30日',
		'.5.14',
		'五月上旬',
		'印发',
		'底',
		'十二月卅一日',
	);

	it('a Gregorian year, whatever stands behind it', () => {
		assert(
			property(integer({ min: 1850, max: 2020 }), constantFrom('', '年'), noise, (year, unit, behind) => {
				const { earliest, latest } = parse(`${year}${unit}${behind}`);
				if (earliest === null || latest === null) return;
				expect(earliest).toBeGreaterThanOrEqual(dayNumber(year, 1, 1));
				// Winter and the last lunar month end in the next year.
				expect(latest).toBeLessThanOrEqual(dayNumber(year + 1, 2, 28));
			}),
			{ numRuns: 3000 },
		);
	});

	it('a year of 光绪, whatever stands behind it', () => {
		assert(
			property(integer({ min: 1, max: 34 }), noise, (year, behind) => {
				const { earliest, latest } = parse(`光绪${year}年${behind}`);
				const span = lunarYearSpan(1874 + year);
				if (earliest === null || latest === null) return;
				expect(earliest).toBeGreaterThanOrEqual(span?.first as number);
				expect(latest).toBeLessThanOrEqual(span?.last as number);
			}),
			{ numRuns: 3000 },
		);
	});
});

describe('sorting and searching', () => {
	const ranges = record({
		first: dayBetween('1840-01-01', '2020-01-01'),
		length: integer({ min: 0, max: 4000 }),
	});

	it('finds a range by every day in it and by none outside', () => {
		assert(
			property(ranges, dayBetween('1830-01-01', '2030-01-01'), ({ first, length }, day) => {
				const date = parse(`${isoDay(first)}/${isoDay(first + length)}`);
				const isInside = day >= first && day <= first + length;
				expect(matchesRange(date, day, day)).toBe(isInside);
				expect(matchesRange(date, day, null)).toBe(day <= first + length);
				expect(matchesRange(date, null, day)).toBe(day >= first);
				expect(matchesRange(date, null, null)).toBe(true);
				expect(yearsOf(date)).toEqual({
					first: civilDate(first).year,
					last: civilDate(first + length).year,
				});
			}),
		);
	});

	it('counts the first and the last day', () => {
		const date = parse('1985');
		const [first, last] = [dayOfIso('1985-01-01') as number, dayOfIso('1985-12-31') as number];
		expect([first - 1, first, last, last + 1].map((day) => matchesRange(date, day, day))).toEqual([
			false,
			true,
			true,
			false,
		]);
	});

	it('puts open beginnings first, then by day, unknown ones last; a question mark moves nothing', () => {
		const sorted = [
			'不详',
			'1987',
			'1985?',
			'1985',
			'约1985年',
			'1985-05',
			'../1990',
			'1985/..',
			'民国元年',
			'光绪二十三年',
		]
			.map((text) => ({ text, keys: sortKeys(parse(text)) }))
			.toSorted(
				(one, other) => one.keys.earliest - other.keys.earliest || one.keys.latest - other.keys.latest,
			)
			.map(({ text }) => text);
		expect(sorted).toEqual([
			'../1990',
			'光绪二十三年',
			'民国元年',
			'1985?',
			'1985',
			'约1985年',
			'1985/..',
			'1985-05',
			'1987',
			'不详',
		]);
	});

	it('never finds what has no date', () => {
		expect(matchesRange(parse('不详'), null, null)).toBe(false);
		expect(yearsOf(parse('不详'))).toBeNull();
		expect(yearsOf(parse('../1987'))).toEqual({ first: null, last: 1987 });
		expect(matchesRange(parse('../1987'), null, 0)).toBe(true);
		expect(matchesRange(parse('1985/..'), dayOfIso('2000-01-01'), null)).toBe(true);
		expect(matchesRange(parse('1985/..'), null, dayOfIso('1984-12-31'))).toBe(false);
	});
});
