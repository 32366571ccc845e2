import fc from 'fast-check';
import { dirname } from 'node:path/posix';
import { expect, it } from 'vitest';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { createMemoryStorage, type MemoryStorage } from '#tests/support/memory-storage.ts';
import { aVersion, cleanVerdict } from '#tests/support/ocfl.ts';

const ROOT = '/store/root';
const OBJECT = 'urn:x:1';
const versions = fc.array(
	fc.dictionary(
		fc.constantFrom('a', 'b/c', 'b/d', '卷/件', 'entry.json'),
		fc.constantFrom('', '一', '二', 'three', 'long '.repeat(300)),
		{ maxKeys: 4 },
	),
	{ minLength: 1, maxLength: 5 },
);

/** One change of one thing, to a storage that holds a good root. Which thing, `pick` says, from 0 to 1. */
type Mutation = (storage: MemoryStorage, pick: (count: number) => number) => void;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
	'another byte': (storage, pick) => {
		const [path, bytes] = aFile(storage, pick);
		const changed = Uint8Array.from(bytes.length ? bytes : [0]);
		const at = pick(changed.length);
		changed[at] = ((changed[at] ?? 0) + 1 + pick(255)) % 256;
		storage.held.set(path, changed);
	},
	'a byte less': (storage, pick) => {
		const [path, bytes] = aFile(storage, pick);
		const at = pick(bytes.length);
		storage.held.set(path, bytes.length ? bytes.filter((_, index) => index !== at) : Uint8Array.of(1));
	},
	'a byte more': (storage, pick) => {
		const [path, bytes] = aFile(storage, pick);
		storage.held.set(path, Uint8Array.of(...bytes, pick(256)));
	},
	'a file less': (storage, pick) => storage.remove(aFile(storage, pick)[0]),
	'a file by another name': (storage, pick) => {
		const [path] = aFile(storage, pick);
		storage.rename(path, `${path}${['x', '.bak', '~'][pick(3)]}`);
	},
	'a file in another folder': (storage, pick) => {
		const [path] = aFile(storage, pick);
		const others = folders(storage).filter((each) => each !== dirname(path));
		storage.rename(path, `${others[pick(others.length)]}/moved`);
	},
	'a file more': (storage, pick) => {
		const all = folders(storage);
		storage.write(`${all[pick(all.length)]}/more`, 'x');
	},
	'a folder by another name': (storage, pick) => {
		const path = aFolder(storage, pick);
		storage.rename(path, `${path}x`);
	},
	'a folder less': (storage, pick) => storage.remove(aFolder(storage, pick)),
	'the object elsewhere': (storage) => storage.rename(`${ROOT}/${objectPath(OBJECT)}`, `${ROOT}/elsewhere`),
};

/** Files of the object, and the declaration of the root. How the root says it is laid out is free in its words. */
function aFile(storage: MemoryStorage, pick: (count: number) => number): [string, Uint8Array] {
	const files = [...storage.held].filter(
		([path, held]) => typeof held === 'object' && (isOfObject(path) || path === `${ROOT}/0=ocfl_1.1`),
	) as [string, Uint8Array][];
	return files[pick(files.length)] as [string, Uint8Array];
}

function folders(storage: MemoryStorage): string[] {
	return [...storage.held]
		.filter(([path, held]) => held === 'folder' && isOfObject(path))
		.map(([path]) => path);
}

function aFolder(storage: MemoryStorage, pick: (count: number) => number): string {
	const all = folders(storage);
	return all[pick(all.length)] as string;
}

function isOfObject(path: string): boolean {
	return path.startsWith(`${ROOT}/${objectPath(OBJECT)}`);
}

/** A sidecar says the same with large letters, and with other blanks. */
function saysTheSame(before: MemoryStorage, after: MemoryStorage): boolean {
	const words = (held: unknown): string =>
		Buffer.from((held ?? '') as Uint8Array)
			.toString('latin1')
			.toLowerCase()
			.trim()
			.replace(/[ \t]+/, ' ');
	return (
		before.held.size === after.held.size &&
		[...before.held].every(([path, held]) => {
			const now = after.held.get(path);
			if (typeof held !== 'object' || typeof now !== 'object') return held === now;
			return path.includes('.json.sha') ? words(held) === words(now) : Buffer.compare(held, now) === 0;
		})
	);
}

it('any versions are valid, and any one change of a byte, a name or a file is an error', () => {
	const names = fc.constantFrom(...Object.keys(MUTATIONS));
	fc.assert(
		fc.property(
			versions,
			fc.constantFrom('sha512' as const, 'sha256' as const),
			names,
			fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 4, maxLength: 4 }),
			(given, algorithm, name, picks) => {
				const storage = createMemoryStorage('/store');
				const store = new OcflStore(ROOT, '/store/staging', storage, algorithm);
				store.open({ mayCreate: true });
				for (const files of given) store.putVersion(aVersion(OBJECT, files));
				const { warnings, ...verdict } = verify(ROOT, {}, storage);
				const { warnings: _, ...clean } = cleanVerdict(1);
				expect(verdict).toEqual(clean);
				expect(warnings.every(({ code }) => code === 'W004' && algorithm === 'sha256')).toBe(true);
				const changed = storage.clone();
				const left = [...picks];
				MUTATIONS[name]?.(changed, (count) => Math.floor((left.shift() ?? 0) * count));
				fc.pre(!saysTheSame(storage, changed));
				expect(verify(ROOT, {}, changed).errors).not.toEqual([]);
			},
		),
		{ numRuns: process.env['LANTAI_TEST_LONG'] ? 5000 : 300 },
	);
});
