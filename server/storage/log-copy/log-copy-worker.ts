import {
	closeSync,
	existsSync,
	fsyncSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readdirSync,
	renameSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { encodeRecord, readSegment, segmentName, segmentsIn, type CopiedUpdate } from './segments.ts';

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
	| { readonly last: number; readonly hasMore: boolean }
	| { readonly error: { readonly code: string | undefined; readonly message: string } };

/** Rows of one write at most. */
const MAX_ROWS = 1000;
const MARKER = 'log-copy.json';

const port = must(parentPort, 'this file runs as a worker');
const { file, folder, lineage } = workerData as LogCopySettings;
const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
const COLUMNS = 'seq, doc, payload, actor_id, actor_name, via, received_at';
const following = database.prepare(
	`select ${COLUMNS} from log_update where seq > ?1 order by seq limit ${MAX_ROWS}`,
);
/** What was compacted meanwhile too: asked only until the end of the log is reached. */
const catchingUp = database.prepare(
	`select ${COLUMNS} from log_update where seq > ?1
	union all
	select ${COLUMNS} from log_cold
		where seq > ?1 and kind = 'update' and payload is not null
	order by seq limit ${MAX_ROWS}`,
);
const changes = database.prepare(
	'select element_id, field, from_values, to_value, claimed_by, claimed_at from entry_change where doc = ? and seq = ? order by id',
);
const known = database.prepare('select doc, received_at from log_line where seq = ?');
/** The segment that is written to; undefined before the first write, and after one that failed. */
let open: { handle: number; name: string } | undefined;
/** Where segments are: a folder for each lineage. */
let own = '';
let last = -1;
let isCaughtUp = false;

port.on('message', (ask: LogCopyAsk) => {
	let answer: LogCopyAnswer;
	try {
		answer = ask.purge ? purge(ask.purge) : copy(ask);
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
	const found = (isCaughtUp ? following : catchingUp).all(last) as unknown as readonly {
		seq: number;
		doc: string;
		payload: Uint8Array;
		actor_id: string;
		actor_name: string;
		via: string | null;
		received_at: string;
	}[];
	if (found.length < MAX_ROWS) isCaughtUp = true;
	if (found.length === 0) return { last, hasMore: false };
	const records = found.map((row) =>
		encodeRecord({
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
		}),
	);
	append(segmentName(at), Buffer.concat(records));
	last = found.at(-1)?.seq ?? last;
	return { last, hasMore: found.length === MAX_ROWS };
}

/** Writes every segment anew that has something of the documents, of every lineage. */
function purge(docs: readonly string[]): LogCopyAnswer {
	if (!existsSync(join(folder, MARKER))) throw away();
	close();
	const gone = new Set(docs);
	for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory()))
		for (const segment of segmentsIn(join(folder, name))) {
			if (!readSegment(segment).some(({ doc }) => gone.has(doc))) continue;
			const handle = openSync(`${segment}.new`, 'w');
			try {
				for (const record of readSegment(segment))
					if (!gone.has(record.doc)) writeAll(handle, encodeRecord(record));
				fsyncSync(handle);
			} finally {
				closeSync(handle);
			}
			renameSync(`${segment}.new`, segment);
			syncFolder(join(folder, name));
		}
	// Where it ends is looked at anew: its last record may be among those that went.
	last = -1;
	isCaughtUp = false;
	return { last: 0, hasMore: false };
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
			return 0;
		}
		const newest = newestIn(own);
		if (!newest) return 0;
		// A database that was put back to an earlier state, without a restore, goes on with other rows under positions
		// that are there already: they begin anew beside them, and what is there stays for a recovery.
		const row = known.get(newest.seq);
		if (row?.['doc'] === newest.doc && row['received_at'] === newest.receivedAt) return newest.seq;
	}
}

/** The last record that is whole; what was torn off behind it is cut away. */
function newestIn(place: string): CopiedUpdate | undefined {
	for (const segment of segmentsIn(place).toReversed()) {
		let newest: CopiedUpdate | undefined;
		const reading = readSegment(segment);
		let step = reading.next();
		for (; !step.done; step = reading.next()) newest = step.value;
		cut(segment, step.value);
		if (newest) return newest;
	}
	return undefined;
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

function append(name: string, bytes: Uint8Array): void {
	if (open?.name !== name) {
		close();
		const path = join(own, name);
		const isNew = !existsSync(path);
		open = { handle: openSync(path, 'a'), name };
		if (isNew) syncFolder(own);
	}
	writeAll(open.handle, bytes);
	fsyncSync(open.handle);
}

function writeAll(handle: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.byteLength;) at += writeSync(handle, bytes, at);
}

function close(): void {
	if (!open) return;
	const { handle } = open;
	open = undefined;
	closeSync(handle);
}

function syncFolder(path: string): void {
	if (process.platform === 'win32') return;
	const handle = openSync(path, 'r');
	try {
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
}

function away(): Error {
	return Object.assign(new Error(`there is no copy of the log in ${folder}`), { code: 'ENOENT' });
}
