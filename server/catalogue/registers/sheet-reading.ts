import { Worker } from 'node:worker_threads';
import { Refusal, type Params } from '#domain/base/refusal.ts';
import type { Label } from '#domain/catalogue/profile.ts';
import type { RegisterId } from '#domain/catalogue/registers/register.ts';
import type { SheetLanguage, SheetProblem } from '#domain/catalogue/registers/sheet.ts';
import type { UnderstoodRow } from './sheet-changes.ts';

/** What the worker that reads a sheet is told. */
export interface SheetAsked {
	readonly path: string;
	readonly fileName: string;
	/** Lines at most, headings included. */
	readonly maxRows: number;
	readonly register: RegisterId;
	readonly language: SheetLanguage;
	/** The database with the registers. */
	readonly database: string;
	/** URL of the module that says how registers are read from sheets. */
	readonly sheets: string;
}

/**
 * What the worker says. Parts are JSON, a few hundred rows each, and the next comes when one was taken; the columns that
 * are absent are the end.
 */
export type SheetAnswer =
	| { readonly part: string }
	| Pick<UnderstoodSheet, 'absent'>
	| { readonly refusal: { readonly code: string; readonly params: Params; readonly status: number } };

/** A sheet as a register understands it. */
export interface UnderstoodSheet {
	readonly rows: readonly UnderstoodRow[];
	readonly problems: readonly SheetProblem[];
	/** What the columns are called that the sheet does not have. */
	readonly absent: readonly Label[];
}

/**
 * Reads a table in a thread of its own, as changes of a register: delimited text in any encoding imports take, or the
 * first sheet of a workbook. It comes back in parts, so that no list however long holds up the people at work.
 * @throws {Refusal} 'import.broken' with the line | 'import.too-large' (413) | 'catalogue.too-many-records' (413)
 */
export async function understoodSheet(asked: SheetAsked): Promise<UnderstoodSheet> {
	const worker = new Worker(new URL('./sheet-worker.ts', import.meta.url), { workerData: asked });
	const rows: UnderstoodRow[] = [];
	const problems: SheetProblem[] = [];
	try {
		const end = await new Promise<Exclude<SheetAnswer, { part: string }>>((resolve, reject) => {
			worker.on('message', (answer: SheetAnswer) => {
				if ('part' in answer) {
					const part = JSON.parse(answer.part) as Omit<UnderstoodSheet, 'absent'>;
					rows.push(...part.rows);
					problems.push(...part.problems);
					worker.postMessage('taken');
				} else resolve(answer);
			});
			worker.on('error', reject);
			worker.on('exit', () => reject(new Error('the sheet worker ended')));
		});
		if ('refusal' in end) throw new Refusal(end.refusal.code, end.refusal.params, end.refusal.status);
		return { rows, problems, absent: end.absent };
	} finally {
		await worker.terminate();
	}
}
