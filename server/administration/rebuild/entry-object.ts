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
	/** Log position of what is said about it, as far as that is whole. */
	readonly reviewPosition: number;
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
	for (const version of object.versions) {
		const record =
			attempt(
				damage,
				object,
				`${version}/deposit.json`,
				() => JSON.parse(object.text('deposit.json', version)) as DepositRecord,
			) ??
			attempt(damage, object, version, () => recordWithout(object, version, [...records.values()].at(-1)));
		if (record) records.set(version, record);
	}
	for (const version of object.versions.toReversed()) {
		const record = records.get(version);
		const upTo = object.versions.slice(0, object.versions.indexOf(version) + 1);
		const read = record && attempt(damage, object, version, () => readState(object, version, record));
		if (!read) continue;
		const whole = { ...read, ...readSaid(object, upTo, records, damage) };
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
				// Nothing may follow the position at which a document stands.
				lines: [...lines.values()]
					.filter(({ doc, seq }) => doc === entryDocName(whole.id) || seq <= whole.reviewPosition)
					.sort(bySeq),
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

/** What a version says where its record is damaged: never that it was approved. */
function recordWithout(
	object: StoredParts,
	version: string,
	before: DepositRecord | undefined,
): DepositRecord {
	const entry = JSON.parse(object.text('entry.json', version)) as {
		readonly id: EntryId;
		readonly logPosition: number;
	};
	const review = JSON.parse(object.text('review.json', version)) as ReviewRecord;
	const at = new Date(object.about(version)?.created ?? 0).toISOString();
	return {
		schema: 'lantai-deposit/1',
		kind: 'working',
		entryId: entry.id,
		state: review.state,
		reviewPosition: review.logPosition,
		step: review.steps.at(-1)?.id ?? null,
		reason: 'settled',
		at,
		actors: [],
		fromPosition: before?.toPosition ?? 0,
		toPosition: entry.logPosition,
		reviewFromPosition: before?.reviewPosition ?? 0,
		createdAt: before?.createdAt ?? at,
		...(before?.synthetic ? { synthetic: true as const } : {}),
		sha512: {},
		software: { name: '', version: '' },
	};
}

function readState(
	object: StoredParts,
	version: string,
	record: DepositRecord,
): Pick<StoredEntry, 'id' | 'record' | 'meta' | 'content' | 'state'> {
	const state = object.read('state.yjs', version);
	if (!state) throw new FormError('a version without a state');
	const doc = docOf(state);
	try {
		const meta = readMeta(doc);
		if (!meta) throw new FormError('a document without meta');
		return { id: record.entryId, record, meta, content: readEntryDoc(doc), state };
	} finally {
		doc.destroy();
	}
}

/** What is said about an entry, and the steps it took, of the newest version that has each of them whole. */
function readSaid(
	object: StoredParts,
	upTo: readonly string[],
	records: ReadonlyMap<string, DepositRecord>,
	damage: Damage[],
): Pick<StoredEntry, 'review' | 'steps' | 'reviewPosition'> {
	const newest = <T>(
		read: (version: string) => T,
	): { readonly is: T; readonly version: string } | undefined => {
		for (const version of upTo.toReversed()) {
			const is = records.has(version)
				? attempt(damage, object, version, () => ({ is: read(version) }))
				: undefined;
			if (is) return { ...is, version };
		}
		return undefined;
	};
	const positionOf = (version: string): number => records.get(version)?.reviewPosition ?? 0;
	const said = newest((version) => {
		const state = positionOf(version) > 0 ? object.read('review.yjs', version) : undefined;
		if (!state) return undefined;
		const doc = docOf(state);
		try {
			return { state, events: eventsOf(doc).toArray() };
		} finally {
			doc.destroy();
		}
	});
	const steps = newest((version) => {
		const told = object.text('review.json', version);
		return told === '' ? [] : (JSON.parse(told) as ReviewRecord).steps;
	});
	return {
		review: said?.is,
		reviewPosition: said ? positionOf(said.version) : 0,
		steps: steps?.is ?? [],
	};
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
