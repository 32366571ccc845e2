import type { EntryId } from '#domain/base/ids.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import type { ExportedEntry } from '#domain/catalogue/unsettled.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { Catalogue } from './catalogue.ts';
import { writeEad3 } from './exchange-formats/ead3-writer.ts';
import { writeJson } from './exchange-formats/json-format.ts';

export type ExportFormat = 'ead3' | 'json';

/** A subtree as text, made while it is read. */
export interface Exported {
	readonly fileName: string;
	readonly text: AsyncIterable<string>;
}

/** What an export says of itself. */
export interface ExportInfo {
	readonly recordId: string;
	readonly title: string;
	readonly agencyName: string;
	/** ISO instant. */
	readonly date: string;
	readonly language: string;
}

/** A subtree about to be exported. */
export interface Subtree {
	readonly info: ExportInfo;
	/** Profile id. */
	readonly profile: string;
	/** Name for files, without extension. */
	readonly name: string;
	/** Only what the person may see. */
	readonly entries: AsyncIterable<ExportedEntry>;
}

/** What exports work with. */
export interface ExportParts {
	readonly catalogue: Catalogue;
	readonly clock: Clock;
	readonly agencyName: string;
}

/**
 * An entry and all below it, as the person may see it. Fields that are not settled are marked, except for readers, who
 * get what stands.
 * @throws {Refusal} 'catalogue.unknown-entry' (404)
 */
export async function openSubtree(parts: ExportParts, person: Person, id: EntryId): Promise<Subtree> {
	const root = await parts.catalogue.entry(person, id);
	return {
		info: {
			recordId: root.referenceCode || id,
			title: root.title || root.dateText || root.referenceCode || id,
			agencyName: parts.agencyName,
			date: isoAt(parts.clock),
			language: root.profile === 'dat18' ? 'zh-CN' : 'en',
		},
		profile: profileOf(root.profile).id,
		name: (root.referenceCode || root.title || id).replace(/[\\/:*?"<>|\u0000-\u001f]/g, '_').slice(0, 80),
		entries: parts.catalogue.subtree(person, id),
	};
}

/** A subtree in an exchange format; of other entries than its own when they are given. */
export function subtreeText(
	{ info, profile, entries }: Subtree,
	format: ExportFormat,
	given: AsyncIterable<ExportedEntry> = entries,
): AsyncIterable<string> {
	return format === 'ead3'
		? writeEad3(given, info, profileOf(profile))
		: writeJson(given, { profile, exportedAt: info.date });
}

/**
 * A subtree in an exchange format.
 * @throws {Refusal} 'catalogue.unknown-entry' (404)
 */
export async function exportEntries(
	parts: ExportParts,
	person: Person,
	id: EntryId,
	format: ExportFormat,
): Promise<Exported> {
	const subtree = await openSubtree(parts, person, id);
	return {
		fileName: `${subtree.name}.${format === 'ead3' ? 'ead3.xml' : 'json'}`,
		text: subtreeText(subtree, format),
	};
}
