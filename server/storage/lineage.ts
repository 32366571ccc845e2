import type { Kysely } from 'kysely';
import { must } from '#domain/base/assert.ts';
import { createId } from '#domain/base/ids.ts';
import type { Schema } from './schema.ts';
import type { Storage } from './storage.ts';

const LINEAGE = 'log.lineage';
const RESTORED = 'log.restored';

/** What the last restore from a backup did to the log. */
export interface Restored {
	readonly at: string;
	/** The lineage of the log that was restored. */
	readonly fromLineage: string;
	/** Its last position: what devices know beyond it is not here. */
	readonly atSeq: number;
}

/** The lineage of the log, and how it came to be when it began with a restore. */
export interface Lineage {
	/** UUIDv7. Positions of two lineages are not to be compared. */
	readonly lineage: string;
	readonly restored: Restored | undefined;
}

/** Reads the lineage of an open archive. */
export async function readLineage(storage: Pick<Storage, 'db'>): Promise<Lineage> {
	const rows = await storage.db
		.selectFrom('setting')
		.selectAll()
		.where('key', 'in', [LINEAGE, RESTORED])
		.execute();
	const valueOf = (key: string): unknown => {
		const row = rows.find((each) => each.key === key);
		return row && JSON.parse(row.value);
	};
	return {
		lineage: must(valueOf(LINEAGE) as string | undefined, 'an open log has a lineage'),
		restored: valueOf(RESTORED) as Restored | undefined,
	};
}

/** Gives the log of a new data directory its lineage; one that has it keeps it. */
export async function beginLineage(db: Kysely<Schema>): Promise<void> {
	const known = await db.selectFrom('setting').select('key').where('key', '=', LINEAGE).executeTakeFirst();
	if (known) return;
	await db
		.insertInto('setting')
		.values({ key: LINEAGE, value: JSON.stringify(createId<string>()) })
		.onConflict((conflict) => conflict.column('key').doNothing())
		.execute();
}

/**
 * Begins a new lineage over a restored database: from the position the log ends at, other positions follow than those
 * that devices saw. For a restore only, in one transaction, before anything is logged.
 */
export async function renewLineage(
	storage: Pick<Storage, 'db'>,
	/** ISO UTC: when the restore happened. */
	at: string,
): Promise<Lineage> {
	return storage.db.transaction().execute(async (transaction) => {
		const { lineage: fromLineage } = await readLineage({ db: transaction });
		const last = await transaction
			.selectFrom('log_update')
			.select((select) => select.fn.max('seq').as('seq'))
			.executeTakeFirst();
		const lineage = createId<string>();
		const restored: Restored = { at, fromLineage, atSeq: last?.seq ?? 0 };
		for (const [key, value] of [
			[LINEAGE, JSON.stringify(lineage)],
			[RESTORED, JSON.stringify(restored)],
		] as const)
			await transaction
				.insertInto('setting')
				.values({ key, value })
				.onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
				.execute();
		return { lineage, restored };
	});
}
