import type { Label } from '#domain/catalogue/profile.ts';
import { m } from './generated/messages.js';
import { getLocale } from './generated/runtime.js';

/** A label of a profile in the language of the page. */
export function labelOf(label: Label): string {
	return getLocale() === 'en' ? label.en : label.zh;
}

/** A whole number with the separators of the language. */
export function numberWords(value: number): string {
	return new Intl.NumberFormat(getLocale()).format(value);
}

/** An instant to the minute; today without the date, this year without the year. Empty for an empty string. */
export function timeWords(isoAt: string, now = new Date()): string {
	const at = new Date(isoAt);
	if (isoAt === '' || Number.isNaN(at.getTime())) return '';
	const isToday = at.toDateString() === now.toDateString();
	return new Intl.DateTimeFormat(getLocale(), {
		...(isToday ? {} : { month: 'short', day: 'numeric' }),
		...(at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
		hour: '2-digit',
		minute: '2-digit',
		hour12: false,
	}).format(at);
}

/** The day of an instant; this year without the year. Empty for an empty string. */
export function dayWords(isoAt: string, now = new Date()): string {
	const at = new Date(isoAt);
	if (isoAt === '' || Number.isNaN(at.getTime())) return '';
	return new Intl.DateTimeFormat(getLocale(), {
		month: 'short',
		day: 'numeric',
		...(at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
	}).format(at);
}

/** An instant with its whole date, to the minute: for what is printed and read later. Empty for an empty string. */
export function dateTimeWords(isoAt: string): string {
	const at = new Date(isoAt);
	if (isoAt === '' || Number.isNaN(at.getTime())) return '';
	return new Intl.DateTimeFormat(getLocale(), {
		year: 'numeric',
		month: 'long',
		day: 'numeric',
		hour: '2-digit',
		minute: '2-digit',
		hour12: false,
	}).format(at);
}

/** Bytes as people say them. */
export function sizeWords(sizeBytes: number): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
	let value = sizeBytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return new Intl.NumberFormat(getLocale(), {
		style: 'unit',
		unit: units[unit] ?? 'byte',
		// Short, English says '453 byte'.
		unitDisplay: unit === 0 ? 'long' : 'short',
		maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
	}).format(value);
}

/** Several names as one phrase: 甲、乙和丙. */
export function listWords(names: readonly string[]): string {
	return new Intl.ListFormat(getLocale(), { type: 'conjunction', style: 'short' }).format(names);
}

/** What stands between words that are no sentence: names and numbers, clauses, or values with signs of their own. */
const SIGNS = {
	names: m.app_between_names,
	clauses: m.app_between_clauses,
	values: m.app_between_values,
} as const;

/** Words one after another, with the signs of the language: 3、5–8 or 3, 5–8. */
export function joinWords(words: readonly string[], between: keyof typeof SIGNS): string {
	return words.join(SIGNS[between]());
}
