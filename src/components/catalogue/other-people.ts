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
