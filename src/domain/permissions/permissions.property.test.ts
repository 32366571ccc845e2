import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import type { EntryId, PersonId } from '../base/ids.ts';
import { ACCESS_STATUSES, can, ROLES, visibleEntries, type EntryThing, type Person } from './permissions.ts';

const fondsId = fc.constantFrom('a', 'b', 'c') as fc.Arbitrary<EntryId>;
const status = fc.constantFrom(...ACCESS_STATUSES, 'structural');

const person: fc.Arbitrary<Person> = fc.record({
	id: fc.constant('p' as PersonId),
	name: fc.constant('甲'),
	role: fc.constantFrom(...ROLES),
	fonds: fc.option(fc.uniqueArray(fondsId)),
	accessStatuses: fc.option(fc.uniqueArray(fc.constantFrom(...ACCESS_STATUSES))),
});

const entry: fc.Arbitrary<EntryThing> = fc.record({
	kind: fc.constant('entry' as const),
	fondsId,
	accessStatus: status,
	isRegistered: fc.boolean(),
	isShown: fc.boolean(),
	isPurged: fc.constant(false),
});

describe('what lists show', () => {
	it('is what the question about each entry allows', () => {
		fc.assert(
			fc.property(person, entry, (who, what) => {
				const { fonds, accessStatuses, onlyShown } = visibleEntries(who);
				const isListed =
					(fonds === null || fonds.includes(what.fondsId)) &&
					(accessStatuses === null || accessStatuses.includes(what.accessStatus)) &&
					(!onlyShown || what.isShown);
				return isListed === can(who, 'see', what);
			}),
		);
	});

	it('never grows when a person is limited', () => {
		fc.assert(
			fc.property(person, entry, fc.uniqueArray(fondsId), (who, what, fonds) => {
				const limited = { ...who, fonds: fonds.filter((id) => who.fonds?.includes(id) ?? true) };
				return !can(limited, 'see', what) || can(who, 'see', what);
			}),
		);
	});
});
