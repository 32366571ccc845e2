import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { ExportedEntry } from '#domain/catalogue/unsettled.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { subtreeText, type Subtree } from '#server/catalogue/export.ts';
import type { BagInfo } from '#server/preservation/bagit/bag-info.ts';
import {
	writeBag,
	type BagSink,
	type PayloadFile,
	type WrittenBag,
} from '#server/preservation/bagit/write-bag.ts';

/** Names of the payload files of a bag of entries, below `data/`. */
export const ENTRIES_NAME = 'entries.json';
export const EAD_NAME = 'entries.ead3.xml';

/** Entries on their way into a bag. */
export interface EntriesBag {
	readonly subtree: Subtree;
	readonly id: EntryId;
	readonly person: Person;
	/** Data directory of the archive. */
	readonly dataDir: string;
	readonly software: string;
	readonly algorithms?: readonly string[];
	readonly signal?: AbortSignal | undefined;
}

/** A bag of entries as it was written. */
export interface WrittenEntries extends WrittenBag {
	readonly entries: number;
}

/**
 * Writes a subtree as a bag: in our own format, from which it can be read back whole, and as EAD 3 for everybody else.
 */
export async function writeEntriesBag(sink: BagSink, bag: EntriesBag): Promise<WrittenEntries> {
	const { subtree, dataDir, signal } = bag;
	// Staging is cleared at every start, so that a crash leaves nothing readable behind.
	const folder = join(dataDir, 'staging', createId<string>());
	const spool = join(folder, 'entries.jsonl');
	const counted = { entries: 0, unsettled: 0 };
	await mkdir(folder, { recursive: true });
	async function* payload(): AsyncIterable<PayloadFile> {
		// People go on editing: both formats are made of what was read once.
		await pipeline(
			linesOf(subtree.entries, counted, signal),
			createWriteStream(spool, { mode: 0o600, flags: 'wx' }),
		);
		yield { path: ENTRIES_NAME, content: subtreeText(subtree, 'json', readSpool(spool, signal)) };
		yield { path: EAD_NAME, content: subtreeText(subtree, 'ead3', readSpool(spool, signal)) };
	}
	try {
		const written = await writeBag(sink, payload(), {
			info: () => infoOf(bag, counted),
			...(bag.algorithms ? { algorithms: bag.algorithms } : {}),
		});
		return { ...written, entries: counted.entries };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function infoOf(
	{ subtree: { info, profile }, id, person, software }: EntriesBag,
	counted: { readonly entries: number; readonly unsettled: number },
): BagInfo {
	return [
		['Source-Organization', info.agencyName],
		['Contact-Name', person.name],
		['External-Identifier', info.recordId],
		['External-Description', info.title],
		['Internal-Sender-Identifier', `urn:uuid:${id}`],
		['Bagging-Date', info.date.slice(0, 10)],
		['Bag-Software-Agent', software],
		['Lantai-Exported-At', info.date],
		['Lantai-Profile', profile],
		['Lantai-Entries', String(counted.entries)],
		['Lantai-Unsettled-Entries', String(counted.unsettled)],
	];
}

async function* linesOf(
	entries: AsyncIterable<ExportedEntry>,
	counted: { entries: number; unsettled: number },
	signal: AbortSignal | undefined,
): AsyncIterable<string> {
	for await (const entry of entries) {
		signal?.throwIfAborted();
		counted.entries++;
		if (entry.conflicts ?? entry.disputes) counted.unsettled++;
		// Reading by lines ends lines at these two as well.
		yield `${JSON.stringify(entry).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
	}
}

async function* readSpool(path: string, signal: AbortSignal | undefined): AsyncIterable<ExportedEntry> {
	const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
	for await (const line of lines) {
		signal?.throwIfAborted();
		yield JSON.parse(line) as ExportedEntry;
	}
}
