import { execFileSync } from 'node:child_process';
import {
	appendFileSync,
	copyFileSync,
	cpSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha512 } from '#server/preservation/digests.ts';
import { INVENTORY, SIDECAR, type Inventory } from '#server/preservation/ocfl-inventory.ts';
import { OBJECT_NAMASTE, objectPath, ROOT_NAMASTE } from '#server/preservation/ocfl-layout.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aVersion, cleanVerdict } from '#tests/support/ocfl.ts';

const OBJECT = 'urn:uuid:019b0000-0000-7000-8000-00000000000a';
const PLACE = objectPath(OBJECT);

/** A root with two objects; the damaged one has three versions. */
async function aRoot(): Promise<{ root: string; store: OcflStore }> {
	const folder = await aFolder();
	const store = new OcflStore(join(folder, 'root'), join(folder, 'staging'));
	store.open({ mayCreate: true });
	for (const text of ['一', '二', '三'])
		store.putVersion(aVersion(OBJECT, { 'entry.json': text, 'original/same.txt': '同' }));
	store.putVersion(aVersion('urn:x:other', { 'entry.json': '邻' }));
	return { root: store.root, store };
}

/** Changes an inventory as somebody would who knows about the sidecar. */
function edit(folder: string, change: (inventory: Record<string, unknown>) => void): void {
	const inventory = JSON.parse(readFileSync(join(folder, INVENTORY), 'utf8')) as Record<string, unknown>;
	change(inventory);
	const text = JSON.stringify(inventory);
	writeFileSync(join(folder, INVENTORY), text);
	writeFileSync(join(folder, SIDECAR), `${sha512(text)} ${INVENTORY}\n`);
}

function flipBit(path: string): void {
	const bytes = readFileSync(path);
	bytes[0] = (bytes[0] as number) ^ 1;
	writeFileSync(path, bytes);
}

/** A name in another encoding. */
const GBK = Buffer.from([0xb5, 0xb5]);

type Damage = readonly [
	name: string,
	code: string,
	at: string,
	damage: (object: string, root: string) => void,
];
const v3 = (inventory: Record<string, unknown>): Record<string, unknown> =>
	(inventory['versions'] as Record<string, Record<string, unknown>>)['v3'] as Record<string, unknown>;

const DAMAGES: readonly Damage[] = [
	['a flipped bit', 'E092', 'v1/content/entry.json', (o) => flipBit(join(o, 'v1/content/entry.json'))],
	[
		'a truncated file',
		'E092',
		'v2/content/entry.json',
		(o) => truncateSync(join(o, 'v2/content/entry.json'), 1),
	],
	[
		'a missing file',
		'E092',
		'v1/content/original/same.txt',
		(o) => rmSync(join(o, 'v1/content/original/same.txt')),
	],
	[
		'an extra content file',
		'E023',
		'v1/content/extra',
		(o) => writeFileSync(join(o, 'v1/content/extra'), 'x'),
	],
	['an empty content folder', 'E024', 'v2/content/x', (o) => mkdirSync(join(o, 'v2/content/x'))],
	['a file beside content', 'E015', 'v2/notes', (o) => writeFileSync(join(o, 'v2/notes'), 'x')],
	['a file beside the versions', 'E001', 'notes', (o) => writeFileSync(join(o, 'notes'), 'x')],
	['a folder beside the versions', 'E001', 'notes', (o) => mkdirSync(join(o, 'notes'))],
	[
		'a link in place of a file',
		'E090',
		'v3/content/entry.json',
		(o) => {
			rmSync(join(o, 'v3/content/entry.json'));
			symlinkSync('/etc/hostname', join(o, 'v3/content/entry.json'));
		},
	],
	[
		'a pipe in place of a file, for which nobody must wait',
		'E089',
		'v3/content/entry.json',
		(o) => {
			rmSync(join(o, 'v3/content/entry.json'));
			execFileSync('mkfifo', [join(o, 'v3/content/entry.json')]);
		},
	],
	[
		'a link to what never ends',
		'E090',
		'v3/content/entry.json',
		(o) => {
			rmSync(join(o, 'v3/content/entry.json'));
			symlinkSync('/dev/zero', join(o, 'v3/content/entry.json'));
		},
	],
	[
		'a folder whose name is not UTF-8',
		'E003',
		'v3/content/\ufffd\ufffd',
		(o) => mkdirSync(Buffer.concat([Buffer.from(`${o}/v3/content/`), GBK])),
	],
	[
		'a version folder no inventory knows',
		'E046',
		'v4',
		(o) => cpSync(join(o, 'v3'), join(o, 'v4'), { recursive: true }),
	],
	['a missing newest version', 'E010', 'v3', (o) => rmSync(join(o, 'v3'), { recursive: true })],
	['a gap in the versions', 'E010', 'v2', (o) => rmSync(join(o, 'v2'), { recursive: true })],
	['an edited inventory', 'E060', SIDECAR, (o) => appendFileSync(join(o, INVENTORY), ' ')],
	[
		'an edited inventory with its sidecar',
		'E064',
		`v3/${INVENTORY}`,
		(o) => edit(o, (i) => (v3(i)['message'] = 'x')),
	],
	[
		'a rewritten past',
		'E066',
		`v1/${INVENTORY}`,
		(o) =>
			edit(join(o, 'v1'), (i) => {
				const version = (i['versions'] as Inventory['versions'])['v1'];
				const [digest, ...rest] = Object.entries(version?.state ?? {});
				Object.assign(i['versions'] as object, {
					v1: { ...version, state: Object.fromEntries([[digest?.[0], ['other']], ...rest]) },
				});
			}),
	],
	[
		'an inventory of an earlier version in its place',
		'E046',
		'v3',
		(o) => {
			for (const name of [INVENTORY, SIDECAR]) copyFileSync(join(o, 'v2', name), join(o, name));
		},
	],
	[
		'a sidecar of another version',
		'E060',
		SIDECAR,
		(o) => copyFileSync(join(o, 'v1', SIDECAR), join(o, SIDECAR)),
	],
	['a sidecar that is none', 'E061', SIDECAR, (o) => writeFileSync(join(o, SIDECAR), 'x')],
	['a missing sidecar', 'E058', SIDECAR, (o) => rmSync(join(o, SIDECAR))],
	['a missing sidecar of a version', 'E058', `v1/${SIDECAR}`, (o) => rmSync(join(o, 'v1', SIDECAR))],
	['a missing inventory', 'E063', INVENTORY, (o) => rmSync(join(o, INVENTORY))],
	['a missing inventory of a version', 'E060', `v2/${SIDECAR}`, (o) => rmSync(join(o, 'v2', INVENTORY))],
	[
		'a version without inventory and sidecar',
		'W010',
		'v2',
		(o) => {
			for (const name of [INVENTORY, SIDECAR]) rmSync(join(o, 'v2', name));
		},
	],
	['an inventory that is no JSON', 'E033', INVENTORY, (o) => truncateSync(join(o, INVENTORY), 20)],
	['an inventory with a foreign key', 'E102', INVENTORY, (o) => edit(o, (i) => (i['extra'] = 1))],
	['an inventory without id', 'E036', INVENTORY, (o) => edit(o, (i) => delete i['id'])],
	[
		'an inventory of another id',
		'E110',
		`v1/${INVENTORY}`,
		(o) => edit(join(o, 'v1'), (i) => (i['id'] = 'urn:x:y')),
	],
	['a wrong head', 'E040', INVENTORY, (o) => edit(o, (i) => (i['head'] = 'v2'))],
	['digests by md5', 'E025', INVENTORY, (o) => edit(o, (i) => (i['digestAlgorithm'] = 'md5'))],
	[
		'content no manifest has',
		'E050',
		INVENTORY,
		(o) => edit(o, (i) => (v3(i)['state'] = { [sha512('x')]: ['entry.json'] })),
	],
	['a time that is none', 'E049', INVENTORY, (o) => edit(o, (i) => (v3(i)['created'] = 'yesterday'))],
	['a missing declaration', 'E003', '.', (o) => rmSync(join(o, OBJECT_NAMASTE))],
	[
		'a second declaration',
		'E003',
		'.',
		(o) => writeFileSync(join(o, '0=ocfl_object_1.0'), 'ocfl_object_1.0\n'),
	],
	[
		'a declaration that says something else',
		'E007',
		OBJECT_NAMASTE,
		(o) => writeFileSync(join(o, OBJECT_NAMASTE), 'x'),
	],
];

const ROOT_DAMAGES: readonly Damage[] = [
	['a missing declaration', 'E069', '.', (_, root) => rmSync(join(root, ROOT_NAMASTE))],
	[
		'a declaration that says something else',
		'E080',
		ROOT_NAMASTE,
		(_, root) => writeFileSync(join(root, ROOT_NAMASTE), 'x'),
	],
	[
		'a layout that is no JSON',
		'E070',
		'ocfl_layout.json',
		(_, root) => writeFileSync(join(root, 'ocfl_layout.json'), '{'),
	],
	[
		'a file among the objects',
		'E072',
		`${PLACE.slice(0, 3)}/x`,
		(_, root) => writeFileSync(join(root, PLACE.slice(0, 3), 'x'), 'x'),
	],
	['an empty folder', 'E073', 'abc', (_, root) => mkdirSync(join(root, 'abc'))],
	[
		'a file among the extensions',
		'E112',
		'extensions/x',
		(_, root) => writeFileSync(join(root, 'extensions/x'), 'x'),
	],
	[
		'a folder whose name is not UTF-8',
		'E088',
		'\ufffd\ufffd',
		(_, root) => mkdirSync(Buffer.concat([Buffer.from(`${root}/`), GBK])),
	],
	[
		'a layout that is a pipe',
		'E089',
		'ocfl_layout.json',
		(_, root) => {
			rmSync(join(root, 'ocfl_layout.json'));
			execFileSync('mkfifo', [join(root, 'ocfl_layout.json')]);
		},
	],
	['an object in the wrong place', 'E083', 'abc', (object, root) => renameSync(object, join(root, 'abc'))],
];

describe('a clean root', () => {
	it("has no findings, and files beside the objects are nobody's business", async () => {
		const { root } = await aRoot();
		writeFileSync(join(root, 'ocfl_1.1.md'), 'the specification');
		expect(verify(root)).toEqual(cleanVerdict(2));
		expect(verify(join(root, PLACE))).toEqual(cleanVerdict(1));
	});
});

describe('damage to an object is found and named', () => {
	it.each(DAMAGES)('%s: %s at %s', async (_, code, at, damage) => {
		const { root } = await aRoot();
		damage(join(root, PLACE), root);
		const verdict = verify(root);
		expect(verdict.objects).toBe(2);
		expect(verdict.valid).toBe(code.startsWith('W'));
		const path = at === '.' ? PLACE : `${PLACE}/${at}`;
		expect([...verdict.errors, ...verdict.warnings]).toContainEqual(expect.objectContaining({ code, path }));
		// The neighbour is not blamed, and a second look finds the same.
		expect(verdict.errors.every((each) => each.path.startsWith(PLACE))).toBe(true);
		expect(verify(root, { againMs: 1 })).toEqual(verdict);
	});
});

describe('damage to the root is found and named', () => {
	it.each(ROOT_DAMAGES)('%s: %s at %s', async (_, code, at, damage) => {
		const { root } = await aRoot();
		damage(join(root, PLACE), root);
		const verdict = verify(root);
		expect(verdict.valid).toBe(false);
		expect(verdict.errors).toContainEqual(expect.objectContaining({ code, path: at }));
	});
});

describe('the store does not build on damage', () => {
	it('refuses a version on an inventory that is not what it was, and hands out no bytes that are not', async () => {
		const { root, store } = await aRoot();
		flipBit(join(root, PLACE, 'v3/content/entry.json'));
		expect(() => store.readFile(OBJECT, 'entry.json')).toThrow('preservation.damaged');
		expect(Buffer.from(store.readFile(OBJECT, 'entry.json', 'v2') ?? []).toString()).toBe('二');
		appendFileSync(join(root, PLACE, INVENTORY), ' ');
		expect(() => store.putVersion(aVersion(OBJECT, { 'entry.json': '四' }))).toThrow('preservation.damaged');
		expect(store.putVersion(aVersion('urn:x:other', { 'entry.json': '又' })).version).toBe('v2');
	});
});
