import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStorage } from '#server/preservation/folder-storage.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { createFailingFiles, type FailingFiles } from '#tests/support/failing-files.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aVersion, cleanVerdict } from '#tests/support/ocfl.ts';
import { findWords } from '#tests/support/raw-bytes.ts';

const OBJECT = 'urn:x:1';
const NEIGHBOUR = 'urn:x:2';
const SECRET = '绝密词';

interface Trial {
	readonly folder: string;
	readonly root: string;
	readonly files: FailingFiles;
	readonly store: OcflStore;
}

function reopened(folder: string, files: FailingFiles): Trial {
	const root = join(folder, 'root');
	return { folder, root, files, store: new OcflStore(root, join(folder, 'staging'), files) };
}

/** Two objects, one of them with two versions and a third that failed half-way. */
async function aTrial(): Promise<Trial> {
	const trial = reopened(await aFolder(), createFailingFiles());
	const { store, files } = trial;
	store.open({ mayCreate: true });
	store.putVersion(aVersion(NEIGHBOUR, { 'entry.json': '留下' }));
	for (const number of [1, 2])
		store.putVersion(aVersion(OBJECT, { 'entry.json': `${SECRET}${number}`, 'b.txt': '同' }));
	files.arm(6, 'stumbles');
	expect(() => store.putVersion(aVersion(OBJECT, { 'entry.json': `${SECRET}3` }))).toThrow();
	files.arm(Infinity, 'dies');
	return trial;
}

const WORK: Readonly<Record<'remove' | 'replace', (store: OcflStore) => void>> = {
	remove: (store) => store.removeObject(OBJECT),
	replace(store) {
		const folder = store.beginReplacing(OBJECT);
		const aside = new OcflStore(join(folder, 'root'), join(folder, 'staging'), folderStorage);
		aside.open({ mayCreate: true });
		aside.putVersion(aVersion(OBJECT, { 'entry.json': '改写' }));
		store.replaceObject(OBJECT, join(aside.root, objectPath(OBJECT)));
	},
};

function textOf(store: OcflStore): string | undefined {
	const bytes = store.readFile(OBJECT, 'entry.json');
	return bytes && Buffer.from(bytes).toString('utf8');
}

describe.each(['remove', 'replace'] as const)('taking an object out: %s', (what) => {
	const after = what === 'remove' ? undefined : '改写';

	it('leaves nothing of it, and the root valid', async () => {
		const { folder, root, store } = await aTrial();
		WORK[what](store);
		expect(textOf(store)).toBe(after);
		expect(findWords(folder, [SECRET])).toEqual([]);
		expect(verify(root)).toEqual(cleanVerdict(what === 'remove' ? 1 : 2));
		if (what === 'remove') expect(existsSync(join(root, objectPath(OBJECT), '..'))).toBe(false);
		WORK[what](store);
		expect(textOf(store)).toBe(after);
	});

	it('cut anywhere, by the end of the process or of the power, is as before or done, and is done again', async () => {
		let at = 1;
		for (let hasFailed = true; hasFailed; at++)
			for (const loses of [() => false, () => true, (index: number) => index % 2 === 0]) {
				const trial = await aTrial();
				trial.files.arm(at, 'dies');
				try {
					WORK[what](trial.store);
				} catch (error) {
					expect(error).toMatchObject({ code: 'EIO' });
				}
				hasFailed = trial.files.hasFailed && trial.files.count >= at;
				if (loses !== undefined) trial.files.cutPower(loses);
				trial.files.arm(Infinity, 'dies');
				const { store, root, folder } = reopened(trial.folder, trial.files);
				store.open({ mayCreate: false });
				expect(store.recover().unclear).toEqual([]);
				expect(verify(root).errors, `operation ${at}`).toEqual([]);
				expect([`${SECRET}2`, `${SECRET}3`, after]).toContain(textOf(store));
				WORK[what](store);
				expect(textOf(store)).toBe(after);
				expect(findWords(folder, [SECRET])).toEqual([]);
				expect(readdirSync(join(folder, 'staging'))).toEqual([]);
				expect(verify(root).errors).toEqual([]);
			}
		expect(at).toBeGreaterThan(6);
	});
});
