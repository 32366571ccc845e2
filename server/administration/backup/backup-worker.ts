import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { must } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { ROOT_NAMASTE } from '#server/preservation/ocfl-layout.ts';
import { errorAnswer, type ErrorAnswer } from '#server/preservation/worker-client.ts';
import {
	ABOUT_NAME,
	BACKUP_FORMAT,
	BACKUP_VERSION,
	DATABASE_NAME,
	FILE_NAMES,
	LEFT_OUT,
	MANIFEST_DIGEST_NAME,
	MANIFEST_NAME,
	type About,
} from './backup-format.ts';
import { SMALL_BYTES, TarMembers } from './tar-members.ts';

/** What the worker is told when it starts. */
export interface BackupOrder {
	readonly dataDir: string;
	/** File to write. */
	readonly partial: string;
	/** Where the copy of the database is made: beside it, so that the archive's own disk is not filled. */
	readonly snapshot: string;
	readonly isGzip: boolean;
	readonly product: { readonly name: string; readonly version: string };
	readonly createdAt: string;
}

/** What the worker says. */
export type BackupNews =
	| { readonly kind: 'progress'; readonly bytes: number }
	/** The archival store is copied: deposits may go on. */
	| { readonly kind: 'copied' }
	| { readonly kind: 'done'; readonly written: BackupWritten }
	| { readonly kind: 'failed'; readonly error: ErrorAnswer };

/** A backup as it was written. */
export interface BackupWritten {
	readonly about: About;
	readonly bytes: number;
	readonly sha512: string;
	readonly objects: number;
	readonly members: number;
}

const PROGRESS_MS = 200;
/** All pages in one step: a copy in steps begins again whenever an edit is logged in between. */
const ALL_PAGES = 0x7fff_ffff;

const port = must(parentPort, 'this file runs as a worker');
const order = workerData as BackupOrder;
const { snapshot } = order;
const cancelled = new AbortController();
port.on('message', () => cancelled.abort(new Refusal('cli.cancelled')));

const tell = (news: BackupNews): void => port.postMessage(news);
try {
	tell({ kind: 'done', written: await write() });
} catch (error) {
	tell({ kind: 'failed', error: errorAnswer(cancelled.signal.aborted ? cancelled.signal.reason : error) });
} finally {
	for (const end of ['', '-journal', '-wal', '-shm']) rmSync(snapshot + end, { force: true });
	port.close();
}

async function write(): Promise<BackupWritten> {
	const source = new DatabaseSync(join(order.dataDir, DATABASE_NAME), { readOnly: true, timeout: 10_000 });
	try {
		await backup(source, snapshot, { rate: ALL_PAGES });
	} finally {
		source.close();
	}
	cancelled.signal.throwIfAborted();
	const { about, waitingImports } = readSnapshot();
	const packed = pack();
	const whole = createHash('sha512');
	let bytes = 0;
	let toldMs = 0;
	const piped = pipeline(
		packed,
		order.isGzip ? createGzip({ level: 6, chunkSize: SMALL_BYTES }) : new PassThrough(),
		async function* (chunks: AsyncIterable<Buffer>) {
			for await (const chunk of chunks) {
				whole.update(chunk);
				bytes += chunk.length;
				if (Date.now() - toldMs > PROGRESS_MS) {
					toldMs = Date.now();
					tell({ kind: 'progress', bytes });
				}
				yield chunk;
			}
		},
		createWriteStream(order.partial, { mode: 0o600, flush: true, highWaterMark: 4 * SMALL_BYTES }),
		{ signal: cancelled.signal },
	);
	const members = new TarMembers(packed, piped, {
		dataDir: order.dataDir,
		at: order.createdAt,
		signal: cancelled.signal,
	});
	await members.add(ABOUT_NAME, Buffer.from(`${JSON.stringify(about, undefined, '\t')}\n`));
	await members.addFile(DATABASE_NAME, snapshot);
	for (const name of FILE_NAMES) if (existsSync(join(order.dataDir, name))) await members.addFile(name);
	await members.addFolder('tls');
	for (const id of waitingImports) await members.addFolder(`staging/${id}`);
	await members.addFolder('archive');
	tell({ kind: 'copied' });
	const { count } = members.lines;
	const manifest = members.lines.pieces();
	const manifestBytes = manifest.reduce((sum, piece) => sum + piece.length, 0);
	const digest = await members.addPieces(MANIFEST_NAME, manifestBytes, manifest);
	await members.add(MANIFEST_DIGEST_NAME, Buffer.from(`${digest}  ${MANIFEST_NAME}\n`));
	packed.finalize();
	await piped;
	return { about, bytes, sha512: whole.digest('hex'), objects: members.objects, members: count };
}

/** Looks whether the copy of the database is sound, and what it says of itself. */
function readSnapshot(): { readonly about: About; readonly waitingImports: readonly string[] } {
	const database = new DatabaseSync(snapshot);
	try {
		// One file that stands for itself, without a write-ahead log beside it.
		database.exec('pragma journal_mode = delete');
		const verdict = Object.values(database.prepare('pragma quick_check(1)').get() ?? {})[0];
		if (verdict !== 'ok')
			throw new Refusal('storage.corrupt', {
				path: join(order.dataDir, DATABASE_NAME),
				reason: String(verdict),
			});
		const setting = (key: string): string => {
			const row = database.prepare('select value from setting where key = ?').get(key);
			return row ? String(JSON.parse(String(row['value']))) : '';
		};
		const numberOf = (sql: string): number =>
			Number(Object.values(database.prepare(sql).get() ?? {})[0] ?? 0);
		// Its disk may be away: what is then written must not pass for a backup.
		const store = join(order.dataDir, 'archive');
		const hasBegun =
			numberOf('select exists (select 1 from store_object) or exists (select 1 from deposit)') === 1;
		if (hasBegun && !existsSync(join(store, ROOT_NAMASTE)))
			throw new Refusal('preservation.root-missing', { path: store });
		return {
			about: {
				format: BACKUP_FORMAT,
				version: BACKUP_VERSION,
				product: order.product,
				archive: { name: setting('archive.name'), code: setting('archive.code') },
				lineage: setting('log.lineage'),
				atSeq: numberOf('select max(seq) from log_update'),
				entries: numberOf(
					"select count(*) from entry where import_row not in (select row_id from import where state = 'staging')",
				),
				createdAt: order.createdAt,
				leftOut: [...LEFT_OUT],
			},
			waitingImports: database
				.prepare(
					"select id from import where state != 'staging' and deposited_version is null order by row_id",
				)
				.all()
				.map((row) => String(row['id'])),
		};
	} finally {
		database.close();
	}
}
