import { parseEntryId } from '#domain/base/ids.ts';
import { fieldOf } from '#domain/catalogue/profile.ts';
import { allProfiles } from '#domain/catalogue/profiles.ts';
import { isRefusal, type Refusal } from '#domain/base/refusal.ts';
import type { OrderCondition } from '#domain/collaboration/orders.ts';
import { pastedRows } from '#domain/collaboration/order-list.ts';
import type { SentRule } from '#client/orders-client.ts';

/** An order that is being written, as it was typed. */
export interface OrderDraft {
	kind: 'replace' | 'set' | 'list';
	under: string;
	field: string;
	words: string;
	by: string;
	value: string;
	/** The field is to say nothing; leaving the value empty does not mean that yet. */
	clear: boolean;
	level: string;
	from: string;
	to: string;
	whereField: string;
	how: 'contains' | 'equals';
	whereWords: string;
	pasted: string;
	/** Of a chosen file; its bytes are not kept. */
	fileName: string;
	why: string;
}

export const EMPTY_DRAFT: OrderDraft = {
	kind: 'replace',
	under: '',
	field: '',
	words: '',
	by: '',
	value: '',
	clear: false,
	level: '',
	from: '',
	to: '',
	whereField: '',
	how: 'contains',
	whereWords: '',
	pasted: '',
	fileName: '',
	why: '',
};

/** Whether somebody typed something: where the form was opened does not count. */
export function isWritten(draft: OrderDraft): boolean {
	const typed = ['words', 'by', 'value', 'from', 'to', 'whereWords', 'pasted', 'fileName', 'why'] as const;
	return typed.some((name) => draft[name] !== '');
}

/** Whether words stand in a field: terms and numbers have none to be replaced. */
export function isText(fieldId: string): boolean {
	const definition = allProfiles()
		.map((profile) => fieldOf(profile, fieldId))
		.find((each) => each);
	return definition !== undefined && !['longText', 'enum', 'integer'].includes(definition.type);
}

/** A control of the form. */
export type Place =
	'under' | 'field' | 'words' | 'by' | 'value' | 'from' | 'to' | 'whereWords' | 'list' | 'why';

/** What is wrong at a control. */
export type Wrong = 'missing' | 'year' | 'turned' | 'same' | Refusal;

/** The rule that a draft means, if it is whole, and what keeps it from being one. */
export interface ReadDraft {
	readonly rule: SentRule | undefined;
	readonly wrong: Readonly<Partial<Record<Place, Wrong>>>;
}

/** A list file at hand. */
export interface ListFile {
	readonly name: string;
	readonly base64: string;
}

/** Reads a draft. @param pastedName what a pasted list is called */
export function readDraft(draft: OrderDraft, file: ListFile | undefined, pastedName: string): ReadDraft {
	if (draft.kind === 'list') return readList(draft, file, pastedName);
	const wrong: Partial<Record<Place, Wrong>> = {};
	const under = parseEntryId(draft.under);
	if (!under) wrong.under = 'missing';
	if (draft.field === '') wrong.field = 'missing';
	if (draft.kind === 'replace') {
		if (draft.words === '') wrong.words = 'missing';
		else if (draft.words === draft.by) wrong.by = 'same';
	} else if (draft.value === '' && !draft.clear) wrong.value = 'missing';
	const where = conditionOf(draft, wrong);
	if (!under || Object.keys(wrong).length > 0) return { rule: undefined, wrong };
	const { field, words, by, value } = draft;
	const rule: SentRule =
		draft.kind === 'replace'
			? { kind: 'replace', under, where, field, words, by }
			: { kind: 'set', under, where, field, value: draft.clear ? '' : value };
	return { rule, wrong };
}

function readList(draft: OrderDraft, file: ListFile | undefined, pastedName: string): ReadDraft {
	if (file) return { rule: { kind: 'file', ...file }, wrong: {} };
	try {
		const rows = pastedRows(draft.pasted, pastedName);
		return rows.length > 0
			? { rule: { kind: 'rows', file: pastedName, rows }, wrong: {} }
			: { rule: undefined, wrong: { list: 'missing' } };
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return { rule: undefined, wrong: { list: error } };
	}
}

function conditionOf(draft: OrderDraft, wrong: Partial<Record<Place, Wrong>>): OrderCondition | undefined {
	const yearOf = (place: 'from' | 'to'): number | undefined => {
		const text = draft[place].trim();
		if (text === '') return undefined;
		if (!/^\d{4}$/.test(text)) wrong[place] = 'year';
		return Number(text);
	};
	const fromYear = yearOf('from');
	const toYear = yearOf('to');
	if (!wrong.from && !wrong.to && fromYear !== undefined && toYear !== undefined && toYear < fromYear)
		wrong.to = 'turned';
	// An empty `equals` means entries without the field; an empty `contains` means nothing.
	if (draft.whereField !== '' && draft.how === 'contains' && draft.whereWords === '')
		wrong.whereWords = 'missing';
	const where: OrderCondition = {
		...(draft.level === '' ? {} : { level: draft.level }),
		...(fromYear === undefined ? {} : { fromYear }),
		...(toYear === undefined ? {} : { toYear }),
		...(draft.whereField === '' ? {} : { field: draft.whereField, [draft.how]: draft.whereWords }),
	};
	return Object.keys(where).length > 0 ? where : undefined;
}

const PLACES: Readonly<Record<string, Place>> = {
	'catalogue.unknown-entry': 'under',
	'collaboration.order-field': 'field',
	'catalogue.unknown-field': 'field',
	'catalogue.long-text': 'field',
	'catalogue.bad-value': 'value',
	'collaboration.order-without-reason': 'why',
};

/** The control that a refusal of the server is about; undefined: the order as a whole. */
export function placeOfRefusal(code: string, kind: OrderDraft['kind']): Place | undefined {
	const isOfList = /^(?:collaboration\.order-(?:row|columns|too-large)|import\.)/.test(code);
	return kind === 'list' && isOfList ? 'list' : PLACES[code];
}
