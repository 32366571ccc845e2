import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { QueryAnswer } from './messages.ts';
import type { WorkerConnection } from './worker-connection.ts';

const HEADER = 'SQLite format 3\u0000';
/** A file up to this size is checked at every start: about a tenth of a second. */
const SMALL_BYTES = 64 * 1024 * 1024;

const CORRUPT = 11;
const NOT_A_DATABASE = 26;
const FULL = 13;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CANNOT_OPEN = 14;

/**
 * Looks at the database file before SQLite touches it.
 * @returns whether the last process ended without closing it
 * @throws {Refusal} 'storage.corrupt' when it is no database, or when only its write-ahead log is there
 */
export function checkBeforeOpening(file: string): boolean {
	const hasLog = sizeOf(`${file}-wal`) > 0;
	if (sizeOf(file) === 0) {
		// SQLite would start an empty archive and throw the log away.
		if (hasLog)
			throw new Refusal('storage.corrupt', { path: file, reason: 'the write-ahead log is there without it' });
		return false;
	}
	const head = Buffer.alloc(HEADER.length);
	const handle = openSync(file, 'r');
	try {
		readSync(handle, head, 0, head.length, 0);
	} finally {
		closeSync(handle);
	}
	if (head.toString('latin1') !== HEADER)
		throw new Refusal('storage.corrupt', { path: file, reason: 'not a database' });
	return hasLog;
}

/**
 * Checks the structure of the open database: all of it when it is small or was not closed, else its schema; a full
 * check of a large archive belongs to fixity, not to every start.
 * @throws {Refusal} 'storage.corrupt'
 */
export async function checkOpened(writer: WorkerConnection, file: string, wasOpen: boolean): Promise<void> {
	const isThorough = wasOpen || sizeOf(file) <= SMALL_BYTES;
	const { rows } = await writer.ask<QueryAnswer>({
		kind: 'query',
		bind: { sql: isThorough ? 'pragma quick_check(1)' : 'select count(*) from sqlite_schema', params: [] },
	});
	const verdict = Object.values(rows[0] ?? {})[0];
	if (isThorough && verdict !== 'ok')
		throw new Refusal('storage.corrupt', { path: file, reason: String(verdict) });
}

/** What a failure while opening means for the person at the keyboard; other errors come back as they are. */
export function refusalOf(error: unknown, file: string): unknown {
	if (isRefusal(error)) return error;
	const { errcode, message = '' } = error as { errcode?: number; message?: string };
	const primary = errcode === undefined ? undefined : errcode & 0xff;
	if (primary === FULL || /disk is full|ENOSPC/.test(message))
		return new Refusal('storage.full', { path: file }, 507);
	if (primary === CORRUPT || primary === NOT_A_DATABASE || /malformed|not a database/.test(message))
		return new Refusal('storage.corrupt', { path: file, reason: message });
	if (
		primary === READ_ONLY ||
		primary === IO_ERROR ||
		primary === CANNOT_OPEN ||
		/unable to open/.test(message)
	)
		return new Refusal('storage.unwritable', { path: file, reason: message });
	return error;
}

function sizeOf(path: string): number {
	return existsSync(path) ? statSync(path).size : 0;
}
