import type { Storage } from '#server/storage/storage.ts';
import { ROW_COLUMNS } from './import-messages.ts';
import type { ReadingChunk } from './import-reading.ts';
import { inheritedUpdate } from '../inheritance.ts';

/** Rows of one transaction. */
const CHUNK_ROWS = 1000;

/** The rows of a running import: written invisibly, removed as if they had never been. */
export class ImportRows {
	#storage: Storage;
	#insertEntry: string;

	constructor(storage: Storage) {
		this.#storage = storage;
		const blank = Object.fromEntries(ROW_COLUMNS.map((column) => [column, ''])) as never;
		this.#insertEntry = storage.db.insertInto('entry').values(blank).compile().sql;
	}

	/** Writes a part of a reading with its words, in one transaction. */
	async write({ rows, texts, replaced }: ReadingChunk, now: string): Promise<void> {
		const { fullText, db } = this.#storage;
		if (rows.length > 0)
			await this.#storage.bulk([
				{ sql: this.#insertEntry, rows },
				{ sql: fullText.bulkInsert, rows: texts },
			]);
		for (const { id, columns, words, chars } of replaced)
			await this.#storage.batch([
				db
					.updateTable('entry')
					.set({ ...columns, updated_at: now })
					.where('id', '=', id),
				...fullText.upsert(id, { words, chars }),
			]);
	}

	/** Passes the access status of entries on to what lies beneath. */
	async inherit(ids: readonly string[]): Promise<void> {
		for (const id of ids) await this.#storage.batch([inheritedUpdate(this.#storage.db, id)]);
	}

	/** Removes every row of an import that was never accepted, the import itself last. */
	async remove(importRow: number): Promise<void> {
		const { db, fullText } = this.#storage;
		for (;;) {
			const rows = await db
				.selectFrom('entry')
				.select('row_id')
				.where('import_row', '=', importRow)
				.limit(CHUNK_ROWS)
				.execute();
			if (rows.length === 0) break;
			const rowIds = rows.map(({ row_id }) => row_id);
			await this.#storage.batch([
				...fullText.remove(rowIds),
				db.deleteFrom('entry').where('row_id', 'in', rowIds),
			]);
		}
		await this.#storage.batch([
			db.deleteFrom('import').where('row_id', '=', importRow).where('state', '=', 'staging'),
		]);
	}
}
