import type { CodeGap, GapReason } from '#domain/catalogue/reference-codes/code-report.ts';
import { m } from '#i18n/generated/messages.js';
import { dateTimeWords } from '#i18n/words.ts';

const KINDS: Readonly<Record<GapReason['kind'], () => string>> = {
	allotted: m.codes_reason_allotted,
	voided: m.codes_reason_voided,
	reserved: m.codes_reason_reserved,
	returned: m.codes_reason_returned,
	ordered: m.codes_reason_ordered,
	alias: m.codes_reason_alias,
	note: m.codes_reason_note,
	deleted: m.codes_reason_deleted,
};

/** Why a number is nobody's, in a line: what happened, to which entry, who, when, why. */
export function reasonWords({ kind, title, why, actorName, at }: GapReason): string {
	// Why an allotment was voided is known by a word of ours.
	const said = kind === 'voided' ? '' : why;
	return [KINDS[kind](), title, said, actorName, dateTimeWords(at)].filter(Boolean).join(' · ');
}

/** `3`, or `3–5`. */
export function rangeWords({ from, to }: Pick<CodeGap, 'from' | 'to'>): string {
	return from === to ? String(from) : `${from}–${to}`;
}

/** Lines of a list as a file that spreadsheets open; a cell that would be read as a formula is kept as words. */
export function csvOf(head: readonly string[], lines: readonly (readonly (string | number)[])[]): Blob {
	const cell = (value: string | number): string => {
		const text = String(value);
		const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
		return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
	};
	const text = [head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n');
	return new Blob([`\uFEFF${text}\r\n`], { type: 'text/csv;charset=utf-8' });
}
