import { appendFileSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INVENTORY } from '#server/preservation/ocfl-inventory.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import type { VerifyProgress } from '#server/preservation/ocfl-verify-run.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { verifyApart } from '#server/preservation/verification.ts';
import { createFailingFiles } from '#tests/support/failing-files.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aVersion, cleanVerdict } from '#tests/support/ocfl.ts';

/** A root of small objects, and one that is shared among readers because of its many files. */
async function aRoot(objects: number, files: number): Promise<string> {
	const folder = await aFolder();
	const store = new OcflStore(join(folder, 'root'), join(folder, 'staging'), createFailingFiles());
	store.open({ mayCreate: true });
	for (let index = 0; index < objects; index++)
		store.putVersion(aVersion(`urn:x:${index}`, { 'a.txt': `${index}`, 'b.txt': '同' }));
	const many = Array.from({ length: files }, (_, index) => [`f${index}`, `${index}`] as const);
	store.putVersion(aVersion('urn:x:large', Object.fromEntries(many)));
	return store.root;
}

describe('a verification in threads of its own', () => {
	it('finds what one thread finds, in the same order', async () => {
		const root = await aRoot(70, 900);
		expect(await verifyApart({ path: root })).toEqual({ ...cleanVerdict(71), files: 1040 });
		for (const index of [3, 40, 41])
			appendFileSync(join(root, objectPath(`urn:x:${index}`), 'v1/content/a.txt'), 'x');
		appendFileSync(join(root, objectPath('urn:x:50'), INVENTORY), ' ');
		for (const name of ['f0', 'f899', 'f500'])
			appendFileSync(join(root, objectPath('urn:x:large'), 'v1/content', name), 'x');
		renameSync(join(root, objectPath('urn:x:7')), join(root, 'elsewhere'));
		// Its name is not UTF-8, so that it cannot be read.
		const strange = Buffer.from([0x2f, 0xb5, 0xb5]);
		mkdirSync(Buffer.concat([Buffer.from(join(root, objectPath('urn:x:20'), 'v1/content')), strange]));
		const apart = await verifyApart({ path: root, againMs: 1 });
		const here = verify(root);
		expect(here.errors.length).toBe(12);
		// Within a large object the readers end in any order.
		const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
		expect({ ...apart, errors: apart.errors.toSorted(byPath) }).toEqual({
			...here,
			errors: here.errors.toSorted(byPath),
		});
		expect(await verifyApart({ path: join(root, 'elsewhere') })).toEqual(cleanVerdict(1));
	});

	it('says how far it is, and ends when told', async () => {
		const root = await aRoot(60, 10);
		const heard: VerifyProgress[] = [];
		const ending = new AbortController();
		const running = verifyApart(
			{ path: root },
			{
				signal: ending.signal,
				onProgress(progress) {
					heard.push(progress);
					ending.abort();
				},
			},
		);
		await expect(running).rejects.toThrow('cli.cancelled');
		expect(heard[0]?.objects).toBeGreaterThan(0);
		await expect(verifyApart({ path: root }, { signal: ending.signal })).rejects.toThrow('cli.cancelled');
	});

	it('has a verdict on a folder that is not there, or is something else', async () => {
		const folder = await aFolder();
		const missing = await verifyApart({ path: join(folder, 'none') });
		expect(missing).toMatchObject({ valid: false, errors: [{ code: 'E069', path: '.' }], objects: 0 });
		expect(await verifyApart({ path: folder, as: 'object' })).toMatchObject({ valid: false });
	});
});

describe('hard links', () => {
	it('are errors when both names are in the root, not when the other is a copy elsewhere', async () => {
		const root = await aRoot(2, 1);
		const file = (index: number): string => join(root, objectPath(`urn:x:${index}`), 'v1/content/b.txt');
		linkSync(file(0), join(root, '..', 'elsewhere'));
		expect(await verifyApart({ path: root })).toEqual(cleanVerdict(3));
		// The bytes are right, but who changes them in one object changes them in the other.
		rmSync(file(1));
		linkSync(file(0), file(1));
		// The second look is at one of the two objects only.
		const againMs = 1;
		for (const { errors } of [verify(root, { againMs }), await verifyApart({ path: root, againMs })])
			expect(errors).toMatchObject([{ code: 'E090' }]);
	});
});
