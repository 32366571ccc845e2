import {
	closeSync,
	existsSync,
	fsyncSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { rewriteSegment, syncFolder, writeAll } from './rewrite-segment.ts';
import {
	encodeRecord,
	NEW_SEGMENT,
	readSegment,
	segmentName,
	segmentsIn,
	type CopiedUpdate,
	type SegmentDamage,
} from './segments.ts';

/** What the worker is told when it starts. */
export interface LogCopySettings {
	/** The database whose log is copied. */
	readonly file: string;
	readonly folder: string;
	readonly lineage: string;
}

/** What it is asked: to bring the copy to the end of the log, or as far as one write goes. */
export interface LogCopyAsk {
	/** The copy was begun before: an empty folder is a disk that is not mounted. */
	readonly wasBegun: boolean;
	/** ISO UTC. */
	readonly at: string;
	/** Documents of which nothing may stay, instead. */
	readonly purge?: readonly string[];
}

/** How far it is; `hasMore` when there is more to be copied. */
export type LogCopyAnswer =
	| {
			readonly last: number;
			readonly hasMore: boolean;
			/** What a purge could not read, and nobody but these bytes may know: it may be what is to go. */
			readonly unreadable?: readonly SegmentDamage[];
	  }
	| { readonly error: { readonly code: string | undefined; readonly message: string } };

/** Rows of one write at most. */
const MAX_ROWS = 1000;
const NOTHING: ReadonlySet<string> = new Set();
const MARKER = 'log-copy.json';

const port = must(parentPort, 'this file runs as a worker');
const { file, folder, lineage } = workerData as LogCopySettings;
const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
const COLUMNS = 'seq, doc, payload, actor_id, actor_name, via, received_at';
const following = database.prepare(
	`select ${COLUMNS} from log_update where seq > ?1 order by seq limit ${MAX_ROWS}`,
);
/** What was compacted meanwhile too: asked only until the end of the log is reached, and for what cannot be read. */
const WITH_COLD = `select ${COLUMNS} from log_update where seq > ?1 and seq < ?2
	union all
	select ${COLUMNS} from log_cold
		where seq > ?1 and seq < ?2 and kind = 'update' and payload is not null
	order by seq`;
const catchingUp = database.prepare(`${WITH_COLD} limit ${MAX_ROWS}`);
const between = database.prepare(WITH_COLD);
const changes = database.prepare(
	'select element_id, field, from_values, to_value, claimed_by, claimed_at from entry_change where doc = ? and seq = ? order by id',
);
const known = database.prepare('select doc, received_at from log_line where seq = ?');
const purgedEntries = database.prepare('select entry_id from purged_entry');

interface Row {
	readonly seq: number;
	readonly doc: string;
	readonly payload: Uint8Array;
	readonly actor_id: string;
	readonly actor_name: string;
	readonly via: string | null;
	readonly received_at: string;
}
/** The segment that is written to; undefined before the first write, and after one that failed. */
let open: { handle: number; name: string } | undefined;
/** Where segments are: a folder for each lineage. */
let own = '';
/** The last segment there, by its name. */
let newestName = '';
let last = -1;
let isCaughtUp = false;

port.on('message', (ask: LogCopyAsk) => {
	let answer: LogCopyAnswer;
	try {
		answer = ask.purge ? purge(ask.purge, ask) : copy(ask);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		// What is there now is found out by reading it again: the disk may have been away.
		close();
		last = -1;
		isCaughtUp = false;
		answer = { error: { code, message } };
	}
	port.postMessage(answer);
});

function copy({ wasBegun, at }: LogCopyAsk): LogCopyAnswer {
	if (last < 0) last = begin(wasBegun);
	else if (!existsSync(join(folder, MARKER))) throw away();
	const rows = isCaughtUp ? following.all(last) : catchingUp.all(last, Number.MAX_SAFE_INTEGER);
	const found = rows as unknown as readonly Row[];
	if (found.length < MAX_ROWS) isCaughtUp = true;
	if (found.length === 0) return { last, hasMore: false };
	append(segmentName(at), Buffer.concat(found.map(encodeRow)));
	last = found.at(-1)?.seq ?? last;
	return { last, hasMore: found.length === MAX_ROWS };
}

function encodeRow(row: Row): Buffer {
	return encodeRecord({
		seq: row.seq,
		doc: row.doc,
		payload: row.payload,
		actor: { id: row.actor_id, name: row.actor_name, via: row.via },
		receivedAt: row.received_at,
		changes: changes.all(row.doc, row.seq).map((each) => ({
			elementId: String(each['element_id']),
			field: String(each['field']),
			fromValues: String(each['from_values']),
			toValue: String(each['to_value']),
			claimedBy: String(each['claimed_by']),
			claimedAt: String(each['claimed_at']),
		})),
	});
}

/**
 * Writes every segment anew that has something of the documents, of every lineage. What cannot be read may be of them, too.
 * Where this database wrote it, it goes, and what the database has of it is written again. Anywhere else these bytes may
 * be all there is of somebody's work: they stay, and are told of.
 */
function purge(docs: readonly string[], { wasBegun }: LogCopyAsk): LogCopyAnswer {
	if (!existsSync(join(folder, MARKER))) throw away();
	if (last < 0) begin(wasBegun);
	close();
	const gone = new Set(docs);
	const unreadable: SegmentDamage[] = [];
	for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory())) {
		const place = join(folder, name);
		// What a crash left of writing one anew holds what was in it then.
		for (const file of readdirSync(place)) if (file.endsWith(NEW_SEGMENT)) rmSync(join(place, file));
		for (const segment of segmentsIn(place)) {
			const { hasAny, damage } = look(segment, gone);
			if (place === own && damage.length > 0) rewriteSegment(segment, gone, lostRows(gone, segment));
			else unreadable.push(...(hasAny ? rewriteSegment(segment, gone, undefined) : damage));
		}
	}
	// Where it ends is looked at anew: its last record may be among those that went.
	last = -1;
	isCaughtUp = false;
	return { last: 0, hasMore: false, unreadable };
}

function look(
	segment: string,
	gone: ReadonlySet<string>,
): { readonly hasAny: boolean; readonly damage: readonly SegmentDamage[] } {
	const reading = readSegment(segment);
	let hasAny = false;
	let step = reading.next();
	for (; !step.done; step = reading.next()) hasAny ||= gone.has(step.value.doc);
	return { hasAny, damage: step.value };
}

/**
 * Gives what the database has between two positions, no segment of the own place has, and is not to go: between what the
 * segments before and behind this one have, since an update stands on those before it.
 */
function lostRows(
	gone: ReadonlySet<string>,
	segment: string,
): (after: number, before: number | undefined) => Iterable<Buffer> {
	const held = new Set<number>();
	let [from, end, newest] = [0, Infinity, 0];
	for (const each of segmentsIn(own))
		for (const { seq } of readSegment(each)) {
			held.add(seq);
			newest = Math.max(newest, seq);
			if (each < segment) from = Math.max(from, seq);
			else if (each > segment) end = Math.min(end, seq);
		}
	// Behind the last record of all, everything is copied again.
	if (end === Infinity) end = newest + 1;
	return function* (after, before = end) {
		const written: number[] = [];
		const rows = between.iterate(Math.max(after, from), Math.min(before, end));
		for (const row of rows as unknown as Iterable<Row>) {
			if (held.has(row.seq) || gone.has(row.doc)) continue;
			yield encodeRow(row);
			// A snapshot has the position of the last update it stands for.
			written.push(row.seq);
		}
		for (const seq of written) held.add(seq);
	};
}

/** Looks what is there: the last position. */
function begin(wasBegun: boolean): number {
	const marker = join(folder, MARKER);
	if (!existsSync(marker)) {
		if (wasBegun || !existsSync(folder)) throw away();
		writeFileSync(`${marker}.new`, `${JSON.stringify({ format: 'lantai-log-copy/1' })}\n`, { flush: true });
		renameSync(`${marker}.new`, marker);
		syncFolder(folder);
	}
	for (let number = 1; ; number++) {
		own = join(folder, number === 1 ? lineage : `${lineage}-${number}`);
		if (!existsSync(own)) {
			mkdirSync(own);
			syncFolder(folder);
			newestName = '';
			return 0;
		}
		const { newest, witness, damaged } = endOf(own);
		// A database that was put back to an earlier state, without a restore, goes on with other rows under positions
		// that are there already: they begin anew beside them, and what is there stays, also what cannot be read of it.
		const row = witness && known.get(witness.seq);
		if (witness && (row?.['doc'] !== witness.doc || row['received_at'] !== witness.receivedAt)) continue;
		for (const [segment, damage] of damaged) mend(segment, damage);
		newestName = basename(segmentsIn(own).at(-1) ?? '');
		return newest;
	}
}

/**
 * The last position of a place, the last record whose row the database must have when it wrote it, and what cannot be read
 * from the segment of it on.
 */
function endOf(place: string): {
	readonly newest: number;
	readonly witness: CopiedUpdate | undefined;
	readonly damaged: readonly (readonly [segment: string, damage: readonly SegmentDamage[]])[];
} {
	// Rows of what is being purged go first, and nobody's record of it says whose place this is.
	const purged = new Set(purgedEntries.all().map((row) => String(row['entry_id'])));
	const damaged: [string, readonly SegmentDamage[]][] = [];
	let newest = 0;
	let witness: CopiedUpdate | undefined;
	for (const segment of segmentsIn(place).toReversed()) {
		const reading = readSegment(segment);
		let step = reading.next();
		for (; !step.done; step = reading.next()) {
			const { seq, doc } = step.value;
			newest = Math.max(newest, seq);
			if (!purged.has(doc.slice(doc.indexOf(':') + 1))) witness = step.value;
		}
		if (step.value.length > 0) damaged.push([segment, step.value]);
		if (witness) break;
	}
	return { newest, witness, damaged };
}

/** Makes a segment of this database whole again: nothing is ever written behind what cannot be read. */
function mend(segment: string, damage: readonly SegmentDamage[]): void {
	const [first] = damage;
	const isLast = segment === segmentsIn(own).at(-1);
	if (isLast && damage.length === 1 && first && first.at + first.bytes === statSync(segment).size)
		// A torn end: what was there is copied again, like all behind the last record.
		cut(segment, first.at);
	else rewriteSegment(segment, NOTHING, lostRows(NOTHING, segment));
}

function cut(segment: string, bytes: number): void {
	const handle = openSync(segment, 'r+');
	try {
		ftruncateSync(handle, bytes);
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
}

/** @param day segment of the day; where the clock was ahead, what is newest by name goes on: only that is known to be whole */
function append(day: string, bytes: Uint8Array): void {
	const name = day > newestName ? day : newestName;
	if (open?.name !== name) {
		close();
		const path = join(own, name);
		const isNew = !existsSync(path);
		open = { handle: openSync(path, 'a'), name };
		if (isNew) syncFolder(own);
		newestName = name;
	}
	writeAll(open.handle, bytes);
	fsyncSync(open.handle);
}

function close(): void {
	if (!open) return;
	const { handle } = open;
	open = undefined;
	closeSync(handle);
}

function away(): Error {
	return Object.assign(new Error(`there is no copy of the log in ${folder}`), { code: 'ENOENT' });
}
