import { dayOfIso, type DayNumber } from './days.ts';

/** A reign whose years are counted from lunar new year to lunar new year. */
export interface Era {
	readonly name: string;
	/** Lunar year of its year one (元年). */
	readonly firstYear: number;
	readonly lastYear: number;
	readonly first: DayNumber;
	readonly last: DayNumber;
}

function era(name: string, firstYear: number, lastYear: number, first: string, last: string): Era {
	return { name, firstYear, lastYear, first: dayOfIso(first) as number, last: dayOfIso(last) as number };
}

/**
 * The eras of the Qing with their first and last Gregorian day. A new one began with the lunar year after the accession;
 * 顺治 and 宣统 are bounded by the lunar year 1644 and by the abdication of 1912-02-12.
 * @see 中国历史纪年表
 */
export const QING_ERAS: readonly Era[] = [
	era('顺治', 1644, 1661, '1644-02-08', '1662-02-17'),
	era('康熙', 1662, 1722, '1662-02-18', '1723-02-04'),
	era('雍正', 1723, 1735, '1723-02-05', '1736-02-11'),
	era('乾隆', 1736, 1795, '1736-02-12', '1796-02-08'),
	era('嘉庆', 1796, 1820, '1796-02-09', '1821-02-02'),
	era('道光', 1821, 1850, '1821-02-03', '1851-01-31'),
	era('咸丰', 1851, 1861, '1851-02-01', '1862-01-29'),
	era('同治', 1862, 1874, '1862-01-30', '1875-02-05'),
	era('光绪', 1875, 1908, '1875-02-06', '1909-01-21'),
	era('宣统', 1909, 1911, '1909-01-22', '1912-02-12'),
];

/** First day of the Republican era (民国元年一月一日); its years are Gregorian. */
export const MINGUO_FIRST = dayOfIso('1912-01-01') as number;

/** Last day of 民国 as the era of the whole country, for texts that name no year (民国时期). */
export const MINGUO_LAST = dayOfIso('1949-09-30') as number;

const STEMS = '甲乙丙丁戊己庚辛壬癸';
const BRANCHES = '子丑寅卯辰巳午未申酉戌亥';

/** Place of a pair of stem and branch in the cycle of sixty (甲子 → 0); -1 when it is none. */
export function cycleIndex(stem: string, branch: string): number {
	const s = stem === '' ? -1 : STEMS.indexOf(stem);
	const b = branch === '' ? -1 : BRANCHES.indexOf(branch);
	if (s < 0 || b < 0 || (s - b) % 2 !== 0) return -1;
	return (((6 * s - 5 * b) % 60) + 60) % 60;
}

/** The pair of stem and branch of a lunar year (1984 → 甲子). */
export function cycleName(year: number): string {
	const index = (((year - 4) % 60) + 60) % 60;
	return STEMS.charAt(index % 10) + BRANCHES.charAt(index % 12);
}

/** First year from `from` on that has a place in the cycle. */
export function nextYearOfCycle(index: number, from: number): number {
	return from + ((((index + 4 - from) % 60) + 60) % 60);
}
