import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Kysely } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import type { Clock } from '#domain/base/clock.ts';
import { auditLine } from '#server/storage/audit.ts';
import { readLineage } from '#server/storage/lineage.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';

/** A backup of which nothing says how it ended: a process was killed, and what it had written may lie there. */
export interface UnfinishedBackup {
	readonly file: string;
	/** When it was begun. */
	readonly at: string;
	/** Of the log it was made of: a restored archive knows of backups that others made. */
	readonly lineage: string;
	/** As `backup.json` says it. */
	readonly createdAt: string;
	/** Number of the folder on its disk: with another one it is another disk, or none. */
	readonly folder: number;
}

/** What is written before the file has its name. */
export const partialOf = (file: string): string => `${file}.partial`;
/** The copy of the database, beside it. */
export const snapshotOf = (file: string): string => `${partialOf(file)}-db`;

const SERVER: Actor = { id: 'server', name: 'server', via: 'server' };

/** Says that a backup is begun, before anything of it is written. */
export async function noteBegin(
	storage: Storage,
	clock: Clock,
	actor: Actor,
	{ file, createdAt }: Pick<UnfinishedBackup, 'file' | 'createdAt'>,
): Promise<void> {
	const { lineage } = await readLineage(storage);
	const { ino: folder } = await stat(dirname(file));
	const said = { createdAt, lineage, folder };
	await storage.batch([auditLine(storage, clock, actor, 'backups.begin', file, said)]);
}

/** Removes what a backup that was given up has written, and says so. */
export async function clearPartial(
	storage: Storage,
	clock: Clock,
	actor: Actor,
	file: string,
): Promise<void> {
	await removePartial(file);
	await storage.batch([auditLine(storage, clock, actor, 'backups.failed', file)]);
}

/** Backups that are under way, or were when a process ended. */
export async function unfinishedBackups(db: Kysely<Schema>): Promise<UnfinishedBackup[]> {
	const lines = await db
		.selectFrom('audit')
		.select(['action', 'object', 'at', 'detail'])
		.where('action', 'in', ['backups.begin', 'backups.failed', 'backup', 'restore'])
		.orderBy('seq')
		.execute();
	const begun = new Map<string, UnfinishedBackup>();
	for (const { action, object: file, at, detail } of lines) {
		const said = JSON.parse(detail) as UnfinishedBackup & { readonly backupAt?: string };
		if (action === 'backups.begin') begun.set(file, { ...said, file, at });
		else if (action !== 'restore') begun.delete(file);
		// The copy of the database in a backup was made before that was whole.
		else for (const each of begun.values()) if (each.createdAt === said.backupAt) begun.delete(each.file);
	}
	return [...begun.values()];
}

/**
 * Files of an unfinished backup that are there, with when they were written; all it may have left where that cannot be
 * seen, with when it was begun.
 */
export async function leftOf(
	unfinished: UnfinishedBackup,
): Promise<{ readonly file: string; readonly at: string }[]> {
	const { file, at } = unfinished;
	const files = [file, partialOf(file), snapshotOf(file)];
	if (!(await isThere(unfinished))) return files.map((each) => ({ file: each, at }));
	const left = await Promise.all(
		files.map((each) =>
			stat(each).then(
				({ mtime }) => [{ file: each, at: mtime.toISOString() }],
				(error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : [{ file: each, at }]),
			),
		),
	);
	return left.flat();
}

/**
 * Removes what killed processes left beside the backups they were making: a whole copy of the database may be among it.
 * What lies on a disk that is away, and a file that has its name, stay for a person to look at.
 */
export async function clearUnfinished(storage: Storage, clock: Clock): Promise<void> {
	const { lineage } = await readLineage(storage);
	for (const unfinished of await unfinishedBackups(storage.db)) {
		if (unfinished.lineage !== lineage || !(await isThere(unfinished))) continue;
		await removePartial(unfinished.file);
		const left = await leftOf(unfinished);
		if (left.length === 0) await clearPartial(storage, clock, SERVER, unfinished.file);
	}
}

async function removePartial(file: string): Promise<void> {
	await rm(partialOf(file), { force: true });
	for (const end of ['', '-journal', '-wal', '-shm']) await rm(snapshotOf(file) + end, { force: true });
}

/** Whether its folder is the one it was made in. */
async function isThere({ file, folder }: UnfinishedBackup): Promise<boolean> {
	return stat(dirname(file)).then(
		({ ino }) => ino === folder,
		() => false,
	);
}
