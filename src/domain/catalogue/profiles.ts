import { loadShippedProfiles, shippedProfiles } from '#domain/catalogue/profiles/shipped.ts';
import { Refusal } from '../base/refusal.ts';
import { withLocalFields } from './local-fields.ts';
import type { Profile } from './profile.ts';
import type { LocalFieldInUse } from './registers/local-field.ts';

// What changes here: which fields an archive adds is known only when it is open.
let localFields: readonly LocalFieldInUse[] = [];
let known: { readonly of: readonly Profile[]; readonly profiles: readonly Profile[] } | undefined;

export { loadShippedProfiles };

/** Every profile with the fields of the archive, in the order people are offered them. */
export function allProfiles(): readonly Profile[] {
	const shipped = shippedProfiles();
	if (known?.of !== shipped)
		known = { of: shipped, profiles: shipped.map((profile) => withLocalFields(profile, localFields)) };
	return known.profiles;
}

/** The fields the archive adds to every profile, withdrawn ones too. */
export function localFieldsInUse(): readonly LocalFieldInUse[] {
	return localFields;
}

/**
 * Makes these the fields the archive adds to every profile, for this process, tab or thread. Told again with the same
 * fields it changes nothing, so that what is remembered by profile stays remembered.
 */
export function useLocalFields(fields: readonly LocalFieldInUse[]): void {
	if (JSON.stringify(fields) === JSON.stringify(localFields)) return;
	localFields = fields;
	known = undefined;
}

/**
 * The profile of that id, with the fields of the archive.
 * @throws {Refusal} 'catalogue.unknown-profile'
 */
export function profileOf(id: string): Profile {
	const profile = allProfiles().find((each) => each.id === id);
	if (!profile) throw new Refusal('catalogue.unknown-profile', { profile: id });
	return profile;
}
