import { Refusal } from '../base/refusal.ts';
import { withLocalFields } from './local-fields.ts';
import type { Profile } from './profile.ts';
import { dat18 } from './profiles/dat18/dat18.ts';
import { isad } from './profiles/isad.ts';
import type { LocalFieldInUse } from './registers/local-field.ts';

/** Every profile the product ships, in the order people are offered them, without what the archive added. */
export const SHIPPED_PROFILES: readonly Profile[] = [dat18, isad];

// The one thing here that changes: which fields an archive adds is known only when it is open.
let inUse: { readonly fields: readonly LocalFieldInUse[]; readonly profiles: readonly Profile[] } = {
	fields: [],
	profiles: SHIPPED_PROFILES,
};

/** Every profile with the fields of the archive, in the order people are offered them. */
export function allProfiles(): readonly Profile[] {
	return inUse.profiles;
}

/** The fields the archive adds to every profile, withdrawn ones too. */
export function localFieldsInUse(): readonly LocalFieldInUse[] {
	return inUse.fields;
}

/**
 * Makes these the fields the archive adds to every profile, for this process, tab or thread. Told again with the same
 * fields it changes nothing, so that what is remembered by profile stays remembered.
 */
export function useLocalFields(fields: readonly LocalFieldInUse[]): void {
	if (JSON.stringify(fields) === JSON.stringify(inUse.fields)) return;
	inUse = { fields, profiles: SHIPPED_PROFILES.map((profile) => withLocalFields(profile, fields)) };
}

/**
 * The profile of that id, with the fields of the archive.
 * @throws {Refusal} 'catalogue.unknown-profile'
 */
export function profileOf(id: string): Profile {
	const profile = inUse.profiles.find((each) => each.id === id);
	if (!profile) throw new Refusal('catalogue.unknown-profile', { profile: id });
	return profile;
}
