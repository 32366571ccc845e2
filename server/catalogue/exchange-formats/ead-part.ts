/** The parts of an entry: what stands in its `did` and beside it, read into a draft. */
import { fieldIdOf, type FieldValue } from '#domain/catalogue/entry.ts';
import { fieldOf, type FieldDefinition } from '#domain/catalogue/profile.ts';
import { readIdentity } from './ead-did.ts';
import { ACCESS_POINT_FIELDS, NOTE_FIELDS, PLAIN_ACCESS_POINT } from './ead-elements.ts';
import { readNote } from './ead-rich-text.ts';
import { nameItem, shownText, takeValue, valueFromText, type PartContext } from './ead-values.ts';
import { exactValue, homeOf, markOf, STANDING_NOTE, UNSETTLED_NOTE } from './ead3-marks.ts';
import { draftItem, isDraftItem } from './entry-draft.ts';
import type { ReadingReport } from './reading-report.ts';
import { elementsOf, normalised, reportUntaken, takeAttribute, type XmlElement } from './xml-element.ts';

/** Reads a child element of a component or `archdesc`, and reports what of it has no place. */
export function readPart(element: XmlElement, path: string, context: PartContext): void {
	if (element.name === 'did' || element.name === 'descgrp') {
		for (const child of elementsOf(element)) readPart(child, `${path}/${child.name}`, context);
		reportOwn(element, path, context.report);
		return;
	}
	if (element.attributes['localtype'] === UNSETTLED_NOTE) {
		context.report.lose(`conflicts/${fieldIdOf(markOf(element).field ?? '')}`, element.line);
		return;
	}
	// What it stood for elsewhere says nothing here.
	if (element.attributes['localtype'] === STANDING_NOTE) return;
	const isFurtherTitle = element.name === 'unittitle' && context.draft.hasTitle;
	if (element.name === 'controlaccess') readAccessPoints(element, path, context);
	else if (!isFurtherTitle && !readHome(element, path, context) && !readIdentity(element, path, context))
		readNoteInto(element, path, context);
	reportUntaken(element, isFurtherTitle ? `${path} (further)` : path, context.report);
}

/** Reports what an element whose children were read one by one says itself. */
function reportOwn(element: XmlElement, path: string, report: ReadingReport): void {
	const children = element.children.filter((each) => typeof each === 'string');
	reportUntaken({ ...element, children }, path, report);
}

/** Folded into notes of a wider meaning, these would be hard to tell without their label. */
const LABELLED = new Set(['physloc', 'materialspec', 'didnote']);

function readNoteInto(element: XmlElement, path: string, { draft, report }: PartContext): void {
	const field = NOTE_FIELDS[element.name];
	if (!field) return;
	const label = LABELLED.has(element.name) ? takeAttribute(element, 'label') : undefined;
	const blocks = readNote(element, path, report);
	if (blocks.length === 0) return;
	if (label) {
		const content = [{ type: 'text', text: normalised(label) }];
		draft.append(field, [{ type: 'heading', attrs: { level: 3 }, content }]);
	}
	draft.append(field, blocks);
	report.understand(path, field);
}

/** Reads an element that names its field itself, as our own exports do. False when it does not. */
function readHome(element: XmlElement, path: string, context: PartContext): boolean {
	const { draft, profile, report } = context;
	const field = homeOf(element);
	if (!field) return false;
	report.understand(path, field);
	// What machines read of a date follows from its words.
	for (const attribute of ['normal', 'certainty']) takeAttribute(element, attribute);
	const kind = fieldOf(profile, field);
	const kept = markOf(element).block ?? keptAs(kind);
	if (kept === 'body') {
		draft.append(field, readNote(element, path, report));
		return true;
	}
	const words = takeValue(element);
	const exact = exactValue(element, words, (value) => shownText(profile, field, value as FieldValue));
	if (kept === 'item') draft.add(field, isDraftItem(exact) ? exact : draftItem(words));
	else draft.set(field, exact ?? valueFromText(profile, field, words));
	return true;
}

/** How the values of a field are kept. */
export function keptAs(field: FieldDefinition | undefined): 'body' | 'item' | 'value' {
	if (field?.type === 'longText') return 'body';
	return field?.repeatable ? 'item' : 'value';
}

function readAccessPoints(element: XmlElement, path: string, context: PartContext): void {
	for (const child of elementsOf(element)) {
		const here = `${path}/${child.name}`;
		const field = ACCESS_POINT_FIELDS[child.name];
		if (!field) readAccessPoints(child, here, context);
		else if (!readHome(child, here, context)) {
			const item = nameItem(child, PLAIN_ACCESS_POINT[field] as string, field !== 'personNames');
			if (!item) continue;
			context.draft.add(field, item);
			context.report.understand(here, field);
		}
	}
}
