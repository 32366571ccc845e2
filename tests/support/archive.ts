import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { systemClock, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Deposited } from '#server/preservation/entry-deposit.ts';
import type { Pace } from '#server/preservation/fixity/rate-limit.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { createPreservation, type Preservation } from '#server/preservation/preservation.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import type { Storage } from '#server/storage/storage.ts';
import { aFolder } from './folder.ts';

/** A database and an archival store over one data directory, without the rest of the product. */
export interface Archive {
	readonly dataDir: string;
	readonly root: string;
	readonly storage: Storage;
	readonly preservation: Preservation;
	/** What was announced, in order. */
	readonly announced: ({ readonly id: string } & Deposited)[];
	/** A second pair of eyes on the store. */
	readonly store: OcflStore;
	/** A file of an entry's object as text. */
	text(id: string, name: string, version?: string): string;
	close(): Promise<void>;
}

/** Opens an archive; it closes after the test. */
export async function anArchive(
	options: {
		readonly dataDir?: string;
		readonly idleMs?: number;
		readonly continuousMs?: number;
		readonly retryMs?: number;
		readonly copies?: readonly string[];
		readonly maxVersions?: number;
		readonly clock?: Clock;
		readonly pace?: Pace;
		readonly storage?: (opened: Storage) => Storage;
		readonly begin?: (id: EntryId) => Promise<void>;
	} = {},
): Promise<Archive> {
	const dataDir = options.dataDir ?? (await aFolder());
	const root = join(dataDir, 'archive');
	const opened = await openStorage({ dataDir });
	const storage = options.storage?.(opened) ?? opened;
	const announced: Archive['announced'] = [];
	const preservation = await createPreservation({
		storage,
		dataDir,
		clock: options.clock ?? systemClock,
		logger: pino({ level: process.env['LANTAI_LOG_LEVEL'] ?? 'silent' }),
		idleMs: options.idleMs ?? 60_000,
		...(options.continuousMs === undefined ? {} : { continuousMs: options.continuousMs }),
		retryMs: options.retryMs ?? 50,
		copies: options.copies ?? [],
		settleMs: 10,
		...(options.maxVersions === undefined ? {} : { maxVersions: options.maxVersions }),
		...(options.pace === undefined ? {} : { pace: options.pace }),
		begin:
			options.begin ??
			(async (id) => {
				throw new Error(`${id} has a document from its beginning`);
			}),
		onDeposited: (id, deposit) => announced.push({ id, ...deposit }),
	});
	const store = new OcflStore(root, join(dataDir, 'no-staging'));
	let closed: Promise<void> | undefined;
	const close = (): Promise<void> => (closed ??= preservation.close().then(() => storage.close()));
	onTestFinished(async () => {
		if (existsSync(dataDir)) await close();
	});
	return {
		dataDir,
		root,
		storage,
		preservation,
		announced,
		store,
		text: (id, name, version) =>
			Buffer.from(store.readFile(`urn:uuid:${id}`, name, version) ?? []).toString('utf8'),
		close,
	};
}
