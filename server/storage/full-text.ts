import type { Expression, SqlBool } from 'kysely';
import type { Statement } from './storage.ts';

/** The tokens of a text, separated by blanks, from the one tokeniser in `domain`. */
export interface TextTokens {
	/** Folded words and Han bigrams, in the order of the text. */
	readonly words: string;
	/** Single Han characters. */
	readonly chars: string;
}

/** What is looked for: every phrase and every character must occur. */
export interface TextQuery {
	/** Adjacent tokens; a last token ending in `*` is a prefix. */
	readonly phrases: readonly (readonly string[])[];
	readonly chars: readonly string[];
}

/** The full-text index of an engine. */
export interface FullText {
	/** Statements that index an entry anew. They belong in the transaction that writes its row, after it. */
	upsert(entryId: string, tokens: TextTokens): Statement[];
	/** The same for what readers see in the place of a row that is being worked on: under the negative of its row id. */
	upsertShown(rowId: number, tokens: TextTokens): Statement[];
	/** A condition on `entry`. The query asks for something: a phrase or a character. */
	matches(query: TextQuery): Expression<SqlBool>;
	/** The same by the words that readers see. */
	matchesShown(query: TextQuery): Expression<SqlBool>;
	/** The insert of a bulk load, after that of the entries: parameters are words, chars, entry id. */
	readonly bulkInsert: string;
	/** Takes entries out of the index. Belongs in the transaction that removes their rows: row ids come again. */
	remove(rowIds: readonly number[]): Statement[];
}
