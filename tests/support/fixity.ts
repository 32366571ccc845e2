import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#domain/base/clock.ts';
import type { FixityRunReport } from '#server/preservation/fixity/fixity.ts';
import type { Pace } from '#server/preservation/fixity/rate-limit.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { anArchive, type Archive } from './archive.ts';
import { eventually } from './eventually.ts';
import { aFolder } from './folder.ts';
import { aLoggedEntry, type LoggedEntry } from './logged-entries.ts';
import { aVersion } from './ocfl.ts';

/** Who checks in tests. */
export const checker = { id: 'system:test', name: '检查员', via: 'cli' };

/** An entry with an object of so many versions. */
export async function aDepositedEntry(archive: Archive, versions: number): Promise<LoggedEntry> {
	const entry = await aLoggedEntry(archive.storage);
	for (let version = 1; version <= versions; version++) {
		if (version > 1) await entry.set('title', `第${version}版`);
		await archive.preservation.depositNow(entry.id);
	}
	return entry;
}

/** An archive over a root of so many objects that no register knows. */
export async function anUnknownRoot(
	count: number,
	options: Parameters<typeof anArchive>[0] = {},
	bytes = 10,
): Promise<Archive> {
	const dataDir = options.dataDir ?? (await aFolder());
	const store = new OcflStore(join(dataDir, 'archive'), join(dataDir, 'archive-staging'));
	store.open({ mayCreate: true });
	for (let index = 0; index < count; index++)
		store.putVersion(aVersion(`urn:x:${index}`, { 'a.txt': `${index}`.repeat(bytes) }));
	return anArchive({ ...options, dataDir });
}

/** Checks everything as fast as it goes. */
export function checkAll({ preservation }: Archive): Promise<FixityRunReport> {
	return preservation.fixity.run({ isAll: true, megabytesPerSecond: 0, actor: checker });
}

/** What a check named, as `object code path`; objects by the names given. */
export function named(report: FixityRunReport, names: Readonly<Record<string, string>>): readonly string[] {
	return report.failed.flatMap(({ objectId, findings }) =>
		findings.map(
			({ code, path }) => `${objectId === null ? 'root' : (names[objectId] ?? objectId)} ${code} ${path}`,
		),
	);
}

/** The folder of an entry's object. */
export function placeIn(archive: Archive, entry: LoggedEntry): string {
	return join(archive.root, objectPath(`urn:uuid:${entry.id}`));
}

/** Flips a bit of a file. */
export function flipBit(path: string, at = 0, bit = 0): void {
	const bytes = readFileSync(path);
	bytes[at] = (bytes[at] as number) ^ (1 << bit);
	writeFileSync(path, bytes);
}

/** Keeps a copy of the root; the function given puts it back. */
export function keepRoot({ root }: Archive): () => void {
	const copy = `${root}-copy`;
	cpSync(root, copy, { recursive: true });
	return () => {
		rmSync(root, { recursive: true, force: true });
		cpSync(copy, root, { recursive: true });
	};
}

/** Resolves when the register has every version that was put. */
export async function registered(
	{ storage }: Archive,
	heads: Readonly<Record<string, number>>,
): Promise<void> {
	await eventually(async () => {
		const rows = await storage.db.selectFrom('store_object').select(['object_id', 'head']).execute();
		const known = Object.fromEntries(rows.map(({ object_id, head }) => [object_id, head]));
		for (const [id, head] of Object.entries(heads))
			if (known[`urn:uuid:${id}`] !== head) throw new Error(`${id} is not at ${head} in the register`);
	});
}

/** Time that only waiting and the test move on. */
export interface MovedTime extends Clock, Pace {
	moveDays(days: number): void;
	/** Milliseconds waited for. */
	readonly waitedMs: number;
}

/** Begins at an instant. */
export function aMovedTime(begin = Date.parse('2026-01-01T08:00:00Z')): MovedTime {
	let nowMs = begin;
	let waitedMs = 0;
	return {
		now: () => nowMs,
		async wait(ms) {
			nowMs += ms;
			waitedMs += ms;
		},
		moveDays: (days) => void (nowMs += days * 86_400_000),
		get waitedMs() {
			return waitedMs;
		},
	};
}

/** What a decay is done with: the root, an object of three versions, another of one, and the first as it was at v1. */
export interface Ground {
	readonly archive: Archive;
	readonly object: string;
	readonly other: string;
	readonly atV1: string;
	readonly names: Readonly<Record<string, string>>;
	readonly restore: () => void;
}

/** Two entries, of three versions and of one. */
export async function aGround(): Promise<Ground> {
	const archive = await anArchive();
	const other = await aDepositedEntry(archive, 1);
	const entry = await aDepositedEntry(archive, 1);
	const object = placeIn(archive, entry);
	const atV1 = join(await aFolder(), 'v1');
	cpSync(object, atV1, { recursive: true });
	for (const title of ['二', '三']) {
		await entry.set('title', title);
		await archive.preservation.depositNow(entry.id);
	}
	await registered(archive, { [entry.id]: 3, [other.id]: 1 });
	return {
		archive,
		object,
		other: placeIn(archive, other),
		atV1,
		names: { [`urn:uuid:${entry.id}`]: 'object', [`urn:uuid:${other.id}`]: 'other' },
		restore: keepRoot(archive),
	};
}
