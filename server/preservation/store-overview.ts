import { access, constants, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { Storage } from '#server/storage/storage.ts';
import { ROOT_NAMASTE } from './ocfl-layout.ts';
import { reasonOf, type Failing } from './store-state.ts';
import { undeposited } from './undeposited.ts';

/** Entries named one by one. */
const MAX_NAMED = 20;
/** Ids of one statement. */
const MAX_IDS = 1000;
/** Days of growth that are told. */
const DAYS = 366;

/** What is in no version yet. */
export interface NotYetArchived {
	readonly entries: number;
	/** Imports, steps of review, orders, decisions, withdrawals. */
	readonly records: number;
	/** When the oldest of the entries was changed; undefined when none waits. */
	readonly since: string | undefined;
	/** The entries that have waited longest, by id: who may see which is asked by who shows them. */
	readonly oldest: readonly { readonly id: EntryId; readonly since: string }[];
}

/** What lies in the archival store, and what does not yet. */
export interface StoreOverview {
	readonly kinds: readonly {
		readonly kind: string;
		readonly objects: number;
		readonly versions: number;
		/** Content files and their bytes. */
		readonly files: number;
		readonly bytes: number;
	}[];
	/** Versions of entries by what they stand for, and entries by the kind of their newest one. */
	readonly working: { readonly versions: number; readonly entries: number };
	readonly approved: { readonly versions: number; readonly entries: number };
	/** By day, the oldest first; days on which nothing was written are left out. */
	readonly growth: readonly { readonly day: string; readonly versions: number; readonly bytes: number }[];
	readonly waiting: NotYetArchived;
	/** Why the store cannot be written at this moment; undefined when it can. */
	readonly trouble: string | undefined;
	/** Of the disk the store is on; undefined while it is away. */
	readonly disk: { readonly free: number; readonly total: number } | undefined;
	/** What could not be deposited, the newest last. */
	readonly failures: readonly Failing[];
}

/** Counts what the database knows of the store. Nothing of the store itself is read. */
export async function storeOverview(
	{ db }: Storage,
	root: string,
	failures: readonly Failing[],
): Promise<StoreOverview> {
	const [kinds, versions, newest, growth, waiting, trouble, disk] = await Promise.all([
		db
			.selectFrom('store_object')
			.select((select) => [
				'kind',
				select.fn.countAll<number>().as('objects'),
				select.fn.sum<number>('head').as('versions'),
				select.fn.sum<number>('files').as('files'),
				select.fn.sum<number>('bytes').as('bytes'),
			])
			.groupBy('kind')
			.orderBy('bytes', 'desc')
			.execute(),
		db
			.selectFrom('deposit')
			.select((select) => ['kind', select.fn.countAll<number>().as('count')])
			.groupBy('kind')
			.execute(),
		sql<{ kind: string; count: number }>`select kind, count(*) as count from deposit
			where id in (select max(id) from deposit group by entry_id) group by kind`.execute(db),
		db
			.selectFrom('store_day')
			.select(['day', 'versions', 'bytes'])
			.orderBy('day', 'desc')
			.limit(DAYS)
			.execute(),
		notYetArchived(db),
		troubleWith(root),
		statfs(root).catch((error: NodeJS.ErrnoException) => {
			// The store may be away: that is told by its state.
			if (error.code === undefined) throw error;
			return undefined;
		}),
	]);
	const of = (kind: string): { versions: number; entries: number } => ({
		versions: versions.find((row) => row.kind === kind)?.count ?? 0,
		entries: newest.rows.find((row) => row.kind === kind)?.count ?? 0,
	});
	return {
		kinds,
		working: of('working'),
		approved: of('approved'),
		growth: growth.toReversed(),
		waiting,
		trouble,
		disk: disk && { free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize },
		failures,
	};
}

/** Looks whether the store is there and could be written, without writing. */
async function troubleWith(root: string): Promise<string | undefined> {
	try {
		await access(join(root, ROOT_NAMASTE), constants.R_OK);
		await access(root, constants.W_OK);
		return undefined;
	} catch (error) {
		return reasonOf(error);
	}
}

async function notYetArchived(db: Storage['db']): Promise<NotYetArchived> {
	const { entries, ...records } = await undeposited(db);
	const waiting: { id: EntryId; since: string }[] = [];
	for (let from = 0; from < entries.length; from += MAX_IDS) {
		const rows = await db
			.selectFrom('entry')
			.select(['id', 'updated_at as since'])
			.where('id', 'in', entries.slice(from, from + MAX_IDS))
			.orderBy('since')
			.limit(MAX_NAMED)
			.execute();
		waiting.push(...rows.map(({ id, since }) => ({ id: id as EntryId, since })));
	}
	const oldest = waiting.toSorted((a, b) => (a.since < b.since ? -1 : 1)).slice(0, MAX_NAMED);
	return {
		entries: entries.length,
		records: Object.values(records).reduce((sum, ids) => sum + ids.length, 0),
		since: oldest[0]?.since,
		oldest,
	};
}
