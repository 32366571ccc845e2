import { describe, expect, it } from 'vitest';
import { layoutOf, USUAL_LAYOUTS } from './ocfl-known-layouts.ts';
import { LayoutGuess } from './ocfl-layout-guess.ts';

const LONG = `${'abcdefghij'.repeat(10)}a`;
const UUID = 'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66';
const FLAT = '0002-flat-direct-storage-layout';
const HASH_AND_ID = '0003-hash-and-id-n-tuple-storage-layout';
const HASHED = '0004-hashed-n-tuple-storage-layout';
const OMIT = '0006-flat-omit-prefix-storage-layout';
const TUPLES_OMIT = '0007-n-tuple-omit-prefix-storage-layout';

/** The mappings the extensions give as examples. */
const EXAMPLES: readonly [config: Record<string, unknown>, id: string, path: string | undefined][] = [
	[{ extensionName: FLAT }, 'object-01', 'object-01'],
	[{ extensionName: FLAT }, UUID, UUID],
	[{ extensionName: FLAT }, 'info:fedora/object-01', undefined],
	[{ extensionName: FLAT }, '..', undefined],
	[{ extensionName: HASH_AND_ID }, 'object-01', '3c0/ff4/240/object-01'],
	[{ extensionName: HASH_AND_ID }, '..hor/rib:le-$id', '487/326/d8c/%2e%2ehor%2frib%3ale-%24id'],
	[{ extensionName: HASH_AND_ID }, '..Hor/rib:lè-$id', '373/529/21a/%2e%2eHor%2frib%3al%c3%a8-%24id'],
	[
		{ extensionName: HASH_AND_ID },
		LONG,
		`5cc/73e/648/${LONG.slice(0, 100)}-5cc73e648fbcff136510e330871180922ddacf193b68fdeff855683a01464220`,
	],
	[
		{ extensionName: HASH_AND_ID, digestAlgorithm: 'md5', tupleSize: 2, numberOfTuples: 15 },
		'object-01',
		'ff/75/53/44/92/48/5e/ab/b3/9f/86/35/67/28/88/object-01',
	],
	[{ extensionName: HASH_AND_ID, tupleSize: 0, numberOfTuples: 0 }, 'object-01', 'object-01'],
	[
		{ extensionName: HASHED },
		'object-01',
		'3c0/ff4/240/3c0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4',
	],
	[
		{
			extensionName: HASHED,
			digestAlgorithm: 'md5',
			tupleSize: 2,
			numberOfTuples: 15,
			shortObjectRoot: true,
		},
		'object-01',
		'ff/75/53/44/92/48/5e/ab/b3/9f/86/35/67/28/88/4e',
	],
	[
		{ extensionName: HASHED, tupleSize: 0, numberOfTuples: 0 },
		'object-01',
		'3c0ff4240c1e116dba14c7627f2319b58aa3d77606d0d90dfc6161608ac987d4',
	],
	[{ extensionName: OMIT, delimiter: ':' }, 'namespace:12887296', '12887296'],
	[{ extensionName: OMIT, delimiter: ':' }, UUID, '6e8bc430-9c3a-11d9-9669-0800200c9a66'],
	[{ extensionName: OMIT, delimiter: 'EDU/' }, 'https://institution.edu/abc/edu/f8.05v', 'f8.05v'],
	[{ extensionName: OMIT, delimiter: 'info:' }, 'info:fedora/object-01', undefined],
	[
		{ extensionName: TUPLES_OMIT, delimiter: ':', tupleSize: 4, numberOfTuples: 2, reverseObjectRoot: true },
		'namespace:12887296',
		'6927/8821/12887296',
	],
	[
		{ extensionName: TUPLES_OMIT, delimiter: ':', tupleSize: 4, numberOfTuples: 2, reverseObjectRoot: true },
		'abc123',
		'321c/ba00/abc123',
	],
	[
		{ extensionName: TUPLES_OMIT, delimiter: 'edu/', zeroPadding: 'right' },
		'https://institution.edu/3448793',
		'344/879/300/3448793',
	],
	[{ extensionName: TUPLES_OMIT }, 'urn:卷', undefined],
	[{ extensionName: TUPLES_OMIT }, 'urn:', undefined],
	[{ extensionName: 'pairtree' }, 'abcd', 'ab/cd/abcd'],
	[{ extensionName: 'pairtree' }, 'ark:/13030/xt12t3', 'ar/k+/=1/30/30/=x/t1/2t/3/ark+=13030=xt12t3'],
	[
		{ extensionName: 'pairtree' },
		'what-the-*@?#!^!?',
		'wh/at/-t/he/-^/2a/@^/3f/#!/^5/e!/^3/f/what-the-^2a@^3f#!^5e!^3f',
	],
];

describe('a layout says where an object lies', () => {
	it.each(EXAMPLES)('%j: %s → %s', (config, id, path) => {
		expect(layoutOf(config)?.pathOf(id)).toBe(path);
	});
});

describe('a layout that cannot be used', () => {
	it.each([
		[undefined],
		[{}],
		[{ extensionName: 'our-own' }],
		[{ extensionName: 'constructor' }],
		[{ extensionName: HASHED, digestAlgorithm: 'crc' }],
		[{ extensionName: HASHED, tupleSize: 3, numberOfTuples: 0 }],
		[{ extensionName: HASHED, tupleSize: 32, numberOfTuples: 3 }],
		[
			{
				extensionName: HASHED,
				digestAlgorithm: 'md5',
				tupleSize: 8,
				numberOfTuples: 4,
				shortObjectRoot: true,
			},
		],
		[{ extensionName: HASH_AND_ID, tupleSize: -1, numberOfTuples: 1 }],
		[{ extensionName: OMIT }],
		[{ extensionName: TUPLES_OMIT, tupleSize: 33 }],
	])('%j is none', (config) => {
		expect(layoutOf(config)).toBeUndefined();
	});
});

describe('a root that does not say how it is laid out', () => {
	const guess = (objects: readonly (readonly [id: string, path: string])[]): LayoutGuess => {
		const made = new LayoutGuess();
		for (const [id, path] of objects) made.saw(id, path);
		return made;
	};

	it('is recognised by where all its objects lie', () => {
		for (const layout of USUAL_LAYOUTS) {
			const ids = layout.pathOf('a/b') === 'b' ? ['urn/a', 'urn/b'] : ['urn:a:1', 'urn:b:22'];
			const objects = ids.map((id) => [id, layout.pathOf(id) ?? id] as const);
			expect(guess(objects).one).toBe(layout.name);
			expect(guess(objects).several).toEqual([]);
		}
	});

	it('has several layouts only when each object follows one', () => {
		const [hashed, , , flat] = USUAL_LAYOUTS;
		const mixed = [
			['urn:a', hashed?.pathOf('urn:a') ?? ''],
			['urn:b', flat?.pathOf('urn:b') ?? ''],
		] as const;
		expect(guess(mixed).one).toBeUndefined();
		expect(guess(mixed).several).toEqual(expect.arrayContaining([hashed?.name, flat?.name]));
		expect(guess([...mixed, ['urn:c', 'some/where']]).several).toEqual([]);
		expect(guess([]).one).toBeUndefined();
	});
});
