import { levelOf, type Profile } from '#domain/catalogue/profile.ts';
import { allProfiles, profileOf } from '#domain/catalogue/profiles.ts';
import { m } from '#i18n/generated/messages.js';
import { labelOf } from '#i18n/words.ts';
import type { IconName } from '#ui/icons.ts';

/** What an entry is called where there is one line for it: its title, else its dates, else its code. */
export function entryName(entry: {
	readonly title: string;
	readonly dateText?: string;
	readonly referenceCode?: string;
	readonly status?: string;
}): string {
	if (entry.status === 'purged') return [m.catalogue_purged(), entry.referenceCode].filter(Boolean).join(' ');
	return entry.title || entry.dateText || entry.referenceCode || m.catalogue_list_untitled();
}

/** The profile of an entry; the first one shipped stands in for a profile this version does not know. */
export function profileOrFirst(id: string): Profile {
	return allProfiles().some((profile) => profile.id === id) ? profileOf(id) : (allProfiles()[0] as Profile);
}

/** A level as people call it. */
export function levelName(profileId: string, level: string): string {
	const known = levelOf(profileOrFirst(profileId), level);
	return known ? labelOf(known.label) : level;
}

const LEVEL_ICONS: Readonly<Record<string, IconName>> = {
	fondsComplex: 'archive',
	fonds: 'archive',
	subfonds: 'archive',
	collection: 'archive',
	recordGroup: 'archive',
	subgroup: 'archive',
	class: 'folder',
	series: 'folder',
	subseries: 'folder',
	otherLevel: 'folder',
	file: 'stack',
};

/** The drawing for a level. */
export function levelIcon(level: string): IconName {
	return LEVEL_ICONS[level] ?? 'file';
}
