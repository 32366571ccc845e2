import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import {
	entryDocName,
	readEntryDoc,
	readMeta,
	type EntryDocContent,
	type EntryDocMeta,
} from '#sync/entry-doc.ts';
import { eventsOf } from '#sync/review-doc.ts';
import type { DepositRecord } from '#server/preservation/entry-snapshot.ts';
import type { LogLine } from '#server/preservation/log-lines.ts';
import type { PartVersion } from '#server/preservation/object-parts.ts';
import type { RecordedStep, ReviewRecord } from '#server/preservation/review-record.ts';
import { damageOf, FormError, type Damage } from './damage.ts';
import type { StoredParts } from './stored-parts.ts';

/** A row of `entry_change`, as `changes.jsonl` has it. */
export interface StoredChange {
	readonly doc: string;
	readonly seq: number;
	readonly element_id: string;
	readonly field: string;
	readonly from: unknown;
	readonly to: unknown;
	readonly actor_id: string;
	readonly actor_name: string;
	readonly via: string | null;
	readonly received_at: string;
	readonly claimed_by: string;
	readonly claimed_at: string;
}

/** All that the store knows of an edited entry; plain data, so that a worker can send it. */
export interface StoredEntry {
	readonly id: EntryId;
	readonly record: DepositRecord;
	readonly meta: EntryDocMeta;
	readonly content: EntryDocContent;
	readonly state: Uint8Array;
	readonly review: { readonly state: Uint8Array; readonly events: readonly ReviewEvent[] } | undefined;
	readonly steps: readonly RecordedStep[];
	/** In the order of the log. */
	readonly lines: readonly LogLine[];
	readonly changes: readonly StoredChange[];
	/** Oldest first. */
	readonly versions: readonly (Pick<DepositRecord, 'kind' | 'at' | 'toPosition'> & PartVersion)[];
}

/** Reads the object of an entry: the newest version that is whole, and what all up to it say of the log. */
export function readEntryObject(object: StoredParts): {
	readonly entry: StoredEntry | undefined;
	readonly damage: readonly Damage[];
} {
	const damage: Damage[] = [];
	const records = new Map<string, DepositRecord>();
	for (const version of object.versions)
		attempt(damage, object, `${version}/deposit.json`, () =>
			records.set(version, JSON.parse(object.text('deposit.json', version)) as DepositRecord),
		);
	for (const version of object.versions.toReversed()) {
		const record = records.get(version);
		const whole = record && attempt(damage, object, version, () => readVersion(object, version, record));
		if (!whole) continue;
		const upTo = object.versions.slice(0, object.versions.indexOf(version) + 1);
		const lines = new Map<string, LogLine>();
		const changes = new Map<string, StoredChange>();
		for (const each of upTo) {
			const of = records.get(each);
			if (!of) continue;
			// A version says all of what follows the position it begins at, whatever versions of another log said before.
			const entryDoc = entryDocName(whole.id);
			const isBefore = ({ doc, seq }: { readonly doc: string; readonly seq: number }): boolean =>
				seq <= (doc === entryDoc ? of.fromPosition : (of.reviewFromPosition ?? 0));
			for (const known of [lines, changes])
				for (const [key, row] of known) if (!isBefore(row)) known.delete(key);
			attempt(damage, object, `${each}/log.jsonl`, () => {
				for (const line of jsonLines<LogLine>(object.text('log.jsonl', each)))
					lines.set(`${line.doc} ${line.seq}`, line);
			});
			attempt(damage, object, `${each}/changes.jsonl`, () => {
				for (const change of jsonLines<StoredChange>(object.text('changes.jsonl', each)))
					changes.set(`${change.doc} ${change.element_id} ${change.seq}`, change);
			});
		}
		const bySeq = (a: { readonly seq: number }, b: { readonly seq: number }): number => a.seq - b.seq;
		return {
			damage,
			entry: {
				...whole,
				lines: [...lines.values()].sort(bySeq),
				changes: [...changes.values()].sort(bySeq),
				versions: upTo.flatMap((name) => {
					const of = records.get(name);
					return of ? [{ ...object.placeOf(name), kind: of.kind, at: of.at, toPosition: of.toPosition }] : [];
				}),
			},
		};
	}
	return { entry: undefined, damage };
}

function readVersion(
	object: StoredParts,
	version: string,
	record: DepositRecord,
): Omit<StoredEntry, 'lines' | 'changes' | 'versions'> {
	const state = object.read('state.yjs', version);
	if (!state) throw new FormError('a version without a state');
	const reviewState = (record.reviewPosition ?? 0) > 0 ? object.read('review.yjs', version) : undefined;
	const told = object.text('review.json', version);
	const doc = docOf(state);
	const review = reviewState && docOf(reviewState);
	try {
		const meta = readMeta(doc);
		if (!meta) throw new FormError('a document without meta');
		return {
			id: record.entryId,
			record,
			meta,
			content: readEntryDoc(doc),
			state,
			review: review && reviewState && { state: reviewState, events: eventsOf(review).toArray() },
			steps: told === '' ? [] : (JSON.parse(told) as ReviewRecord).steps,
		};
	} finally {
		doc.destroy();
		review?.destroy();
	}
}

function docOf(state: Uint8Array): Y.Doc {
	// A name of its own would be drawn at random, which takes longer than all the rest.
	const doc = new Y.Doc({ guid: 'read' });
	try {
		Y.applyUpdate(doc, state);
	} catch (error) {
		throw new FormError(error instanceof Error ? error.message : String(error));
	}
	return doc;
}

/** Runs a reading; a failure of the store is noted, and the rest goes on. */
function attempt<T>(damage: Damage[], object: StoredParts, file: string, read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		damage.push(damageOf(error, object.id, file));
		return undefined;
	}
}

/** The values of a file of JSON lines. */
export function jsonLines<T>(text: string): T[] {
	return text
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as T);
}
