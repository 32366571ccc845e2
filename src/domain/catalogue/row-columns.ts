import { itemsOf, textOf, type Description, type FieldKey, type FieldValue } from './entry.ts';
import { fieldOf, levelOf, obligationAt, termOf, type FieldDefinition, type Profile } from './profile.ts';
import { plainTextOf } from './rich-text.ts';

/** What lists, search and inheritance need of an entry, taken from its description. */
export interface RowColumns {
	/** Plain words of the title. */
	readonly title: string;
	readonly referenceCode: string;
	/** Dates in one line, as written. */
	readonly dateText: string;
	/** Creators in one line, joined with `; `. */
	readonly creatorsText: string;
	/** Access status set here; null when none is; `structural` where the profile has none at that level. */
	readonly ownAccess: string | null;
	/** Every word the entry is found by, a line for each value. */
	readonly searchText: string;
}

/** The field of a profile that says who may see an entry. */
const ACCESS_STATUS = 'accessStatus';

/**
 * The columns of an entry's row, computed alike by import and by the projection of live edits. Terms of vocabularies
 * are not words to search: 永久 would find half of an archive.
 */
export function rowColumns(profile: Profile, description: Description): RowColumns {
	const { fields } = description;
	return {
		title: oneLine(textOf(fields['title'])),
		referenceCode: oneLine(textOf(fields['referenceCode'])),
		dateText: dateTextOf(fields),
		creatorsText: joined(fields, 'creators'),
		ownAccess: ownAccessOf(profile, description),
		searchText: searchTextOf(profile, description),
	};
}

function dateTextOf(fields: Readonly<Record<FieldKey, FieldValue>>): string {
	return oneLine(
		joined(fields, 'dates') ||
			textOf(fields['documentDate']) ||
			textOf(fields['dateRange']) ||
			textOf(fields['year']),
	);
}

function joined(fields: Readonly<Record<FieldKey, FieldValue>>, fieldId: string): string {
	const prefix = `${fieldId}#`;
	let only: FieldKey | undefined;
	let count = 0;
	for (const key in fields)
		if (key.startsWith(prefix)) {
			only = key;
			count++;
		}
	if (count < 2) return only === undefined ? '' : oneLine(textOf(fields[only]));
	return itemsOf(fields, fieldId)
		.map(({ value }) => oneLine(value.text))
		.filter((text) => text !== '')
		.join('; ');
}

function oneLine(text: string): string {
	return /\s{2}|[\n\r\t]|^\s|\s$/.test(text) ? text.replace(/\s+/g, ' ').trim() : text;
}

function ownAccessOf(profile: Profile, { level, fields }: Description): string | null {
	const field = fieldOf(profile, ACCESS_STATUS);
	if (!field || (levelOf(profile, level) && obligationAt(field, level) === undefined)) return 'structural';
	const written = textOf(fields[ACCESS_STATUS]);
	if (written === '') return null;
	// A status nobody knows opens nothing.
	return termOf(profile, field.vocabulary ?? ACCESS_STATUS, written)?.id ?? 'notReviewed';
}

// Looked up for every value of every entry of an import: a walk through the profile each time would show.
const searchable = new WeakMap<Profile, Map<string, boolean>>();

function isSearchable(profile: Profile, fieldKey: FieldKey): boolean {
	let known = searchable.get(profile);
	if (!known) searchable.set(profile, (known = new Map()));
	const hash = fieldKey.indexOf('#');
	const id = hash < 0 ? fieldKey : fieldKey.slice(0, hash);
	let answer = known.get(id);
	if (answer === undefined) {
		const field: FieldDefinition | undefined = fieldOf(profile, id);
		known.set(id, (answer = field?.type !== 'enum'));
	}
	return answer;
}

function searchTextOf(profile: Profile, { fields, bodies }: Description): string {
	let text = '';
	for (const key in fields) {
		if (!isSearchable(profile, key)) continue;
		text = withWords(text, textOf(fields[key]));
	}
	for (const fieldId in bodies) {
		const body = bodies[fieldId];
		if (body) text = withWords(text, plainTextOf(body));
	}
	return text;
}

const LATIN = /[\p{Script=Latin}\p{N}]/u;

/** The text with more words, unless it has just these already: scope notes love to repeat the title. */
function withWords(text: string, words: string): string {
	if (words === '' || text === '') return text || words;
	const at = text.indexOf(words);
	const isThere =
		at >= 0 &&
		// Part of a longer word finds less than the word itself.
		!LATIN.test(text.charAt(at - 1)) &&
		!LATIN.test(text.charAt(at + words.length));
	return isThere ? text : `${text}\n${words}`;
}
