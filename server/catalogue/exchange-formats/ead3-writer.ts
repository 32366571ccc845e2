import { assert } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import {
	fieldIdOf,
	isDescriptive,
	itemsOf,
	type FieldValue,
	type ItemValue,
	type Json,
} from '#domain/catalogue/entry.ts';
import type { Profile } from '#domain/catalogue/profile.ts';
import { eadLevelOf, levelFor } from './ead-elements.ts';
import { houseBody, houseItem, houseValue, type Housed, type Place } from './ead3-homes.ts';
import { OWN_EXPORT, formatMark, isFieldId } from './ead3-marks.ts';
import type { Loss } from './reader.ts';
import { ReadingReport } from './reading-report.ts';
import type { RichText } from '#domain/catalogue/rich-text.ts';
import type { ExportedEntry } from '#domain/catalogue/unsettled.ts';
import { standingNotes, unsettledNotes } from './ead3-unsettled.ts';
import { pushAll, xmlElement, type XmlElement } from './xml-element.ts';
import { legalText, serialise, startTag } from './xml-write.ts';

/** What a finding aid says of itself. */
export interface Ead3Info {
	readonly recordId: string;
	readonly title: string;
	readonly agencyName: string;
	/** ISO date or instant of the export. */
	readonly date: string;
	/** BCP 47 tag of the language of description, e.g. `zh-CN`. */
	readonly language: string;
}

/** An export as it is written. */
export interface Ead3Export extends AsyncIterable<string> {
	/**
	 * What the file could not carry exactly, complete once the export has been read to its end; `firstLine` is the
	 * number of the first entry concerned, from 1.
	 */
	readonly losses: readonly Loss[];
}

const FLUSH_AT = 32 * 1024;
const NAMESPACE = 'http://ead3.archivists.org/schema/';

/**
 * Writes a subtree as one EAD3 finding aid, as its entries come: its root first, parents before children, siblings in
 * order. Reading it with `readEad` gives the same entries; `losses` names every exception. Explicitly cleared values
 * (`null`) are not written. Of a field with several values the newest is written, and a `processinfo` says the others.
 * @throws {Refusal} 'export.empty', 'export.several-roots' while reading
 * @see EAD3 1.1.1
 */
export function writeEad3(
	entries: AsyncIterable<ExportedEntry>,
	info: Ead3Info,
	profile: Profile,
): Ead3Export {
	const report = new ReadingReport();
	return {
		[Symbol.asyncIterator]: () => write(entries, info, profile, report),
		get losses() {
			return report.result('ead3', profile.id).losses;
		},
	};
}

async function* write(
	entries: AsyncIterable<ExportedEntry>,
	info: Ead3Info,
	profile: Profile,
	report: ReadingReport,
): AsyncGenerator<string, void, undefined> {
	const open: string[] = [];
	let count = 0;
	let hasDsc = false;
	let text = headOf(info, profile);
	for await (const entry of entries) {
		count += 1;
		const isRoot = count === 1;
		const depth = isRoot ? 0 : open.lastIndexOf(entry.parentId ?? '') + 1;
		if (!isRoot && depth === 0) throw new Refusal('export.several-roots', { entry: entry.id });
		while (open.length > depth && open.length > 1) {
			open.pop();
			text += '</c>\n';
		}
		if (!isRoot && !hasDsc) {
			hasDsc = true;
			text += '<dsc>\n';
		}
		text += entryText(
			cleanEntry(entry, count, report),
			isRoot ? 'archdesc' : 'c',
			profile,
			count,
			report,
			info.language,
		);
		open.push(entry.id);
		if (text.length >= FLUSH_AT) {
			yield text;
			text = '';
		}
	}
	if (count === 0) throw new Refusal('export.empty');
	text += '</c>\n'.repeat(open.length - 1);
	yield `${text}${hasDsc ? '</dsc>\n' : ''}</archdesc>\n</ead>\n`;
}

/** One entry as a finding aid of its own; what is below it is elsewhere. */
export function ead3OfEntry(entry: ExportedEntry, info: Ead3Info, profile: Profile): string {
	const report = new ReadingReport();
	const text = entryText(cleanEntry(entry, 1, report), 'archdesc', profile, 1, report, info.language);
	return `${headOf(info, profile)}${text}</archdesc>\n</ead>\n`;
}

function headOf(info: Ead3Info, profile: Profile): string {
	return `<?xml version="1.0" encoding="UTF-8"?>\n<ead xmlns="${NAMESPACE}">\n${serialise(controlOf(info, profile))}\n`;
}

/** The entry without characters that XML cannot hold, each place of one reported. */
function cleanEntry(entry: ExportedEntry, number: number, report: ReadingReport): ExportedEntry {
	const clean = (value: Json, path: string): Json => {
		if (typeof value === 'string') {
			const legal = legalText(value);
			if (legal !== value) report.lose(`${path} (characters)`, number);
			return legal;
		}
		if (Array.isArray(value)) return value.map((each: Json) => clean(each, path));
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, clean(each, path)]));
	};
	const each = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
		Object.fromEntries(
			Object.entries(values).map(([key, value]) => [
				key,
				clean(value as unknown as Json, fieldIdOf(key)) as unknown as T,
			]),
		);
	return { ...entry, fields: each(entry.fields), bodies: each(entry.bodies) };
}

/** Everything of an entry up to its children. */
function entryText(
	entry: ExportedEntry,
	name: 'archdesc' | 'c',
	profile: Profile,
	number: number,
	report: ReadingReport,
	language: string,
): string {
	const parts: Record<Place, XmlElement[]> = { did: [], controlaccess: [], notes: [] };
	const place = (field: string, housed: Housed) => {
		pushAll(parts[housed.place], housed.elements);
		if (!housed.isExact) report.lose(field, number);
	};
	const repeatables = new Set<string>();
	for (const [key, value] of Object.entries(entry.fields)) {
		const field = fieldIdOf(key);
		if (value === null || !isDescriptive(field)) continue;
		if (!isFieldId(field) || (key !== field && !isItem(value))) report.lose(key, number);
		else if (key === field) place(field, houseValue(profile, field, value));
		else repeatables.add(field);
	}
	for (const field of repeatables)
		for (const { value } of itemsOf(entry.fields, field)) {
			if (!isItem(value)) continue;
			const { order: _, ...item } = value as ItemValue;
			place(field, houseItem(profile, field, item));
		}
	for (const [field, body] of Object.entries(entry.bodies)) {
		if ((body as RichText).content.length === 0) continue;
		if (isFieldId(field)) place(field, houseBody(profile, field, body));
		else report.lose(field, number);
	}

	// The schema wants at least one element in `did`.
	const did = parts.did.length > 0 ? parts.did.toSorted(byRank) : [xmlElement('unittitle')];
	const lines = [
		xmlElement('did', {}, did),
		...parts.notes,
		...standingNotes(entry.standing, language),
		...unsettledNotes(entry, profile, language),
	];
	if (parts.controlaccess.length > 0) lines.push(xmlElement('controlaccess', {}, parts.controlaccess));
	return `${startTag(name, attributesOf(entry, profile))}\n${lines.map(serialise).join('\n')}\n`;
}

function isItem(value: FieldValue): value is ItemValue {
	return typeof value === 'object' && value !== null && typeof (value as { text?: Json }).text === 'string';
}

const DID_ORDER = ['unitid', 'unittitle', 'unitdate', 'physdesc', 'container', 'origination', 'repository'];

/** As people read a description; items of a field keep their order. */
function byRank(a: XmlElement, b: XmlElement): number {
	const rank = (element: XmlElement) =>
		(DID_ORDER.indexOf(element.name) + DID_ORDER.length + 1) % (DID_ORDER.length + 1);
	return rank(a) - rank(b);
}

function attributesOf(entry: ExportedEntry, profile: Profile): Record<string, string> {
	const { level, otherlevel } = eadLevelOf(legalText(entry.level));
	const isRead = levelFor(profile, otherlevel ?? level) === entry.level;
	return {
		...(/^[\w.-]+$/.test(entry.id) ? { id: `entry-${entry.id}` } : {}),
		level,
		...(otherlevel === undefined ? {} : { otherlevel }),
		...(isRead ? {} : { altrender: formatMark({ level: entry.level }) }),
	};
}

function controlOf(info: Ead3Info, profile: Profile): XmlElement {
	const element = (name: string, ...children: (XmlElement | string)[]) => xmlElement(name, {}, children);
	const day = /^\d{4}-\d{2}-\d{2}/.exec(info.date)?.[0];
	assert(day, 'the date of an export is ISO 8601');
	const { language, script } = new Intl.Locale(info.language).maximize();
	return element(
		'control',
		element('recordid', legalText(info.recordId)),
		element('filedesc', element('titlestmt', element('titleproper', legalText(info.title)))),
		xmlElement('maintenancestatus', { value: 'derived' }),
		element('maintenanceagency', element('agencyname', legalText(info.agencyName))),
		element(
			'languagedeclaration',
			xmlElement('language', { langcode: language }),
			xmlElement('script', { scriptcode: script ?? 'Zyyy' }),
		),
		xmlElement('localcontrol', { localtype: OWN_EXPORT }, [element('term', profile.id)]),
		element(
			'maintenancehistory',
			element(
				'maintenanceevent',
				xmlElement('eventtype', { value: 'derived' }),
				xmlElement('eventdatetime', { standarddatetime: day }, [legalText(info.date)]),
				xmlElement('agenttype', { value: 'machine' }),
				element('agent', 'Lantai'),
			),
		),
	);
}
