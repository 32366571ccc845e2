/** A day of the Gregorian calendar as a whole number: days since 1970-01-01, negative before. */
export type DayNumber = number;

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** True for a leap year of the (proleptic) Gregorian calendar. */
export function isLeapYear(year: number): boolean {
	return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days of a month, 1–12. */
export function daysInMonth(year: number, month: number): number {
	return month === 2 && isLeapYear(year) ? 29 : (LENGTHS[month - 1] as number);
}

/** The number of a day; `month` 1–12, `day` as in the month. Years 0–9999. */
export function dayNumber(year: number, month: number, day: number): DayNumber {
	// Counted from March, so that the leap day is the last of its year.
	const marchYear = month > 2 ? year : year - 1;
	const era = Math.floor(marchYear / 400);
	const yearOfEra = marchYear - era * 400;
	const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
	return era * 146097 + yearOfEra * 365 + (yearOfEra >> 2) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** The year, month (1–12) and day of a day number. */
export function civilDate(number: DayNumber): { year: number; month: number; day: number } {
	const shifted = number + 719468;
	const era = Math.floor(shifted / 146097);
	const dayOfEra = shifted - era * 146097;
	const yearOfEra = Math.floor(
		(dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
			365,
	);
	const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - Math.floor(yearOfEra / 100));
	const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
	const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
	return {
		year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
		month,
		day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
	};
}

/** A number written with at least two digits. */
export function twoDigits(value: number): string {
	return value < 10 ? `0${value}` : String(value);
}

/** A year written with four digits. */
export function fourDigits(year: number): string {
	return year > 999 ? String(year) : String(year).padStart(4, '0');
}

/** `YYYY-MM-DD` of a day number. */
export function isoDay(number: DayNumber): string {
	const { year, month, day } = civilDate(number);
	return `${fourDigits(year)}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** The day number of `YYYY-MM-DD`; `null` when it is no such day. */
export function dayOfIso(iso: string): DayNumber | null {
	if (!/^\d{4}-\d\d-\d\d$/.test(iso)) return null;
	const month = Number(iso.slice(5, 7));
	const year = Number(iso.slice(0, 4));
	const day = Number(iso.slice(8));
	if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
	return dayNumber(year, month, day);
}

/** The day of an ISO instant or date, as written. */
export function dayOfInstant(iso: string): DayNumber {
	return dayNumber(Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), Number(iso.slice(8, 10)));
}
