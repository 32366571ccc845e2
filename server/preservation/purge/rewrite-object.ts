import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Refusal } from '#domain/base/refusal.ts';
import { digestFile } from '../digests.ts';
import { canonicalJson } from '../canonical-json.ts';
import { folderStorage } from '../folder-storage.ts';
import { digestsOf, versionNumber, type Inventory, type VersionAbout } from '../ocfl-inventory.ts';
import { readInventory } from '../ocfl-reader.ts';
import { OcflStore, type FileSource } from '../ocfl-store.ts';
import { objectPath } from '../ocfl-layout.ts';
import { hasLines, leftOf } from './purged-lines.ts';
import { purgedReport } from './purged-report.ts';

const REMOVED = 'original-removed.json';
const CAMPAIGN = 'campaign.json';

/** By which order, and when. */
export interface PurgedBy {
	readonly orderId: string;
	readonly number: string;
	readonly at: string;
}

/**
 * Builds an object again without the lines of some entries, version by version, each as it was but for them: the same
 * names, dates and authors. A file as it was received goes, since nothing can be cut out of it; its name, size and digest
 * are said in its place. Every `deposit.json` says what it was.
 * @param place folder of the object
 * @param folder empty, for the object and what it is made of
 * @returns the folder of the new object
 * @throws {Refusal} 'preservation.damaged' rather than to make a new truth of what is not what was written
 */
export async function rewriteObject(
	place: string,
	folder: string,
	ids: ReadonlySet<string>,
	by: PurgedBy,
): Promise<string> {
	const inventory = readInventory(folderStorage, place);
	if (!inventory) throw new Refusal('preservation.damaged', { id: '', path: place });
	const { id: objectId } = inventory;
	const parts = join(folder, 'parts');
	await mkdir(parts);
	const store = new OcflStore(
		join(folder, 'root'),
		join(folder, 'staging'),
		folderStorage,
		inventory.digestAlgorithm,
	);
	store.open({ mayCreate: true });
	const source = sourceOf(place, inventory);
	const filtered = new Map<string, Filtered>();
	const versions = Object.entries(inventory.versions).toSorted(
		([a], [b]) => versionNumber(a) - versionNumber(b),
	);
	for (const [version, { created, message = '', user }] of versions) {
		const digests = digestsOf(inventory, version);
		const files = new Map<string, FileSource>();
		let rows: Filtered | undefined;
		for (const [name, digest] of digests)
			if (hasLines(name)) {
				const known = filtered.get(digest);
				rows = known ?? (await withoutLines(source(digest), join(parts, String(filtered.size)), ids, name));
				filtered.set(digest, rows);
				files.set(name, { path: rows.path });
			}
		for (const [name, digest] of digests) {
			if (files.has(name) || name === 'deposit.json') continue;
			if (name.startsWith('original/')) {
				const { size } = await stat(source(digest));
				files.set(
					REMOVED,
					canonicalJson({
						schema: 'lantai-original-removed/1',
						name: name.slice('original/'.length),
						bytes: size,
						[inventory.digestAlgorithm]: digest,
						removed: by,
					}),
				);
			} else if (name === 'report.json')
				// In the order it was written in, in which the database has it too.
				files.set(name, JSON.stringify(purgedReport(json(source(digest)))));
			else if (name === 'order.json' && rows)
				files.set(name, canonicalJson(purgedOrder(json(source(digest)), rows)));
			else if (name === CAMPAIGN && quotesScope(json(source(digest)), ids))
				files.set(name, canonicalJson({ ...json(source(digest)), under_title: '' }));
			else files.set(name, { path: source(digest) });
		}
		const former = digests.get('deposit.json');
		const record = former === undefined ? {} : json(source(former));
		files.set('deposit.json', {
			derive: (all) =>
				canonicalJson({
					...record,
					sha512: Object.fromEntries(all),
					rewritten: rewrittenBy(record, { ...by, version, former: former ?? null }),
				}),
		});
		store.putVersion({ objectId, files, created, message, user: user as VersionAbout['user'] });
	}
	return join(store.root, objectPath(objectId));
}

/**
 * How many lines of an object name the entries, and how many campaigns quote them, over all its versions, and how many
 * files as received it holds.
 */
export async function namesIn(
	place: string,
	ids: ReadonlySet<string>,
): Promise<{ readonly lines: number; readonly originals: number }> {
	const inventory = readInventory(folderStorage, place);
	if (!inventory) return { lines: 0, originals: 0 };
	const source = sourceOf(place, inventory);
	const seen = new Set<string>();
	let lines = 0;
	let originals = 0;
	for (const version of Object.keys(inventory.versions))
		for (const [name, digest] of digestsOf(inventory, version)) {
			if (seen.has(digest)) continue;
			seen.add(digest);
			if (name.startsWith('original/')) originals++;
			if (name === CAMPAIGN && quotesScope(json(source(digest)), ids)) lines++;
			if (!hasLines(name)) continue;
			for await (const line of linesOf(source(digest), name.endsWith('.gz')))
				if (leftOf(name, line, ids) !== line) lines++;
		}
	return { lines, originals };
}

/** Digests of the files as received that an object holds, or held before an earlier order. */
export function originalsIn(place: string): string[] {
	const inventory = readInventory(folderStorage, place);
	if (!inventory) return [];
	const source = sourceOf(place, inventory);
	return [...digestsOf(inventory)].flatMap(([name, digest]) => {
		if (name.startsWith('original/')) return [digest];
		return name === REMOVED ? [String(json(source(digest))[inventory.digestAlgorithm])] : [];
	});
}

interface Filtered {
	readonly path: string;
	/** Positions of the rows of an order that went. */
	readonly gone: ReadonlySet<number>;
	readonly left: number;
}

async function withoutLines(
	from: string,
	to: string,
	ids: ReadonlySet<string>,
	name: string,
): Promise<Filtered> {
	const isPacked = name.endsWith('.gz');
	const gone = new Set<number>();
	let left = 0;
	async function* lines(): AsyncGenerator<string> {
		for await (const line of linesOf(from, isPacked)) {
			const stays = leftOf(name, line, ids);
			if (stays !== undefined) {
				left++;
				yield `${stays}\n`;
				continue;
			}
			const { position } = JSON.parse(line) as { position?: unknown };
			if (typeof position === 'number') gone.add(position);
		}
	}
	const file = createWriteStream(to);
	if (isPacked) await pipeline(lines(), createGzip({ level: 3 }), file);
	else await pipeline(lines(), file);
	return { path: to, gone, left };
}

async function* linesOf(path: string, isPacked: boolean): AsyncGenerator<string> {
	const bytes = createReadStream(path);
	const input = isPacked ? bytes.pipe(createGunzip()) : bytes;
	for await (const line of createInterface({ input, crlfDelay: Infinity })) if (line !== '') yield line;
}

/** Content by digest, compared with it before anything is made of it. */
function sourceOf(place: string, { id, manifest, digestAlgorithm }: Inventory): (digest: string) => string {
	const checked = new Map<string, string>();
	const paths = new Map(
		Object.entries(manifest).map(([digest, [path]]) => [digest.toLowerCase(), path] as const),
	);
	return (digest) => {
		const known = checked.get(digest);
		if (known !== undefined) return known;
		const path = paths.get(digest);
		const full = join(place, path ?? '');
		if (path === undefined || digestFile(folderStorage, full, [digestAlgorithm]).digests[0] !== digest)
			throw new Refusal('preservation.damaged', { id, path: path ?? digest });
		checked.set(digest, full);
		return full;
	};
}

function json(path: string): Record<string, unknown> {
	return JSON.parse(Buffer.from(folderStorage.read(path)).toString('utf8')) as Record<string, unknown>;
}

/** Whether a campaign was over one of the entries and says what it was called. */
function quotesScope(campaign: Record<string, unknown>, ids: ReadonlySet<string>): boolean {
	return ids.has(String(campaign['under'])) && campaign['under_title'] !== '';
}

interface Rewriting extends PurgedBy {
	readonly version: string;
	/** Digest of its record before. */
	readonly former: string | null;
}

/** By which orders a version was written anew; done again after a crash, an order is named once. */
function rewrittenBy(record: Record<string, unknown>, by: Rewriting): readonly Rewriting[] {
	const before = (record['rewritten'] ?? []) as readonly Rewriting[];
	return before.some(({ orderId }) => orderId === by.orderId) ? before : [...before, by];
}

/** An order as it stands in its record, without the rows that went. */
function purgedOrder(order: Record<string, unknown>, { gone, left }: Filtered): Record<string, unknown> {
	const samples = (order['samples'] ?? []) as { readonly positions: string }[];
	return {
		...order,
		row_count: left,
		samples: samples.map((sample) => ({
			...sample,
			positions: JSON.stringify((JSON.parse(sample.positions) as number[]).filter((each) => !gone.has(each))),
		})),
	};
}
