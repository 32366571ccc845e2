import { sql } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';

/** What was done with a number or a code. */
export interface CodeEvent {
	/** `ordered`: an order (`blockId`) is to give the numbers · `renumbering`: a batch began, `renumbered`: it is through. */
	readonly kind:
		| 'allotted'
		| 'voided'
		| 'reserved'
		| 'returned'
		| 'ordered'
		| 'alias'
		| 'renumbering'
		| 'renumbered'
		| 'note';
	readonly fondsNumber: string;
	readonly regime: string;
	readonly groupKey: string;
	readonly from: number;
	readonly to: number;
	readonly suffix?: string;
	readonly entryId?: string | null;
	readonly code?: string;
	readonly newCode?: string;
	readonly blockId?: string | null;
	readonly why?: string;
}

/** The statement that writes an event. */
export function eventStatement(
	{ db }: Pick<Storage, 'db'>,
	event: CodeEvent,
	actor: Actor,
	at: string,
): Statement {
	return sql`insert into code_event (kind, fonds_number, regime, group_key, number, number_to, suffix, entry_id, code,
		new_code, block_id, why, actor_id, actor_name, via, at)
		values (${event.kind}, ${event.fondsNumber}, ${event.regime}, ${event.groupKey}, ${event.from}, ${event.to},
		${event.suffix ?? ''}, ${event.entryId ?? null}, ${event.code ?? ''}, ${event.newCode ?? ''}, ${event.blockId ?? null},
		${event.why ?? ''}, ${actor.id}, ${actor.name}, ${actor.via}, ${at})`.compile(db);
}
