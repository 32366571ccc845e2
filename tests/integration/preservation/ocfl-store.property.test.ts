import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { createFailingFiles } from '#tests/support/failing-files.ts';
import { aVersion, cleanVerdict, treeOf } from '#tests/support/ocfl.ts';

const part = fc.constantFrom('a', 'b', '卷', 'entry.json', 'original');
const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
/** Names of which none is a folder of another, as files on a disk are. */
const files = fc
	.dictionary(name, fc.constantFrom('', '一', '二', '三', 'long '.repeat(500)), { maxKeys: 6 })
	.map((given) =>
		Object.fromEntries(
			Object.entries(given).filter(
				([each]) => !Object.keys(given).some((other) => other !== each && other.startsWith(`${each}/`)),
			),
		),
	);
const puts = fc.array(fc.record({ object: fc.constantFrom('urn:x:1', 'urn:x:2'), files }), {
	minLength: 1,
	maxLength: 12,
});

it(
	'any puts: the root is valid, every version reads back, what is written stays as it is',
	{ timeout: 600_000 },
	() => {
		fc.assert(
			fc.property(puts, (given) => {
				const folder = mkdtempSync(join(tmpdir(), 'lantai-property-'));
				try {
					const store = new OcflStore(join(folder, 'root'), join(folder, 'staging'), createFailingFiles());
					store.open({ mayCreate: true });
					const expected = new Map<string, Record<string, string>[]>();
					for (const put of given) {
						const versions = expected.get(put.object) ?? [];
						const before = treeOf(store.root);
						const result = store.putVersion(aVersion(put.object, put.files));
						const isSame =
							versions.length > 0 &&
							JSON.stringify(sorted(versions.at(-1))) === JSON.stringify(sorted(put.files));
						expect(result.isNew).toBe(!isSame);
						if (!isSame) versions.push(put.files);
						expect(result.version).toBe(`v${versions.length}`);
						expected.set(put.object, versions);
						const after = treeOf(store.root);
						// Only the inventory of the object and its sidecar are ever replaced.
						for (const [path, bytes] of Object.entries(before))
							if (!/\/[0-9a-f]{64}\/inventory\.json/.test(path)) expect(after[path]).toBe(bytes);
					}
					expect(verify(store.root)).toEqual(cleanVerdict(expected.size));
					for (const [object, versions] of expected)
						versions.forEach((held, index) => {
							const version = `v${index + 1}`;
							for (const [path, text] of Object.entries(held))
								expect(Buffer.from(store.readFile(object, path, version) ?? [0]).toString()).toBe(text);
							expect(store.readFile(object, 'not there', version)).toBeUndefined();
						});
					const contents = Object.entries(treeOf(store.root)).filter(([path]) => path.includes('/content/'));
					for (const object of new Set(contents.map(([path]) => path.split('/v')[0]))) {
						const stored = contents
							.filter(([path]) => path.startsWith(`${object}/`))
							.map(([, bytes]) => bytes);
						expect(new Set(stored).size).toBe(stored.length);
					}
				} finally {
					rmSync(folder, { recursive: true, force: true });
				}
			}),
			{ numRuns: process.env['LANTAI_TEST_LONG'] ? 500 : 40, verbose: 1 },
		);
	},
);

function sorted(files: Record<string, string> | undefined): [string, string][] {
	return Object.entries(files ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
