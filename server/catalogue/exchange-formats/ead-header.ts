/** What the header of a finding aid (`eadheader`, `control`) says of its root entry. */
import type { Profile } from '#domain/catalogue/profile.ts';
import { allProfiles } from '#domain/catalogue/profiles.ts';
import type { RichTextNode } from '#domain/catalogue/rich-text.ts';
import { OWN_EXPORT } from './ead3-marks.ts';
import { draftItem, type EntryDraft } from './entry-draft.ts';
import type { ReadingReport } from './reading-report.ts';
import {
	elementsOf,
	normalised,
	reportUntaken,
	takeAttribute,
	takeText,
	takeWords,
	type XmlElement,
} from './xml-element.ts';

/** What a header says, kept until the root entry is there. */
export interface Header {
	readonly element: XmlElement;
	/** The profile of our own exports, whose headers speak of the export, not of the holdings. */
	readonly ownProfile: Profile | undefined;
}

/** Looks at a header. */
export function readHeader(element: XmlElement): Header {
	const local = elementsOf(element, 'localcontrol').find(
		(each) => each.attributes['localtype'] === OWN_EXPORT,
	);
	const id = local && normalised(takeText(local));
	return { element, ownProfile: allProfiles().find((profile) => profile.id === id) };
}

/** Gives the root entry what the header says of it. Call once, before {@link reportHeader}. */
export function applyHeader(header: Header, draft: EntryDraft, report: ReadingReport): void {
	if (header.ownProfile) return;
	const base = header.element.name;
	for (const child of elementsOf(header.element)) {
		const path = `${base}/${child.name}`;
		if (child.name === 'eadid' || child.name === 'recordid') {
			const text = takeWords(child);
			if (!text) continue;
			draft.add('otherIdentifiers', draftItem(text, { type: 'eadid' }));
			report.understand(path, 'otherIdentifiers');
		} else if (child.name === 'profiledesc') {
			for (const part of elementsOf(child, 'creation', 'descrules'))
				appendLine(
					part,
					part.name === 'creation' ? 'describedOn' : 'rules',
					`${path}/${part.name}`,
					draft,
					report,
				);
		} else if (child.name === 'conventiondeclaration') appendLine(child, 'rules', path, draft, report);
		else if (child.name === 'revisiondesc' || child.name === 'maintenancehistory')
			for (const part of elementsOf(child))
				appendLine(part, 'describedOn', `${path}/${part.name}`, draft, report);
	}
}

/** The title of the finding aid, for a root entry without its own. */
export function titleOfHeader(header: Header): string | undefined {
	const titles = elementsOf(header.element, 'filedesc')
		.flatMap((each) => elementsOf(each, 'titlestmt'))
		.flatMap((each) => elementsOf(each, 'titleproper'));
	const title = titles.find((each) => each.attributes['type'] !== 'filing') ?? titles[0];
	return (title && takeWords(title)) || undefined;
}

/** Reports what of the header nothing has taken. */
export function reportHeader(header: Header, report: ReadingReport): void {
	if (!header.ownProfile) reportUntaken(header.element, header.element.name, report);
}

/** A statement of the header as one paragraph of a note of the root. */
function appendLine(
	element: XmlElement,
	field: string,
	path: string,
	draft: EntryDraft,
	report: ReadingReport,
): void {
	const text =
		elementsOf(element).length && !hasWords(element) ? partsOf(element).join(' ') : takeWords(element);
	if (!text) return;
	const block: RichTextNode = { type: 'paragraph', content: [{ type: 'text', text }] };
	draft.append(field, [block]);
	report.understand(path, field);
}

function hasWords(element: XmlElement): boolean {
	return element.children.some((child) => typeof child === 'string' && child.trim() !== '');
}

/** The words of a record of parts, each by its text or else by the value it gives as an attribute. */
function partsOf(element: XmlElement): string[] {
	element.taken = true;
	return elementsOf(element)
		.map((part) => {
			const coded = takeAttribute(part, 'standarddatetime', 'value');
			return takeWords(part) || (coded ?? '');
		})
		.filter((text) => text !== '');
}
