import { Worker } from 'node:worker_threads';
import { Refusal, type Params } from '#domain/base/refusal.ts';

/** What the worker that reads a sheet is told. */
export interface SheetAsked {
	readonly path: string;
	readonly fileName: string;
	/** Lines at most, headings included. */
	readonly maxRows: number;
}

export type SheetAnswer =
	| { readonly cells: readonly (readonly string[])[] }
	| { readonly refusal: { readonly code: string; readonly params: Params; readonly status: number } };

/**
 * The cells of a table: delimited text in any encoding imports take, or the first sheet of a workbook. Blank lines are there,
 * empty.
 * @throws {Refusal} 'import.broken' with the line | 'import.too-large' (413) | 'catalogue.too-many-records' (413)
 */
export async function sheetCells(asked: SheetAsked): Promise<readonly (readonly string[])[]> {
	const worker = new Worker(new URL('./sheet-worker.ts', import.meta.url), { workerData: asked });
	try {
		const answer = await new Promise<SheetAnswer>((resolve, reject) => {
			worker.on('message', resolve);
			worker.on('error', reject);
			worker.on('exit', () => reject(new Error('the sheet worker ended')));
		});
		if ('cells' in answer) return answer.cells;
		const { code, params, status } = answer.refusal;
		throw new Refusal(code, params, status);
	} finally {
		await worker.terminate();
	}
}
