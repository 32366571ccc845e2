import { civilDate, type DayNumber } from '#domain/catalogue/archival-date/days.ts';
import { parseArchivalDate } from '#domain/catalogue/archival-date/parse-archival-date.ts';
import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { saidBySeries } from '#domain/catalogue/reference-codes/given-parts.ts';
import type { EntryFacts, FileFacts } from '#domain/catalogue/rules/rule-facts.ts';

type Fields = Readonly<Record<FieldKey, FieldValue>>;

/** Rows of a container by which the usual width of its numbers is judged. */
export const WIDTH_SAMPLE = 500;
/** Fewer codes say nothing about what is usual. */
const FEWEST_CODES = 5;
/** What part of the codes must agree. */
const USUAL = 0.8;

/** What the entries of a container share. */
export type ContainerFacts = Pick<EntryFacts, 'file' | (typeof SAID)[number]>;

/** What parts of codes containers say for all that lies in them. */
const SAID = ['categoryCode', 'catalogueNumber', 'year'] as const;

/** What an entry tells of those that lie in it: in its fields or, as series do, with its own code. */
export function containerFacts(
	level: string,
	fields: Fields,
	above: ContainerFacts,
	today: DayNumber,
	fonds?: FondsRecord,
): ContainerFacts {
	const byCode = fonds ? saidBySeries({ level, fields }, fonds) : {};
	const said: Partial<Record<(typeof SAID)[number], string>> = {};
	for (const part of SAID) {
		const word = textOf(fields[part]).trim() || byCode[part] || above[part];
		if (word) said[part] = word;
	}
	const file = level === 'file' ? fileFacts(fields, today) : undefined;
	return { ...(file ? { file } : {}), ...said };
}

function fileFacts(fields: Fields, today: DayNumber): FileFacts {
	const text = textOf(fields['dateRange']).trim() || textOf(fields['documentDate']).trim();
	if (text === '') return {};
	const date = parseArchivalDate(text, { today });
	if (date.isUncertain) return {};
	return {
		...(date.earliest === null ? {} : { from: eightDigits(date.earliest) }),
		...(date.latest === null ? {} : { to: eightDigits(date.latest) }),
	};
}

function eightDigits(day: number): string {
	const { year, month, day: ofMonth } = civilDate(day);
	return String(year * 10_000 + month * 100 + ofMonth).padStart(8, '0');
}

/** How many digits the last numbers of codes usually have, by level; only where nearly all agree. */
export function usualWidths(
	rows: readonly { readonly level: string; readonly reference_code: string }[],
): ReadonlyMap<string, number> {
	const counts = new Map<string, Map<number, number>>();
	for (const { level, reference_code: code } of rows) {
		const digits = /\d+$/.exec(code)?.[0].length;
		if (digits === undefined) continue;
		const ofLevel = counts.get(level) ?? new Map<number, number>();
		ofLevel.set(digits, (ofLevel.get(digits) ?? 0) + 1);
		counts.set(level, ofLevel);
	}
	const widths = new Map<string, number>();
	for (const [level, ofLevel] of counts) {
		let all = 0;
		let best: readonly [number, number] = [0, 0];
		for (const each of ofLevel) {
			all += each[1];
			if (each[1] > best[1]) best = each;
		}
		if (all >= FEWEST_CODES && best[1] >= all * USUAL && best[1] < all) widths.set(level, best[0]);
	}
	return widths;
}
