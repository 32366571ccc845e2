/** Where the fields of an entry stand in EAD3. */
import { isDeepStrictEqual } from 'node:util';
import { textOf, type FieldValue, type Json, type MarkedText } from '#domain/catalogue/entry.ts';
import type { Profile } from '#domain/catalogue/profile.ts';
import type { RichText } from '#domain/catalogue/rich-text.ts';
import { ACCESS_POINT_FIELDS, NAMES, NOTE_FIELDS, PLAIN_ACCESS_POINT } from './ead-elements.ts';
import { keptAs, readPart } from './ead-part.ts';
import { shownText } from './ead-values.ts';
import { elementWith, noteChildren, titleChildren } from './ead3-rich-text.ts';
import { normalAttributes } from './ead3-dates.ts';
import { formatHome, type Mark } from './ead3-marks.ts';
import { EntryDraft, type DraftItem } from './entry-draft.ts';
import { ReadingReport } from './reading-report.ts';
import { xmlElement, type XmlElement } from './xml-element.ts';
import { fieldOf } from '#domain/catalogue/profile.ts';

/** Where an element goes in a component. */
export type Place = 'did' | 'controlaccess' | 'notes';

/** Elements ready to be written, and whether reading them gives back exactly what they were made of. */
export interface Housed {
	readonly place: Place;
	readonly elements: readonly XmlElement[];
	readonly isExact: boolean;
}

/**
 * Fields without an element of their own in EAD3, and the element that carries them with the field id as `@localtype`
 * (`@datechar` on dates). Fields named nowhere here stand in `odd`.
 */
const CARRIERS: Readonly<Record<string, readonly [Place, string]>> = {
	documentDate: ['did', 'unitdate'],
	dateRange: ['did', 'unitdate'],
	year: ['did', 'unitdate'],
	catalogueNumber: ['did', 'unitid'],
	fileNumber: ['did', 'unitid'],
	itemNumber: ['did', 'unitid'],
	documentNumber: ['did', 'unitid'],
	pageCount: ['did', 'physdesc'],
	itemCount: ['did', 'physdesc'],
	boxNumber: ['did', 'container'],
	recordType: ['controlaccess', 'genreform'],
	orgOrMatter: ['controlaccess', 'subject'],
	retentionPeriod: ['notes', 'appraisal'],
	securityClass: ['notes', 'accessrestrict'],
	accessStatus: ['notes', 'accessrestrict'],
	rules: ['notes', 'processinfo'],
	describedOn: ['notes', 'processinfo'],
};

/** The element of notes for a long text: the first that stands for the field. */
const NOTE_ELEMENTS = new Map(
	Object.entries(NOTE_FIELDS)
		.filter(([element]) => !['fileplan', 'legalstatus', 'abstract'].includes(element))
		.toReversed()
		.map(([element, field]) => [field, element]),
);
NOTE_ELEMENTS.set('note', 'odd').set('physicalCharacteristics', 'phystech');

const PARTS = new Set(Object.keys(ACCESS_POINT_FIELDS));
const RENDERS = new Set(['italic', 'bold', 'sub', 'super']);
const NMTOKEN = /^[\p{L}\p{N}._:-]+$/u;

/** Houses a value that stands alone. */
export function houseValue(profile: Profile, field: string, value: FieldValue): Housed {
	if (field === 'title') return settle(profile, 'did', (mark) => titleElement(value, mark), field, value);
	if (field === 'referenceCode')
		return settle(profile, 'did', (mark) => elementWith('unitid', mark, {}, [textOf(value)]), field, value);
	if (field === 'repository') {
		const build = (mark: Mark) =>
			elementWith('repository', mark, {}, [
				elementWith('corpname', mark, {}, [xmlElement('part', {}, [textOf(value)])]),
			]);
		return settle(profile, 'did', build, field, value);
	}
	const block = keptAs(fieldOf(profile, field)) === 'value' ? {} : { block: 'value' };
	return settleCarrier(profile, field, value, shownText(profile, field, value), block);
}

/** Houses one item of a repeatable field. */
export function houseItem(profile: Profile, field: string, item: DraftItem): Housed {
	const build = ITEM_BUILDERS[field];
	if (build) {
		const place = field in PLAIN_ACCESS_POINT ? 'controlaccess' : 'did';
		return settle(profile, place, (mark) => build(item, mark), field, item);
	}
	const block = keptAs(fieldOf(profile, field)) === 'item' ? {} : { block: 'item' };
	return settleCarrier(profile, field, item, textOf(item as Json), block);
}

/** Houses a long text. */
export function houseBody(profile: Profile, field: string, body: RichText): Housed {
	if (field === 'abstract') {
		const plain = abstractElements(body);
		if (plain && isDeepStrictEqual(readBack(profile, plain, field), body))
			return { place: 'did', elements: plain, isExact: true };
	}
	const native = NOTE_ELEMENTS.get(field);
	const name = native ?? CARRIERS[field]?.[1] ?? 'odd';
	const attributes: Record<string, string> = native ? {} : { localtype: formatHome(field) };
	const base: Mark = native || keptAs(fieldOf(profile, field)) === 'body' ? {} : { block: 'body' };
	const build = (mark: Mark) => {
		const children = noteChildren(body.content, mark.space === 'exact');
		return elementWith(name, mark, attributes, children.length ? children : [xmlElement('p')]);
	};
	return settle(profile, 'notes', build, field, body as unknown as Json, base);
}

const ITEM_BUILDERS: Readonly<Record<string, (item: DraftItem, mark: Mark) => XmlElement>> = {
	otherIdentifiers: (item, mark) =>
		elementWith(
			'unitid',
			{ ...mark, field: 'otherIdentifiers' },
			given({ localtype: item['type'] }),
			text(item),
		),
	dates(item, mark) {
		const isStandard = item['type'] === 'bulk' || item['type'] === 'inclusive';
		const type = isStandard ? { unitdatetype: item['type'] } : { datechar: item['type'] };
		return elementWith('unitdate', mark, given({ ...type, normal: item['normal'] }), text(item));
	},
	extent: (item, mark) => elementWith('physdesc', mark, {}, text(item)),
	containers: (item, mark) =>
		elementWith('container', mark, given({ localtype: item['type'], label: item['label'] }), text(item)),
	digitalObjects(item, mark) {
		const isNamed = item['text'] !== item['href'] || mark.value !== undefined;
		const note = xmlElement('descriptivenote', {}, [elementWith('p', mark, {}, text(item))]);
		return elementWith('dao', mark, given({ daotype: 'unknown', href: item['href'] }), isNamed ? [note] : []);
	},
	creators: (item, mark) => xmlElement('origination', {}, [nameElement(item, 'name', NAMES, mark)]),
	language(item, mark) {
		const langcode = NMTOKEN.test(String(item['code'] ?? '')) ? item['code'] : undefined;
		return xmlElement('langmaterial', {}, [elementWith('language', mark, given({ langcode }), text(item))]);
	},
	...Object.fromEntries(
		Object.entries(PLAIN_ACCESS_POINT).map(([field, plain]) => {
			const kinds = new Set([...PARTS].filter((element) => ACCESS_POINT_FIELDS[element] === field));
			return [field, (item: DraftItem, mark: Mark) => nameElement(item, plain, kinds, mark)];
		}),
	),
};

function text(item: DraftItem): string[] {
	const words = textOf(item as Json);
	return words ? [words] : [];
}

/** The attributes that are there, but for any that would be taken for the home of a field. */
function given(attributes: Readonly<Record<string, Json | undefined>>): Record<string, string> {
	const out: Record<string, string> = {};
	for (const [name, value] of Object.entries(attributes))
		if (typeof value === 'string' && value && !value.startsWith(formatHome(''))) out[name] = value;
	return out;
}

function nameElement(item: DraftItem, plain: string, kinds: ReadonlySet<string>, mark: Mark): XmlElement {
	const type = typeof item['type'] === 'string' ? item['type'] : '';
	const name = kinds.has(type) ? type : plain;
	const attributes = given({
		source: item['source'],
		relator: item['role'],
		localtype: name === plain && type !== plain ? type : undefined,
	});
	return elementWith(name, mark, attributes, [xmlElement('part', {}, text(item))]);
}

function isTitleMark(mark: Json): boolean {
	const { type, from, to } = (mark ?? {}) as { type?: Json; from?: Json; to?: Json };
	return typeof type === 'string' && RENDERS.has(type) && typeof from === 'number' && typeof to === 'number';
}

function titleElement(value: FieldValue, mark: Mark): XmlElement {
	const marks = typeof value === 'object' && value !== null ? (value as { marks?: Json }).marks : undefined;
	const isMarked = Array.isArray(marks) && marks.length > 0 && marks.every(isTitleMark);
	return elementWith(
		'unittitle',
		mark,
		{},
		isMarked ? titleChildren(value as unknown as MarkedText) : [textOf(value)],
	);
}

/** An abstract for each paragraph; `undefined` when the text is more than paragraphs. */
function abstractElements(body: RichText): XmlElement[] | undefined {
	if (body.content.some((block) => block.type !== 'paragraph' || !block.content?.length)) return undefined;
	return body.content.map((block) =>
		xmlElement(
			'abstract',
			{},
			noteChildren([block], false).flatMap((each) => each.children),
		),
	);
}

/** Houses a value in the carrier of its field. */
function settleCarrier(profile: Profile, field: string, value: Json, words: string, base: Mark): Housed {
	const [place, name] = CARRIERS[field] ?? (['notes', 'odd'] as const);
	const home: Readonly<Record<string, string>> =
		name === 'unitdate'
			? { datechar: formatHome(field), ...normalAttributes(words) }
			: { localtype: formatHome(field) };
	const inner = place === 'did' ? undefined : place === 'controlaccess' ? 'part' : 'p';
	const build = (mark: Mark) =>
		elementWith(
			name,
			mark,
			home,
			inner ? [xmlElement(inner, {}, words ? [words] : [])] : words ? [words] : [],
		);
	return settle(profile, place, build, field, value, base);
}

/**
 * The plainest element that reads back as the value: as it is, with blanks that count, or with the value as JSON
 * beside its words.
 */
function settle(
	profile: Profile,
	place: Place,
	build: (mark: Mark) => XmlElement,
	field: string,
	value: Json,
	base: Mark = {},
): Housed {
	const json = JSON.stringify(value);
	const marks: readonly Mark[] = [
		base,
		{ ...base, space: 'exact' },
		{ ...base, value: json },
		{ ...base, space: 'exact', value: json },
	];
	for (const mark of marks) {
		const elements = [build(mark)];
		if (isDeepStrictEqual(readBack(profile, inPlace(place, elements), field), value))
			return { place, elements, isExact: true };
	}
	return { place, elements: [build(base)], isExact: false };
}

function inPlace(place: Place, elements: readonly XmlElement[]): readonly XmlElement[] {
	return place === 'controlaccess' ? [xmlElement('controlaccess', {}, [...elements])] : elements;
}

/** What reading some elements makes of a field: its value, its only item without the order, or its body. */
function readBack(profile: Profile, elements: readonly XmlElement[], field: string): Json | undefined {
	const draft = new EntryDraft(0, null, 0);
	const report = new ReadingReport();
	for (const element of elements) readPart(element, element.name, { draft, profile, report });
	const { fields, bodies } = draft.finish();
	if (Object.keys(fields).length + Object.keys(bodies).length !== 1) return undefined;
	if (bodies[field]) return bodies[field] as unknown as Json;
	const item = fields[`${field}#1`];
	if (item === undefined) return fields[field];
	const { order: _, ...rest } = item as { readonly [name: string]: Json };
	return rest;
}
