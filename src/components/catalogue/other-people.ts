import type { PresentPerson } from '#client/contract.ts';

/** Everybody but oneself, each person once: somebody with two tabs is active if active in either. */
export function otherPeople(people: readonly PresentPerson[], meId: string): PresentPerson[] {
	const byId = new Map<string, PresentPerson>();
	for (const person of people) {
		if (person.personId === meId || person.isMe) continue;
		const known = byId.get(person.personId);
		if (!known || (known.idle && !person.idle)) byId.set(person.personId, person);
	}
	return [...byId.values()];
}

/** Who is at which entry, for rows. */
export function peopleByEntry(
	people: readonly PresentPerson[],
): ReadonlyMap<string, readonly PresentPerson[]> {
	const byEntry = new Map<string, PresentPerson[]>();
	for (const person of people) {
		if (person.entryId === null) continue;
		const there = byEntry.get(person.entryId);
		if (there) there.push(person);
		else byEntry.set(person.entryId, [person]);
	}
	return byEntry;
}
