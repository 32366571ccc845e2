import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, cp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { rebuildArchive, type RebuildAnswer } from '#server/administration/rebuild/rebuild.ts';
import { PEOPLE_OBJECT, undoneObject } from '#server/preservation/archive-records.ts';
import type { Inventory } from '#server/preservation/ocfl-inventory.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { objectFolders } from '#server/preservation/ocfl-read.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { by } from '#tests/support/orders.ts';
import { archiveIn } from '#tests/support/rebuilt.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';
import { fillArchive, say } from '#tests/support/varied-archive.ts';

const ops = { id: 'system:ops', name: 'ops', via: 'cli' };
const isLong = process.env['LANTAI_TEST_LONG'] !== undefined;
/** Files damaged, drawn at random; in the long run one of every kind, in every way. */
const SOME = 3;
const WAYS = ['flipped', 'truncated', 'removed'] as const;

interface StoredFile {
	readonly object: string;
	readonly path: string;
	/** Files of one kind are read alike. */
	readonly kind: string;
}

let folder = '';
let lost = '';
let root = '';

/** Everything that can happen, in a store. */
async function aVariedStore(): Promise<void> {
	folder = await aFolder();
	const server = await startTestServer({ holdings: 'tiny', dataDir: join(folder, 'data') });
	await fillArchive(server.app, folder, { rows: 20, edited: 4, comments: 3, proposals: 3 });
	await server.stop();
	root = join(server.dataDir, 'archive');
	lost = join(folder, 'lost.sqlite');
	await copyFile(join(server.dataDir, 'lantai.sqlite'), lost);
}

/** Two imports, an order that was decided, what was said and edited twice, an account made last. */
async function aSmallStore() {
	folder = await aFolder();
	const { app, dataDir, stop } = await startTestServer({ dataDir: join(folder, 'data') });
	root = join(dataDir, 'archive');
	const running = { onProgress: () => undefined, signal: new AbortController().signal };
	const imports: { importId: string; rootIds: readonly EntryId[] }[] = [];
	for (const name of ['one', 'two']) {
		await writeFile(join(folder, `${name}.csv`), '档号,题名\nA-1,甲\nA-2,乙\n');
		imports.push(await app.importDesk.run(by(system), { path: join(folder, `${name}.csv`) }, running));
	}
	const [reportless, recordless] = imports as [(typeof imports)[0], (typeof imports)[0]];
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙', 'reviewer')];
	const [said, kept] = [await aMadeEntry(app, { title: '一' }), await aMadeEntry(app, { title: '一' })];
	await say(app, said, a, '先说的');
	const order = await app.orders.create(
		by(a),
		{ kind: 'rows', rows: [{ entry: kept, field: 'title', value: '二' }] },
		'漏字',
	);
	await app.preservation.flush('demand');
	await app.orders.decide(by(b), order.id, 'reject', '不改');
	await say(app, said, b, '后说的');
	for (const id of [said, kept])
		await app.collaboration.setField(id, 'title', '新题名', { id: a.id, name: a.name, via: null });
	await personOf(app, '丙');
	await app.preservation.flush('demand');
	await stop();
	lost = join(folder, 'lost.sqlite');
	await copyFile(join(dataDir, 'lantai.sqlite'), lost);
	return { dataDir, reportless, recordless, order, said, kept };
}

function filesOf(place: string): StoredFile[] {
	const at = join(root, place);
	const { id, head } = JSON.parse(readFileSync(join(at, 'inventory.json'), 'utf8')) as Inventory;
	const paths = readdirSync(at, { recursive: true, withFileTypes: true })
		.filter((each) => each.isFile())
		.map((each) => relative(at, join(each.parentPath, each.name)));
	const mark = paths.map((path) => path.split('/').at(-1)).find((name) => MARKS.includes(name ?? '')) ?? '';
	return paths.map((path) => ({
		object: id,
		path: join(place, path),
		kind: `${mark} ${path.replace(/^v\d+/, path.startsWith(`${head}/`) ? 'head' : 'before').replace(/original\/.*/, 'original')}`,
	}));
}

const MARKS = [
	...['state.yjs', 'entries.jsonl.gz', 'step.json', 'order.json', 'campaign.json', 'decision.json'],
	...['events.json', 'people.jsonl', 'settings.json', 'register.json', 'codes.json'],
];

async function damaged<T>(path: string, way: (typeof WAYS)[number], run: () => Promise<T>): Promise<T> {
	const bytes = await readFile(path);
	// A file of its own: those that are linked must stay as they are.
	await rename(path, join(folder, 'aside'));
	if (way === 'flipped')
		await writeFile(path, Buffer.concat([Buffer.of((bytes[0] ?? 0) ^ 1), bytes.subarray(1)]));
	if (way === 'truncated') await writeFile(path, bytes.subarray(0, bytes.byteLength >> 1));
	try {
		return await run();
	} finally {
		await rename(join(folder, 'aside'), path);
	}
}

async function rebuilt(): Promise<RebuildAnswer> {
	const into = join(folder, 'rebuilt');
	try {
		return await rebuildArchive({ into, from: root, isLinked: true, compare: lost }, ops, systemClock, {
			signal: new AbortController().signal,
			progress: () => undefined,
		});
	} finally {
		await rm(into, { recursive: true, force: true });
	}
}

/** Ids of everything that an object tells of. */
function toldBy(object: string): ReadonlySet<string> {
	const id = object.replace(/^urn:(uuid|lantai:undone):/, '').replace(/#\d+$/, '');
	const database = new DatabaseSync(lost, { readOnly: true });
	const ids = database
		.prepare(
			`select id from entry where import_row in (select row_id from import where id = ?1)
			union select entry_id from review_step_entry where step_id = ?1
			union select step_id from review_step_entry where entry_id = ?1`,
		)
		.all(id)
		.map((row) => String(row['id']));
	database.close();
	return new Set([id, ...ids]);
}

describe('a store of which any one file is damaged', () => {
	it('gives back everything of all other objects, and names what it lost something of', async () => {
		await (isLong ? aVariedStore() : aSmallStore());
		const files = [...objectFolders(root)].flatMap((place) => filesOf(place));
		expect((await rebuilt()).notDeposited).toMatchObject({ differences: [] });
		const kinds = [...Map.groupBy(files, ({ kind }) => kind).values()];
		const cases = kinds.flatMap((alike) =>
			WAYS.map((way) => ({ way, file: alike[Math.floor(Math.random() * alike.length)] as StoredFile })),
		);
		const chosen = isLong
			? cases
			: Array.from(
					{ length: SOME },
					() => cases[Math.floor(Math.random() * cases.length)] as (typeof cases)[0],
				);
		const wrong: unknown[] = [];
		for (const { way, file } of chosen) {
			const answer = await damaged(join(root, file.path), way, rebuilt).catch((error: unknown) => ({
				error,
			}));
			if ('error' in answer) {
				wrong.push({ way, kind: file.kind, error: answer.error });
				continue;
			}
			const told = toldBy(file.object);
			const differences = answer.notDeposited?.differences ?? [];
			const ofOthers = differences.filter(
				({ of, id }) => ['entry', 'review', 'import', 'step'].includes(of) && !told.has(id),
			);
			const isNamed = answer.damage.some(({ object }) => object === file.object);
			if (ofOthers.length > 0 || (differences.length > 0 && !isNamed) || answer.notCompared)
				wrong.push({
					way,
					kind: file.kind,
					isNamed,
					ofOthers,
					damage: answer.damage,
					count: differences.length,
				});
		}
		expect(wrong).toEqual([]);
	}, 900_000);
});

describe('a store of which many files are damaged', () => {
	it('gives back what is whole beside them, of its newest version or an older one, and names each', async () => {
		const { dataDir, reportless, recordless, order, said, kept } = await aSmallStore();
		const place = (object: string): string => join(root, objectPath(object));
		const before = archiveIn(dataDir);
		const orderHead = versionsIn(place(`urn:uuid:${order.id}`));
		const peopleHead = versionsIn(place(PEOPLE_OBJECT));
		expect([orderHead > 1, peopleHead > 1]).toEqual([true, true]);
		const gone = [
			[`urn:uuid:${reportless.importId}`, 'v1/content/report.json'],
			[`urn:uuid:${recordless.importId}`, 'v1/content/deposit.json'],
			[`urn:uuid:${order.id}`, `v${orderHead}/content/order.json`],
			[PEOPLE_OBJECT, `v${peopleHead}/content/people.jsonl`],
			[`urn:uuid:${said}`, 'v2/content/review.yjs'],
			[`urn:uuid:${kept}`, 'v2/content/deposit.json'],
		] as const;
		for (const [object, file] of gone) await writeFile(join(place(object), file), 'x');
		await rm(join(root, '0=ocfl_1.1'));
		const [received] = readdirSync(join(place(`urn:uuid:${reportless.importId}`), 'v1/content/original'));
		const original = join(place(`urn:uuid:${reportless.importId}`), 'v1/content/original', received ?? '');
		await rm(original);
		await symlink('/nowhere', original);
		const into = join(folder, 'rebuilt');
		const answer = await rebuildArchive({ into, from: root }, ops, systemClock, {
			signal: new AbortController().signal,
			progress: () => undefined,
		});
		expect(answer.damage).toEqual(
			expect.arrayContaining([
				...gone.map(([object, file]) => ({ object, file, reason: 'digest' })),
				{ object: '', file: '0=ocfl_1.1', reason: 'digest' },
				{ object: relative(root, original), file: '', reason: 'unknown' },
			]),
		);
		expect(answer.damage).toHaveLength(gone.length + 2);
		const after = archiveIn(into);
		const titles = (rows: typeof before): unknown[] =>
			(rows['entry'] ?? []).map(({ id, title, parent_id, fonds_id }) => ({ id, title, parent_id, fonds_id }));
		expect(titles(after)).toEqual(titles(before));
		expect(after['entry_change']).toEqual(before['entry_change']);
		expect(after['import']?.map(({ id, root_ids, entries }) => ({ id, root_ids, entries }))).toEqual(
			before['import']?.map(({ id, root_ids, entries }) => ({ id, root_ids, entries })),
		);
		expect(after['comment']?.map(({ text }) => text)).toEqual(['先说的']);
		expect(after['correction_order']).toMatchObject([{ id: order.id, state: 'submitted' }]);
		expect(after['user']?.map(({ name }) => name)).toEqual(
			before['user']?.map(({ name }) => name).filter((name) => name !== '丙'),
		);
		expect(after['deposit']?.map(({ kind }) => kind)).toEqual(before['deposit']?.map(({ kind }) => kind));
	});
});

describe('a store of which the record of a step or an undone import is damaged', () => {
	it('leaves entries where they stood in review, and withdrawn what was withdrawn', async () => {
		folder = await aFolder();
		const { app, dataDir, stop } = await startTestServer({ dataDir: join(folder, 'data') });
		root = join(dataDir, 'archive');
		const running = { onProgress: () => undefined, signal: new AbortController().signal };
		const path = join(folder, 'list.csv');
		await writeFile(path, '档号,题名\nA-1,甲\nA-2,乙\n');
		const { rootIds } = await app.importDesk.run(by(system), { path }, running);
		const { rows } = await app.catalogue.children(system, rootIds[0] as EntryId, 0, 10);
		const submitted = rows.map(({ id }) => ({ id: id as EntryId }));
		const { importId } = await app.importDesk.run(by(system), { path }, running);
		await app.review.take(by(system), 'submit', { entries: submitted }, '');
		await app.importDesk.undo(by(system), importId, false);
		await app.preservation.flush('demand');
		await stop();
		const before = archiveIn(dataDir);
		const steps = before['review_step'] ?? [];
		expect(steps).toMatchObject([{ step: 'submit' }]);
		for (const [object, name] of [
			[`urn:uuid:${String(steps[0]?.['id'])}`, 'step.json'],
			[undoneObject(importId), 'events.json'],
		] as const) {
			const place = join(root, objectPath(object));
			for (let version = 1; version <= versionsIn(place); version++)
				await rm(join(place, `v${version}/content/${name}`), { force: true });
		}
		const into = join(folder, 'rebuilt');
		const { damage } = await rebuildArchive({ into, from: root }, ops, systemClock, {
			signal: new AbortController().signal,
			progress: () => undefined,
		});
		expect(new Set(damage.map(({ file }) => file.split('/').at(-1)))).toEqual(
			new Set(['step.json', 'events.json']),
		);
		const after = archiveIn(into);
		expect(after['entry']).toEqual(before['entry']);
		expect(after['import']).toEqual(before['import']);
		const [step] = after['review_step'] ?? [];
		expect(step).toMatchObject({ step: 'submit', entries: 2, actor_id: steps[0]?.['actor_id'], why: '' });
	});
});

describe('a store that lost whole objects', () => {
	it('shows what stood below them at the top, and says what is not there', async () => {
		folder = await aFolder();
		const { app, dataDir, stop } = await startTestServer({ dataDir: join(folder, 'data') });
		root = join(dataDir, 'archive');
		const fonds = await aMadeEntry(app, { title: '全宗', level: 'fonds' });
		const below = await aMadeEntry(app, { title: '案卷', level: 'file', parentId: fonds });
		const lowest = await aMadeEntry(app, { title: '件', parentId: below });
		await app.preservation.flush('demand');
		await stop();
		await rm(join(root, objectPath(`urn:uuid:${fonds}`)), { recursive: true });
		// In its place lies a copy of another one.
		const copied = join(root, objectPath(`urn:uuid:${fonds}`));
		await cp(join(root, objectPath(`urn:uuid:${lowest}`)), copied, { recursive: true });
		const into = join(folder, 'rebuilt');
		const { damage } = await rebuildArchive({ into, from: root }, ops, systemClock, {
			signal: new AbortController().signal,
			progress: () => undefined,
		});
		expect(damage).toEqual([
			expect.objectContaining({ object: `urn:uuid:${lowest}`, reason: 'unknown' }),
			{ object: `urn:uuid:${fonds}`, file: '', reason: 'missing' },
		]);
		const again = await startTestServer({ dataDir: into });
		const { rows } = await again.app.catalogue.children(system, null, 0, 10);
		expect(rows.map(({ id }) => id)).toEqual([below]);
		expect(archiveIn(into)['entry']).toMatchObject([
			{ id: below, parent_id: null, fonds_id: below, problems: '["catalogue.parent-missing"]' },
			{ id: lowest, parent_id: below, fonds_id: below },
		]);
	});
});

function versionsIn(place: string): number {
	return readdirSync(place).filter((name) => /^v\d+$/.test(name)).length;
}
