import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as Y from 'yjs';
import { Refusal } from '#domain/base/refusal.ts';
import {
	readSegment,
	segmentsIn,
	type CopiedUpdate,
	type SegmentDamage,
} from '#server/storage/log-copy/segments.ts';
import type { Storage } from '#server/storage/storage.ts';
import { hasNothingNew } from './doc-gate.ts';
import { fillFromLog } from './entry-loader.ts';

/** What a recovery did. */
export interface LogRecovery {
	/** Updates read. */
	readonly records: number;
	/** Updates the database did not have, and has now. */
	readonly recovered: number;
	/** Documents they belong to. */
	readonly documents: number;
	/** Updates of purged entries, which do not come back. */
	readonly purged: number;
	/** Updates that stand on what could not be read: without that their documents could not be edited any more. */
	readonly incomplete: number;
	/** What could not be read. */
	readonly damaged: readonly SegmentDamage[];
}

/** How whoever waits ends it, and hears of it. */
interface Recovering {
	readonly signal: AbortSignal;
	readonly progress: (progress: unknown) => void;
}

/** Documents kept to judge by. */
const MAX_DOCS = 500;
/** Updates of one commit at most. */
const GROUP = 500;

/**
 * Brings back what the second place of the log has and the database has not. What a document holds already is left out,
 * so it may be repeated, and positions of another database do not matter: lost updates get new ones. What was purged stays
 * away.
 * @throws {Refusal} 'storage.no-log-copy' | 'cli.cancelled'
 */
export async function recoverLog(
	storage: Storage,
	from: string,
	{ signal, progress }: Recovering,
): Promise<LogRecovery> {
	const docs = new Map<string, Y.Doc>();
	const changed = new Set<string>();
	const damaged: SegmentDamage[] = [];
	let waiting: CopiedUpdate[] = [];
	const gone = await purgedEntries(storage);
	let [records, recovered, purged, incomplete] = [0, 0, 0, 0];

	async function flush(): Promise<void> {
		const group = waiting;
		waiting = [];
		await Promise.all(
			group.map(({ doc, payload, actor, receivedAt, changes }) =>
				storage.log.append({
					doc,
					payload,
					actor,
					receivedAt,
					changes: changes.map((change) => ({ ...change, isOnlyOnce: true })),
				}),
			),
		);
		recovered += group.length;
		progress({ records, recovered });
		if (docs.size <= MAX_DOCS) return;
		for (const doc of docs.values()) doc.destroy();
		docs.clear();
	}

	// What stands on something behind it is whole the next time: segments may have been mended out of order.
	for (let before = -1; before < recovered && (before < 0 || incomplete > 0);) {
		before = recovered;
		[records, purged, incomplete] = [0, 0, 0];
		damaged.length = 0;
		for (const segment of allSegments(from)) {
			const reading = readSegment(segment);
			let step = reading.next();
			for (; !step.done; step = reading.next()) {
				if (signal.aborted) throw new Refusal('cli.cancelled');
				records++;
				const update = step.value;
				if (gone.has(update.doc.slice(update.doc.indexOf(':') + 1))) {
					purged++;
					continue;
				}
				let doc = docs.get(update.doc);
				if (!doc) {
					doc = new Y.Doc();
					await fillFromLog(update.doc, doc, storage.log);
					docs.set(update.doc, doc);
				}
				if (hasNothingNew(doc, update.payload)) continue;
				const wasWhole = isWhole(doc);
				Y.applyUpdate(doc, update.payload);
				if (wasWhole && !isWhole(doc)) {
					incomplete++;
					await flush();
					docs.delete(update.doc);
					doc.destroy();
					continue;
				}
				changed.add(update.doc);
				waiting.push(update);
				if (waiting.length >= GROUP || docs.size > MAX_DOCS) await flush();
			}
			damaged.push(...step.value);
		}
		await flush();
	}
	return { records, recovered, documents: changed.size, purged, incomplete, damaged };
}

function isWhole({ store }: Y.Doc): boolean {
	return !store.pendingStructs && !store.pendingDs;
}

/** Ids of entries of which the log takes nothing any more. */
async function purgedEntries({ db }: Storage): Promise<ReadonlySet<string>> {
	const rows = await db.selectFrom('purged_entry').select('entry_id').execute();
	return new Set(rows.map(({ entry_id }) => entry_id));
}

/** Segments of all lineages, in the order in which they began: their ids are ordered by time. */
function allSegments(from: string): string[] {
	if (!existsSync(join(from, 'log-copy.json'))) throw new Refusal('storage.no-log-copy', { path: from });
	return readdirSync(from, { withFileTypes: true })
		.filter((each) => each.isDirectory())
		.map(({ name }) => name)
		.toSorted()
		.flatMap((lineage) => segmentsIn(join(from, lineage)));
}
