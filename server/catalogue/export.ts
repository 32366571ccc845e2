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

/**
 * A subtree in an exchange format: only what the person may see. Fields that are not settled are marked, except for
 * readers, who get what stands.
 * @throws {Refusal} 'catalogue.unknown-entry' (404)
 */
export async function exportEntries(
	parts: { catalogue: Catalogue; clock: Clock; agencyName: string },
	person: Person,
	id: EntryId,
	format: ExportFormat,
): Promise<Exported> {
	const root = await parts.catalogue.entry(person, id);
	const info = {
		recordId: root.referenceCode || id,
		title: root.title || root.dateText || root.referenceCode || id,
		agencyName: parts.agencyName,
		date: isoAt(parts.clock),
		language: root.profile === 'dat18' ? 'zh-CN' : 'en',
	};
	const profile = profileOf(root.profile);
	const entries: AsyncIterable<ExportedEntry> = parts.catalogue.subtree(person, id);
	const name = (root.referenceCode || root.title || id)
		.replace(/[\\/:*?"<>|\u0000-\u001f]/g, '_')
		.slice(0, 80);
	return format === 'ead3'
		? { fileName: `${name}.ead3.xml`, text: writeEad3(entries, info, profile) }
		: { fileName: `${name}.json`, text: writeJson(entries, { profile: profile.id, exportedAt: info.date }) };
}
