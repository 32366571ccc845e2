import canonicalize from 'canonicalize';
import * as Y from 'yjs';
import { must } from '#domain/base/assert.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isDescriptive } from '#domain/catalogue/entry.ts';
import { readEntryDoc, readMeta } from '#sync/entry-doc.ts';
import { chooseValues, type Setting } from '#server/catalogue/chosen-values.ts';
import type { DepositReason } from './deposit-schedule.ts';
import type { FileSource } from './ocfl-store.ts';

/** Who did something, as a deposit names them. */
export interface Depositor {
	readonly id: string;
	readonly name: string;
}

/** What a version of an entry holds besides the state of its document; plain data, so that a worker can take it. */
export interface SnapshotInput {
	readonly entryId: EntryId;
	/** Used when the document names no profile itself. */
	readonly profile: string;
	/** Log position of the state. */
	readonly toPosition: number;
	/** Log position the version before holds; 0 for the first. */
	readonly fromPosition: number;
	/** Rows of `entry_change` between the two, in order. */
	readonly changes: readonly Readonly<Record<string, unknown>>[];
	/** How contested elements were set, by element id. */
	readonly settings: ReadonlyMap<string, Setting>;
	/** Everybody whose updates lie between the two. */
	readonly actors: readonly Depositor[];
	readonly reason: DepositReason;
	/** ISO UTC. */
	readonly at: string;
	readonly software: { readonly name: string; readonly version: string };
}

/** What `deposit.json` says of a version of an entry. */
export interface DepositRecord {
	readonly schema: 'lantai-deposit/1';
	readonly kind: 'working';
	readonly entryId: EntryId;
	readonly reason: DepositReason;
	readonly at: string;
	readonly actors: readonly Depositor[];
	/** The version holds what the log says after `fromPosition` up to `toPosition`. */
	readonly fromPosition: number;
	readonly toPosition: number;
	/** SHA-512 of the other files of the version, by logical name. */
	readonly sha512: Readonly<Record<string, string>>;
	readonly software: { readonly name: string; readonly version: string };
}

/**
 * The files of a version of an edited entry. `entry.json` is the master: it says all the entry says, to whoever has no
 * software of ours. Equal input makes equal bytes.
 * @see RFC 8785 (JSON Canonicalization Scheme), for `entry.json` and `deposit.json`
 */
export function entrySnapshot(doc: Y.Doc, input: SnapshotInput): Map<string, FileSource> {
	const content = readEntryDoc(doc);
	const meta = readMeta(doc);
	const { values, conflicts, disputes } = chooseValues(content, input.settings);
	const entry = {
		schema: 'lantai-entry/1',
		id: input.entryId,
		docSchema: meta?.schema ?? null,
		profile: meta?.profile ?? input.profile,
		level: values.get('level') ?? null,
		parentId: values.get('parent') ?? null,
		order: values.get('order') ?? null,
		status: values.get('status') ?? 'active',
		// A field that was cleared is left out, as everywhere else; that it was cleared, and by whom, is in the changes.
		fields: Object.fromEntries([...values].filter(([key, value]) => value !== null && isDescriptive(key))),
		bodies: content.bodies,
		conflicts,
		disputes,
		logPosition: input.toPosition,
	};
	return new Map<string, FileSource>([
		['entry.json', canonicalJson(entry)],
		['state.yjs', Y.encodeStateAsUpdate(doc)],
		['changes.jsonl', input.changes.map((change) => `${JSON.stringify(change)}\n`).join('')],
		[
			'deposit.json',
			{
				derive: (digests) =>
					canonicalJson({
						schema: 'lantai-deposit/1',
						kind: 'working',
						entryId: input.entryId,
						reason: input.reason,
						at: input.at,
						actors: input.actors,
						fromPosition: input.fromPosition,
						toPosition: input.toPosition,
						sha512: Object.fromEntries(digests),
						software: input.software,
					} satisfies DepositRecord),
			},
		],
	]);
}

/** Canonical JSON: the bytes depend on the value alone. @see RFC 8785 */
export function canonicalJson(value: unknown): string {
	return must(canonicalize(value), 'a value that JSON can say');
}
