import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';

/** The audit line of something done to an import, for the transaction that does it. */
export function importAuditLine(
	storage: Storage,
	clock: Clock,
	actor: Actor,
	action: 'import.accept' | 'import.undo',
	importId: string,
	detail: Readonly<Record<string, string | number | boolean>>,
): Statement {
	return storage.db.insertInto('audit').values({
		at: isoAt(clock),
		actor_id: actor.id,
		actor_name: actor.name,
		via: actor.via,
		action,
		object: `import:${importId}`,
		detail: JSON.stringify(detail),
	});
}
