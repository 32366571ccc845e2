import type { DateCalendar } from './archival-date.ts';
import { doubted, spanPart, unknownPart, type DatePart } from './date-part.ts';
import { cycleIndex, cycleName, MINGUO_FIRST, MINGUO_LAST, nextYearOfCycle, QING_ERAS } from './eras.ts';
import { eitherPart, readMark, readWithinYear, type Mark } from './read-chinese.ts';
import { readPortion } from './read-portion.ts';
import { isHanNumeral, type Scan } from './scan.ts';

/** What years are counted by: an era of the Qing, or the Republic. */
export interface Reckoning {
	readonly name: string;
	readonly calendar: DateCalendar;
	/** The year before year one. */
	readonly offset: number;
	/** How many years it had; without end for the Republic, which is still counted by elsewhere. */
	readonly years: number;
	readonly first: number;
	readonly last: number;
}

const MINGUO: Reckoning = {
	name: '民国',
	calendar: 'minguo',
	offset: 1911,
	years: Infinity,
	first: MINGUO_FIRST,
	last: MINGUO_LAST,
};

const RECKONINGS: readonly Reckoning[] = [
	MINGUO,
	...QING_ERAS.map((era) => ({
		name: era.name,
		calendar: 'qing' as const,
		offset: era.firstYear - 1,
		years: era.lastYear - era.firstYear + 1,
		first: era.first,
		last: era.last,
	})),
];

const QING = { first: QING_ERAS[0]?.first ?? 0, last: QING_ERAS.at(-1)?.last ?? 0 };
const DYNASTY = ['大清', '清朝', '清代', '清'];
const WHOLE = ['年间', '年代', '时期', '期间', '朝'];

/** The era that begins after a year. */
export function eraOfOffset(offset: number): Reckoning {
	return RECKONINGS.find((each) => each.offset === offset) ?? MINGUO;
}

/** Reads a date that begins with an era or a dynasty; `null` when none stands here. */
export function readEraDate(scan: Scan, mark: Mark): DatePart | null {
	const { char } = scan;
	if (char < '一' || isHanNumeral(char)) return null;
	const start = scan.at;
	if (scan.eat('中华民国')) return readInEra(scan, MINGUO, mark);
	const dynasty = scan.eatOneOf(DYNASTY);
	for (const each of RECKONINGS) if (scan.eat(each.name)) return readInEra(scan, each, mark);
	if (isShortRepublic(scan) && scan.eat('民')) return readInEra(scan, MINGUO, mark);
	if (dynasty !== '') {
		scan.eatOneOf(WHOLE);
		const whole = readPortion(scan, spanPart(QING, 'era', 'qing'));
		if (scan.isAtEnd || !/[\d一-龥]/.test(scan.char)) return whole;
		scan.at = start;
	}
	return readCycleYear(scan, mark) ?? readUnknownEra(scan);
}

/** 民三十六年, as people write it. */
function isShortRepublic({ text, at, char }: Scan): boolean {
	const next = text.charAt(at + 1);
	return (
		char === '民' && (isHanNumeral(next) || (next >= '0' && next <= '9') || text.startsWith('元年', at + 1))
	);
}

function readInEra(scan: Scan, reckoning: Reckoning, mark: Mark): DatePart {
	const behind = readMark(scan) || mark;
	const start = scan.at;
	if (scan.eat('元年')) return readYearOfEra(scan, reckoning, 1, behind);
	if (scan.number()) {
		const isYear = scan.eat('年') || scan.isAtEnd || '—-./'.includes(scan.char);
		if (isYear && scan.digits < 4) {
			const year = scan.value;
			if (scan.char === '.') scan.at++;
			return readYearOfEra(scan, reckoning, year, behind);
		}
		scan.at = start;
	}
	const cycle = cycleIndex(scan.char, scan.text.charAt(scan.at + 1));
	if (cycle >= 0) {
		scan.at += 2;
		scan.eat('年');
		return readCycleInEra(scan, reckoning, cycle, behind);
	}
	scan.eatOneOf(WHOLE);
	return readPortion(scan, spanPart(reckoning, 'era', reckoning.calendar));
}

/** Reads what follows the year of an era; years the era did not have mean nothing. */
export function readYearOfEra(scan: Scan, reckoning: Reckoning, year: number, mark: Mark): DatePart {
	const { name, calendar, offset, years } = reckoning;
	const cycle = readCycleBehind(scan);
	const western = readWesternYear(scan);
	const found = readWithinYear(scan, { calendar, year: offset + year, eraOffset: offset, mark });
	if (year < 1 || year > years)
		return unknownPart(calendar, {
			id: 'date.era-year-out-of-range',
			params: { era: name, year, years: Number.isFinite(years) ? years : 0 },
		});
	if (cycle >= 0 && nextYearOfCycle(cycle, offset + year) !== offset + year)
		doubted(found, {
			id: 'date.cycle-differs',
			params: { era: name, year, cycle: cycleName(offset + year) },
		});
	if (western > 0 && western !== offset + year && western !== offset + year + 1)
		doubted(found, { id: 'date.readings-differ', params: { one: offset + year, other: western } });
	return found;
}

/** 光绪二十三年(1897)五月; at the end of a text it is a date of its own. */
function readWesternYear(scan: Scan): number {
	const start = scan.at;
	if (scan.eat('(')) {
		scan.eat('公元');
		const isYear = scan.digitsAhead() === 4 && scan.arabic();
		scan.eat('年');
		if (isYear && scan.eat(')') && !scan.isAtEnd) return scan.value;
	}
	scan.at = start;
	return 0;
}

/** 光绪二十三年丁酉, 光绪二十三年(丁酉), 光绪二十三年岁次丁酉. */
function readCycleBehind(scan: Scan): number {
	const start = scan.at;
	const isBracketed = scan.eat('(');
	scan.eat('岁次');
	const cycle = cycleIndex(scan.char, scan.text.charAt(scan.at + 1));
	if (cycle >= 0) {
		scan.at += 2;
		scan.eat('年');
		if (!isBracketed || scan.eat(')')) return cycle;
	}
	scan.at = start;
	return -1;
}

/** 光绪丁酉年: the only year of the era in the cycle; 康熙 had one twice. */
function readCycleInEra(scan: Scan, reckoning: Reckoning, cycle: number, mark: Mark): DatePart {
	const { name, calendar, offset, years } = reckoning;
	const last = offset + (Number.isFinite(years) ? years : 38);
	const year = nextYearOfCycle(cycle, offset + 1);
	const behind = scan.at;
	const found = readWithinYear(scan, { calendar, year, eraOffset: offset, mark });
	if (year > last)
		return unknownPart(calendar, {
			id: 'date.era-year-out-of-range',
			params: { era: name, year: cycleName(year), years: last - offset },
		});
	if (year + 60 > last) return found;
	scan.at = behind;
	return eitherPart(found, readWithinYear(scan, { calendar, year: year + 60, eraOffset: offset, mark }));
}

/** 丁酉年 without an era comes again every sixty years. */
function readCycleYear(scan: Scan, mark: Mark): DatePart | null {
	const cycle = cycleIndex(scan.char, scan.text.charAt(scan.at + 1));
	if (cycle < 0 || scan.text.charAt(scan.at + 2) !== '年') return null;
	scan.at += 3;
	const year = nextYearOfCycle(cycle, 1864);
	readWithinYear(scan, { calendar: 'lunar', year, eraOffset: 0, mark });
	return unknownPart('lunar', {
		id: 'date.cycle-alone',
		params: { cycle: cycleName(year), one: year, other: year + 60 },
	});
}

/** 万历二十年, 明代: an era or dynasty that is not known here. */
function readUnknownEra(scan: Scan): DatePart | null {
	let end = scan.at;
	while (end < scan.at + 6 && /[一-龥]/.test(scan.text.charAt(end)) && !isHanNumeral(scan.text.charAt(end))) {
		if ('年月日世纪'.includes(scan.text.charAt(end))) break;
		end++;
	}
	const era = scan.text.slice(scan.at, end);
	if (era.length < 1) return null;
	const start = scan.at;
	scan.at = end;
	const hasYear =
		era.length > 1 && (scan.eat('元年') || (scan.number() && scan.eat('年')) || scan.eat('年间'));
	const isDynasty = /^[夏商周秦汉晋隋唐宋辽金元明](代|朝|初|末)?$/.test(era) && scan.isAtEnd;
	if (!hasYear && !isDynasty) {
		scan.at = start;
		return null;
	}
	// A date by an era that is unknown is unknown, month and day included.
	readWithinYear(scan, { calendar: 'lunar', year: 1900, eraOffset: 0, mark: '' });
	return unknownPart('lunar', { id: 'date.unknown-era', params: { era } });
}
