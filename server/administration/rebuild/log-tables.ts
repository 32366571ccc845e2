import { entryDocName } from '#sync/entry-doc.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import type { Kept } from '#server/catalogue/replaced-values.ts';
import type { LogLine } from '#server/preservation/log-lines.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { StoredEntry } from './entry-object.ts';
import { filling } from './rebuilding.ts';

const UPDATE = ['seq', 'doc', 'kind', 'payload', 'actor_id', 'actor_name', 'via', 'received_at'] as const;
const COLD = [...UPDATE, 'taken_at'] as const;
const HEAD = ['doc', 'seq', 'updates', 'bytes'] as const;
const KEPT = ['doc', 'kept'] as const;
const CHANGE = [
	'doc',
	'seq',
	'element_id',
	'field',
	'from_values',
	'to_value',
	'actor_id',
	'actor_name',
	'via',
	'received_at',
	'claimed_by',
	'claimed_at',
] as const;
const STEP = [
	'id',
	'step',
	'why',
	'actor_id',
	'actor_name',
	'via',
	'at',
	'entries',
	'deposited_version',
] as const;
const STEP_ENTRY = ['entry_id', 'step_id', 'from_state', 'to_state', 'seq', 'position'] as const;

type Cells<Columns extends readonly string[]> = Readonly<Record<Columns[number], unknown>>;

/**
 * Fills the log of a new database: for each document one snapshot at its last position, as a compaction leaves it, with
 * the lines of who wrote when beside it.
 */
export class LogTables {
	#storage: Storage;
	#takenAt: string;
	#fill;

	constructor(storage: Storage, takenAt: string) {
		this.#storage = storage;
		this.#takenAt = takenAt;
		this.#fill = {
			update: filling<Cells<typeof UPDATE>>(storage, 'log_update', UPDATE),
			cold: filling<Cells<typeof COLD>>(storage, 'log_cold', COLD),
			head: filling<Cells<typeof HEAD>>(storage, 'log_head', HEAD),
			kept: filling<Cells<typeof KEPT>>(storage, 'log_kept', KEPT),
			change: filling<Cells<typeof CHANGE>>(storage, 'entry_change', CHANGE),
			step: filling<Cells<typeof STEP>>(storage, 'review_step', STEP),
			stepEntry: filling<Cells<typeof STEP_ENTRY>>(storage, 'review_step_entry', STEP_ENTRY),
		};
	}

	/** Writes what entries say of the log, and the steps they took, in one transaction. */
	async write(entries: readonly StoredEntry[]): Promise<void> {
		const fill = this.#fill;
		const docs = entries.flatMap((entry) => docsOf(entry));
		const lines = entries.flatMap((entry) => entry.lines);
		const steps = entries.flatMap(({ id, steps: taken }) => taken.map((step) => ({ entryId: id, ...step })));
		await this.#storage.bulk([
			fill.update.of(
				docs.map(({ doc, seq, state, last }) => ({
					...whoOf(last),
					doc,
					seq,
					kind: 'snapshot',
					payload: state,
				})),
			),
			fill.cold.of(
				lines.map((line) => ({ ...line, kind: 'update', payload: null, taken_at: this.#takenAt })),
			),
			fill.head.of(
				docs.map(({ doc, seq, state, updates }) => ({ doc, seq, updates, bytes: state.byteLength })),
			),
			fill.kept.of(docs.map(({ doc, kept }) => ({ doc, kept: JSON.stringify(kept) }))),
			fill.change.of(
				entries.flatMap(({ changes }) =>
					changes.map(({ from, to, ...change }) => ({
						...change,
						from_values: JSON.stringify(from),
						to_value: JSON.stringify(to),
					})),
				),
			),
			fill.step.of(
				steps.map(({ id, step, why, actorId, actorName, via, at }) => ({
					id,
					step,
					why,
					via: via ?? null,
					at,
					actor_id: actorId,
					actor_name: actorName,
					entries: 0,
					deposited_version: null,
				})),
			),
			fill.stepEntry.of(
				steps.map(({ entryId, id, from, to, seq, position }) => ({
					entry_id: entryId,
					step_id: id,
					from_state: from,
					to_state: to,
					seq,
					// Versions of earlier software do not say it.
					position: position ?? 0,
				})),
			),
		]);
	}
}

interface Doc {
	readonly doc: string;
	readonly seq: number;
	readonly state: Uint8Array;
	readonly updates: number;
	readonly last: LogLine | undefined;
	readonly kept: Kept;
}

function docsOf({ id, record, state, review, reviewPosition, lines }: StoredEntry): Doc[] {
	const docs = [docOf(entryDocName(id), record.toPosition, state, lines)];
	if (review) docs.push(docOf(reviewDocName(id), reviewPosition, review.state, lines));
	return docs;
}

function docOf(doc: string, seq: number, state: Uint8Array, all: readonly LogLine[]): Doc {
	const lines = all.filter((line) => line.doc === doc);
	const replaced: Record<string, readonly FieldValue[]> = {};
	for (const { kept } of lines) Object.assign(replaced, kept?.replaced);
	return {
		doc,
		seq,
		state,
		updates: Math.max(1, lines.length),
		last: lines.at(-1),
		kept: { settings: lines.flatMap(({ kept }) => kept?.settings ?? []), replaced },
	};
}

/** A snapshot carries who wrote last. */
function whoOf(last: LogLine | undefined): Pick<LogLine, 'actor_id' | 'actor_name' | 'via' | 'received_at'> {
	return {
		actor_id: last?.actor_id ?? 'server',
		actor_name: last?.actor_name ?? 'server',
		via: last?.via ?? null,
		received_at: last?.received_at ?? '',
	};
}
