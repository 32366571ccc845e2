import type { Storage } from '#server/storage/storage.ts';
import type { FixityRegister } from './fixity-register.ts';

/** Of an object, what decides how it is read. */
export interface Due {
	readonly objectId: string;
	readonly bytes: number;
}

const DAY_MS = 86_400_000;
const PAGE = 1000;

/** How the period of the schedule is spread over its days. */
export interface Share {
	/** Objects for each day, so that all come in the period. */
	readonly perDay: number;
	/** Checked before: due, whatever the share of the day. */
	readonly overdueBefore: string;
	/** Checked after: early enough not to be checked again, however few objects there are. */
	readonly freshAfter: string;
}

/** The share of a day. One day of the period, or half of a single one, is left to catch up. */
export function shareOf(objects: number, everyDays: number, nowMs: number): Share {
	const days = Math.max(everyDays - 1, everyDays / 2);
	const before = (back: number): string => new Date(nowMs - back * DAY_MS).toISOString();
	return {
		perDay: Math.ceil(objects / days),
		overdueBefore: before(days),
		freshAfter: before(everyDays / 2),
	};
}

/** What is due: the share of the day that is left, and what is overdue besides. Never checked comes first, then the oldest. */
export async function dueObjects(
	{ db }: Storage,
	share: Share,
	left: number,
): Promise<{ readonly due: Due[]; readonly hasMore: boolean }> {
	const oldest = db
		.selectFrom('store_object')
		.select(['object_id as objectId', 'bytes'])
		.orderBy('checked_at')
		.orderBy('object_id')
		.limit(PAGE);
	const overdue = await oldest
		.where((where) =>
			where.or([
				where('checked_at', '<', share.overdueBefore),
				where.and([where('checked_at', 'is', null), where('first_at', '<', share.overdueBefore)]),
			]),
		)
		.execute();
	const next =
		left <= 0
			? []
			: await oldest
					.where((where) =>
						where.or([where('checked_at', 'is', null), where('checked_at', '<', share.freshAfter)]),
					)
					.limit(Math.min(left, PAGE))
					.execute();
	const known = new Set(next.map(({ objectId }) => objectId));
	return {
		due: [...next, ...overdue.filter(({ objectId }) => !known.has(objectId))],
		hasMore: overdue.length === PAGE || next.length === PAGE,
	};
}

/** All objects, by id, in lists. */
export async function* allObjects(register: FixityRegister): AsyncGenerator<Due[]> {
	for (let after = ''; ;) {
		const rows = await register.page(after, PAGE);
		if (rows.length === 0) return;
		yield rows.map(({ object_id, bytes }) => ({ objectId: object_id, bytes }));
		after = rows.at(-1)?.object_id ?? after;
	}
}
