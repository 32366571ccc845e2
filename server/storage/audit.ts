import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { Statement, Storage } from './storage.ts';

/** A line of the audit log, to be written in the transaction of the action it records. */
export function auditLine(
	storage: Storage,
	clock: Clock,
	actor: Actor,
	action: string,
	object: string,
	detail: unknown = {},
): Statement {
	return storage.db.insertInto('audit').values({
		at: isoAt(clock),
		actor_id: actor.id,
		actor_name: actor.name,
		via: actor.via,
		action,
		object,
		detail: JSON.stringify(detail),
	});
}
