import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/** A held data directory. */
export interface DirectoryLock {
	/** Frees the directory; a second call does nothing. */
	release(): void;
}

/** Who holds a data directory. */
export interface LockHolder {
	readonly pid: number;
	readonly host: string;
	readonly startedAt: string;
	/** What holds it: `server`, or the verb of the command line. */
	readonly what: string;
	/** When the process began, in ticks since boot; null where the system does not tell. Tells a reused pid. */
	readonly processStart: string | null;
}

/**
 * Takes the data directory for this process. The truth is a lock of the operating system on a small database file
 * `lantai.lock.db`: no child inherits it, and it is gone when the process is, however it ended. `lantai.lock` beside
 * it says who. Nothing in this process may open and close the `.db` file otherwise: that would drop the lock.
 * @throws {Refusal} 'storage.locked' with `path`, `pid`, `host`, `since`, `what`; 'storage.unwritable'; 'storage.full'
 */
export function lockDirectory(dataDir: string, what = 'server'): DirectoryLock {
	const who = join(dataDir, 'lantai.lock');
	createFile(dataDir);
	const held = holdFile(dataDir);
	if (!held) throw lockedBy(dataDir, readHolder(who));
	try {
		const before = readHolder(who);
		if (before && isAlive(before)) throw lockedBy(dataDir, before);
		const holder: LockHolder = {
			pid: process.pid,
			host: hostname(),
			startedAt: new Date().toISOString(),
			what,
			processStart: startOf(process.pid),
		};
		// Readers see the old holder or the new one, never half a line.
		writeFileSync(`${who}.new`, `${JSON.stringify(holder)}\n`);
		renameSync(`${who}.new`, who);
	} catch (error) {
		held.close();
		throw refusalOf(error, dataDir);
	}
	return {
		release() {
			if (!held.isOpen) return;
			// Before the lock goes: afterwards the file may already be the next holder's.
			rmSync(who, { force: true });
			held.close();
		},
	};
}

/** True when a process holds the data directory, this one included. Changes nothing. */
export function isLocked(dataDir: string): boolean {
	if (!existsSync(join(dataDir, 'lantai.lock.db'))) return false;
	const held = holdFile(dataDir);
	held?.close();
	return held === undefined;
}

/** SQLite calls a full disk a file it cannot open, so the file is made here, and never opened again: see above. */
function createFile(dataDir: string): void {
	const path = join(dataDir, 'lantai.lock.db');
	if (existsSync(path)) return;
	try {
		closeSync(openSync(path, 'a'));
	} catch (error) {
		throw refusalOf(error, dataDir);
	}
}

function refusalOf(error: unknown, dataDir: string): unknown {
	if (isRefusal(error)) return error;
	const { code, message } = error as NodeJS.ErrnoException;
	return code === 'ENOSPC' || code === 'EDQUOT'
		? new Refusal('storage.full', { path: dataDir }, 507)
		: new Refusal('storage.unwritable', { path: dataDir, reason: message });
}

/** The open file while it is locked by this process, undefined when another has it. */
function holdFile(dataDir: string): DatabaseSync | undefined {
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(join(dataDir, 'lantai.lock.db'), { timeout: 0 });
		// Nothing is ever written: the file stays empty and has no journal beside it.
		database.exec('pragma journal_mode = memory');
		database.exec('begin exclusive');
		return database;
	} catch (error) {
		if (database?.isOpen) database.close();
		const { errcode = 0, message } = error as { errcode?: number; message: string };
		if ((errcode & 0xff) === SQLITE_BUSY) return undefined;
		if ((errcode & 0xff) === SQLITE_FULL) throw new Refusal('storage.full', { path: dataDir }, 507);
		throw new Refusal('storage.unwritable', { path: dataDir, reason: message });
	}
}

function lockedBy(dataDir: string, holder: LockHolder | undefined): Refusal {
	return new Refusal(
		'storage.locked',
		{
			path: dataDir,
			pid: holder?.pid ?? 0,
			host: holder?.host ?? '?',
			since: holder?.startedAt ?? '?',
			what: holder?.what ?? '?',
		},
		409,
	);
}

function readHolder(path: string): LockHolder | undefined {
	try {
		return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
	} catch (error) {
		// The file is only for people; without it the answer is less helpful, not different.
		if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/** The second line, for file systems that lose locks: the very process that wrote the file still runs on this machine. */
function isAlive(holder: LockHolder): boolean {
	return (
		holder.host === hostname() &&
		holder.pid !== process.pid &&
		typeof holder.processStart === 'string' &&
		holder.processStart === startOf(holder.pid)
	);
}

function startOf(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// The name before it is in brackets and may hold blanks; the start time is field 22 of the line.
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return null;
		throw error;
	}
}
