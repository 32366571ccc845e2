import { createHash } from 'node:crypto';
import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOfIso, isoDay, type DayNumber } from './days.ts';
import { cycleIndex, cycleName, nextYearOfCycle, QING_ERAS } from './eras.ts';
import { FIRST_LUNAR_YEAR, LAST_LUNAR_YEAR, LUNAR_YEARS } from './lunar-years.ts';
import { leapMonthOf, lunarDayOf, lunarMonthSpan, lunarYearSpan } from './lunar.ts';

const dayOf = (iso: string): DayNumber => dayOfIso(iso) as DayNumber;

/** First days of months as `1898-09-16 1898-8`, a repeated month with `+`. */
function tableMonths(from: number, to: number): string[] {
	const found: string[] = [];
	for (let year = from; year <= to; year++)
		for (let month = 1; month <= 12; month++)
			for (const isLeap of [false, true]) {
				const span = lunarMonthSpan(year, month, isLeap);
				if (span) found.push(`${isoDay(span.first)} ${year}-${month}${isLeap ? '+' : ''}`);
			}
	return found;
}

function intlMonths(from: number, to: number): string[] {
	const chinese = new Intl.DateTimeFormat('en-u-ca-chinese', {
		timeZone: 'UTC',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
	});
	const found: string[] = [];
	const last = lunarYearSpan(to)?.last ?? 0;
	for (let day = lunarYearSpan(from)?.first ?? 0; day <= last; day++) {
		const [month = '', ofMonth, year] = chinese.format(day * 86_400_000).split('/');
		if (ofMonth !== '1') continue;
		found.push(`${isoDay(day)} ${year}-${month.replace('bis', '+')}`);
		day += 28;
	}
	return found;
}

describe('the table of lunar months', () => {
	it('is whole', () => {
		expect(LUNAR_YEARS).toHaveLength((LAST_LUNAR_YEAR - FIRST_LUNAR_YEAR + 1) * 5);
		expect(lunarYearSpan(1643)).toBeNull();
		expect(lunarYearSpan(2051)).toBeNull();
		expect(isoDay(lunarYearSpan(2050)?.last ?? 0)).toBe('2051-02-10');
	});

	// Intl is no help before 1840: it is a day off too often to find a slip.
	it('is the table that was compared with computed new moons', () => {
		expect(createHash('sha256').update(LUNAR_YEARS).digest('hex')).toBe(
			'0e87608dcec1c256c6aba7180324e0c2201d7ed311ed4ddc56b1db15b88a3b34',
		);
	});

	it('has the months of Intl since 1840, but for those where ICU is known to be wrong', () => {
		const ours = tableMonths(1840, LAST_LUNAR_YEAR);
		const theirs = new Set(intlMonths(1840, LAST_LUNAR_YEAR));
		const differing = ours.filter((month) => !theirs.has(month));
		// An engine that has learned better differs in fewer.
		const known = [
			'1890-01-21 1890-1',
			'1890-02-19 1890-2',
			'1890-03-21 1890-2+',
			'1896-02-13 1896-1',
			'1897-07-29 1897-7',
			'1917-03-23 1917-2+',
			'1917-04-21 1917-3',
			'1922-06-25 1922-5+',
			'1922-07-24 1922-6',
			'1954-02-03 1954-1',
			'1955-02-22 1955-2',
			'1987-07-26 1987-6+',
			'1987-08-24 1987-7',
			'1999-01-17 1998-12',
			'2012-08-17 2012-7',
			'2018-11-08 2018-10',
			'2027-02-06 2027-1',
			'2030-02-03 2030-1',
		];
		expect(differing.filter((month) => !known.includes(month))).toEqual([]);
	});

	it('is at most a day from Intl before 1840, leap months aside', () => {
		const theirs = new Set(intlMonths(1644, 1839).map((month) => dayOf(month.slice(0, 10))));
		const far = tableMonths(1644, 1839).filter((month) => {
			const day = dayOf(month.slice(0, 10));
			return !theirs.has(day) && !theirs.has(day - 1) && !theirs.has(day + 1);
		});
		expect(far).toEqual([]);
	});

	// Where the calendars issued by the governments of the time are known to differ from a computation of today.
	it.each([
		['1649-05-11', 1649, 4],
		['1662-02-18', 1662, 1],
		['1673-11-09', 1673, 10],
		['1685-02-03', 1685, 1],
		['1687-03-13', 1687, 2],
		['1704-10-29', 1704, 10],
		['1708-02-21', 1708, 2],
		['1720-07-05', 1720, 6],
		['1759-03-28', 1759, 3],
		['1763-09-07', 1763, 8],
		['1778-03-28', 1778, 3],
		['1779-07-13', 1779, 6],
		['1787-12-09', 1787, 11],
		['1789-07-22', 1789, 6],
		['1796-06-05', 1796, 5],
		['1804-08-05', 1804, 7],
		['1831-04-12', 1831, 3],
		['1842-01-11', 1841, 12],
		['1863-01-19', 1862, 12],
		['1880-11-03', 1880, 10],
		['1896-02-13', 1896, 1],
		['1914-11-17', 1914, 10],
		['1916-02-03', 1916, 1],
		['1920-11-10', 1920, 10],
	] as const)('begins a month on %s, as it was issued', (iso, year, month) => {
		expect(lunarDayOf(dayOf(iso))).toEqual({ year, month, isLeap: false, day: 1 });
	});

	it.each([
		[1645, 6],
		[1651, 2],
		[1661, 7],
		[1727, 3],
		[1789, 5],
		[1890, 2],
		[1917, 2],
		[1922, 5],
		[1987, 6],
		[2033, 11],
		[1949, 7],
		[1985, 0],
	])('repeats in %i the month %i', (year, month) => {
		expect(leapMonthOf(year)).toBe(month);
	});

	it('gives every day back', () => {
		const first = lunarYearSpan(FIRST_LUNAR_YEAR)?.first as number;
		const last = lunarYearSpan(LAST_LUNAR_YEAR)?.last as number;
		expect(lunarDayOf(first - 1)).toBeNull();
		expect(lunarDayOf(last + 1)).toBeNull();
		for (let day = first; day <= last; day++) {
			const lunar = lunarDayOf(day);
			const span = lunar && lunarMonthSpan(lunar.year, lunar.month, lunar.isLeap);
			if (!lunar || !span || span.first + lunar.day - 1 !== day || day > span.last)
				throw new Error(`${isoDay(day)} ${JSON.stringify(lunar)}`);
		}
	});
});

describe('the eras of the Qing', () => {
	it('follow each other without a gap, from new year to new year', () => {
		QING_ERAS.forEach((era, at) => {
			expect(era.first, era.name).toBe(lunarYearSpan(era.firstYear)?.first);
			const next = QING_ERAS[at + 1];
			if (!next) return;
			expect(next.first, next.name).toBe(era.last + 1);
			expect(next.firstYear, next.name).toBe(era.lastYear + 1);
		});
	});

	it('end with the abdication', () => {
		expect(lunarDayOf(QING_ERAS.at(-1)?.last ?? 0)).toEqual({
			year: 1911,
			month: 12,
			isLeap: false,
			day: 25,
		});
	});
});

describe('the cycle of sixty', () => {
	it.each([
		[1984, '甲子'],
		[1894, '甲午'],
		[1898, '戊戌'],
		[1911, '辛亥'],
		[1900, '庚子'],
		[1644, '甲申'],
	])('names %i %s', (year, name) => {
		expect(cycleName(year)).toBe(name);
		expect(nextYearOfCycle(cycleIndex(name.charAt(0), name.charAt(1)), year - 30)).toBe(year);
	});

	it('has no pair of unlike parity', () => {
		expect(cycleIndex('甲', '丑')).toBe(-1);
		expect(cycleIndex('', '')).toBe(-1);
	});

	it('finds the name of every year', () => {
		assert(
			property(integer({ min: 1000, max: 3000 }), (year) => {
				const name = cycleName(year);
				expect(nextYearOfCycle(cycleIndex(name.charAt(0), name.charAt(1)), year)).toBe(year);
				expect(nextYearOfCycle(cycleIndex(name.charAt(0), name.charAt(1)), year - 59)).toBe(year);
			}),
		);
	});
});
