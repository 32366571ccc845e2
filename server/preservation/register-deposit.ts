import type { RecordParts } from './record-deposits.ts';
import { depositGrowing } from './segment-deposit.ts';

/** The object of a register: one for each. */
export const registerObject = (register: string): string => `urn:lantai:register:${register}`;

/** Brings a register into the store as it is, with every version of its records; nothing new when it is there. */
export async function depositRegister(parts: RecordParts, register: string): Promise<string | undefined> {
	const { db } = parts.storage;
	const known = await db
		.selectFrom('register_deposit')
		.select('version_id')
		.where('register', '=', register)
		.executeTakeFirst();
	const newest = await db
		.selectFrom('register_version')
		.select(['id', 'actor_id', 'actor_name'])
		.where('register', '=', register)
		.orderBy('id', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (!newest || (known && known.version_id >= newest.id)) return undefined;
	const version = await depositGrowing(parts, {
		objectId: registerObject(register),
		kind: 'register',
		name: register,
		schema: 'lantai-register/1',
		filePrefix: 'versions',
		newest: { id: newest.id, actorId: newest.actor_id, actorName: newest.actor_name },
		rows: (after, limit) =>
			db
				.selectFrom('register_version')
				.selectAll()
				.where('register', '=', register)
				.where('id', '>', after)
				.where('id', '<=', newest.id)
				.orderBy('id')
				.limit(limit)
				.execute(),
		leftOut: ['id', 'register'],
	});
	await db
		.insertInto('register_deposit')
		.values({ register, version_id: newest.id })
		.onConflict((conflict) => conflict.column('register').doUpdateSet({ version_id: newest.id }))
		.execute();
	return version;
}
