import { sql } from 'kysely';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { fieldNewsOf, NO_NEWS, type News } from '#domain/collaboration/news.ts';
import { can, canOpenLive, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { readEdits } from '#server/catalogue/timeline.ts';
import type { Storage } from '#server/storage/storage.ts';
import { readActivity, type Activity, type ActivityFilter } from './activity.ts';
import { readTextNews } from './text-news.ts';

/** What somebody has seen of an entry. */
export interface Visit {
	readonly entryId: EntryId;
	/** Position in the log up to which it was shown. */
	readonly seq: number;
	/** When, by the clock of the device. */
	readonly at: string;
}

/** What is new at an entry, and since when. */
export interface SinceLastVisit extends News {
	/** Position up to which the person had seen it; null for who was never there. */
	readonly seq: number | null;
	readonly at: string;
}

/** What people have seen of entries, what is new to them, and what happened in the entries they work with. */
export interface VisitDesk {
	/**
	 * Notes what a person has seen, in any order and as often as it is told; entries they may not open are passed over.
	 * @throws {Refusal} 'permissions.denied' (403) for readers
	 */
	record(person: Person, visits: readonly Visit[]): Promise<void>;
	/**
	 * What others did since the person was last at an entry, or since a position.
	 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'permissions.denied' (403)
	 */
	news(person: Person, id: EntryId, after?: number): Promise<SinceLastVisit>;
	/**
	 * What happened in the entries a person has visited, edited or commented on, newest first.
	 * @throws {Refusal} 'permissions.denied' (403) for readers
	 */
	activity(person: Person, filter: ActivityFilter): Promise<Activity>;
}

/** Builds the desk over the rows. */
export function createVisitDesk(parts: {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;
}): VisitDesk {
	const { storage, clock, thingsOf } = parts;
	const { db } = storage;

	return {
		async record(person, visits) {
			refuseReaders(person);
			const things = await thingsOf(visits.map(({ entryId }) => entryId));
			const now = isoAt(clock);
			const seen = visits.filter(({ entryId }) => {
				const thing = things.get(entryId);
				return thing !== undefined && canOpenLive(person, thing);
			});
			if (seen.length === 0) return;
			const heads = new Map(
				(
					await db
						.selectFrom('log_head')
						.select(['doc', 'seq'])
						.where(
							'doc',
							'in',
							seen.map(({ entryId }) => entryDocName(entryId)),
						)
						.execute()
				).map(({ doc, seq }) => [doc, seq]),
			);
			await storage.batch(
				seen.map(({ entryId, seq, at }) =>
					db
						.insertInto('visit')
						.values({
							person_id: person.id,
							entry_id: entryId,
							// Nobody has seen what is not there yet; after a restore the log may be shorter than a device knows.
							seq: Math.min(seq, heads.get(entryDocName(entryId)) ?? 0),
							// The clock of a device may run ahead.
							at: at < now ? at : now,
						})
						.onConflict((conflict) =>
							conflict.columns(['person_id', 'entry_id']).doUpdateSet({
								seq: sql<number>`max(visit.seq, excluded.seq)`,
								at: sql<string>`max(visit.at, excluded.at)`,
							}),
						),
				),
			);
		},
		async news(person, id, after) {
			const thing = (await thingsOf([id])).get(id);
			if (!thing || !can(person, 'see', thing)) throw new Refusal('catalogue.unknown-entry', { id }, 404);
			if (!canOpenLive(person, thing))
				throw new Refusal('permissions.denied', { action: 'see', thing: 'entry' }, 403);
			const visit = await db
				.selectFrom('visit')
				.select(['seq', 'at'])
				.where('person_id', '=', person.id)
				.where('entry_id', '=', id)
				.executeTakeFirst();
			const since = after ?? visit?.seq;
			if (since === undefined) return { seq: null, at: '', ...NO_NEWS };
			const edits = await readEdits(storage, id, { after: since });
			const hasOthers = edits.some(({ actorId }) => actorId !== person.id);
			return {
				seq: since,
				at: visit?.at ?? '',
				fields: fieldNewsOf(edits, person.id),
				texts: hasOthers ? await readTextNews(storage.log, id, since, person.id) : [],
			};
		},
		async activity(person, filter) {
			refuseReaders(person);
			return readActivity(storage, person, filter);
		},
	};
}

function refuseReaders(person: Person): void {
	if (person.role === 'reader')
		throw new Refusal('permissions.denied', { action: 'see', thing: 'activity' }, 403);
}
