import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digestOf } from '#server/preservation/digests.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import type { Verdict } from '#server/preservation/ocfl-verify-run.ts';
import { OBJECT, OBJECT_ID, OcflCase, ROOT } from '#tests/support/ocfl-case.ts';
import { aVersion, cleanVerdict } from '#tests/support/ocfl.ts';

/** Cases change it to what no type would allow. */
type Json = ReturnType<typeof JSON.parse>;
type Make = (one: OcflCase) => void;

const sha512 = (text: string): string => digestOf('sha512', text);
const INVENTORY = `${OBJECT}/inventory.json`;
const SIDECAR = `${INVENTORY}.sha512`;
const DECLARATION = `${OBJECT}/0=ocfl_object_1.1`;
const ROOT_DECLARATION = `${ROOT}/0=ocfl_1.1`;
const edit =
	(change: (inventory: Json) => void): Make =>
	(one) =>
		one.edit(change);
/** Changes the newest version of the newest inventory. */
const version = (change: (version: Json) => void): Make => edit((inventory) => change(inventory.versions.v3));
/** Names a logical path in the newest version. */
const logical = (...paths: string[]): Make => version((v3) => v3.state[sha512('三')].push(...paths));
/** Names a content path in the manifest. */
const content = (...paths: string[]): Make =>
	edit((inventory) => inventory.manifest[sha512('三')].push(...paths));
const fixity = (block: Json): Make => edit((inventory) => (inventory.fixity = block));
const renamed =
	(from: string, to: string): Make =>
	({ storage }) =>
		storage.rename(from, to);
const layout =
	(json: Json): Make =>
	({ storage }) =>
		storage.write(`${ROOT}/ocfl_layout.json`, typeof json === 'string' ? json : JSON.stringify(json));
/** Moves the object, and takes away what says how the root is laid out. */
const movedTo =
	(path: string): Make =>
	(one) => {
		for (const each of ['ocfl_layout.json', 'extensions']) one.storage.remove(`${ROOT}/${each}`);
		one.write(`${ROOT}/${path}/x`);
		one.storage.remove(`${ROOT}/${path}`);
		one.storage.rename(OBJECT, `${ROOT}/${path}`);
		const [above] = OBJECT.split('/').slice(3);
		one.storage.remove(`${ROOT}/${above}`);
	};

/** How to make a good object or root bad, by the code that must be told of it. */
const CASES: Readonly<Record<string, Make>> = {
	E001: (one) => one.write(`${OBJECT}/notes.txt`),
	E002: renamed(DECLARATION, `${OBJECT}/0_ocfl_object_1.1`),
	E003: ({ storage }) => storage.remove(DECLARATION),
	E004: renamed(DECLARATION, `${OBJECT}/0=ocfl_object_one`),
	E005: renamed(DECLARATION, `${OBJECT}/1=ocfl_object_1.1`),
	E006: renamed(DECLARATION, `${OBJECT}/0=ocfl_1.1`),
	E007: ({ storage }) => storage.write(DECLARATION, 'ocfl_object_1.1'),
	E008: edit((inventory) => (inventory.versions = {})),
	E009: (one) => {
		one.renameVersion('v3', 'v4');
		one.renameVersion('v2', 'v3');
		one.renameVersion('v1', 'v2');
	},
	E010: ({ storage }) => storage.remove(`${OBJECT}/v2`),
	E011: (one) => one.renameVersion('v1', 'v01'),
	E012: (one) => ['v01', 'v02', 'v003'].forEach((name, index) => one.renameVersion(`v${index + 1}`, name)),
	E013: (one) => one.renameVersion('v3', 'v03'),
	E014: edit((inventory) => (inventory.manifest[sha512('一')] = ['v01/content/a.txt'])),
	E015: (one) => one.write(`${OBJECT}/v2/notes.txt`),
	E016: ({ storage }) => storage.remove(`${OBJECT}/v2/content`),
	E017: edit((inventory) => (inventory.contentDirectory = 'con/tent')),
	E018: edit((inventory) => (inventory.contentDirectory = '..')),
	E019: edit((inventory) => (inventory.contentDirectory = 'content')),
	E020: (one) => {
		one.editIn(`${OBJECT}/v1`, (inventory) => (inventory.contentDirectory = 'other'));
		one.edit((inventory) => (inventory.contentDirectory = 'content'));
	},
	E021: edit((inventory) => (inventory.manifest[sha512('一')] = ['v1/stuff/a.txt'])),
	E023: (one) => one.write(`${OBJECT}/v1/content/extra.txt`),
	E024: ({ storage }) => storage.makeFolder(`${OBJECT}/v1/content/empty`),
	E025: edit((inventory) => (inventory.digestAlgorithm = 'md5')),
	E026: fixity({ crc99: {} }),
	E029: fixity({ sha1: { 'not hex': ['v1/content/a.txt'] } }),
	E030: fixity({ sha256: { 'not hex': ['v1/content/a.txt'] } }),
	E031: edit((inventory) => (inventory.manifest['not hex'] = ['v1/content/a.txt'])),
	E032: fixity({ 'blake2b-512': { 'not hex': ['v1/content/a.txt'] } }),
	E033: (one) => one.writeInventory(OBJECT, '{ "id": "urn:x:case", '),
	E034: renamed(INVENTORY, `${OBJECT}/Inventory.json`),
	E035: content('v1\\content\\a.txt'),
	E036: edit((inventory) => delete inventory.head),
	E037: edit((inventory) => (inventory.id = '')),
	E038: edit((inventory) => (inventory.type = 'https://ocfl.io/1.0/spec/#inventory')),
	E039: edit((inventory) => (inventory.manifest[digestOf('sha256', '一')] = ['v1/content/a.txt'])),
	E040: edit((inventory) => (inventory.head = 'v2')),
	E041: edit((inventory) => delete inventory.manifest),
	E042: content('a.txt'),
	E043: edit((inventory) => delete inventory.versions),
	E044: edit((inventory) => {
		inventory.Versions = inventory.versions;
		delete inventory.versions;
	}),
	E045: edit((inventory) => (inventory.versions = ['v1', 'v2', 'v3'])),
	E046: (one) => one.write(`${OBJECT}/v4/content/a.txt`),
	E047: edit((inventory) => (inventory.versions.v2 = 'two')),
	E048: version((v3) => delete v3.created),
	E049: version((v3) => (v3.created = '2026-02-30T00:00:00Z')),
	E050: version((v3) => (v3.state[sha512('nowhere')] = ['nowhere.txt'])),
	E052: logical('sub/../d.txt'),
	E053: logical('/d.txt'),
	E054: version((v3) => (v3.user = { address: 'mailto:a@example.org' })),
	E055: edit((inventory) => (inventory.Fixity = {})),
	E056: fixity({ crc99: {} }),
	E057: fixity({ md5: { d41d8cd98f00b204e9800998ecf8427e: 'v1/content/a.txt' } }),
	E058: ({ storage }) => storage.remove(SIDECAR),
	E059: renamed(SIDECAR, `${INVENTORY}.sha256`),
	E060: ({ storage }) => storage.write(SIDECAR, `${sha512('else')} inventory.json\n`),
	E061: ({ storage }) => storage.write(SIDECAR, `inventory.json ${sha512('else')}\n`),
	E063: ({ storage }) => storage.remove(INVENTORY),
	E064: (one) => one.editIn(OBJECT, (inventory) => (inventory.versions.v3.message = 'another')),
	E066: (one) =>
		one.editIn(`${OBJECT}/v1`, (inventory) => (inventory.versions.v1.state[sha512('一')] = ['other.txt'])),
	E067: (one) => one.write(`${OBJECT}/extensions/notes.txt`),
	E069: ({ storage }) => storage.remove(ROOT_DECLARATION),
	E070: layout({ extension: '0004-hashed-n-tuple-storage-layout' }),
	E071: layout({ extension: 'our-own-layout', description: 'ours' }),
	E072: (one) => one.write(`${ROOT}/abc/notes.txt`),
	E073: ({ storage }) => storage.makeFolder(`${ROOT}/abc`),
	E075: renamed(ROOT_DECLARATION, `${ROOT}/0_ocfl_1.1`),
	E076: (one) => one.write(`${ROOT}/0=ocfl_1.0`, 'ocfl_1.0\n'),
	E077: renamed(ROOT_DECLARATION, `${ROOT}/0=ocfl_one`),
	E078: renamed(ROOT_DECLARATION, `${ROOT}/1=ocfl_1.1`),
	E079: renamed(ROOT_DECLARATION, `${ROOT}/0=root_1.1`),
	E080: ({ storage }) => storage.write(ROOT_DECLARATION, 'ocfl_1.0\n'),
	E081: ({ storage }) => {
		storage.remove(ROOT_DECLARATION);
		storage.write(`${ROOT}/0=ocfl_1.0`, 'ocfl_1.0\n');
	},
	E082: (one) => one.write(`${OBJECT}/inner/0=ocfl_object_1.1`, 'ocfl_object_1.1\n'),
	E083: renamed(OBJECT, `${ROOT}/elsewhere`),
	E084: (one) => one.write(`${OBJECT.slice(0, ROOT.length + 4)}/notes.txt`),
	E085: (one) => one.write(`${OBJECT.slice(0, ROOT.length + 4)}/dead/notes.txt`),
	E088: (one) => one.write(`${ROOT}/lost+found/inner/notes.txt`),
	E089: ({ storage }) => storage.held.set(`${OBJECT}/v1/content/pipe`, 'other'),
	E090: ({ storage }) => storage.held.set(`${OBJECT}/v1/content/soft`, 'link'),
	E092: ({ storage }) => storage.write(`${OBJECT}/v1/content/a.txt`, '壹'),
	E093: fixity({ md5: { d41d8cd98f00b204e9800998ecf8427e: ['v1/content/a.txt'] } }),
	E094: version((v3) => (v3.message = { text: 'why' })),
	E095: logical('c.txt'),
	E096: edit((inventory) => (inventory.manifest[sha512('三').toUpperCase()] = ['v2/content/a.txt'])),
	E097: fixity({ md5: { d41d8cd98f00b204e9800998ecf8427e: [], D41D8CD98F00B204E9800998ECF8427E: [] } }),
	E099: content('v1/content/../a.txt'),
	E100: content('/v1/content/a.txt'),
	E101: content('v1/content/a.txt', 'v1/content/a.txt/b.txt'),
	E102: edit((inventory) => (inventory.comment = 'not specified')),
	E103: (one) =>
		one.editIn(`${OBJECT}/v2`, (inventory) => (inventory.type = 'https://ocfl.io/1.0/spec/#inventory')),
	E104: (one) => one.renameVersion('v3', '3'),
	E105: (one) => one.renameVersion('v3', 'v3a'),
	E106: edit((inventory) => (inventory.manifest = [])),
	E107: version((v3) => delete v3.state[sha512('four')]),
	E108: edit((inventory) => (inventory.contentDirectory = 'con/tent')),
	E110: (one) => one.editIn(`${OBJECT}/v1`, (inventory) => (inventory.id = 'urn:x:before')),
	E111: fixity([]),
	E112: (one) => one.write(`${ROOT}/extensions/notes.txt`),
	W001: (one) => ['v01', 'v02', 'v03'].forEach((name, index) => one.renameVersion(`v${index + 1}`, name)),
	W002: (one) => one.write(`${OBJECT}/v1/notes/notes.txt`),
	W003: (one) => {
		for (const folder of ['v4', 'v4/content']) one.storage.makeFolder(`${OBJECT}/${folder}`);
		one.editIn(OBJECT, (inventory) => {
			inventory.versions.v4 = inventory.versions.v3;
			inventory.head = 'v4';
		});
		one.writeInventory(`${OBJECT}/v4`, JSON.stringify(one.inventory()));
	},
	W004: () => undefined,
	W005: ({ store }) => void store.putVersion(aVersion('no uri', { 'a.txt': '一' })),
	W007: version((v3) => delete v3.message),
	W008: version((v3) => (v3.user = { name: '甲' })),
	W009: version((v3) => (v3.user = { name: '甲', address: 'Room 5' })),
	W010: ({ storage }) => {
		for (const name of ['inventory.json', 'inventory.json.sha512']) storage.remove(`${OBJECT}/v1/${name}`);
	},
	W011: (one) => one.editIn(`${OBJECT}/v1`, (inventory) => (inventory.versions.v1.message = 'another')),
	W013: (one) => one.write(`${OBJECT}/extensions/our-own/config.json`, '{}'),
	W014: movedTo(OBJECT_ID),
	W015: movedTo('case'),
	W016: (one) => one.write(`${ROOT}/extensions/our-own/config.json`, '{}'),
};

/** Codes no file can show. */
const WITHOUT_CASE: Readonly<Record<string, string>> = {
	E022: 'says what validators leave alone: see "folders beside the content"',
	E027: 'says what clients must be able to do: see "fixity by every algorithm"',
	E028: 'says what clients leave alone: see "an algorithm that is not computed here"',
	E051: 'says how a logical path is read; what goes wrong then is E052, E053 or E095',
	E062: 'says in which order a writer works; a wrong order shows as E060',
	E074: 'roots that depend on each other hold nothing that says so',
	E087: 'says what validators leave alone: see "files beside the objects"',
	E098: 'says how a content path is read; what goes wrong then is E099, E100 or E101',
	E091: 'is of the file system, and has no row in the table of codes',
	W012: 'what is a record of actions in logs/ and what is not, no file says',
};

/** All codes of the table for 1.1, and the one that is only in the text. */
const ALL = [
	...Array.from({ length: 112 }, (_, index) => `E${String(index + 1).padStart(3, '0')}`),
	...Array.from({ length: 16 }, (_, index) => `W${String(index + 1).padStart(3, '0')}`),
].filter((code) => !['E065', 'E068', 'E086', 'E109', 'W006'].includes(code));

function codesOf({ errors, warnings, notes }: Verdict): string[] {
	return [...new Set([...errors, ...warnings, ...notes].map(({ code }) => code))].toSorted();
}

function verdictOf(one: OcflCase): Verdict {
	return verify(ROOT, {}, one.storage);
}

describe('OCFL 1.1, by code', () => {
	it('every code has a case, or a reason why there is none', () => {
		expect([...Object.keys(CASES), ...Object.keys(WITHOUT_CASE)].toSorted()).toEqual(ALL.toSorted());
	});

	it('what the cases begin with is good', () => {
		expect(verdictOf(new OcflCase())).toEqual(cleanVerdict(2));
	});

	it.each(Object.entries(CASES))('%s', (code, make) => {
		const one = new OcflCase(code === 'W004' ? 'sha256' : 'sha512');
		make(one);
		const verdict = verdictOf(one);
		expect(codesOf(verdict)).toContain(code);
		// What should not be is not what must not be.
		expect(verdict.errors.length > 0).toBe(code.startsWith('E'));
		expect(verdict.valid).toBe(code.startsWith('W'));
	});
});

describe('OCFL 1.0, where it differs', () => {
	it.each<[string, string, Make]>([
		['E037', 'another id in an earlier inventory', CASES['E110'] as Make],
		['E041', 'a manifest that is no object', CASES['E106'] as Make],
		['E057', 'fixity that is no object', CASES['E111'] as Make],
		['E086', 'a file among the extensions of the root', CASES['E112'] as Make],
		['W013', 'an extension of the root that is not registered', CASES['W016'] as Make],
	])('%s: %s', (code, _, make) => {
		const one = new OcflCase();
		one.toOneDotZero();
		expect(verdictOf(one)).toEqual(cleanVerdict(2));
		make(one);
		const codes = codesOf(verdictOf(one));
		expect(codes).toContain(code);
		// Nothing is told by a code that was not yet there.
		expect(codes.filter((each) => each > 'E102' && each.startsWith('E'))).toEqual([]);
	});

	it('content that no version uses was allowed', () => {
		const one = new OcflCase();
		one.toOneDotZero();
		CASES['E107']?.(one);
		expect(verdictOf(one).errors).toEqual([]);
	});

	it('an object may become 1.1 with a later version, and its earlier inventories stay', () => {
		const one = new OcflCase();
		for (const version of ['v1', 'v2'])
			one.editIn(
				`${OBJECT}/${version}`,
				(inventory) => (inventory.type = inventory.type.replace('1.1', '1.0')),
			);
		expect(verdictOf(one)).toEqual(cleanVerdict(2));
	});

	it('fixity of what is no content is none', () => {
		const one = new OcflCase();
		const md5 = createHash('md5').update('ocfl_object_1.1\n').digest('hex');
		fixity({ md5: { [md5]: ['0=ocfl_object_1.1'] } })(one);
		expect(codesOf(verdictOf(one))).toEqual(['E057']);
	});
});

describe('what is left alone', () => {
	it('files beside the objects of a root', () => {
		const one = new OcflCase();
		for (const name of ['ocfl_1.1.md', 'README', '1=name', '0-our-extension.md'])
			one.write(`${ROOT}/${name}`);
		expect(verdictOf(one)).toEqual(cleanVerdict(2));
	});

	it('folders beside the content of a version, but for a warning', () => {
		const one = new OcflCase();
		one.write(`${OBJECT}/v1/notes/inventory.json`, 'no inventory');
		expect(codesOf(verdictOf(one))).toEqual(['W002']);
	});

	it('logs, and what registered extensions keep', () => {
		const one = new OcflCase();
		one.write(`${OBJECT}/logs/2026/checked.log`);
		one.write(`${OBJECT}/extensions/0005-mutable-head/head/x`);
		expect(verdictOf(one)).toEqual(cleanVerdict(2));
		// What they keep is their business, but there are no links anywhere.
		for (const folder of ['logs/2026', 'extensions/0005-mutable-head/head'])
			one.storage.held.set(`${OBJECT}/${folder}/soft`, 'link');
		one.storage.held.set(`${ROOT}/extensions/0004-hashed-n-tuple-storage-layout/soft`, 'link');
		expect(verdictOf(one).errors.map(({ code }) => code)).toEqual(['E090', 'E090', 'E090']);
	});

	it('digests in large letters', () => {
		const one = new OcflCase();
		for (const folder of [OBJECT, `${OBJECT}/v3`, `${OBJECT}/v2`]) {
			const text = JSON.stringify(one.inventory(folder));
			one.writeInventory(
				folder,
				text.replaceAll(/"[0-9a-f]{128}"/g, (digest) => digest.toUpperCase()),
			);
		}
		expect(verdictOf(one)).toEqual(cleanVerdict(2));
	});

	it('an algorithm that is not computed here is said', () => {
		const one = new OcflCase();
		fixity({ 'blake2b-160': { '3345524abf6bbe1809449224b5972c41790b6cf2': ['v1/content/a.txt'] } })(one);
		const verdict = verdictOf(one);
		expect(verdict.valid).toBe(true);
		expect(codesOf(verdict)).toEqual(['I001']);
	});
});

describe('fixity by every algorithm', () => {
	const BYTES = Buffer.from('一');
	it.each([
		['md5', createHash('md5').update(BYTES).digest('hex')],
		['sha1', createHash('sha1').update(BYTES).digest('hex')],
		['sha256', createHash('sha256').update(BYTES).digest('hex')],
		['sha512', createHash('sha512').update(BYTES).digest('hex')],
		['blake2b-512', createHash('blake2b512').update(BYTES).digest('hex')],
		['sha512/256', createHash('sha512-256').update(BYTES).digest('hex')],
		['size', '3'],
		['crc32', crc32(BYTES).toString(16).padStart(8, '0')],
	])('%s is computed', (algorithm, digest) => {
		const one = new OcflCase();
		fixity({ [algorithm]: { [digest]: ['v1/content/a.txt'] } })(one);
		expect(verdictOf(one)).toEqual(cleanVerdict(2));
		one.edit((inventory) => (inventory.fixity = { [algorithm]: { [digest]: ['v3/content/c.txt'] } }));
		expect(codesOf(verdictOf(one))).toEqual(['E093']);
	});
});
