import * as Y from 'yjs';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue, PlacedEntry } from '#domain/catalogue/entry.ts';
import { isFieldId, STRUCTURAL_FIELDS } from '#domain/catalogue/entry.ts';
import { isEmptyRichText, type RichText } from '#domain/catalogue/rich-text.ts';
import { elementsOf, fieldValuesOf, survivingElements, type FieldElement } from './field-values.ts';
import { fillFragment, readFragment } from './rich-text-fragment.ts';

/** Grows with every lasting change of the shape; upgrades run once, on the server, as a logged update. */
export const ENTRY_DOC_SCHEMA = 1;

/** Longest document name, in bytes; names are ASCII. */
export const MAX_DOC_NAME_BYTES = 120;

/** Largest single update a server takes, in bytes. Checked on the device before sending. */
export const MAX_UPDATE_BYTES = 1024 * 1024;

export type DocName =
	/** An entry's description, or what is said about it. */
	{ readonly kind: 'entry' | 'review'; readonly id: EntryId } | { readonly kind: 'presence' };

/** A document of an entry as devices name it: bare for its description, as it has always been. */
export type DocKey = EntryId | `review:${EntryId}`;

export const PRESENCE_DOC_NAME = 'presence:archive';

/** The name of an entry's live document. */
export function entryDocName(id: EntryId): string {
	return `entry:${id}`;
}

/** The name of a document for the server. */
export function docNameOf(key: DocKey): string {
	return key.startsWith('review:') ? key : entryDocName(key as EntryId);
}

/** The documents of an entry. */
export function docKeysOf(id: EntryId): DocKey[] {
	return [id, `review:${id}`];
}

/** The entry a document belongs to. */
export function entryOf(key: DocKey): EntryId {
	return key.replace(/^review:/, '') as EntryId;
}

/** What a document name means; `undefined` for any name the product does not know. */
export function parseDocName(name: string): DocName | undefined {
	if (name.length > MAX_DOC_NAME_BYTES) return undefined;
	if (name === PRESENCE_DOC_NAME) return { kind: 'presence' };
	const [kind, id, ...rest] = name.split(':');
	if ((kind === 'entry' || kind === 'review') && id !== undefined && rest.length === 0 && isUuid(id))
		return { kind, id: id as EntryId };
	return undefined;
}

/** `meta` of an entry's document; written by the server only. */
export interface EntryDocMeta {
	readonly schema: number;
	readonly profile: string;
}

/** Reads `meta`; undefined while there is none. */
export function readMeta(doc: Y.Doc): EntryDocMeta | undefined {
	const meta = doc.getMap<string | number>('meta');
	const schema = meta.get('schema');
	const profile = meta.get('profile');
	return typeof schema === 'number' && typeof profile === 'string' ? { schema, profile } : undefined;
}

/** Server only: writes `meta`. */
export function writeMeta(doc: Y.Doc, meta: EntryDocMeta): void {
	doc.transact(() => {
		doc.getMap('meta').set('schema', meta.schema);
		doc.getMap('meta').set('profile', meta.profile);
	});
}

const BODY = 'body:';

/** The shared text of a long-text field. */
export function bodyOf(doc: Y.Doc, fieldId: string): Y.XmlFragment {
	return doc.getXmlFragment(BODY + fieldId);
}

/** The field id of a top-level type that holds a long text, else undefined. */
export function bodyFieldOf(topLevelName: string): string | undefined {
	const id = topLevelName.startsWith(BODY) ? topLevelName.slice(BODY.length) : '';
	return isFieldId(id) ? id : undefined;
}

/**
 * Builds the document of an entry from its description: structural fields, fields and long texts, each set once.
 * Done by the server for imported entries, and by the device that makes an entry by hand — once per entry, never twice.
 */
export function buildEntryDoc(
	doc: Y.Doc,
	entry: Omit<PlacedEntry, 'id'> & { readonly status?: string },
	setting: {
		readonly by: string;
		readonly at: string;
		readonly via?: string;
		readonly newElementId: () => string;
	},
): void {
	const values: [FieldKey, FieldValue][] = [
		['level', entry.level],
		['parent', entry.parentId],
		['order', entry.order],
		['status', entry.status ?? 'active'],
		...Object.entries(entry.fields),
	];
	const { by, at, via } = setting;
	doc.transact(() => {
		fieldValuesOf(doc).push(
			values.map(([field, value]): FieldElement => ({
				id: setting.newElementId(),
				field,
				value,
				by,
				at,
				...(via ? { via } : {}),
			})),
		);
		for (const [fieldId, text] of Object.entries(entry.bodies))
			if (!isEmptyRichText(text)) fillFragment(bodyOf(doc, fieldId), text);
	});
}

/** Whether an update, by itself, builds an entry: all that says where it stands is in it, each set once. */
export function isBeginning(update: Uint8Array): boolean {
	// Nearly every edit rests on what others wrote, and is told apart without building anything.
	const { from } = Y.parseUpdateMeta(update);
	if (from.size !== 1 || [...from.values()][0] !== 0) return false;
	const doc = new Y.Doc();
	try {
		Y.applyUpdate(doc, update);
		const values = fieldValuesOf(doc);
		return STRUCTURAL_FIELDS.every((field) => elementsOf(values, field).length === 1);
	} finally {
		doc.destroy();
	}
}

/** Everything an entry's document says. */
export interface EntryDocContent {
	readonly elements: ReadonlyMap<FieldKey, readonly FieldElement[]>;
	readonly bodies: Readonly<Record<string, RichText>>;
}

/** Reads an entry's document. Bodies without a word are left out. */
export function readEntryDoc(doc: Y.Doc): EntryDocContent {
	const bodies: Record<string, RichText> = {};
	for (const name of [...doc.share.keys()].sort()) {
		const fieldId = bodyFieldOf(name);
		if (fieldId === undefined) continue;
		const text = readFragment(bodyOf(doc, fieldId));
		if (!isEmptyRichText(text)) bodies[fieldId] = text;
	}
	return { elements: survivingElements(fieldValuesOf(doc)), bodies };
}
