import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { isDescriptive, textOf, type PlacedEntry } from '#domain/catalogue/entry.ts';
import type { Profile } from '#domain/catalogue/profile.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import type { ReviewState } from '#domain/catalogue/review-states.ts';
import { readEntryDoc, readMeta } from '#sync/entry-doc.ts';
import { eventsOf } from '#sync/review-doc.ts';
import { chooseValues, type Setting } from '#server/catalogue/chosen-values.ts';
import { ead3OfEntry } from '#server/catalogue/exchange-formats/ead3-writer.ts';
import type { DepositReason } from './deposit-schedule.ts';
import { canonicalJson } from './canonical-json.ts';
import { entryPage } from './entry-page.ts';
import type { LogLine } from './log-lines.ts';
import type { FileSource } from './ocfl-store.ts';
import { reviewRecord, type ReviewInput } from './review-record.ts';

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
	/** Log position of what is said about it that the version before holds. */
	readonly reviewFromPosition: number;
	/** Rows of `entry_change` between the two, of the entry and of what is said about it, in order. */
	readonly changes: readonly Readonly<Record<string, unknown>>[];
	/** Everything that was logged between the two. */
	readonly lines: readonly LogLine[];
	/** ISO UTC: when the entry came into the catalogue. */
	readonly createdAt: string;
	/** It belongs to demonstration holdings. */
	readonly isSynthetic: boolean;
	/**
	 * Where the catalogue shows it, which is not where it says when a move could not be followed; undefined when the row
	 * was not up to the log.
	 */
	readonly placedUnder: EntryId | null | undefined;
	/** How contested elements were set, by element id. */
	readonly settings: ReadonlyMap<string, Setting>;
	/** Everybody whose updates lie between the two. */
	readonly actors: readonly Depositor[];
	readonly reason: DepositReason;
	/** ISO UTC. */
	readonly at: string;
	/** Name of the archive, for the exchange form. */
	readonly agencyName: string;
	readonly review: ReviewInput;
	readonly software: { readonly name: string; readonly version: string };
}

/** `approved`: somebody other than its maker stands for it; only that is the word of the archive. */
export type DepositKind = 'working' | 'approved';

/** What `deposit.json` says of a version of an entry. */
export interface DepositRecord {
	readonly schema: 'lantai-deposit/1';
	readonly kind: DepositKind;
	readonly entryId: EntryId;
	/** Where the entry stood in review. */
	readonly state: ReviewState;
	/** Log position of what is said about it; 0 for nothing. */
	readonly reviewPosition: number;
	/** Id of the last step of review. */
	readonly step: string | null;
	readonly reason: DepositReason;
	readonly at: string;
	readonly actors: readonly Depositor[];
	/** The version holds what the log says after `fromPosition` up to `toPosition`. */
	readonly fromPosition: number;
	readonly toPosition: number;
	/** And what it says of the review after this. */
	readonly reviewFromPosition: number;
	readonly createdAt: string;
	readonly synthetic?: true;
	readonly placedUnder?: EntryId | null;
	/** The object this one follows, which was full. */
	readonly predecessor?: string;
	/** SHA-512 of the other files of the version, by logical name. */
	readonly sha512: Readonly<Record<string, string>>;
	readonly software: { readonly name: string; readonly version: string };
}

/**
 * The files of a version of an edited entry. `entry.json` is the master: it says all the entry says, to whoever has no
 * software of ours. Equal input makes equal bytes.
 * @see RFC 8785 (JSON Canonicalization Scheme), for `entry.json` and `deposit.json`
 */
export function entrySnapshot(
	doc: Y.Doc,
	review: Y.Doc,
	input: SnapshotInput,
): {
	/** Given the object that this one follows, if it does. */
	readonly files: (predecessor: string | undefined) => Map<string, FileSource>;
	readonly kind: DepositKind;
} {
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
	// Nothing that is open is ever approved, whatever state somebody brought it to.
	const isSettled = Object.keys(conflicts).length === 0 && Object.keys(disputes).length === 0;
	const kind: DepositKind = input.review.state === 'registered' && isSettled ? 'approved' : 'working';
	const profile = profileOf(entry.profile);
	const described = { level: String(entry.level ?? ''), fields: entry.fields, bodies: entry.bodies };
	const files = new Map<string, FileSource>([
		['entry.json', canonicalJson(entry)],
		['entry.xml', exchangeForm(profile, input, described, kind)],
		['body.html', entryPage(profile, described)],
		['state.yjs', Y.encodeStateAsUpdate(doc)],
		['review.json', canonicalJson(reviewRecord(input.entryId, eventsOf(review).toArray(), input.review))],
		['review.yjs', Y.encodeStateAsUpdate(review)],
		['changes.jsonl', jsonLines(input.changes)],
		['log.jsonl', jsonLines(input.lines)],
	]);
	const withRecord = (predecessor: string | undefined): Map<string, FileSource> =>
		new Map<string, FileSource>(files).set('deposit.json', {
			derive: (digests) =>
				canonicalJson({
					schema: 'lantai-deposit/1',
					kind,
					entryId: input.entryId,
					state: input.review.state,
					reviewPosition: input.review.position,
					step: input.review.steps.at(-1)?.id ?? null,
					reason: input.reason,
					at: input.at,
					actors: input.actors,
					fromPosition: input.fromPosition,
					toPosition: input.toPosition,
					reviewFromPosition: input.reviewFromPosition,
					createdAt: input.createdAt,
					...(input.isSynthetic ? { synthetic: true as const } : {}),
					...(input.placedUnder === undefined ? {} : { placedUnder: input.placedUnder }),
					...(predecessor === undefined ? {} : { predecessor }),
					sha512: Object.fromEntries(digests),
					software: input.software,
				} satisfies DepositRecord),
		});
	return { files: withRecord, kind };
}

/** The entry in the exchange form of its profile, alone. @see EAD3 1.1.1 */
function exchangeForm(
	profile: Profile,
	{ entryId, agencyName, at }: SnapshotInput,
	described: Pick<PlacedEntry, 'level' | 'fields' | 'bodies'>,
	standing: DepositKind,
): string {
	const title = textOf(described.fields['title']) || textOf(described.fields['referenceCode']) || entryId;
	return ead3OfEntry(
		{ id: entryId, parentId: null, order: '', standing, ...described },
		{
			recordId: textOf(described.fields['referenceCode']) || entryId,
			title,
			agencyName,
			date: at,
			language: profile.id === 'dat18' ? 'zh-CN' : 'en',
		},
		profile,
	);
}

function jsonLines(rows: readonly object[]): string {
	return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
