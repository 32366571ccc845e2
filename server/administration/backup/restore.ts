import { existsSync, readdirSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { renewLineage } from '#server/storage/lineage.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { auditLine } from '#server/storage/audit.ts';
import { DATABASE_NAME, FILE_NAMES } from './backup-format.ts';
import { readBackup, type WholeBackup } from './read-backup.ts';

const PROGRESS_MS = 200;

/** What `lantai restore` answers. */
export interface RestoreAnswer {
	readonly dir: string;
	readonly entries: number;
	readonly objects: number;
	readonly atSeq: number;
	readonly lineage: string;
	readonly fromLineage: string;
	readonly backupAt: string;
	readonly seconds: number;
}

/** What `lantai backup verify` answers. */
export interface BackupVerdict {
	readonly file: string;
	readonly valid: true;
	readonly archive: { readonly name: string; readonly code: string };
	readonly product: { readonly name: string; readonly version: string };
	readonly entries: number;
	readonly objects: number;
	readonly members: number;
	readonly bytes: number;
	readonly sha512: string;
	readonly lineage: string;
	readonly atSeq: number;
	readonly backupAt: string;
	readonly seconds: number;
}

interface Running {
	readonly signal: AbortSignal;
	readonly progress: (progress: {
		readonly file: string;
		readonly read: number;
		readonly total: number;
	}) => void;
}

/**
 * Checks a backup without restoring it: every member by size and digest, none missing, none more.
 * @throws {Refusal} what `readBackup` refuses
 */
export async function verifyBackup(file: string, running: Running): Promise<BackupVerdict> {
	const started = performance.now();
	const { about, ...whole } = await readBackup(file, { signal: running.signal, ...told(file, running) });
	const { archive, product, entries, lineage, atSeq, createdAt } = about;
	return {
		file,
		valid: true,
		archive,
		product,
		entries,
		...whole,
		lineage,
		atSeq,
		backupAt: createdAt,
		seconds: secondsSince(started),
	};
}

/**
 * Brings a backup back into an empty or missing folder, which is there whole at the end or not at all. The log gets a
 * new lineage, because other positions will follow than those devices saw; sessions end, API tokens stay.
 * @throws {Refusal} 'restore.not-empty' (409) | 'restore.target' | 'storage.full' (507) | 'storage.corrupt' |
 * 'storage.newer' and what `readBackup` refuses
 */
export async function restoreBackup(
	file: string,
	dir: string,
	actor: Actor,
	clock: Clock,
	running: Running,
): Promise<RestoreAnswer> {
	const started = performance.now();
	demandEmpty(dir);
	const partial = `${dir}.partial-${createId<string>()}`;
	try {
		await mkdir(partial, { recursive: true });
		const folders = new Set<string>([partial]);
		const whole = await readBackup(file, {
			signal: running.signal,
			...told(file, running),
			sink: { take: (path, content) => writeMember(partial, path, content, folders) },
		});
		const { lineage, fromLineage } = await openOnce(partial, { file, whole, actor, clock });
		await syncAll(partial);
		if (running.signal.aborted) throw new Refusal('cli.cancelled');
		demandEmpty(dir);
		if (existsSync(dir)) await rmdir(dir);
		await rename(partial, dir);
		await syncFolder(dirname(dir));
		return {
			dir,
			entries: whole.about.entries,
			objects: whole.objects,
			atSeq: whole.about.atSeq,
			lineage,
			fromLineage,
			backupAt: whole.about.createdAt,
			seconds: secondsSince(started),
		};
	} catch (error) {
		await rm(partial, { recursive: true, force: true });
		throw targetRefusal(error, dir);
	}
}

/** Looks through the database, brings it up to date and begins a new life. */
async function openOnce(
	dataDir: string,
	given: {
		readonly file: string;
		readonly whole: WholeBackup;
		readonly actor: Actor;
		readonly clock: Clock;
	},
): Promise<{ readonly lineage: string; readonly fromLineage: string }> {
	const { file, whole, actor, clock } = given;
	const path = join(dataDir, DATABASE_NAME);
	const database = new DatabaseSync(path);
	try {
		const verdict = Object.values(database.prepare('pragma integrity_check(1)').get() ?? {})[0];
		if (verdict !== 'ok') throw new Refusal('storage.corrupt', { path: file, reason: String(verdict) });
	} finally {
		database.close();
	}
	const storage = await openStorage({ dataDir, what: 'restore' });
	try {
		const { lineage, restored } = await renewLineage(storage, isoAt(clock));
		const fromLineage = restored?.fromLineage ?? '';
		const { sha512, about } = whole;
		await storage.batch([
			storage.db.deleteFrom('session'),
			auditLine(storage, clock, actor, 'restore', basename(file), {
				sha512,
				backupAt: about.createdAt,
				atSeq: about.atSeq,
				fromLineage,
				lineage,
			}),
		]);
		return { lineage, fromLineage };
	} finally {
		await storage.close();
	}
}

async function writeMember(
	dataDir: string,
	path: string,
	content: AsyncIterable<Buffer>,
	folders: Set<string>,
): Promise<void> {
	const target = join(dataDir, path);
	const folder = dirname(target);
	if (!folders.has(folder)) {
		await mkdir(folder, { recursive: true });
		folders.add(folder);
	}
	const isSecret = (FILE_NAMES as readonly string[]).includes(path) || path.startsWith('tls/');
	const file = await open(target, 'wx', isSecret ? 0o600 : 0o644);
	try {
		for await (const chunk of content)
			for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten;
	} finally {
		await file.close();
	}
}

/** Makes everything durable: bytes with their files, names with their folders. Late, when the disk has most of it. */
export async function syncAll(folder: string): Promise<void> {
	for (const entry of await readdir(folder, { withFileTypes: true }))
		if (entry.isDirectory()) await syncAll(join(folder, entry.name));
		else await syncFolder(join(folder, entry.name));
	await syncFolder(folder);
}

/** Makes a file, or the names in a folder, durable. */
export async function syncFolder(path: string): Promise<void> {
	const handle = await open(path, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** @throws {Refusal} 'restore.not-empty' (409) | 'restore.target' */
export function demandEmpty(dir: string): void {
	try {
		if (readdirSync(dir).length > 0) throw new Refusal('restore.not-empty', { path: dir }, 409);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw targetRefusal(error, dir);
	}
}

/** What a failure of a folder that is to be written means for the person at the keyboard. */
export function targetRefusal(error: unknown, dir: string): unknown {
	if (isRefusal(error)) return error;
	const { code } = error as NodeJS.ErrnoException;
	if (code === 'ENOSPC' || code === 'EDQUOT') return new Refusal('storage.full', { path: dir }, 507);
	if (code && /^E(ACCES|NOTDIR|ROFS|PERM|IO|EXIST|BUSY|NOTEMPTY)$/.test(code))
		return new Refusal('restore.target', { path: dir, reason: code });
	return error;
}

function told(
	file: string,
	{ progress }: Running,
): { readonly onProgress: (read: number, total: number) => void } {
	let toldMs = 0;
	return {
		onProgress(read, total) {
			if (Date.now() - toldMs < PROGRESS_MS) return;
			toldMs = Date.now();
			progress({ file, read, total });
		},
	};
}

function secondsSince(started: number): number {
	return Math.round(performance.now() - started) / 1000;
}
