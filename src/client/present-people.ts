import type { EntryId } from '#domain/base/ids.ts';
import type { PresenceState } from '#sync/presence.ts';
import type { PresentPerson } from './contract.ts';

/**
 * The people of an awareness, each client once.
 * @param placeOf where a client is, of an awareness that does not say it itself
 */
export function presentPeople(
	states: ReadonlyMap<number, unknown> | undefined,
	myClientId: number,
	placeOf?: (clientId: number) => EntryId | null,
): PresentPerson[] {
	const people: PresentPerson[] = [];
	for (const [clientId, given] of states ?? []) {
		const state = given as Partial<PresenceState>;
		// My own state carries no stamp until the server repeats it.
		if (!state.user) continue;
		people.push({
			clientId,
			personId: state.user.id,
			name: state.user.name,
			colour: state.user.colour,
			entryId: placeOf ? placeOf(clientId) : ((state.entryId ?? null) as EntryId | null),
			field: state.field ?? null,
			isMe: clientId === myClientId,
			idle: state.idle ?? false,
			caret: state.cursor ?? null,
		});
	}
	return people.sort((a, b) => (a.name < b.name ? -1 : 1));
}
