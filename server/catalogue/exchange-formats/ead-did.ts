/** What identifies an entry: the elements of `did` that are values and items, not notes. */
import { isDraftItem, draftItem, type DraftItem } from './entry-draft.ts';
import { NAMES } from './ead-elements.ts';
import { isSafeAddress, readMarkedText } from './ead-inline.ts';
import { datesText } from './ead-rich-text.ts';
import { nameItem, restored, takeValue, type PartContext } from './ead-values.ts';
import { exactValue, markOf } from './ead3-marks.ts';
import {
	elementsOf,
	hasOwnText,
	normalised,
	ownText,
	takeAttribute,
	takeWords,
	type XmlElement,
} from './xml-element.ts';
import { textOf } from '#domain/catalogue/entry.ts';

/** A label repeated for every name of an `origination` must not be what makes a small file large. */
const LONGEST_ROLE = 200;

type Read = (element: XmlElement, path: string, context: PartContext) => void;

const READERS: Readonly<Record<string, Read>> = {
	unittitle(element, path, context) {
		const { draft, report } = context;
		draft.hasTitle = true;
		for (const date of elementsOf(element, 'unitdate', 'unitdatestructured'))
			READERS[date.name]?.(date, `${path}/${date.name}`, context);
		const title = readMarkedText(element, path, report);
		const exact = exactValue(element, textOf(title as string), textOf);
		if (title === '' && exact === undefined) return;
		draft.set('title', exact ?? (title as string));
		report.understand(path, 'title');
	},

	unitid(element, path, context) {
		const { draft, report } = context;
		if (markOf(element).field !== 'otherIdentifiers' && !draft.has('referenceCode')) {
			const code = takeValue(element);
			const exact = exactValue(element, code, textOf);
			if (code === '' && exact === undefined) return;
			draft.set('referenceCode', exact ?? code);
			report.understand(path, 'referenceCode');
			return;
		}
		const type = takeAttribute(element, 'localtype', 'type');
		addItem('otherIdentifiers', element, draftItem(takeValue(element), { type }), path, context);
	},

	unitdate(element, path, context) {
		const normal = takeAttribute(element, 'normal');
		const type = takeAttribute(element, 'unitdatetype', 'type') ?? takeAttribute(element, 'datechar');
		addItem('dates', element, draftItem(takeValue(element), { normal, type }), path, context);
	},

	unitdatestructured(element, path, context) {
		const type = takeAttribute(element, 'unitdatetype') ?? takeAttribute(element, 'datechar');
		const item = draftItem(normalised(datesText(element)), { normal: normalOf(element), type });
		addItem('dates', element, item, path, context);
	},

	physdesc(element, path, context) {
		const parts = elementsOf(element, 'extent', 'physfacet', 'dimensions');
		// Separate statements in one wrapper, unless words between them make one sentence.
		if (parts.length > 0 && !/[\p{L}\p{N}]/u.test(ownText(element))) {
			element.taken = true;
			for (const part of elementsOf(element))
				addItem('extent', part, draftItem(takeValue(part)), `${path}/${part.name}`, context);
		} else addItem('extent', element, draftItem(takeValue(element)), path, context);
	},

	physdescset(element, path, context) {
		for (const part of elementsOf(element, 'physdescstructured'))
			READERS['physdescstructured']?.(part, `${path}/physdescstructured`, context);
	},

	physdescstructured(element, path, context) {
		element.taken = true;
		const [quantity, unit, ...rest] = elementsOf(element).map(takeWords);
		const text = [[quantity, unit].filter(Boolean).join(' '), ...rest].filter(Boolean).join(', ');
		addItem('extent', element, draftItem(text), path, context);
	},

	container(element, path, context) {
		const type = takeAttribute(element, 'localtype', 'type');
		const label = takeAttribute(element, 'label');
		addItem('containers', element, draftItem(takeValue(element), { type, label }), path, context);
	},

	dao(element, path, context) {
		addLink(element, [], path, context);
	},

	daoset(element, path, context) {
		addLinks(element, 'dao', path, context);
	},

	daogrp(element, path, context) {
		addLinks(element, 'daoloc', path, context);
	},

	origination(element, path, context) {
		const names = elementsOf(element).filter((child) => NAMES.has(child.name));
		if (names.length === 0 || hasOwnText(element)) {
			const role = takeAttribute(element, 'label');
			addItem('creators', element, draftItem(takeValue(element), { role }), path, context);
			return;
		}
		for (const name of names) {
			const item = nameItem(name, 'name');
			if (!item) continue;
			const isRoleTold = item['role'] !== undefined || markOf(name).value !== undefined;
			const isBrief = (element.attributes['label'] ?? '').length <= LONGEST_ROLE;
			const role = isRoleTold || !isBrief ? undefined : takeAttribute(element, 'label');
			context.draft.add('creators', role === undefined ? item : { ...item, role: normalised(role) });
			context.report.understand(`${path}/${name.name}`, 'creators');
		}
	},

	repository(element, path, { draft, report }) {
		if (draft.has('repository')) return;
		const names = elementsOf(element).filter((child) => NAMES.has(child.name));
		const text =
			names.length === 1 && !hasOwnText(element)
				? String(nameItem(names[0] as XmlElement, 'corpname')?.['text'] ?? '')
				: names.length > 0 && !hasOwnText(element)
					? names.map(takeWords).join(', ')
					: takeValue(element);
		const exact = exactValue(element, text, textOf);
		if (text === '' && exact === undefined) return;
		draft.set('repository', exact ?? text);
		report.understand(path, 'repository');
	},

	langmaterial(element, path, context) {
		const parts = elementsOf(element).flatMap((child) =>
			child.name === 'languageset' ? elementsOf(child) : [child],
		);
		if (/[\p{L}\p{N}]/u.test(ownText(element))) {
			addItem('language', element, draftItem(takeValue(element)), path, context);
			return;
		}
		element.taken = true;
		for (const part of parts) {
			const code = takeAttribute(part, 'langcode');
			const script = takeAttribute(part, 'scriptcode');
			const words = takeValue(part);
			const item = draftItem(words || (code ?? script ?? ''), { code, script });
			addItem('language', part, item, `${path}/${part.name}`, context, words);
		}
	},
};

/** Reads an element of `did` that makes a value or items. False for elements that make none. */
export function readIdentity(element: XmlElement, path: string, context: PartContext): boolean {
	const read = Object.hasOwn(READERS, element.name) ? READERS[element.name] : undefined;
	read?.(element, path, context);
	return read !== undefined;
}

function addItem(
	field: string,
	element: XmlElement,
	native: DraftItem,
	path: string,
	{ draft, report }: PartContext,
	words?: string,
): void {
	const item = restored(element, native, words);
	if (!item) return;
	draft.add(field, item);
	report.understand(path, field);
}

/** ISO dates of structured dates, where the source gives them. */
function normalOf(element: XmlElement): string | undefined {
	const range = elementsOf(element, 'daterange')[0];
	const single = elementsOf(element, 'datesingle')[0];
	if (single) return takeAttribute(single, 'standarddate');
	if (!range) return undefined;
	const dates = ['fromdate', 'todate'].map((name) => elementsOf(range, name)[0]?.attributes['standarddate']);
	if (!dates[0]?.trim() || !dates[1]?.trim()) return undefined;
	for (const end of elementsOf(range)) takeAttribute(end, 'standarddate');
	return dates.join('/');
}

/** The links of a group. What describes the group stands with the first: repeated, it could grow without bounds. */
function addLinks(group: XmlElement, name: string, path: string, context: PartContext): void {
	const notes = elementsOf(group, 'daodesc', 'descriptivenote');
	elementsOf(group, name).forEach((dao, index) => {
		addLink(dao, index === 0 ? notes : [], `${path}/${name}`, context);
	});
}

/** A link to a digital object, `notes` beside its own describing it. */
function addLink(dao: XmlElement, notes: readonly XmlElement[], path: string, context: PartContext): void {
	const written = dao.attributes['href'];
	const href = written?.trim() && isSafeAddress(written) ? takeAttribute(dao, 'href') : undefined;
	if (takeAttribute(dao, 'daotype') && dao.attributes['daotype'] !== 'unknown')
		dao.takenAttributes?.delete('daotype');
	const described = [...elementsOf(dao, 'daodesc', 'descriptivenote'), ...notes];
	const words =
		described.length === 1
			? takeNote(described[0] as XmlElement)
			: described.map(takeNote).filter(Boolean).join('; ');
	const own = described.length ? '' : takeWords(dao);
	const name = words || own || normalised(takeAttribute(dao, 'title', 'linktitle', 'label') ?? '');
	dao.taken = true;
	const text = name || (href ?? '');
	const exact = exactValue(dao, name, textOf);
	if (isDraftItem(exact) && isSafeAddress(String(exact['href'] ?? '')))
		context.draft.add('digitalObjects', exact);
	else if (text !== '') context.draft.add('digitalObjects', draftItem(text, { href }));
	else return;
	context.report.understand(path, 'digitalObjects');
}

function takeNote(element: XmlElement): string {
	const blocks = elementsOf(element);
	if (blocks.length === 0 || hasOwnText(element)) return takeWords(element);
	element.taken = true;
	return blocks.length === 1
		? takeValue(blocks[0] as XmlElement)
		: blocks.map(takeWords).filter(Boolean).join(' ');
}
