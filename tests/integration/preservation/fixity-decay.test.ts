import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { aGround, checkAll, flipBit, named, type Ground } from '#tests/support/fixity.ts';

/** A flip that leaves the inventory readable. */
function flipInMessage(path: string): void {
	flipBit(path, readFileSync(path).indexOf('"message"') + 14);
}

/** Another digest. */
function otherDigit(path: string): void {
	const text = readFileSync(path, 'utf8');
	writeFileSync(path, `${text.startsWith('0') ? '1' : '0'}${text.slice(1)}`);
}

function putFile(path: string): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, 'x');
}

type Decay = readonly [name: string, expected: readonly string[], decay: (ground: Ground) => void];

const SIDECAR = 'inventory.json.sha512';
const flip =
	(path: string, at?: number): Decay[2] =>
	({ object }) =>
		flipBit(join(object, path), at);

const DECAYS: readonly Decay[] = [
	['a bit of content', ['object E092 v1/content/entry.json'], flip('v1/content/entry.json')],
	[
		'a bit of content of a later version',
		['object E092 v3/content/state.yjs'],
		flip('v3/content/state.yjs', 9),
	],
	['a bit of the declaration', ['object E007 0=ocfl_object_1.1'], flip('0=ocfl_object_1.1')],
	[
		'a bit of the inventory',
		[
			'object F002 inventory.json',
			'object E060 inventory.json.sha512',
			'object W011 v1/inventory.json',
			'object W011 v2/inventory.json',
			'object E064 v3/inventory.json',
		],
		// Of a message, so that it still can be read.
		({ object }) => flipInMessage(join(object, 'inventory.json')),
	],
	['a bit of the sidecar', [`object E060 ${SIDECAR}`], ({ object }) => otherDigit(join(object, SIDECAR))],
	[
		'the blank of the sidecar',
		[`object I004 ${SIDECAR}`],
		({ object }) => {
			flipBit(join(object, SIDECAR), 128, 0);
			flipBit(join(object, SIDECAR), 128, 3);
			flipBit(join(object, SIDECAR), 128, 5);
		},
	],
	[
		'a bit of an older inventory',
		['object E060 v2/inventory.json.sha512', 'object W011 v2/inventory.json'],
		({ object }) => flipInMessage(join(object, 'v2/inventory.json')),
	],
	[
		'a bit of an older sidecar',
		[`object E060 v2/${SIDECAR}`],
		({ object }) => otherDigit(join(object, 'v2', SIDECAR)),
	],
	[
		'content cut short',
		['object E092 v2/content/entry.json'],
		({ object }) => truncateSync(join(object, 'v2/content/entry.json'), 10),
	],
	[
		'content of no bytes',
		['object E092 v2/content/entry.json'],
		({ object }) => truncateSync(join(object, 'v2/content/entry.json'), 0),
	],
	[
		'content that is missing',
		['object E092 v1/content/entry.json'],
		({ object }) => rmSync(join(object, 'v1/content/entry.json')),
	],
	[
		'an inventory that is missing',
		['object E063 inventory.json'],
		({ object }) => rmSync(join(object, 'inventory.json')),
	],
	[
		'an older inventory that is missing',
		['object W010 v1', `object E060 v1/${SIDECAR}`],
		({ object }) => rmSync(join(object, 'v1/inventory.json')),
	],
	[
		'a version that is missing',
		[
			'object E010 v2',
			...[
				'body.html',
				'changes.jsonl',
				'deposit.json',
				'entry.json',
				'entry.xml',
				'log.jsonl',
				'state.yjs',
			].map((name) => `object E092 v2/content/${name}`),
		],
		({ object }) => rmSync(join(object, 'v2'), { recursive: true }),
	],
	[
		'a file more in a version',
		['object E015 v2/more.txt'],
		({ object }) => writeFileSync(join(object, 'v2/more.txt'), 'x'),
	],
	[
		'a file more in the content',
		['object E023 v2/content/more.txt'],
		({ object }) => writeFileSync(join(object, 'v2/content/more.txt'), 'x'),
	],
	[
		'a folder more in a version',
		['object W002 v2/more'],
		({ object }) => {
			mkdirSync(join(object, 'v2/more'));
			writeFileSync(join(object, 'v2/more/x.txt'), 'x');
		},
	],
	[
		'a file more in an object',
		['object E001 more.txt'],
		({ object }) => writeFileSync(join(object, 'more.txt'), 'x'),
	],
	[
		'a pipe in place of content',
		['object E089 v1/content/entry.json', 'object E092 v1/content/entry.json'],
		({ object }) => {
			rmSync(join(object, 'v1/content/entry.json'));
			execFileSync('mkfifo', [join(object, 'v1/content/entry.json')]);
		},
	],
	[
		'a second sidecar in a version',
		['object E015 v2/inventory.json.sha256'],
		({ object }) => writeFileSync(join(object, 'v2/inventory.json.sha256'), 'x'),
	],
	[
		'a file more in the logs',
		['object F009 logs/2026/more.log'],
		({ object }) => putFile(join(object, 'logs/2026/more.log')),
	],
	[
		'a file more in an extension',
		['object F009 extensions/0005-mutable-head/head/more.txt'],
		({ object }) => putFile(join(object, 'extensions/0005-mutable-head/head/more.txt')),
	],
	['the whole object', ['object F003 .'], ({ object }) => rmSync(object, { recursive: true })],
	[
		'an object put back as it was at v1',
		['object F001 inventory.json'],
		({ object, atV1 }) => {
			rmSync(object, { recursive: true });
			cpSync(atV1, object, { recursive: true });
		},
	],
];

/** Decays of which the findings depend on the bytes of ids, so that only the first is told. */
const WHOLE: readonly Decay[] = [
	[
		'the inventory of another object',
		['object F002 inventory.json'],
		({ object, other }) => {
			for (const name of ['inventory.json', SIDECAR]) copyFileSync(join(other, name), join(object, name));
		},
	],
	[
		'the inventory of v1',
		['object F001 inventory.json'],
		({ object, atV1 }) => {
			for (const name of ['inventory.json', SIDECAR]) copyFileSync(join(atV1, name), join(object, name));
		},
	],
];

const ROOT: readonly Decay[] = [
	[
		'a stray file in the hierarchy',
		['root E072', 'root E084'],
		({ object }) => writeFileSync(join(dirname(object), 'stray.txt'), 'x'),
	],
	[
		'a stray folder in the hierarchy',
		['root E073'],
		({ object }) => mkdirSync(join(dirname(object), 'stray')),
	],
	[
		'a file more in an extension of the root',
		['root F010 extensions/0004-hashed-n-tuple-storage-layout/more.txt'],
		({ archive }) => putFile(join(archive.root, 'extensions/0004-hashed-n-tuple-storage-layout/more.txt')),
	],
	[
		'another declaration of the root',
		['root E076', 'root F010 0=ocfl_1.0'],
		({ archive }) => writeFileSync(join(archive.root, '0=ocfl_1.0'), 'ocfl_1.0\n'),
	],
	[
		'a bit of the declaration of the root',
		['root E080', 'root F006'],
		({ archive }) => flipBit(join(archive.root, '0=ocfl_1.1')),
	],
	[
		'a bit of the description of the layout',
		['root F006'],
		({ archive }) => flipBit(join(archive.root, 'ocfl_layout.json'), 90),
	],
];

it('each decay of an object is found by the next check and named exactly; restored, it passes', async () => {
	const ground = await aGround();
	const { archive, names, restore } = ground;
	expect(await checkAll(archive)).toMatchObject({ failures: 0, objects: 2, outcome: 'complete' });
	const found: Record<string, unknown> = {};
	const after: Record<string, number> = {};
	for (const [name, , decay] of DECAYS) {
		decay(ground);
		found[name] = named(await checkAll(archive), names).filter((each) => !each.startsWith('root'));
		expect((await archive.preservation.fixity.report({ fonds: null })).failureCount).toBeGreaterThan(0);
		restore();
		await checkAll(archive);
		after[name] = (await archive.preservation.fixity.report({ fonds: null })).failureCount;
	}
	expect(found).toEqual(Object.fromEntries(DECAYS.map(([name, expected]) => [name, expected])));
	expect(after).toEqual(Object.fromEntries(DECAYS.map(([name]) => [name, 0])));
});

it('inventories that were swapped or put back, and what decays around the objects, are found first of all', async () => {
	const ground = await aGround();
	const { archive, names, restore } = ground;
	await checkAll(archive);
	const found: Record<string, unknown> = {};
	for (const [name, expected, decay] of [...WHOLE, ...ROOT]) {
		decay(ground);
		const all = named(await checkAll(archive), names);
		found[name] = expected.map((each) => all.find((said) => said.startsWith(each)) && each);
		restore();
		expect(await checkAll(archive)).toMatchObject({ failures: 0 });
	}
	expect(found).toEqual(Object.fromEntries([...WHOLE, ...ROOT].map(([name, expected]) => [name, expected])));
});
