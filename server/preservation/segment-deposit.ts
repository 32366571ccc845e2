import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { isoAt } from '#domain/base/clock.ts';
import { userOf } from './entry-deposit.ts';
import { canonicalJson } from './canonical-json.ts';
import type { RecordParts } from './record-deposits.ts';

/** Rows in one file. A full file never changes again, so that a version of the object adds only the last one. */
const ROWS_PER_FILE = 1000;

/** Something that only grows, row by row. */
export interface Growing {
	readonly objectId: string;
	/** What kind of record it is, and its name: also that of its file (`register.json`). */
	readonly kind: 'register' | 'codes';
	readonly name: string;
	readonly schema: string;
	/** First part of the names of its files. */
	readonly filePrefix: string;
	/** The newest row, and who wrote it. */
	readonly newest: { readonly id: number; readonly actorId: string; readonly actorName: string };
	/** Rows after an id, up to the newest, at most so many, in order. */
	readonly rows: (after: number, limit: number) => Promise<readonly (object & { readonly id: number })[]>;
	/** Columns that are not written: its number, and what the name says. */
	readonly leftOut: readonly string[];
}

/** Brings something that only grows into the store as it is, whole; resolves with the version. */
export async function depositGrowing(
	{ worker, clock, software, dataDir }: RecordParts,
	growing: Growing,
): Promise<string> {
	const { kind, name, newest, objectId } = growing;
	const folder = join(dataDir, 'staging', `${kind}-${name}`);
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	try {
		const files: [string, { readonly path: string }][] = [];
		for (let after = 0, count = ROWS_PER_FILE; count === ROWS_PER_FILE;) {
			const rows = await growing.rows(after, ROWS_PER_FILE);
			count = rows.length;
			after = rows.at(-1)?.id ?? after;
			if (count === 0) break;
			const fileName = `${growing.filePrefix}-${String(files.length + 1).padStart(6, '0')}.jsonl`;
			const path = join(folder, fileName);
			const file = createWriteStream(path);
			for (const row of rows) file.write(`${canonicalJson(lineOf(row, growing.leftOut))}\n`);
			file.end();
			await finished(file);
			files.push([fileName, { path }]);
		}
		const about = { schema: growing.schema, [kind]: name, files: files.map(([each]) => each) };
		const { version } = await worker.put('record', {
			objectId,
			files: [[`${kind}.json`, canonicalJson(about)], ...files],
			record: { schema: 'lantai-record/1', kind, [kind]: name, software },
			about: {
				created: isoAt(clock),
				message: `${kind}: ${name}`,
				user: userOf({ id: newest.actorId, name: newest.actorName }),
			},
		});
		return version;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function lineOf(row: object, leftOut: readonly string[]): object {
	return Object.fromEntries(Object.entries(row).filter(([column]) => !leftOut.includes(column)));
}
