import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { demandIdentity } from '../person.ts';

/** Made by the device, once for each person. */
export const DeviceId = v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/));

/**
 * The person of a session. A token in a script is no device somebody sits at.
 * @throws {Refusal} 'permissions.denied' (403)
 */
export function demandSession(locals: App.Locals): Person {
	const { person, sessionId } = demandIdentity(locals);
	if (sessionId === undefined) throw new Refusal('permissions.denied', {}, 403);
	return person;
}
