import { demand, type Person } from '#domain/permissions/permissions.ts';
import { isOwnFonds, type Profile } from '../profile.ts';

/**
 * Stops who may not give an entry a level. To make a fonds, or to make something else of one, is to make something at the
 * top of the catalogue, wherever it lies: who works with some fonds only would lose it out of their hands, or take it.
 * @param standing levels the entry has; more than one while they are in conflict, none while it is being made
 * @throws {Refusal} 'permissions.denied' (403)
 */
export function demandLevel(
	person: Person,
	profile: Profile,
	level: string,
	standing: readonly string[],
): void {
	const isOwn = isOwnFonds(profile, level);
	const isOther = (each: string): boolean => isOwnFonds(profile, each) !== isOwn;
	if (standing.length === 0 ? isOwn : standing.some(isOther)) demand(person, 'create', { kind: 'archive' });
}
