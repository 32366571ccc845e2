import { readdir } from 'node:fs/promises';
import type { HeldBackup } from '#domain/administration/purge.ts';
import type { Storage } from '#server/storage/storage.ts';
import { leftOf, unfinishedBackups } from '../backup/unfinished-backups.ts';

/** Folders and files that a rebuild put aside in the data directory. */
const ASIDE = /\.before-rebuild-/;

/**
 * Backups that were made since the content was there, as far as is known: the audit log and the setting of the last one
 * say which, what a rebuild put aside lies in the data directory, and what a killed process had written of one may lie
 * beside it. Those who made copies by other means know of them.
 */
export async function heldBackups(
	{ db }: Pick<Storage, 'db'>,
	dataDir: string,
	since: string,
): Promise<HeldBackup[]> {
	const found = new Map<string, HeldBackup>();
	const add = (file: string, at: string, sha512: string): void => {
		found.set(file, { file, at, sha512, destroyedAt: null, destroyedBy: null });
	};
	for (const name of await readdir(dataDir)) if (ASIDE.test(name)) add(name, since, '');
	const last = await db
		.selectFrom('setting')
		.select('value')
		.where('key', '=', 'backup.last')
		.executeTakeFirst();
	const lines = await db
		.selectFrom('audit')
		.select(['object', 'at', 'detail'])
		.where('action', '=', 'backup')
		.where('at', '>=', since)
		.orderBy('seq')
		.execute();
	for (const { object, at, detail } of lines)
		add(object, at, String((JSON.parse(detail) as { sha512?: string }).sha512 ?? ''));
	const known = last && (JSON.parse(last.value) as { file: string; at: string; sha512: string });
	if (known && known.at >= since && ![...found.values()].some(({ sha512 }) => sha512 === known.sha512))
		add(known.file, known.at, known.sha512);
	for (const unfinished of await unfinishedBackups(db))
		for (const { file, at } of await leftOf(unfinished))
			if (at >= since && !found.has(file)) add(file, at, '');
	return [...found.values()];
}
