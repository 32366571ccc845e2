import { dirname } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '#server/preservation/ocfl-known-layouts.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { OcflReader } from '#server/preservation/ocfl-reader.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { createMemoryStorage, type MemoryStorage } from '#tests/support/memory-storage.ts';
import { OBJECT, OBJECT_ID, OcflCase } from '#tests/support/ocfl-case.ts';
import { aVersion, cleanVerdict } from '#tests/support/ocfl.ts';

const IDS = [
	'urn:uuid:019b0000-0000-7000-8000-000000000001',
	'urn:uuid:019b0000-0000-7000-8000-000000000002',
];
const LAYOUTS: readonly Record<string, unknown>[] = [
	{ extensionName: '0002-flat-direct-storage-layout' },
	{ extensionName: '0003-hash-and-id-n-tuple-storage-layout' },
	{
		extensionName: '0004-hashed-n-tuple-storage-layout',
		digestAlgorithm: 'md5',
		tupleSize: 2,
		numberOfTuples: 5,
	},
	{ extensionName: '0006-flat-omit-prefix-storage-layout', delimiter: ':' },
	{ extensionName: '0007-n-tuple-omit-prefix-storage-layout', delimiter: ':', zeroPadding: 'right' },
	{ extensionName: 'pairtree' },
];

/** A root of the objects, laid out in another way. */
function aRoot(config: Record<string, unknown>, isDeclared: boolean): MemoryStorage {
	const storage = createMemoryStorage('/store');
	const store = new OcflStore('/store/made', '/store/staging', storage);
	store.open({ mayCreate: true });
	for (const id of IDS) for (const text of ['一', '二']) store.putVersion(aVersion(id, { 'a.txt': text }));
	const makeFolders = (path: string): void => {
		if (storage.kindOf(path)) return;
		makeFolders(dirname(path));
		storage.makeFolder(path);
	};
	makeFolders('/store/root');
	storage.write('/store/root/0=ocfl_1.1', 'ocfl_1.1\n');
	for (const id of IDS) {
		const place = `/store/root/${layoutOf(config)?.pathOf(id)}`;
		makeFolders(dirname(place));
		storage.rename(`/store/made/${objectPath(id)}`, place);
	}
	if (!isDeclared) return storage;
	const extension = String(config['extensionName']);
	storage.write('/store/root/ocfl_layout.json', JSON.stringify({ extension, description: 'synthetic' }));
	makeFolders(`/store/root/extensions/${extension}`);
	storage.write(`/store/root/extensions/${extension}/config.json`, JSON.stringify(config));
	return storage;
}

async function idsOf(reader: OcflReader): Promise<string[]> {
	const ids: string[] = [];
	for await (const id of reader.listObjects()) ids.push(id);
	return ids.toSorted();
}

describe.each(LAYOUTS)('a root by $extensionName', (config) => {
	it.each([true, false])('is read and valid, declared: %s', async (isDeclared) => {
		const isRegistered = config['extensionName'] !== 'pairtree';
		const storage = aRoot(config, isDeclared && isRegistered);
		const reader = new OcflReader('/store/root', storage);
		expect(await idsOf(reader)).toEqual(IDS);
		for (const id of IDS) {
			expect(Buffer.from(reader.readFile(id, 'a.txt') ?? []).toString()).toBe('二');
			expect(Buffer.from(reader.readFile(id, 'a.txt', 'v1') ?? []).toString()).toBe('一');
			expect(reader.listVersions(id).map(({ version }) => version)).toEqual(['v1', 'v2']);
		}
		expect(reader.inventory('urn:x:none')).toBeUndefined();
		const { notes, ...verdict } = verify('/store/root', {}, storage);
		const { notes: _, ...clean } = cleanVerdict(2);
		expect(verdict).toEqual(clean);
		expect(notes.map(({ code }) => code).every((code) => code === 'I002')).toBe(true);
	});
});

describe('a root whose layout is declared', () => {
	it('has an error for each object that lies elsewhere', () => {
		const storage = aRoot(LAYOUTS[0] ?? {}, true);
		storage.rename(`/store/root/${IDS[0]}`, '/store/root/elsewhere');
		expect(verify('/store/root', {}, storage).errors).toEqual([
			expect.objectContaining({ code: 'E083', path: 'elsewhere' }),
		]);
	});

	it('by a layout not known here is read all the same, and that is said', async () => {
		const storage = aRoot(LAYOUTS[1] ?? {}, false);
		const extension = '0010-differential-n-tuple-omit-prefix-storage-layout';
		storage.write('/store/root/ocfl_layout.json', JSON.stringify({ extension, description: 'synthetic' }));
		expect(verify('/store/root', {}, storage)).toMatchObject({ valid: true, notes: [{ code: 'I003' }] });
		expect(await idsOf(new OcflReader('/store/root', storage))).toEqual(IDS);
	});
});

describe('two objects of one id', () => {
	it('are an error, though no layout says where they should be', () => {
		const storage = aRoot({ extensionName: 'pairtree' }, false);
		const place = `/store/root/${layoutOf({ extensionName: 'pairtree' })?.pathOf(IDS[0] ?? '')}`;
		for (const [path, held] of [...storage.held])
			if (path === place || path.startsWith(`${place}/`))
				storage.held.set(`${dirname(place)}/copy${path.slice(place.length)}`, held);
		expect(verify('/store/root', {}, storage).errors).toMatchObject([{ code: 'E037' }]);
	});
});

describe('the writer', () => {
	it('goes on with an object in the way it was begun', () => {
		const one = new OcflCase('sha256');
		const store = new OcflStore('/store/root', '/store/staging', one.storage);
		store.open({ mayCreate: false });
		expect(store.putVersion(aVersion(OBJECT_ID, { 'new.txt': '一', 'more.txt': '五' })).version).toBe('v4');
		const inventory = store.inventory(OBJECT_ID);
		expect(inventory?.digestAlgorithm).toBe('sha256');
		// What the object has from its first version on is not stored again.
		expect(Object.values(inventory?.manifest ?? {}).flat()).toContain('v4/content/more.txt');
		expect(Object.values(inventory?.manifest ?? {}).flat()).not.toContain('v4/content/new.txt');
		store.putVersion(aVersion('urn:x:new', { 'a.txt': '一' }));
		expect(store.inventory('urn:x:new')?.digestAlgorithm).toBe('sha512');
		expect(verify('/store/root', {}, one.storage)).toMatchObject({ valid: true, objects: 3 });
	});

	it('keeps the content folder, the fixity, the OCFL version and the letters of digests', () => {
		const one = new OcflCase();
		one.toOneDotZero();
		one.edit((inventory) => {
			inventory.fixity = { size: { '3': ['v1/content/a.txt'] } };
			inventory.contentDirectory = 'content';
		});
		for (const version of ['v1', 'v2'])
			one.editIn(`${OBJECT}/${version}`, (inventory) => (inventory.contentDirectory = 'content'));
		const text = JSON.stringify(one.inventory());
		const large = text.replaceAll(/"[0-9a-f]{128}"/g, (digest) => digest.toUpperCase());
		for (const folder of [OBJECT, `${OBJECT}/v3`]) one.writeInventory(folder, large);
		// A root of 1.1 may hold objects of 1.0.
		one.storage.rename('/store/root/0=ocfl_1.0', '/store/root/0=ocfl_1.1');
		one.storage.write('/store/root/0=ocfl_1.1', 'ocfl_1.1\n');
		const store = new OcflStore('/store/root', '/store/staging', one.storage);
		store.open({ mayCreate: false });
		store.putVersion(aVersion(OBJECT_ID, { 'new.txt': '一' }));
		const after = one.inventory();
		expect(after.fixity).toEqual({ size: { '3': ['v1/content/a.txt'] } });
		expect(after.contentDirectory).toBe('content');
		expect(after.type).toContain('/1.0/');
		expect(verify('/store/root', {}, one.storage)).toEqual(cleanVerdict(2));
		expect(Buffer.from(store.readFile(OBJECT_ID, 'new.txt') ?? []).toString()).toBe('一');
	});

	it('writes into no root that is laid out otherwise, and adds to no object that counts otherwise', () => {
		const foreign = new OcflStore('/store/root', '/store/staging', aRoot(LAYOUTS[1] ?? {}, true));
		expect(() => foreign.open({ mayCreate: false })).toThrow('preservation.foreign-layout');
		const one = new OcflCase();
		['v01', 'v02', 'v03'].forEach((name, index) => one.renameVersion(`v${index + 1}`, name));
		expect(() => one.store.putVersion(aVersion(OBJECT_ID, { 'a.txt': '五' }))).toThrow(
			'preservation.foreign-object',
		);
	});
});
