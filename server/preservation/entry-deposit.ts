import type { Logger } from 'pino';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import { attributionsOf, settingsOf } from '#server/catalogue/element-settings.ts';
import { readKept } from '#server/catalogue/replaced-values.ts';
import { wholeSteps } from '#server/catalogue/review-facts.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { DepositRecorder, RecordedVersion } from './deposit-recorder.ts';
import type { DepositReason } from './deposit-schedule.ts';
import type { DepositClient } from './deposit-client.ts';
import type { Prepared } from './deposit-worker.ts';
import type { Depositor, SnapshotInput } from './entry-snapshot.ts';
import { logLines, type KeptInput } from './log-lines.ts';
import type { ReviewInput } from './review-record.ts';

/** A version of an entry that is in the store and known to the database. */
export type Deposited = RecordedVersion;

interface Parts {
	readonly storage: Storage;
	readonly worker: DepositClient;
	readonly recorder: DepositRecorder;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly software: SnapshotInput['software'];
	/** Begins the document of an imported entry in the log, as opening it does. */
	readonly begin: (id: EntryId) => Promise<void>;
}

/**
 * Brings the newest logged state of an entry into the store, and the database up to the store. Undefined when there is
 * nothing new. One call at a time for each entry.
 *
 * The store is asked first what it holds, because a process may have died between store and database: a position that
 * is in the store is recorded and not written twice, and the changes of the next version begin where the store ends.
 */
export async function depositEntry(
	parts: Parts,
	id: EntryId,
	reason: DepositReason,
): Promise<Deposited | undefined> {
	const { storage, worker, recorder, logger } = parts;
	const objectId = `urn:uuid:${id}`;
	const docName = entryDocName(id);
	const entry = await storage.db
		.selectFrom('entry')
		.leftJoin('review', 'review.entry_id', 'entry.id')
		.select([
			'entry.deposited_seq',
			'entry.deposited_step',
			'entry.last_step',
			'entry.profile',
			'entry.review_state',
			'entry.created_at',
			'entry.parent_id',
			'entry.projected_seq',
			'entry.import_row',
			'entry.synthetic',
		])
		.select(['review.deposited_seq as review_deposited'])
		.where('id', '=', id)
		.executeTakeFirst();
	if (!entry) return undefined;
	const recordedSeq = entry.deposited_seq ?? 0;
	const reviewHead = await storage.log.head(reviewDocName(id));
	const isReviewNew = reviewHead > (entry.review_deposited ?? 0) || entry.last_step !== entry.deposited_step;
	// Said about an entry that nobody has opened: its document is begun, as by who opens it.
	if (isReviewNew && (await storage.log.head(docName)) === 0) await parts.begin(id);
	if ((await storage.log.head(docName)) <= recordedSeq && !isReviewNew) return undefined;
	const [updates, reviewUpdates] = await Promise.all([
		storage.log.read(docName),
		storage.log.read(reviewDocName(id)),
	]);
	const toPosition = updates.at(-1)?.seq;
	if (toPosition === undefined) return undefined;
	const review = await readReview(storage, id, entry, reviewUpdates.at(-1)?.seq ?? 0);
	const reviewed = { seq: review.position, step: review.steps.at(-1)?.id ?? null };
	const recorded = (await recorder.versions(id)).at(-1);
	const prepared = await worker.ask('prepare', {
		objectId,
		updates: updates.map(({ seq, kind, payload }) => ({ seq, kind, payload })),
		reviewUpdates: reviewUpdates.map(({ payload }) => payload),
		recorded,
	});
	const { held, unrecorded } = prepared;
	tellSurprises(logger, id, recorded, recordedSeq, prepared);
	const isHeld =
		held?.isOurs &&
		held.position === toPosition &&
		held.reviewPosition === reviewed.seq &&
		held.step === reviewed.step;
	if (isHeld) {
		await worker.ask('drop', { ref: prepared.ref });
		await recorder.entry(id, unrecorded, toPosition, reviewed);
		const last = unrecorded.at(-1);
		return {
			objectId: held.objectId,
			version: held.version,
			seq: toPosition,
			at: last?.at ?? isoAt(parts.clock),
			kind: last?.kind ?? 'working',
		};
	}
	const fromPosition = held === undefined ? 0 : held.isOurs ? held.position : recordedSeq;
	const logFromPosition = held?.hasLog === false ? 0 : fromPosition;
	const reviewFromPosition = held?.isOurs && held.hasLog ? held.reviewPosition : 0;
	const at = isoAt(parts.clock);
	let input: SnapshotInput;
	let keeping: KeptInput;
	try {
		const changes = await changesBetween(storage, docName, fromPosition, toPosition);
		const said = await changesBetween(storage, reviewDocName(id), reviewFromPosition, review.position);
		const actors = await actorsBetween(storage, docName, fromPosition, toPosition);
		keeping = {
			kept: readKept(await storage.log.kept(docName)),
			asked: await unrecordedIn(storage, docName, logFromPosition),
		};
		const by = review.steps.at(-1);
		input = {
			entryId: id,
			profile: entry.profile,
			toPosition,
			fromPosition,
			reviewFromPosition,
			lines: [
				...(await logLines(storage, docName, logFromPosition, toPosition)),
				...(await logLines(storage, reviewDocName(id), reviewFromPosition, review.position)),
			],
			createdAt: entry.created_at,
			isSynthetic: entry.synthetic === 1,
			placedUnder: isShown(entry, toPosition) ? (entry.parent_id as EntryId | null) : undefined,
			changes: [...changes, ...said].map(({ from_values, to_value, ...change }) => ({
				...change,
				from: JSON.parse(from_values) as unknown,
				to: JSON.parse(to_value) as unknown,
			})),
			settings: await settingsOf(storage, docName, prepared.contested),
			actors: distinct([
				...actors,
				...changes.map(({ actor_id, actor_name }) => ({ id: actor_id, name: actor_name })),
				...(by && reviewed.step !== entry.deposited_step ? [{ id: by.actorId, name: by.actorName }] : []),
			]),
			reason,
			at,
			agencyName: await agencyName(storage),
			review,
			software: parts.software,
		};
	} catch (error) {
		await worker.ask('drop', { ref: prepared.ref });
		throw error;
	}
	const put = await worker.put('entry', {
		ref: prepared.ref,
		objectId,
		input,
		keeping,
		about: { created: at, message: reason, user: userOf(input.actors.at(-1)) },
	});
	const { version, kind } = put;
	const deposited = { objectId: put.objectId, version, seq: toPosition, at, kind };
	await recorder.entry(id, [...unrecorded, deposited], toPosition, reviewed);
	return deposited;
}

/**
 * What is said about an entry, and what was decided up to where its row was read: a step taken since belongs to a state
 * that this version does not say, and waits for the next.
 */
async function readReview(
	storage: Storage,
	id: EntryId,
	row: { readonly review_state: string; readonly last_step: string | null },
	position: number,
): Promise<ReviewInput> {
	const [attributions, steps] = await Promise.all([
		position === 0 ? new Map<string, never>() : attributionsOf(storage, [reviewDocName(id)]),
		wholeSteps(storage, [id]),
	]);
	const last = steps.findIndex((step) => step.id === row.last_step);
	return {
		state: row.review_state as ReviewInput['state'],
		position,
		attributions,
		steps: steps.slice(0, last + 1).map((whole) => {
			const { entryId: _, ...step } = whole;
			return step;
		}),
	};
}

/** Name of the archive; empty before it was given one. */
async function agencyName({ db }: Storage): Promise<string> {
	const row = await db
		.selectFrom('setting')
		.select('value')
		.where('key', '=', 'archive.name')
		.executeTakeFirst();
	return row ? String(JSON.parse(row.value)) : '';
}

/** Who is named with a version of an object. @see OCFL 1.1, 3.5.3.1 Version, `user` */
export function userOf(actor: Depositor | undefined): { readonly name: string; readonly address: string } {
	const { id, name } = actor ?? { id: 'server', name: 'server' };
	const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
	return {
		name: name || id || 'server',
		address: isUuid ? `urn:uuid:${id}` : `urn:lantai:actor:${encodeURIComponent(id)}`,
	};
}

function tellSurprises(
	logger: Logger,
	id: EntryId,
	recorded: RecordedVersion | undefined,
	recordedSeq: number,
	{ held, unrecorded }: Prepared,
): void {
	if (recorded !== undefined && !held)
		logger.error({ id, recorded }, 'the store has lost an object the database knows; it is begun anew');
	else if (held && !held.isOurs)
		logger.warn(
			{ id, recorded, recordedSeq, held },
			'the store holds a version this log does not know; a version is put on top',
		);
	else if (unrecorded.length)
		logger.info({ id, unrecorded }, 'versions of an interrupted process are recorded now');
}

/** The row shows the state at the position: that of an imported entry shows it before anybody edits. */
function isShown(
	entry: { readonly projected_seq: number; readonly import_row: number },
	position: number,
): boolean {
	return entry.projected_seq >= position || (entry.projected_seq === 0 && entry.import_row !== 0);
}

/** Settings of which only the updates tell what they replaced. */
async function unrecordedIn(storage: Storage, docName: string, after: number): Promise<KeptInput['asked']> {
	return storage.db
		.selectFrom('entry_change')
		.select(['element_id as elementId', 'seq', 'field'])
		.where('doc', '=', docName)
		.where('from_values', '=', '[]')
		.where('seq', '>', after)
		.execute();
}

function changesBetween(storage: Storage, docName: string, from: number, to: number) {
	return storage.db
		.selectFrom('entry_change')
		.select(['doc', 'seq', 'element_id', 'field', 'from_values', 'to_value'])
		.select(['actor_id', 'actor_name', 'via', 'received_at', 'claimed_by', 'claimed_at'])
		.where('doc', '=', docName)
		.where('seq', '>', from)
		.where('seq', '<=', to)
		.orderBy('seq')
		.orderBy('id')
		.execute();
}

function actorsBetween(storage: Storage, docName: string, from: number, to: number): Promise<Depositor[]> {
	return storage.db
		.selectFrom('log_line')
		.select(['actor_id as id', 'actor_name as name'])
		.where('doc', '=', docName)
		.where('seq', '>', from)
		.where('seq', '<=', to)
		.orderBy('seq')
		.execute();
}

/** Each person once, in the order of their last part, so that the last is who came last. */
function distinct(actors: readonly Depositor[]): Depositor[] {
	const byId = new Map<string, Depositor>();
	for (const { id, name } of actors) {
		byId.delete(id);
		byId.set(id, { id, name });
	}
	return [...byId.values()];
}
