import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aGround, checkAll, named } from '#tests/support/fixity.ts';

it('any byte that is another, in any file of a root, is found in its object', async () => {
	const { archive, names, object } = await aGround();
	await checkAll(archive);
	const files = readdirSync(archive.root, { recursive: true, withFileTypes: true })
		.filter((each) => each.isFile())
		.map((each) => join(each.parentPath, each.name))
		.toSorted();
	await fc.assert(
		fc.asyncProperty(
			fc.nat(files.length - 1),
			fc.double({ min: 0, max: 0.999, noNaN: true }),
			fc.integer({ min: 1, max: 255 }),
			async (index, at, change) => {
				const path = files[index] as string;
				const position = Math.floor(at * statSync(path).size);
				const bytes = readFileSync(path);
				const before = Buffer.from(bytes);
				bytes[position] = (bytes[position] as number) ^ change;
				writeFileSync(path, bytes);
				try {
					const said = named(await checkAll(archive), names);
					const isIn = (folder: string): boolean => path.startsWith(`${folder}/`);
					const prefix = isIn(object)
						? 'object '
						: /[/]v\d+[/]|inventory|ocfl_object/.test(path)
							? 'other '
							: 'root ';
					expect(said.some((each) => each.startsWith(prefix))).toBe(true);
				} finally {
					writeFileSync(path, before);
				}
			},
		),
		{ numRuns: Number(process.env['LANTAI_FIXITY_RUNS'] ?? 12) },
	);
	expect(await checkAll(archive)).toMatchObject({ failures: 0 });
});
