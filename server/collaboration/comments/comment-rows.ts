import type { EntryId } from '#domain/base/ids.ts';
import type { Attribution } from '#domain/catalogue/rows.ts';
import { isEmptyThread, threadsOf, type CommentThread } from '#domain/collaboration/comments.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { proposalsOf, type Proposal } from '#domain/collaboration/proposals.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import { attributionsOf } from '#server/catalogue/element-settings.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';

/** Characters of a comment that a notice repeats. */
const NOTICE_LENGTH = 200;

/**
 * Writes what a `review:` document says into rows, in one transaction, and tells those who were mentioned or answered.
 * @param seq log position the events hold
 */
export async function projectReview(
	storage: Storage,
	id: EntryId,
	events: readonly ReviewEvent[],
	seq: number,
): Promise<void> {
	const { db } = storage;
	const known = await attributionsOf(storage, [reviewDocName(id)]);
	const position = (event: ReviewEvent): number => known.get(event.id)?.seq ?? 0;
	const threads = threadsOf(events, position);
	const proposals = proposalsOf(events, position);
	const shown = threads.filter((thread) => !isEmptyThread(thread));
	const openThreads = shown.filter(({ isResolved }) => !isResolved).length;
	const statements: Statement[] = [
		db.deleteFrom('comment').where('entry_id', '=', id),
		db.deleteFrom('comment_thread').where('entry_id', '=', id),
		db
			.insertInto('review')
			.values({ entry_id: id, projected_seq: seq, open_threads: openThreads })
			.onConflict((conflict) =>
				conflict.column('entry_id').doUpdateSet({ projected_seq: seq, open_threads: openThreads }),
			),
		db.deleteFrom('proposal').where('entry_id', '=', id),
		db
			.updateTable('entry')
			.set({
				open_threads: openThreads,
				open_proposals: proposals.filter(({ state }) => state === 'open').length,
			})
			.where('id', '=', id),
	];
	for (const thread of threads) statements.push(...threadStatements(storage, id, thread, known));
	const names = new Map([...known.values()].map(({ actorId, actorName }) => [actorId, actorName]));
	for (const proposal of proposals)
		statements.push(...proposalStatements(storage, id, proposal, known, names));
	await storage.batch(statements);
}

function proposalStatements(
	{ db }: Storage,
	entryId: EntryId,
	{ id, by, at, values, texts, why, state, decision }: Proposal,
	known: ReadonlyMap<string, Attribution>,
	names: ReadonlyMap<string, string>,
): Statement[] {
	const decidedBy = decision && (names.get(decision.by) ?? decision.by);
	return [
		db.insertInto('proposal').values({
			id,
			entry_id: entryId,
			actor_id: by,
			actor_name: known.get(id)?.actorName ?? by,
			received_at: known.get(id)?.receivedAt ?? at,
			why,
			content: JSON.stringify({ values, texts }),
			state,
			decided_by: decidedBy ?? null,
			decided_at: decision?.at ?? null,
			decided_why: decision?.why ?? null,
			changed: JSON.stringify(decision?.changed ?? []),
		}),
		...(decision && state !== 'open'
			? [
					db
						.insertInto('notice')
						.values({
							id: `${id}:${by}`,
							person_id: by,
							kind: state,
							entry_id: entryId,
							object_id: id,
							actor_name: decidedBy ?? '',
							text: decision.why.slice(0, NOTICE_LENGTH),
							at: decision.at,
							read_at: null,
						})
						.onConflict((conflict) => conflict.column('id').doNothing()),
				]
			: []),
	];
}

function threadStatements(
	{ db }: Storage,
	entryId: EntryId,
	thread: CommentThread,
	known: ReadonlyMap<string, Attribution>,
): Statement[] {
	const statements: Statement[] = [
		db.insertInto('comment_thread').values({
			id: thread.id,
			entry_id: entryId,
			anchor: JSON.stringify(thread.anchor),
			is_resolved: thread.isResolved ? 1 : 0,
			resolved_by: thread.resolution?.by ?? null,
			resolved_at: thread.resolution?.at ?? null,
			last_at: thread.comments.reduce((last, { id, at }) => {
				const receivedAt = known.get(id)?.receivedAt ?? at;
				return receivedAt > last ? receivedAt : last;
			}, ''),
		}),
	];
	const before = new Set<string>();
	for (const comment of thread.comments) {
		const by = known.get(comment.id);
		const receivedAt = by?.receivedAt ?? comment.at;
		const actorName = by?.actorName ?? comment.by;
		statements.push(
			db.insertInto('comment').values({
				id: comment.id,
				entry_id: entryId,
				thread_id: thread.id,
				text: comment.text,
				actor_id: comment.by,
				actor_name: actorName,
				received_at: receivedAt,
				claimed_at: comment.at,
				revised_at: comment.revisedAt ?? null,
				is_withdrawn: comment.isWithdrawn ? 1 : 0,
				seq: by?.seq ?? 0,
			}),
		);
		const told = new Map([...before].map((person) => [person, 'answer']));
		for (const person of comment.mentions) told.set(person, 'mention');
		told.delete(comment.by);
		before.add(comment.by);
		if (comment.isWithdrawn) continue;
		for (const [person, kind] of told)
			statements.push(
				db
					.insertInto('notice')
					.values({
						id: `${comment.id}:${person}`,
						person_id: person,
						kind,
						entry_id: entryId,
						object_id: comment.id,
						actor_name: actorName,
						text: comment.text.slice(0, NOTICE_LENGTH),
						at: receivedAt,
						read_at: null,
					})
					.onConflict((conflict) => conflict.column('id').doNothing()),
			);
	}
	return statements;
}
