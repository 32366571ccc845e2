import { textOf } from '#domain/catalogue/entry.ts';
import type { ShownFinding } from '#domain/catalogue/checks/campaign.ts';

const COLUMNS = [
	'rule',
	'severity',
	'fonds',
	'referenceCode',
	'title',
	'field',
	'value',
	'suggestion',
	'accepted',
	'firstSeen',
	'entryId',
] as const;

/** Findings as a table that spreadsheets open: UTF-8 with a mark, texts that begin like formulas are kept texts. */
export function findingsCsv(pages: AsyncIterable<readonly ShownFinding[]>): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	const iterator = pages[Symbol.asyncIterator]();
	let isBegun = false;
	return new ReadableStream({
		async pull(controller) {
			if (!isBegun) {
				isBegun = true;
				controller.enqueue(encoder.encode(`\ufeff${COLUMNS.join(',')}\r\n`));
			}
			const next = await iterator.next();
			if (next.done) controller.close();
			else if (next.value.length > 0) controller.enqueue(encoder.encode(next.value.map(lineOf).join('')));
		},
		async cancel() {
			await iterator.return?.();
		},
	});
}

function lineOf(finding: ShownFinding): string {
	const cells: Record<(typeof COLUMNS)[number], string> = {
		rule: finding.rule,
		severity: finding.severity,
		fonds: finding.fondsId,
		referenceCode: finding.referenceCode,
		title: finding.title,
		field: finding.field,
		value: finding.value,
		suggestion: textOf(finding.suggestion),
		accepted: finding.accepted?.reason ?? '',
		firstSeen: finding.firstSeen,
		entryId: finding.entryId,
	};
	return `${COLUMNS.map((column) => cell(cells[column])).join(',')}\r\n`;
}

function cell(text: string): string {
	// A spreadsheet would calculate it.
	const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
