import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { RebuildRequest } from '#server/administration/rebuild/rebuild.ts';
import type { App } from '#server/app.ts';
import { sendCommand } from './command-socket.ts';
import type { Config } from '#server/config.ts';
import { runVerb, type VerbRequest } from './verbs.ts';

/** Another process may be opening or closing the archive: it is tried again this long. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 100;

interface Running {
	readonly signal: AbortSignal;
	readonly progress: (progress: unknown) => void;
}

/**
 * Runs a verb on a data directory: through the process that holds it, else in this one.
 * `backup-verify`, `restore`, `archive-rebuild` and `log-recover` work on files, whoever holds what.
 * @throws {Refusal} 'cli.no-archive' | 'cli.not-reachable' and what the verb refuses
 */
export async function runCommand(config: Config, request: VerbRequest, running: Running): Promise<unknown> {
	if (request.verb === 'archive-verify' && !existsSync(join(config.dataDir, 'lantai.sqlite'))) {
		const { path } = request.args as { readonly path?: string };
		// A store is verifiable without the archive it came from.
		if (path !== undefined) return verifyStore(path, running);
	}
	if (request.verb === 'bag-verify') {
		const { checkBag } = await import('./bag-verbs.ts');
		const { path } = request.args as { readonly path: string };
		return checkBag(path, { ...running, language: request.language });
	}
	if (request.verb === 'archive-rebuild') return runRebuild(config, request, running);
	if (request.verb === 'log-recover') return runLogRecovery(request, running);
	// Neither needs an archive that is open, and a restore makes one.
	if (request.verb === 'backup-verify' || request.verb === 'restore')
		return runBackupFile(config, request, running);
	if (request.verb !== 'setup' && !existsSync(join(config.dataDir, 'lantai.sqlite')))
		throw new Refusal('cli.no-archive', { path: config.dataDir }, 404);
	// Idle workers do not keep a process alive, and while one closes it is idle: the process would end in the middle.
	const alive = setInterval(() => undefined, 60_000);
	try {
		return await runWhereOpen(config, request, running);
	} finally {
		clearInterval(alive);
	}
}

async function verifyStore(path: string, { signal, progress }: Running): Promise<unknown> {
	const { verifyApart } = await import('#server/preservation/verification.ts');
	const alive = setInterval(() => undefined, 60_000);
	try {
		return await verifyApart({ path }, { signal, onProgress: progress });
	} finally {
		clearInterval(alive);
	}
}

async function runBackupFile(config: Config, request: VerbRequest, running: Running): Promise<unknown> {
	const { restoreBackup, verifyBackup } = await import('#server/administration/backup/restore.ts');
	const { file } = request.args as { readonly file: string };
	if (request.verb === 'backup-verify') return verifyBackup(file, running);
	const actor = { id: `system:${request.user}`, name: request.user, via: 'cli' };
	return restoreBackup(file, config.dataDir, actor, systemClock, running);
}

/** The data directory must be free: what is open there would not know of what comes back. */
async function runLogRecovery(request: VerbRequest, running: Running): Promise<unknown> {
	const { recoverLog } = await import('#server/collaboration/log-recovery.ts');
	const { openStorage } = await import('#server/storage/sqlite/open-sqlite.ts');
	const { from, into } = request.args as { readonly from: string; readonly into: string };
	if (!existsSync(join(into, 'lantai.sqlite'))) throw new Refusal('cli.no-archive', { path: into }, 404);
	const alive = setInterval(() => undefined, 60_000);
	const storage = await openStorage({ dataDir: into, what: 'log recover' });
	try {
		return await recoverLog(storage, from, running);
	} finally {
		await storage.close();
		clearInterval(alive);
	}
}

async function runRebuild(config: Config, request: VerbRequest, running: Running): Promise<unknown> {
	const { rebuildArchive } = await import('#server/administration/rebuild/rebuild.ts');
	const asked = request.args as RebuildRequest;
	const actor = { id: `system:${request.user}`, name: request.user, via: 'cli' };
	// Without --from it is the store of the folder itself, whose database is gone, else that of the data directory.
	const hasOwn = existsSync(join(asked.into, 'archive'));
	const from = asked.from ?? join(hasOwn ? asked.into : config.dataDir, 'archive');
	// Idle workers do not keep a process alive.
	const alive = setInterval(() => undefined, 60_000);
	try {
		return await rebuildArchive({ ...asked, from }, actor, systemClock, running);
	} finally {
		clearInterval(alive);
	}
}

async function runWhereOpen(config: Config, request: VerbRequest, running: Running): Promise<unknown> {
	const end = Date.now() + PATIENCE_MS;
	for (;;) {
		try {
			return await sendCommand(config.dataDir, request, running);
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
			// Nobody listens. Taking the directory is the question whether it is free: asking first would only race.
			const app = await openUnlessHeld(config);
			if (app)
				try {
					return await runVerb(app, request, running);
				} finally {
					await app.close();
				}
			if (Date.now() > end)
				throw new Refusal('cli.not-reachable', { path: config.dataDir, reason: code }, 503);
		}
		await wait(RETRY_MS, undefined, { signal: running.signal }).catch(() => {
			throw new Refusal('cli.cancelled');
		});
	}
}

async function openUnlessHeld(config: Config): Promise<App | undefined> {
	// Loaded only where it is needed: a command to a running archive starts faster without.
	const { createApp } = await import('#server/app.ts');
	try {
		return await createApp(config);
	} catch (error) {
		if ((error as { code?: string }).code === 'storage.locked') return undefined;
		throw error;
	}
}
