import { registerProblem } from '#domain/catalogue/registers/register-problems.ts';
import type { RegisterContent, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import type { SheetProblem } from '#domain/catalogue/registers/sheet.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { recordFinder, type ReadRegisterSheet, type RegisterSheet } from './register-sheet.ts';
import type { RegisterChange } from './registers.ts';

/** A row that was understood, with the change it means; none where it says nothing new. */
export interface UnderstoodRow {
	readonly row: number;
	readonly content: RegisterContent;
	readonly state: 'new' | 'changed' | 'same';
	readonly change?: Omit<RegisterChange, 'content'>;
}

/** What the rows of a sheet change in a register as it stands. */
export function sheetChanges(
	sheet: RegisterSheet,
	read: ReadRegisterSheet['rows'],
	all: readonly RegisterRecord[],
): { readonly rows: UnderstoodRow[]; readonly repeated: SheetProblem[] } {
	const recordOf = recordFinder(sheet, all);
	const rows: UnderstoodRow[] = [];
	const repeated: SheetProblem[] = [];
	const seen = new Set<string>();
	for (const { row, id, content } of read) {
		const key = sheet.keyOf(content);
		const known = recordOf(id, content);
		const place = known?.id ?? key;
		if (seen.has(place)) {
			const text = key.split('\n', 1)[0]?.trim() ?? '';
			repeated.push({ ...registerProblem('repeated', sheet.keyField, { text }), row, column: '' });
			continue;
		}
		seen.add(place);
		if (known && !known.isWithdrawn && isSameValue(known.content, content)) {
			rows.push({ row, content, state: 'same' });
			continue;
		}
		const recordId = known?.id ?? id;
		rows.push({
			row,
			content,
			state: known ? 'changed' : 'new',
			change: {
				...(recordId === undefined ? {} : { id: recordId }),
				based: known?.version ?? 0,
				...(known?.isWithdrawn ? { isWithdrawn: false } : {}),
			},
		});
	}
	return { rows, repeated };
}
