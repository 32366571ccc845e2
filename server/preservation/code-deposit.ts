import type { RecordParts } from './record-deposits.ts';
import { depositGrowing } from './segment-deposit.ts';

/** The object of all that was done with reference codes: numbers allotted, blocks, old codes. */
export const CODES_OBJECT = 'urn:lantai:codes:all';

/** Brings what was done with reference codes into the store; nothing new when it is there. */
export async function depositCodes(parts: RecordParts): Promise<string | undefined> {
	const { db } = parts.storage;
	const known = await db
		.selectFrom('code_progress')
		.select('position')
		.where('name', '=', 'deposit')
		.executeTakeFirst();
	const newest = await db
		.selectFrom('code_event')
		.select(['id', 'actor_id', 'actor_name'])
		.orderBy('id', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (!newest || (known && known.position >= newest.id)) return undefined;
	const version = await depositGrowing(parts, {
		objectId: CODES_OBJECT,
		kind: 'codes',
		name: 'all',
		schema: 'lantai-codes/1',
		filePrefix: 'events',
		newest: { id: newest.id, actorId: newest.actor_id, actorName: newest.actor_name },
		rows: (after, limit) =>
			db
				.selectFrom('code_event')
				.selectAll()
				.where('id', '>', after)
				.where('id', '<=', newest.id)
				.orderBy('id')
				.limit(limit)
				.execute(),
		leftOut: ['id'],
	});
	await db
		.insertInto('code_progress')
		.values({ name: 'deposit', position: newest.id })
		.onConflict((conflict) => conflict.column('name').doUpdateSet({ position: newest.id }))
		.execute();
	return version;
}
