import { Refusal } from '../base/refusal.ts';
import type { Profile } from './profile.ts';
import { dat18 } from './profiles/dat18.ts';
import { isad } from './profiles/isad.ts';

/** Every profile the product ships, in the order people are offered them. */
export const PROFILES: readonly Profile[] = [dat18, isad];

/**
 * The profile of that id.
 * @throws {Refusal} 'catalogue.unknown-profile'
 */
export function profileOf(id: string): Profile {
	const profile = PROFILES.find((each) => each.id === id);
	if (!profile) throw new Refusal('catalogue.unknown-profile', { profile: id });
	return profile;
}
