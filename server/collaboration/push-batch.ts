import * as Y from 'yjs';
import type { Logger } from 'pino';
import type { Actor } from '#domain/base/actor.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { EntryThing } from '#domain/permissions/permissions.ts';
import type { BatchResult } from '#sync/sync-messages.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import { hasNothingNew, type Judging } from './doc-gate.ts';
import type { LiveDocs } from './live-docs.ts';
import { demandDoc, deniedWriting } from './doc-rights.ts';
import type { MoveCheck } from './move-check.ts';

/** Documents of one batch that are worked on at the same time; their updates share commits. */
const AT_ONCE = 50;

/** One update of a batch. */
export interface BatchItem {
	readonly doc: string;
	readonly update: Uint8Array;
}

/** What taking a batch needs of live editing. */
export interface PushParts {
	readonly log: UpdateLog;
	readonly docs: LiveDocs;
	readonly logger: Logger;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
	readonly checkMove: MoveCheck;
	readonly withDocument: <T>(docName: string, run: (document: Y.Doc) => Promise<T>) => Promise<T>;
}

/** Results in the order of the items. `isFinal` is false when trying again later may end otherwise. */
export interface BatchOutcome {
	readonly results: readonly BatchResult[];
	readonly isFinal: boolean;
}

/** Rules S4, S5 and S7: takes each item like a live update; documents side by side, items of one document in order. */
export async function pushBatch(
	items: readonly BatchItem[],
	identity: Identity,
	parts: PushParts,
): Promise<BatchOutcome> {
	const positions = new Map<string, number[]>();
	items.forEach(({ doc }, index) => {
		const known = positions.get(doc);
		if (known) known.push(index);
		else positions.set(doc, [index]);
	});
	const outcomes: Outcome[] = [];
	const waiting = [...positions];
	const work = async (): Promise<void> => {
		for (let next = waiting.shift(); next; next = waiting.shift()) {
			const [doc, indexes] = next;
			const updates = indexes.map((index) => (items[index] as BatchItem).update);
			const taken = await pushToDoc(doc, updates, identity, actorOf(identity), 'update', parts);
			indexes.forEach((index, place) => (outcomes[index] = taken[place] as Outcome));
		}
	};
	await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work));
	return outcomeOf(items, outcomes);
}

/** A position, or why not. */
export type Outcome = number | Refusal;

/** The outcomes as they are answered. */
export function outcomeOf(items: readonly BatchItem[], outcomes: readonly Outcome[]): BatchOutcome {
	return {
		results: items.map(({ doc }, index): BatchResult => {
			const outcome = outcomes[index] as Outcome;
			return typeof outcome === 'number'
				? { ok: true, doc, seq: outcome }
				: { ok: false, doc, code: outcome.code, params: outcome.params };
		}),
		isFinal: outcomes.every((outcome) => typeof outcome === 'number' || outcome.status < 500),
	};
}

/** Takes updates of one document, in order, through its live copy: open editors see them, and one gate judges all. */
export async function pushToDoc(
	docName: string,
	updates: readonly Uint8Array[],
	identity: Identity,
	actor: Actor,
	judging: Judging,
	parts: PushParts,
): Promise<Outcome[]> {
	try {
		const { canWrite, entry } = await demandDoc(docName, identity.person, parts.thingOf);
		return await parts.withDocument(docName, async (document) => {
			const outcomes: Promise<Outcome>[] = [];
			for (const update of updates) {
				const mayTake = await outcomeIfRefused(parts.logger, async () => {
					if (!canWrite) {
						if (!hasNothingNew(document, update)) throw deniedWriting(docName, identity.person, entry);
					} else await parts.checkMove(update, identity.person, document);
				});
				// Judged now, in this order; what is good waits for its commit together with the next.
				outcomes.push(
					mayTake instanceof Error
						? Promise.resolve(mayTake)
						: take(docName, document, update, actor, judging, parts),
				);
			}
			return Promise.all(outcomes);
		});
	} catch (error) {
		const refusal = refusalOf(error, parts.logger);
		return updates.map(() => refusal);
	}
}

async function take(
	docName: string,
	document: Y.Doc,
	update: Uint8Array,
	actor: Actor,
	judging: Judging,
	{ docs, log, logger }: PushParts,
): Promise<Outcome> {
	try {
		const taken = await docs.take(docName, document, update, actor, judging);
		if (!taken) return await log.head(docName);
		Y.applyUpdate(document, update, { source: 'local' });
		taken.settle();
		return taken.seq;
	} catch (error) {
		return refusalOf(error, logger);
	}
}

async function outcomeIfRefused(logger: Logger, check: () => Promise<void>): Promise<Refusal | undefined> {
	try {
		await check();
		return undefined;
	} catch (error) {
		return refusalOf(error, logger);
	}
}

/** A refusal as it is; trouble of ours is logged and said to have failed: a device puts away what is refused. */
export function refusalOf(error: unknown, logger: Logger): Refusal {
	if (isRefusal(error) && (error.status < 500 || error.code === 'collaboration.log-failed')) return error;
	logger.error({ err: error }, 'taking an update of a batch failed');
	return new Refusal('collaboration.failed', {}, 500);
}
