import { readFileSync, realpathSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { errorOf } from '#server/preservation/worker-client.ts';
import type { Storage } from '#server/storage/storage.ts';
import { auditLine } from '#server/storage/audit.ts';
import { FILE_NAMES, FOLDER_NAMES } from './backup-format.ts';
import type { BackupNews, BackupOrder, BackupWritten } from './backup-worker.ts';
import { clearPartial, clearUnfinished, noteBegin, partialOf, snapshotOf } from './unfinished-backups.ts';

const LAST = 'backup.last';

/** The last backup that was made, as the setting `backup.last` keeps it. */
export interface LastBackup {
	readonly at: string;
	/** Name of the file, without its folder. */
	readonly file: string;
	readonly sha512: string;
	readonly bytes: number;
}

/** What `lantai backup` answers. */
export interface BackupAnswer {
	readonly file: string;
	readonly bytes: number;
	readonly entries: number;
	readonly objects: number;
	/** Of the whole file. */
	readonly sha512: string;
	readonly lineage: string;
	readonly atSeq: number;
	readonly seconds: number;
}

/** How a backup is made. */
export interface BackupRequest {
	/** Absolute path; `.gz` at its end means gzip. */
	readonly file: string;
	/** Replaces a file of that name. */
	readonly isForced: boolean;
	readonly signal: AbortSignal;
	readonly onProgress: (progress: { readonly file: string; readonly written: number }) => void;
}

/** Backups of an open archive. */
export interface Backups {
	/**
	 * Writes all of the archive into one file that is there whole or not at all. Editing goes on; versions wait while the
	 * archival store is copied.
	 * @throws {Refusal} 'backup.running' (409) | 'backup.held' (409) while content is purged | 'backup.exists' (409) | 'backup.inside' | 'backup.target' |
	 * 'storage.full' (507) | 'storage.corrupt' | 'cli.cancelled'
	 */
	make(request: BackupRequest, actor: Actor): Promise<BackupAnswer>;
	/** Removes what killed processes left of theirs; none is made before that is done. */
	clearUnfinished(): Promise<void>;
	/** Undefined when there was none yet. */
	last(): Promise<LastBackup | undefined>;
	/** Lets none be made until the returned function is called; resolves when what runs has ended. */
	hold(): Promise<() => void>;
	/** Gives up what runs; resolves when it is cleared away. */
	close(): Promise<void>;
}

/** Builds the backups of an archive. */
export function createBackups(parts: {
	readonly storage: Storage;
	readonly dataDir: string;
	readonly clock: Clock;
	/** See `Preservation.hold`. */
	readonly holdStore: () => Promise<() => void>;
}): Backups {
	const { storage, clock, dataDir } = parts;
	const closing = new AbortController();
	let running: Promise<unknown> | undefined;
	let clearing: Promise<void> = Promise.resolve();
	let holds = 0;

	async function make(request: BackupRequest, actor: Actor): Promise<BackupAnswer> {
		const { file, isForced, onProgress } = request;
		const started = performance.now();
		demandTarget(file, dataDir, isForced);
		const signal = AbortSignal.any([request.signal, closing.signal]);
		const partial = partialOf(file);
		const release = await parts.holdStore();
		const createdAt = isoAt(clock);
		let written: BackupWritten;
		let isNamed = false;
		try {
			signal.throwIfAborted();
			// Before there is a copy of anything: a purge must know of those a killed process leaves. Where the database takes
			// nothing, as on a full disk, a backup is wanted all the more.
			await noteBegin(storage, clock, actor, { file, createdAt }).catch(() => undefined);
			written = await runWorker(
				{
					dataDir,
					partial,
					snapshot: snapshotOf(file),
					isGzip: file.endsWith('.gz'),
					product: readProduct(),
					createdAt,
				},
				{ signal, onCopied: release, onProgress: (bytes) => onProgress({ file, written: bytes }) },
			);
			signal.throwIfAborted();
			// Somebody may have written there meanwhile.
			demandTarget(file, dataDir, isForced);
			await rename(partial, file);
			isNamed = true;
			await syncFolder(dirname(file));
		} catch (error) {
			// What cannot be removed, or has its name, stays unfinished: a purge names it, and the next start tries again.
			if (!isNamed) await clearPartial(storage, clock, actor, file).catch(() => undefined);
			if (signal.aborted) throw new Refusal('cli.cancelled');
			throw targetRefusal(error, file);
		} finally {
			release();
		}
		const { about, bytes, sha512, objects } = written;
		const answer = {
			file,
			bytes,
			entries: about.entries,
			objects,
			sha512,
			lineage: about.lineage,
			atSeq: about.atSeq,
			seconds: Math.round(performance.now() - started) / 1000,
		};
		const last: LastBackup = { at: createdAt, file: basename(file), sha512, bytes };
		const value = JSON.stringify(last);
		await storage.batch([
			storage.db
				.insertInto('setting')
				.values({ key: LAST, value })
				.onConflict((conflict) => conflict.column('key').doUpdateSet({ value })),
			auditLine(storage, clock, actor, 'backup', file, answer),
		]);
		return answer;
	}

	return {
		async make(request, actor) {
			if (running) throw new Refusal('backup.running', {}, 409);
			if (holds > 0) throw new Refusal('backup.held', {}, 409);
			const work = clearing.then(() => make(request, actor));
			running = work;
			try {
				return await work;
			} finally {
				running = undefined;
			}
		},
		clearUnfinished() {
			const cleared = clearUnfinished(storage, clock);
			clearing = cleared.catch(() => undefined);
			return cleared;
		},
		async last() {
			const row = await storage.db
				.selectFrom('setting')
				.select('value')
				.where('key', '=', LAST)
				.executeTakeFirst();
			return row && (JSON.parse(row.value) as LastBackup);
		},
		async hold() {
			holds++;
			await Promise.allSettled([clearing, running]);
			let isHeld = true;
			return () => {
				if (isHeld) holds--;
				isHeld = false;
			};
		},
		async close() {
			closing.abort();
			await Promise.allSettled([clearing, running]);
		},
	};
}

function runWorker(
	order: BackupOrder,
	running: {
		readonly signal: AbortSignal;
		readonly onCopied: () => void;
		readonly onProgress: (bytes: number) => void;
	},
): Promise<BackupWritten> {
	const { signal } = running;
	const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), { workerData: order });
	const cancel = (): void => worker.postMessage('cancel');
	signal.addEventListener('abort', cancel, { once: true });
	return new Promise<BackupWritten>((resolve, reject) => {
		let outcome: (() => void) | undefined;
		worker.on('message', (news: BackupNews) => {
			if (news.kind === 'progress') running.onProgress(news.bytes);
			else if (news.kind === 'copied') running.onCopied();
			else if (news.kind === 'done') outcome = () => resolve(news.written);
			else outcome = () => reject(errorOf(news.error));
		});
		worker.on('error', reject);
		// Only when it has ended is everything of it closed and cleared away.
		worker.on('exit', () => (outcome ?? (() => reject(new Error('the backup worker ended'))))());
	}).finally(() => signal.removeEventListener('abort', cancel));
}

/** @throws {Refusal} 'backup.exists' (409) | 'backup.inside' | 'backup.target' */
function demandTarget(file: string, dataDir: string, isForced: boolean): void {
	let folder: string;
	let found;
	try {
		folder = realpathSync(dirname(file));
		found = statSync(file, { throwIfNoEntry: false });
	} catch (error) {
		throw targetRefusal(error, file);
	}
	const below = relative(realpathSync(dataDir), join(folder, basename(file)));
	const [top = ''] = below.split(sep);
	const isOwnFolder = [...FOLDER_NAMES, 'archive-staging'].includes(top as (typeof FOLDER_NAMES)[number]);
	const isOwnFile = below === top && (FILE_NAMES[0] === top || top.startsWith('lantai.'));
	if (isOwnFolder || isOwnFile) throw new Refusal('backup.inside', { path: file });
	if (found && !found.isFile()) throw new Refusal('backup.target', { path: file, reason: 'EISDIR' });
	if (found && !isForced) throw new Refusal('backup.exists', { path: file }, 409);
}

/** What a failure of the file to be written means for the person at the keyboard. */
function targetRefusal(error: unknown, file: string): unknown {
	if (isRefusal(error)) return error;
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === 'ENOSPC' || code === 'EDQUOT' || /disk is full/.test(message))
		return new Refusal('storage.full', { path: file }, 507);
	if (code && /^E(NOENT|ACCES|ISDIR|NOTDIR|ROFS|PERM|IO|FBIG)$/.test(code))
		return new Refusal('backup.target', { path: file, reason: code });
	if (/unable to open database/.test(message))
		return new Refusal('backup.target', { path: file, reason: 'EACCES' });
	return error;
}

async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, 'r');
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}

function readProduct(): { readonly name: string; readonly version: string } {
	const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
	return { name: 'Lantai', version: (JSON.parse(text) as { version: string }).version };
}
