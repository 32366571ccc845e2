import type { DatedText } from './authority.ts';
import { dayDigits, firstDay, isDayText, lastDay } from './dated-text.ts';

/** Why a written form is not understood. Words: `register_problem_<code>`. */
export interface DatedTextProblem {
	readonly code: 'dated_empty' | 'dated_dates' | 'dated_reversed';
	readonly params: { readonly text: string };
}

export type ReadDatedText =
	| { readonly ok: true; readonly value: DatedText }
	| { readonly ok: false; readonly problem: DatedTextProblem };

/** What stands between first and last day. A plain hyphen may also stand inside a day. */
const DASHES = /[-–—−－~～至]/gu;
const OPEN_END = /^(?:今|现在|present)?$/iu;

/**
 * A text with its time as people write it in a cell: `沧浦县水利局（1958–2001）`. Days may be digits (`195803`), or
 * `1958年3月`, `1958.3`, `1958-03`; an end left away is open; one day alone is first and last. A bracket that holds no
 * digits is part of the text (`档案局(馆)`); one of digits that make no dates is a problem.
 */
export function parseDatedText(written: string): ReadDatedText {
	const trimmed = written.trim();
	const match = /^(.*?)\s*[（(]([^（）()]*)[）)]$/su.exec(trimmed);
	const between = match?.[2]?.trim() ?? '';
	if (!match || !isMeantAsTime(between)) return textAlone(trimmed);
	const text = match[1] as string;
	if (text === '') return wrong('dated_empty', trimmed);
	const time = readTime(between);
	if (!time) return wrong('dated_dates', trimmed);
	if (firstDay(time.from) > lastDay(time.to)) return wrong('dated_reversed', trimmed);
	return { ok: true, value: { text, ...time } };
}

/** The same in one form: digits, a dash, full-width brackets. {@link parseDatedText} reads it back. */
export function formatDatedText({ text, from, to }: DatedText): string {
	if (from === undefined && to === undefined) {
		// A text that ends like a time says that it has none.
		const read = parseDatedText(text);
		return read.ok && read.value.text === text ? text : `${text}（–）`;
	}
	return `${text}（${from !== undefined && from === to ? from : `${from ?? ''}–${to ?? ''}`}）`;
}

function textAlone(text: string): ReadDatedText {
	return text === '' ? wrong('dated_empty', text) : { ok: true, value: { text } };
}

function wrong(code: DatedTextProblem['code'], text: string): ReadDatedText {
	return { ok: false, problem: { code, params: { text } } };
}

/** A year in digits, or nothing but a dash. */
function isMeantAsTime(between: string): boolean {
	return /\d{4}/u.test(between) || /^[-–—−－~～至]$/u.test(between);
}

function readTime(between: string): { from?: string; to?: string } | undefined {
	for (const { index, 0: dash } of between.matchAll(DASHES)) {
		const [left, right] = [between.slice(0, index).trim(), between.slice(index + dash.length).trim()];
		const from = left === '' ? '' : readWrittenDay(left);
		const to = OPEN_END.test(right) ? '' : readWrittenDay(right);
		if (from !== undefined && to !== undefined)
			return { ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }) };
	}
	const day = readWrittenDay(between);
	return day === undefined ? undefined : { from: day, to: day };
}

/** Digits of a day, month or year as people write it: `1958`, `195803`, `1958年3月1日`, `1958.3`. */
export function readWrittenDay(written: string): string | undefined {
	const match = /^(\d{4})(?:年|[./-])(?:(\d{1,2})(?:月|[./-])?(?:(\d{1,2})日?)?)?$/u.exec(written);
	if (!match) return dayDigits(written);
	if (!match[2] && !written.endsWith('年')) return undefined;
	const digits = match
		.slice(1)
		.filter((part) => part !== undefined)
		.map((part) => part.padStart(2, '0'))
		.join('');
	return isDayText(digits) ? digits : undefined;
}
