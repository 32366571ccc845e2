import { execFileSync } from 'node:child_process';
import { appendFileSync, globSync, readFileSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance as nodePerformance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import * as xlsx from '@e965/xlsx';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import type { App } from '#server/app.ts';
import { verifyBag } from '#server/preservation/bagit/verify-bag.ts';
import { packBag } from '#server/exchange/bag-import.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { aBag, bagFiles, linesFor, type Files } from '#tests/support/bags.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, registerEntries, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';
import { startTestServer } from '#tests/support/server.ts';

const identity = { person: system, via: null };
const running = { onProgress: () => undefined, signal: new AbortController().signal };
const CSV = '件号,题名\n1,关于河道的通知\n2,关于桥梁的批复\n';

interface Exported {
	readonly entries: readonly { id: string; level: string; fields: Record<string, unknown> }[];
}

async function aFonds(app: App): Promise<{ root: EntryId; open: EntryId; hidden: EntryId }> {
	const root = await aMadeEntry(app, { title: '水务局', level: 'fonds', fields: { accessStatus: 'open' } });
	const open = await aMadeEntry(app, {
		title: '通知\u2028二〇一四年',
		parentId: root,
		fields: { accessStatus: 'open' },
	});
	const hidden = await aMadeEntry(app, {
		title: '不开放的',
		parentId: root,
		fields: { accessStatus: 'controlled' },
	});
	await eventually(async () => expect((await app.catalogue.entry(system, root)).childCount).toBe(2));
	return { root, open, hidden };
}

/** A bag in a zip file, put together by hand. */
async function aPackedBag(files: Files): Promise<string> {
	const path = join(await aFolder(), '来件.zip');
	await packBag(await aBag(files), path, new Date());
	return path;
}

function bagOf(payload: Files, more: Parameters<typeof bagFiles>[0] = {}): Files {
	return bagFiles({
		'data/甲.txt': undefined,
		'data/b/乙.txt': undefined,
		'bag-info.txt': undefined,
		...payload,
		'manifest-sha512.txt': linesFor(payload),
		...more,
	});
}

async function stagingOf(dataDir: string): Promise<string[]> {
	return readdir(join(dataDir, 'staging')).catch(() => []);
}

it('an entry and all below it become a valid bag, a folder or a zip file', async () => {
	const { app, dataDir } = await startTestServer();
	const { root } = await aFonds(app);
	const folder = await aFolder();
	for (const name of ['bag', 'bag.zip']) {
		const path = join(folder, name);
		const written = await app.exchange.writeBag(system, root, { path, algorithms: ['sha256', 'sha512'] });
		expect(written).toMatchObject({ entries: 3, files: 2 });
		const verdict = await verifyBag(path);
		expect(verdict).toMatchObject({
			verdict: 'valid',
			version: '1.0',
			algorithms: ['sha256', 'sha512'],
			payload: { files: 2, bytes: written.bytes },
		});
		expect(Object.fromEntries(verdict.info)).toMatchObject({
			'Source-Organization': '合成测试档案馆',
			'External-Description': '水务局',
			'Internal-Sender-Identifier': `urn:uuid:${root}`,
			'Payload-Oxum': `${written.bytes}.2`,
			'Lantai-Profile': 'dat18',
			'Lantai-Entries': '3',
			'Lantai-Unsettled-Entries': '0',
		});
		await expect(app.exchange.writeBag(system, root, { path })).rejects.toMatchObject({
			code: 'preservation.bag-exists',
		});
	}
	expect(readFileSync(join(folder, 'bag/data/entries.ead3.xml'), 'utf8')).toContain('<ead ');
	const { entries } = JSON.parse(readFileSync(join(folder, 'bag/data/entries.json'), 'utf8')) as Exported;
	expect(entries.map(({ fields }) => fields['title'])).toEqual(
		expect.arrayContaining(['水务局', '通知\u2028二〇一四年', '不开放的']),
	);
	expect(await readdir(folder)).toHaveLength(2);
	expect(await stagingOf(dataDir)).toEqual([]);
});

it('a bag holds what the person may see, and marks what is not settled', async () => {
	const { app } = await startTestServer();
	const { root, open } = await aFonds(app);
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	await registerEntries(app, [root]);
	await aConflict(app, open, 'title', [
		{ by: a, value: '甲说' },
		{ by: b, value: '乙说' },
	]);
	await eventually(async () => expect((await app.catalogue.entry(system, open)).conflictCount).toBe(1));
	const folder = await aFolder();
	await app.exchange.writeBag(a, root, { path: join(folder, 'staff') });
	for (const name of ['entries.json', 'entries.ead3.xml'])
		expect(readFileSync(join(folder, 'staff/data', name), 'utf8')).toContain('甲说');
	expect(readFileSync(join(folder, 'staff/bag-info.txt'), 'utf8')).toContain('Lantai-Unsettled-Entries: 1\n');
	const reader = await personOf(app, '读者', 'reader');
	await app.exchange.writeBag(reader, root, { path: join(folder, 'reader') });
	for (const name of ['data/entries.json', 'data/entries.ead3.xml', 'bag-info.txt'])
		expect(readFileSync(join(folder, 'reader', name), 'utf8')).not.toMatch(/甲说|乙说|不开放的/);
	expect(await verifyBag(join(folder, 'reader'))).toMatchObject({ verdict: 'valid' });
});

it('is sent as a zip file while it is made, and to nobody who must not have it', async () => {
	const { app, origin, token, dataDir } = await startTestServer();
	const { root } = await aFonds(app);
	const ask = async (id: string, headers: Record<string, string> = {}) =>
		fetch(`${origin}/api/exports/${id}?format=bagit`, { headers });
	const headers = { authorization: `Bearer ${await token('张三', 'archivist')}` };
	const response = await ask(root, headers);
	expect(response.headers.get('content-type')).toBe('application/zip');
	expect(decodeURIComponent(response.headers.get('content-disposition') ?? '')).toContain('水务局.zip');
	const path = join(await aFolder(), 'sent.zip');
	await writeFile(path, Buffer.from(await response.arrayBuffer()));
	expect(await verifyBag(path)).toMatchObject({ verdict: 'valid', payload: { files: 2 } });
	expect((await ask(root)).status).toBe(401);
	expect((await ask('019b0000-0000-7000-8000-000000000009', headers)).status).toBe(404);
	const reader = { authorization: `Bearer ${await token('读者', 'reader')}` };
	expect((await ask(root, reader)).status).toBe(404);
	await eventually(async () => expect(await stagingOf(dataDir)).toEqual([]));
});

it('leaves nothing behind when nobody reads it to its end', async () => {
	const { app, dataDir } = await startTestServer();
	const { root } = await aFonds(app);
	const { content } = await app.exchange.sendBag(system, root);
	content.once('data', () => content.destroy());
	await eventually(async () => {
		expect(content.destroyed).toBe(true);
		expect(await stagingOf(dataDir)).toEqual([]);
	});
});

it('comes back from a bag as it was, and the import keeps the bag', async () => {
	const from = await startTestServer();
	const { root } = await aFonds(from.app);
	const path = join(await aFolder(), '水务局.zip');
	await from.app.exchange.writeBag(system, root, { path });

	const { app, dataDir } = await startTestServer();
	const tried = await app.importDesk.dryRun(identity, { path }, running);
	expect(tried).toMatchObject({ format: 'json', profile: 'dat18', entries: 3, problems: [] });
	const done = await app.importDesk.run(identity, { path }, running);
	expect(done).toMatchObject({ entries: 3, problems: [], deposited: true });
	let text = '';
	for await (const piece of (await app.exportSubtree(system, done.rootIds[0] as EntryId, 'json')).text)
		text += piece;
	const titles = (JSON.parse(text) as Exported).entries.map(({ level, fields }) => [level, fields['title']]);
	expect(titles).toEqual(
		expect.arrayContaining([
			['fonds', '水务局'],
			['item', '通知\u2028二〇一四年'],
		]),
	);
	const [kept] = globSync('archive/**/original/*', { cwd: dataDir });
	expect(kept).toMatch(/水务局\.zip$/);
	expect(readFileSync(join(dataDir, kept as string)).equals(await readFile(path))).toBe(true);
	expect(await stagingOf(dataDir)).toEqual([]);
	expect((await app.importDesk.list(system))[0]).toMatchObject({ fileName: '水务局.zip', format: 'json' });
});

it('brings in the one file of a foreign bag that can be read, with what there is to remark', async () => {
	const { app } = await startTestServer();
	const path = await aPackedBag(
		bagOf(
			{ 'data/清单.csv': CSV, 'data/scan.tif': 'II*' },
			{ 'notes.txt': '', 'tagmanifest-sha512.txt': undefined },
		),
	);
	const { entries, problems, importId } = await app.importDesk.run(identity, { path }, running);
	expect([entries, importId]).toEqual([3, expect.any(String)]);
	expect(problems[0]).toEqual({
		file: '来件.zip',
		line: 0,
		severity: 'warning',
		code: 'preservation.bag-warning',
		params: { problem: 'tag-manifest-missing', where: 'tagmanifest-sha512.txt' },
	});
	const [top] = await app.catalogue.tree(system, null, 1);
	expect(top?.title).toBe('清单');
});

it.each([
	[
		'changed',
		bagOf({ 'data/a.csv': CSV }, { 'data/a.csv': `${CSV}3,多一行\n` }),
		{
			code: 'preservation.bag-invalid',
			params: { file: '来件.zip', errors: 1, problem: 'checksum-differs', where: 'manifest-sha512.txt:1' },
		},
	],
	[
		'without declaration',
		bagOf({ 'data/a.csv': CSV }, { 'bagit.txt': undefined }),
		{ code: 'preservation.bag-invalid' },
	],
	[
		'that must be fetched',
		bagOf(
			{ 'data/a.csv': CSV },
			{ 'data/b': '', 'data/a.csv': undefined, 'fetch.txt': 'http://127.0.0.1:1/ - data/a.csv\n' },
		),
		{ code: 'preservation.bag-invalid' },
	],
	[
		'with two files to choose from',
		bagOf({ 'data/a.csv': CSV, 'data/b.xml': '<ead/>' }),
		{ code: 'preservation.bag-several' },
	],
	['with nothing to read', bagOf({ 'data/a.tif': 'II*' }), { code: 'preservation.bag-nothing-to-import' }],
	['with a file nobody can read', bagOf({ 'data/a.json': '{"x":1}' }), { code: 'import.unknown-format' }],
])('refuses a bag %s, and nothing of it stays', async (_what, files, refusal) => {
	const { app, dataDir } = await startTestServer();
	const path = await aPackedBag(files);
	await expect(app.importDesk.dryRun(identity, { path }, running)).rejects.toMatchObject(refusal);
	await expect(app.importDesk.run(identity, { path }, running)).rejects.toMatchObject(refusal);
	expect(await app.importDesk.list(system)).toEqual([]);
	expect(await app.catalogue.tree(system, null, 1)).toEqual([]);
	expect(await stagingOf(dataDir)).toEqual([]);
});

it('a bag that lists millions of files is refused by its name, and the server does other things meanwhile', async () => {
	const { app } = await startTestServer();
	const line = `${'ab'.repeat(64)}  data/x\n`;
	const path = await aPackedBag(
		bagFiles({
			'bagit.txt': 'BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n',
			'manifest-sha512.txt': `${line}${'\n'.repeat(2_000_000)}`,
			'tagmanifest-sha512.txt': undefined,
		}),
	);
	const before = nodePerformance.eventLoopUtilization();
	await expect(app.importDesk.dryRun(identity, { path }, running)).rejects.toMatchObject({
		code: 'preservation.bag-too-many-lines',
		status: 413,
		params: { path: '来件.zip', file: 'manifest-sha512.txt', most: 2_000_000 },
	});
	expect(nodePerformance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
});

it('a bag with names in GBK is refused by the first of them', async () => {
	const { app } = await startTestServer();
	const folder = await aFolder();
	const top = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xb5, 0xb5, 0xb0, 0xb8])]);
	await rename(await aBag(bagOf({ 'data/a.csv': CSV })), top);
	const path = join(folder, '来件.tar');
	execFileSync('sh', ['-c', 'tar -cf 来件.tar --exclude=来件.tar *'], { cwd: folder });
	await expect(app.importDesk.dryRun(identity, { path }, running)).rejects.toMatchObject({
		code: 'preservation.bag-invalid',
		params: { file: '来件.tar', problem: 'name-encoding', where: expect.stringMatching(/^档案\//) as string },
	});
});

it('a bag is given up while it is checked', async () => {
	const { app, dataDir } = await startTestServer();
	const path = await aPackedBag(bagOf({ 'data/a.csv': CSV }));
	const cancelled = new AbortController();
	const dryRun = app.importDesk.dryRun(identity, { path }, { ...running, signal: cancelled.signal });
	cancelled.abort(new Error('given up'));
	await expect(dryRun).rejects.toThrow('given up');
	expect(await stagingOf(dataDir)).toEqual([]);
});

it('takes workbooks and zip files of other things for what they are', async () => {
	const { app } = await startTestServer();
	const book = xlsx.utils.book_new();
	xlsx.utils.book_append_sheet(
		book,
		xlsx.utils.aoa_to_sheet([
			['件号', '题名'],
			['1', '通知'],
		]),
		'目录',
	);
	const path = join(await aFolder(), '目录.xlsx');
	await writeFile(path, xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer);
	expect(await app.importDesk.run(identity, { path }, running)).toMatchObject({ entries: 2 });
	const broken = join(await aFolder(), 'broken.zip');
	await writeFile(broken, 'PK\u0003\u0004');
	appendFileSync(broken, Buffer.alloc(600));
	await expect(app.importDesk.dryRun(identity, { path: broken }, running)).rejects.toHaveProperty('code');
});

it('comes by upload too, gzipped or not', async () => {
	const { app } = await startTestServer();
	const actor = { id: system.id, name: system.name, via: null };
	const tar = pack();
	for (const [name, content] of Object.entries(bagOf({ 'data/清单.csv': CSV })))
		tar.entry({ name: `来件/${name}` }, Buffer.from(content));
	tar.finalize();
	const packed = gzipSync(await buffer(Readable.from(tar as AsyncIterable<Buffer>)));
	const { uploadId } = await app.imports.stage(Readable.from([packed]), '来件.tar.gz', actor);
	expect(await app.importDesk.dryRun(identity, { uploadId }, running)).toMatchObject({
		entries: 3,
		problems: [],
	});
	expect(await app.importDesk.run(identity, { uploadId }, running)).toMatchObject({
		entries: 3,
		problems: [],
	});
});
