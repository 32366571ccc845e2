import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Actor } from '#domain/base/actor.ts';
import { eightDigitDay, isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { ImportArchive } from '#domain/base/import-archive.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import type { Storage } from '#server/storage/storage.ts';
import { auditLine } from '#server/storage/audit.ts';
import { readInThread, type Reading } from './import-reading.ts';
import { ImportRows } from './import-rows.ts';
import type {
	DryRunReport,
	ImportRequest,
	ImportResult,
	Running,
	Unwrap,
	Unwrapped,
} from './import-report.ts';
import { lastChildKey, placeUnder } from './import-place.ts';
import { Staging, type StagedFile } from './staging.ts';
import { begunUndos, undoImport, type SetStatusDeleted, type UndoResult } from './undo-import.ts';
import type { UndoOptions } from './undo-plan.ts';

export type { ImportResult } from './import-report.ts';
export type { UndoResult } from './undo-import.ts';

/** An import as it is listed. */
export interface ImportSummary {
	readonly id: string;
	readonly fileName: string;
	readonly format: string;
	readonly state: 'accepted' | 'undone';
	readonly entries: number;
	readonly actorName: string;
	readonly acceptedAt: string;
	readonly rootIds: readonly EntryId[];
	readonly synthetic: boolean;
}

/** Getting files into the catalogue. Who may do it is asked before, by the caller. */
export interface Imports {
	/**
	 * Keeps an upload on the disk until it is imported or forgotten.
	 * @throws {Refusal} 'import.too-large' (413), 'import.no-name', 'storage.full' (507)
	 */
	stage(
		stream: Readable,
		fileName: string,
		actor: Actor,
	): Promise<{ readonly uploadId: string; readonly bytes: number }>;
	/** The file of an upload that is not imported. @throws {Refusal} 'import.unknown-upload' (404) */
	staged(uploadId: string): Promise<StagedFile>;
	/**
	 * Reads a file without writing anything.
	 * @throws {Refusal} 'import.unknown-upload' (404), 'catalogue.unknown-entry' (404) for the place, 'import.broken',
	 * 'import.makes-fonds' (403) and what else the readers refuse
	 */
	dryRun(request: ImportRequest, running?: Running): Promise<DryRunReport>;
	/**
	 * Reads a file into the catalogue. Nothing of it is to be seen until all of it is, and nothing stays when it fails
	 * or is cancelled: no rows, no upload.
	 * @throws {Refusal} like `dryRun`; the reason of the signal when cancelled
	 */
	run(request: ImportRequest, actor: Actor, running?: Running): Promise<ImportResult>;
	/** Accepted and undone imports, newest first. */
	list(): Promise<ImportSummary[]>;
	/**
	 * Withdraws the entries of an import. Edited ones are kept with all above them and listed, unless `all`; what was
	 * registered meanwhile and entries that others put beneath them are always kept.
	 * @throws {Refusal} 'import.unknown' (404), 'import.already-undone' (409), 'import.registered' (409)
	 */
	undo(importId: string, options: UndoOptions, actor: Actor): Promise<UndoResult>;
	/** Goes on with undoings that were stopped half done; answers with their imports. */
	finishUndos(): Promise<string[]>;
	/** At the start, before anything is staged: removes what a crash left of imports that were never accepted. */
	cleanUp(): Promise<void>;
	/** Cancels what is running; resolves when nothing of it is left. */
	close(): Promise<void>;
}

/** What imports work with. */
export interface ImportsParts {
	readonly storage: Storage;
	readonly dataDir: string;
	readonly clock: Clock;
	/** Where accepted imports are kept; without one they stay in staging. */
	readonly archive?: ImportArchive;
	/** Sets the status of entries that have a live document. */
	readonly setStatusDeleted: SetStatusDeleted;
	/** Told when an accepted import could not be deposited: it is tried again at the next start. */
	readonly onDepositFailed?: (error: unknown) => void;
	/** The authority list as it stands, for imports that write creators out. */
	readonly authorities?: () => readonly { readonly id: string; readonly content: Authority }[];
	/** Takes what is to be read out of files that hold others. */
	readonly unwrap?: Unwrap;
	/** Largest file taken, in bytes; default 2 GiB. */
	readonly maxUploadBytes?: number;
}

const MAX_UPLOAD_BYTES = 2 * 1024 * 1024 * 1024;

/** Imports into an open archive. */
export function createImports(parts: ImportsParts): Imports {
	const { storage, clock } = parts;
	const { db } = storage;
	const staging = new Staging(parts.dataDir, parts.maxUploadBytes ?? MAX_UPLOAD_BYTES);
	const rows = new ImportRows(storage);
	const closing = new AbortController();
	const runningNow = new Set<Promise<unknown>>();

	/** Runs something that closing cancels and waits for. */
	async function tracked<T>(running: Running, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
		const signal = running.signal ? AbortSignal.any([running.signal, closing.signal]) : closing.signal;
		signal.throwIfAborted();
		const promise = work(signal);
		const settled = promise.then(
			() => undefined,
			() => undefined,
		);
		runningNow.add(settled);
		try {
			return await promise;
		} finally {
			runningNow.delete(settled);
		}
	}

	async function fileOf(request: ImportRequest): Promise<StagedFile> {
		if (request.path === undefined) return staging.find(request.uploadId ?? '');
		const { size, isFile } = await statOf(request.path);
		if (!isFile) throw new Refusal('import.no-file', { file: request.path }, 404);
		return { path: request.path, fileName: basename(request.path), bytes: size };
	}

	/** Works on what is to be read of a file: the file itself, or what it holds, which is cleared away afterwards. */
	async function unwrapped<T>(
		file: StagedFile,
		signal: AbortSignal,
		work: (inner: StagedFile, problems: Unwrapped['problems']) => Promise<T>,
	): Promise<T> {
		if (!parts.unwrap) return work(file, []);
		const id = createId<string>();
		const folder = staging.folderOf(id);
		await mkdir(folder, { recursive: true });
		try {
			const inner = await parts.unwrap(file, folder, signal);
			if (!inner) return await work(file, []);
			const { size: bytes } = await stat(inner.path);
			return await work({ path: inner.path, fileName: inner.fileName, bytes }, inner.problems);
		} finally {
			await staging.remove(id);
		}
	}

	async function read(
		file: StagedFile,
		request: ImportRequest,
		writing: { readonly entriesPath: string; readonly importRow: number; readonly now: string } | undefined,
		running: Running,
		signal: AbortSignal,
	): Promise<{ reading: Reading; report: DryRunReport }> {
		return unwrapped(file, signal, async (inner, problems) => {
			const { reading, report } = await readPlain(inner, request, writing, running, signal);
			return { reading, report: { ...report, problems: [...problems, ...report.problems] } };
		});
	}

	async function readPlain(
		file: StagedFile,
		request: ImportRequest,
		writing: { readonly entriesPath: string; readonly importRow: number; readonly now: string } | undefined,
		running: Running,
		signal: AbortSignal,
	): Promise<{ reading: Reading; report: DryRunReport }> {
		const started = performance.now();
		const under = await placeUnder(storage, request.under);
		const reading = await readInThread(
			{
				path: file.path,
				fileName: file.fileName,
				profile: request.profile,
				mapping: request.mapping,
				under,
				mayMakeFonds: request.mayMakeFonds !== false,
				checks: {
					database: join(parts.dataDir, 'lantai.sqlite'),
					today: eightDigitDay(clock),
				},
				lastKey: writing ? await lastChildKey(storage, under?.id ?? null) : null,
				authorities: request.writesCreatorsOut ? (parts.authorities?.() ?? []) : undefined,
				writing: writing && { ...writing, synthetic: request.synthetic === true },
			},
			{
				signal,
				async onChunk(chunk) {
					if (writing) await rows.write(chunk, writing.now);
					running.onProgress?.({ bytes: chunk.bytes, total: file.bytes, entries: chunk.entries });
				},
			},
		);
		if (writing) await rows.inherit(reading.inheritChanged);
		return { reading, report: reportOf(file.fileName, reading, started) };
	}

	async function run(
		request: ImportRequest,
		actor: Actor,
		running: Running,
		signal: AbortSignal,
	): Promise<ImportResult> {
		let { uploadId } = request;
		if (request.path !== undefined) {
			const file = await fileOf(request);
			// A file of this machine may change while it is read: what is kept is what was read.
			({ uploadId } = await staging.keep(createReadStream(file.path), file.fileName, signal));
		}
		const importId = createId<string>();
		const file = await staging.claim(uploadId ?? '', importId);
		let importRow: number | undefined;
		try {
			const now = isoAt(clock);
			importRow = await begin(importId, file.fileName, request, actor, now);
			const entriesPath = join(staging.folderOf(importId), 'entries.jsonl.gz');
			const writing = { entriesPath, importRow, now };
			const { reading, report } = await read(file, request, writing, running, signal);
			await staging.seal(
				importId,
				'report.json',
				`${JSON.stringify({ schema: 'lantai-import-report/1', importId, ...report, rootIds: reading.rootIds })}\n`,
			);
			signal.throwIfAborted();
			await placeUnder(storage, request.under);
			await accept(importId, importRow, reading, report, actor);
			return { ...report, importId, rootIds: reading.rootIds, deposited: await deposit(importId) };
		} catch (error) {
			if (!(await isAccepted(importId))) {
				if (importRow !== undefined) await rows.remove(importRow);
				await staging.remove(importId);
			}
			throw error;
		}
	}

	async function begin(
		importId: string,
		fileName: string,
		request: ImportRequest,
		actor: Actor,
		now: string,
	): Promise<number> {
		await db
			.insertInto('import')
			.values({
				id: importId,
				state: 'staging',
				file_name: fileName,
				format: '',
				profile: '',
				under_id: request.under ?? null,
				root_ids: '[]',
				entries: 0,
				report: '{}',
				actor_id: actor.id,
				actor_name: actor.name,
				via: actor.via,
				synthetic: request.synthetic === true ? 1 : 0,
				created_at: now,
				accepted_at: null,
				deposited_version: null,
			})
			.execute();
		const made = await db
			.selectFrom('import')
			.select('row_id')
			.where('id', '=', importId)
			.executeTakeFirstOrThrow();
		return made.row_id;
	}

	/** The one row that makes everything visible. */
	async function accept(
		importId: string,
		importRow: number,
		reading: Reading,
		report: DryRunReport,
		actor: Actor,
	): Promise<void> {
		await storage.batch([
			db
				.updateTable('import')
				.set({
					state: 'accepted',
					format: report.format,
					profile: report.profile,
					entries: report.entries,
					root_ids: JSON.stringify(reading.rootIds),
					report: JSON.stringify(report),
					accepted_at: isoAt(clock),
				})
				.where('row_id', '=', importRow),
			auditLine(storage, clock, actor, 'import.accept', `import:${importId}`, { entries: report.entries }),
		]);
	}

	async function isAccepted(importId: string): Promise<boolean> {
		const row = await db.selectFrom('import').select('state').where('id', '=', importId).executeTakeFirst();
		return row !== undefined && row.state !== 'staging';
	}

	/** An accepted import stays accepted when the store is away: its files wait in staging. */
	async function deposit(importId: string): Promise<boolean> {
		if (!parts.archive) return false;
		try {
			await parts.archive.depositImport(importId);
			return true;
		} catch (error) {
			parts.onDepositFailed?.(error);
			return false;
		}
	}

	return {
		async stage(stream, fileName) {
			await staging.removeForgotten(clock.now());
			return staging.keep(stream, fileName);
		},
		staged: (uploadId) => staging.find(uploadId),
		dryRun: (request, running = {}) =>
			tracked(running, async (signal) => {
				const { report } = await read(await fileOf(request), request, undefined, running, signal);
				return report;
			}),
		run: (request, actor, running = {}) => tracked(running, (signal) => run(request, actor, running, signal)),
		async list() {
			const found = await db
				.selectFrom('import')
				.select([
					'id',
					'file_name',
					'format',
					'state',
					'entries',
					'actor_name',
					'accepted_at',
					'root_ids',
					'synthetic',
				])
				.where('state', '!=', 'staging')
				.orderBy('row_id', 'desc')
				.execute();
			return found.map((row) => ({
				id: row.id,
				fileName: row.file_name,
				format: row.format,
				state: row.state as ImportSummary['state'],
				entries: row.entries,
				actorName: row.actor_name,
				acceptedAt: row.accepted_at ?? '',
				rootIds: JSON.parse(row.root_ids) as EntryId[],
				synthetic: row.synthetic === 1,
			}));
		},
		undo: (importId, options, actor) => tracked({}, () => undoImport(parts, importId, options, actor)),
		finishUndos: () =>
			tracked({}, async () => {
				const begun = await begunUndos(storage);
				for (const { importId, options, actor } of begun) await undoImport(parts, importId, options, actor);
				return begun.map(({ importId }) => importId);
			}),
		async cleanUp() {
			const imports = await db
				.selectFrom('import')
				.select(['id', 'row_id', 'state', 'deposited_version'])
				.where((where) => where.or([where('state', '=', 'staging'), where('deposited_version', 'is', null)]))
				.execute();
			for (const { row_id, state } of imports) if (state === 'staging') await rows.remove(row_id);
			await staging.keepOnly(new Set(imports.filter(({ state }) => state !== 'staging').map(({ id }) => id)));
		},
		async close() {
			closing.abort(new Refusal('import.closing', {}, 503));
			await Promise.allSettled(runningNow);
		},
	};
}

async function statOf(path: string): Promise<{ readonly size: number; readonly isFile: boolean }> {
	try {
		const found = await stat(path);
		return { size: found.size, isFile: found.isFile() };
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return { size: 0, isFile: false };
		throw error;
	}
}

function reportOf(file: string, reading: Reading, started: number): DryRunReport {
	const { result, entries, byLevel, sample, findings } = reading;
	return {
		format: result.format,
		profile: result.profile,
		entries,
		byLevel,
		losses: result.losses,
		problems: result.problems.map(({ line, severity, code, params }) => ({
			file,
			line,
			severity,
			code,
			params,
		})),
		understood: result.understood,
		...(findings ? { findings } : {}),
		...(reading.creators ? { creators: reading.creators } : {}),
		sample,
		seconds: Math.round(performance.now() - started) / 1000,
	};
}
