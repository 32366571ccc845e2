import * as Y from 'yjs';
import type { EntrySession } from '#client/contract.ts';
import { textOf, type FieldKey } from '#domain/catalogue/entry.ts';
import { fieldOf, type FieldDefinition, type Profile } from '#domain/catalogue/profile.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import type { DateSuggestion } from '#domain/catalogue/date-suggestion.ts';
import { m } from '#i18n/generated/messages.js';
import { readFragment } from '#sync/rich-text-fragment.ts';
import { valueOf } from './session-values.ts';
import { TEXT_ORIGIN, TextHistory } from './text-history.ts';

/** The field that keeps what stood on the document. */
const NOTE = 'note';

/**
 * Writes a date by the rules, and what stood there into the note, as one step that can be taken back.
 * @returns false when the wording could not be kept, and nothing was changed
 */
export function takeDate(
	session: EntrySession,
	profile: Profile,
	definition: FieldDefinition,
	field: FieldKey,
	suggestion: DateSuggestion,
): boolean {
	const old = session.values(field)[0]?.value;
	const fragment = suggestion.keepsWording ? noteOf(session, profile) : undefined;
	if (suggestion.keepsWording && !fragment) return false;
	session.history.together(() => {
		session.history.set(field, valueOf(definition, suggestion.text, old));
		if (fragment) addSentence(session, fragment, sentence(profile, definition, textOf(old)));
	});
	return true;
}

function noteOf(session: EntrySession, profile: Profile): Y.XmlFragment | undefined {
	return fieldOf(profile, NOTE)?.type === 'longText' ? session.fragment(NOTE) : undefined;
}

/** In the language of the description, not of the person who writes it. */
function sentence(profile: Profile, { label }: FieldDefinition, words: string): string {
	return profile.id === 'isad'
		? m.catalogue_date_kept({ field: label.en, words }, { locale: 'en' })
		: m.catalogue_date_kept({ field: label.zh, words }, { locale: 'zh-CN' });
}

function addSentence(session: EntrySession, fragment: Y.XmlFragment, words: string): void {
	if (plainTextOf(readFragment(fragment)).includes(words)) return;
	session.history.joinText(NOTE, fragment, () => new TextHistory(fragment));
	session.doc.transact(() => {
		const only = fragment.length === 1 ? fragment.get(0) : undefined;
		const text = new Y.XmlText(words);
		// An editor that was open left an empty paragraph.
		if (only instanceof Y.XmlElement && only.nodeName === 'paragraph' && only.length === 0) {
			only.insert(0, [text]);
			return;
		}
		const paragraph = new Y.XmlElement('paragraph');
		paragraph.insert(0, [text]);
		fragment.insert(fragment.length, [paragraph]);
	}, TEXT_ORIGIN);
}
