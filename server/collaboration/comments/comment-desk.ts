import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { CommentAnchor } from '#domain/collaboration/comments.ts';
import { can, demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { rowsById } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Notices of one answer at most. */
const MAX_NOTICES = 200;

/** A thread as lists, the command line and exports show it. */
export interface ShownThread {
	readonly id: string;
	readonly entryId: EntryId;
	readonly anchor: CommentAnchor;
	readonly isResolved: boolean;
	readonly comments: readonly {
		readonly id: string;
		readonly text: string;
		readonly actorName: string;
		/** When the server received it, ISO UTC. */
		readonly at: string;
		readonly revisedAt: string | null;
		readonly isWithdrawn: boolean;
	}[];
}

/** Something a person is told. */
export interface Notice {
	readonly id: string;
	readonly kind: 'mention' | 'answer' | 'accepted' | 'rejected' | 'order-applied' | 'order-rejected';
	readonly entryId: EntryId;
	readonly entryTitle: string;
	/** Of the comment, proposal or order. */
	readonly objectId: string;
	readonly actorName: string;
	readonly text: string;
	readonly at: string;
	readonly isRead: boolean;
}

/** Comments by their rows: what is said about entries, and what people are told of it. */
export interface CommentDesk {
	/**
	 * Threads of an entry in the order of their beginning.
	 * @throws {Refusal} 'catalogue.unknown-entry' (404), for hidden entries too; 'permissions.denied' (403)
	 */
	threads(person: Person, entryId: EntryId): Promise<ShownThread[]>;
	/** The newest notices of a person about entries they may still see. */
	notices(person: Person): Promise<Notice[]>;
	unread(person: Person): Promise<number>;
	/** Marks notices of the person as read; all of them without ids. */
	markRead(person: Person, ids: readonly string[] | undefined): Promise<void>;
	/** Everybody a comment may mention, those who left too: their names stand below what they said. */
	people(
		person: Person,
	): Promise<{ readonly id: string; readonly name: string; readonly isActive: boolean }[]>;
}

/** Builds the desk over the rows. */
export function createCommentDesk(parts: {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
}): CommentDesk {
	const { storage, clock, thingOf } = parts;
	const { db } = storage;
	return {
		async threads(person, entryId) {
			const thing = await thingOf(entryId);
			if (!thing || !can(person, 'see', thing))
				throw new Refusal('catalogue.unknown-entry', { id: entryId }, 404);
			demand(person, 'comment', thing);
			const [threads, comments] = await Promise.all([
				db.selectFrom('comment_thread').selectAll().where('entry_id', '=', entryId).execute(),
				db.selectFrom('comment').selectAll().where('entry_id', '=', entryId).orderBy('seq').execute(),
			]);
			const shown = threads.map(({ id, anchor, is_resolved }): ShownThread => ({
				id,
				entryId,
				anchor: JSON.parse(anchor) as CommentAnchor,
				isResolved: is_resolved === 1,
				comments: comments
					.filter(({ thread_id }) => thread_id === id)
					.map((comment) => ({
						id: comment.id,
						text: comment.text,
						actorName: comment.actor_name,
						at: comment.received_at,
						revisedAt: comment.revised_at,
						isWithdrawn: comment.is_withdrawn === 1,
					})),
			}));
			return shown.sort((a, b) => ((a.comments[0]?.at ?? '') < (b.comments[0]?.at ?? '') ? -1 : 1));
		},
		async notices(person) {
			const rows = await db
				.selectFrom('notice')
				.selectAll()
				.where('person_id', '=', person.id)
				.orderBy('at', 'desc')
				.limit(MAX_NOTICES)
				.execute();
			const entries = await rowsById(storage, person, [...new Set(rows.map(({ entry_id }) => entry_id))]);
			const titles = new Map(entries.map(({ id, title }) => [id as string, title]));
			return rows.flatMap((row): Notice[] => {
				const entryTitle = titles.get(row.entry_id);
				if (entryTitle === undefined) return [];
				return [
					{
						id: row.id,
						kind: row.kind as Notice['kind'],
						entryId: row.entry_id as EntryId,
						entryTitle,
						objectId: row.object_id,
						actorName: row.actor_name,
						text: row.text,
						at: row.at,
						isRead: row.read_at !== null,
					},
				];
			});
		},
		async unread(person) {
			return (await this.notices(person)).filter(({ isRead }) => !isRead).length;
		},
		async markRead(person, ids) {
			let marked = db
				.updateTable('notice')
				.set({ read_at: isoAt(clock) })
				.where('person_id', '=', person.id)
				.where('read_at', 'is', null);
			if (ids) marked = marked.where('id', 'in', [...ids]);
			await marked.execute();
		},
		async people(person) {
			if (person.role === 'reader')
				throw new Refusal('permissions.denied', { action: 'see', thing: 'people' }, 403);
			const rows = await db
				.selectFrom('user')
				.select(['id', 'name', 'disabled_at'])
				.where('role', '!=', 'reader')
				.orderBy('name')
				.execute();
			return rows.map(({ id, name, disabled_at }) => ({ id, name, isActive: disabled_at === null }));
		},
	};
}
