import { CompiledQuery, sql, type Kysely } from 'kysely';
import { assert } from '#domain/base/assert.ts';
import type { FullText, TextQuery } from '../full-text.ts';
import type { Schema } from '../schema.ts';

/**
 * The row id is a value, not a `select` to insert from: that sets a savepoint, at which FTS5 writes out its buffer, a
 * segment for every entry at less than half the speed. The words in place of a number make an unknown entry an error,
 * or it would get a line of its own.
 */
const VALUES = `(words, chars, rowid) values (?, ?, coalesce((select row_id from entry where id = ?), 'no such entry'))`;

/** Contentless FTS5 over the token string: the text itself is kept once, in the row. */
export function createSqliteFullText(db: Kysely<Schema>): FullText {
	return {
		upsert: (entryId, { words, chars }) => [
			CompiledQuery.raw(`insert or replace into entry_text ${VALUES}`, [words, chars, entryId]),
		],
		upsertShown: (rowId, { words, chars }) => [
			CompiledQuery.raw(`insert or replace into entry_text (words, chars, rowid) values (?, ?, ?)`, [
				words,
				chars,
				-rowId,
			]),
		],
		matches: (query) =>
			sql`entry.row_id in (select rowid from entry_text where entry_text match ${termsOf(query)})`,
		// Which of the two rows counts is told after the match, or the index would be read for every entry.
		matchesShown: (query) =>
			sql`entry.row_id in (select abs(rowid) from entry_text where entry_text match ${termsOf(query)}
				and (rowid < 0 or not exists (select 1 from shown_entry as other where other.row_id = entry_text.rowid)))`,
		bulkInsert: `insert into entry_text ${VALUES}`,
		remove: (rowIds) =>
			rowIds.length === 0
				? []
				: [sql`delete from entry_text where rowid in (${sql.join(rowIds)})`.compile(db)],
	};
}

function termsOf(query: TextQuery): string {
	const terms = [
		...query.phrases.map((phrase) => `words : ${phraseOf(phrase)}`),
		...query.chars.map((char) => `chars : ${quoted(char)}`),
	];
	assert(terms.length > 0, 'a search for nothing finds nothing: do not ask');
	return terms.join(' AND ');
}

function phraseOf(tokens: readonly string[]): string {
	const last = tokens.at(-1) ?? '';
	const isPrefix = last.endsWith('*');
	const words = [...tokens.slice(0, -1), isPrefix ? last.slice(0, -1) : last];
	return `${quoted(words.join(' '))}${isPrefix ? ' *' : ''}`;
}

function quoted(text: string): string {
	// SQLite reads an expression up to its first NUL.
	return `"${text.replaceAll('\0', ' ').replaceAll('"', '""')}"`;
}
