import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCopy } from '#server/preservation/copies/copy-place.ts';
import { repairObject } from '#server/preservation/copies/object-repair.ts';
import { transferObject } from '#server/preservation/copies/object-transfer.ts';
import { folderStorage } from '#server/preservation/folder-storage.ts';
import { OcflReader } from '#server/preservation/ocfl-reader.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { damage } from '#tests/support/copies.ts';
import { createFailingFiles, type FailingFiles, type Fault } from '#tests/support/failing-files.ts';
import { aVersion, treeOf } from '#tests/support/ocfl.ts';

const OBJECT = 'urn:x:1';
const BEGIN = { isKnown: false, begin: { copyId: 'b', at: '2026-01-01T00:00:00Z' } };

interface Trial {
	readonly folder: string;
	readonly files: FailingFiles;
	readonly store: OcflStore;
	readonly copy: OcflStore;
}

function aFolder(): string {
	const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lantai-test-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

function put(store: OcflStore, number: number): void {
	store.putVersion(
		aVersion(OBJECT, { 'entry.json': `第${number}版`, 'a/same.txt': '同', [`n${number}`]: String(number) }),
	);
}

function aTrial(base: string, name: string, copied: number, versions: number): Trial {
	const folder = join(base, name);
	mkdirSync(join(folder, 'disk'), { recursive: true });
	const files = createFailingFiles();
	const store = new OcflStore(join(folder, 'root'), join(folder, 'staging'), files);
	store.open({ mayCreate: true });
	const { store: copy } = openCopy(files, join(folder, 'disk'), 'a', BEGIN);
	store.putVersion(aVersion('urn:x:2', { 'entry.json': '邻' }));
	transferObject(folderStorage, store, copy, 'urn:x:2', { mayReplace: false });
	for (let number = 1; number <= versions; number++) {
		put(store, number);
		if (number === copied) transferObject(folderStorage, store, copy, OBJECT, { mayReplace: false });
	}
	return { folder, files, store, copy };
}

/** Fails at each operation in turn, until what is tried gets through. */
function atEachOperation(
	parts: { copied: number; versions: number; fault: Fault; before?: (trial: Trial) => void },
	run: (trial: Trial) => void,
	check: (trial: Trial, outcome: 'done' | 'failed') => void,
	cut?: (index: number) => boolean,
): number {
	const base = aFolder();
	for (let failAt = 1; ; failAt++) {
		const trial = aTrial(base, String(failAt), parts.copied, parts.versions);
		parts.before?.(trial);
		trial.files.arm(failAt, parts.fault);
		let outcome: 'done' | 'failed' = 'done';
		try {
			run(trial);
		} catch (error) {
			expect((error as Error).message).toBe('synthetic failure');
			outcome = 'failed';
		}
		const { hasFailed } = trial.files;
		if (cut) trial.files.cutPower(cut);
		trial.files.arm(Infinity, 'dies');
		check(trial, outcome);
		rmSync(trial.folder, { recursive: true });
		if (!hasFailed) return failAt - 1;
	}
}

const CUTS: readonly (readonly [string, ((index: number) => boolean) | undefined])[] = [
	['the process dies', undefined],
	['the power fails and takes all', () => true],
	['the power fails and takes every other', (index) => index % 2 === 0],
];
const CASES = [
	{ name: 'an object of three versions', copied: 0, versions: 3, atLeast: 40 },
	{ name: 'two further versions', copied: 1, versions: 3, atLeast: 30 },
];

describe.each(CASES)('$name on the way to a copy', ({ copied, versions, atLeast }) => {
	it.each(CUTS)('%s at any file operation: the copy is valid, and goes on', (_name, cut) => {
		const operations = atEachOperation(
			{ copied, versions, fault: 'tears' },
			({ files, store, copy }) => transferObject(files, store, copy, OBJECT, { mayReplace: false }),
			({ folder, store }, outcome) => {
				const { store: after, recovered } = openCopy(folderStorage, join(folder, 'disk'), 'a');
				expect(recovered.unclear).toEqual([]);
				expect(readdirSync(join(folder, 'disk/archive-staging'))).toEqual([]);
				expect(verify(after.root)).toMatchObject({ valid: true, errors: [], warnings: [] });
				if (outcome === 'done') expect(treeOf(after.root)).toEqual(treeOf(store.root));
				expect(after.listVersions(OBJECT).length).toBeGreaterThanOrEqual(copied);
				transferObject(folderStorage, store, after, OBJECT, { mayReplace: false });
				expect(treeOf(after.root)).toEqual(treeOf(store.root));
			},
			cut,
		);
		expect(operations).toBeGreaterThanOrEqual(atLeast);
	});
});

describe('a copy', () => {
	it('that fails once leaves nothing, and takes the object the next time', () => {
		atEachOperation(
			{ copied: 1, versions: 2, fault: 'stumbles' },
			({ files, store, copy }) => transferObject(files, store, copy, OBJECT, { mayReplace: false }),
			({ folder, store, copy }) => {
				transferObject(folderStorage, store, copy, OBJECT, { mayReplace: false });
				expect(readdirSync(join(folder, 'disk/archive-staging'))).toEqual([]);
				expect(treeOf(copy.root)).toEqual(treeOf(store.root));
				expect(verify(copy.root)).toMatchObject({ valid: true, errors: [] });
			},
		);
	});

	it('is begun whole after a crash at any file operation', () => {
		const base = aFolder();
		for (let failAt = 1; ; failAt++) {
			const [files, disk] = [createFailingFiles(), join(base, String(failAt))];
			mkdirSync(disk);
			files.arm(failAt, 'tears');
			try {
				openCopy(files, disk, 'a', BEGIN);
			} catch (error) {
				expect((error as Error).message).toBe('synthetic failure');
			}
			const { store, marker } = openCopy(folderStorage, disk, 'a', {
				...BEGIN,
				begin: { ...BEGIN.begin, copyId: 'c' },
			});
			expect(marker.isBegun).toBe(true);
			expect(verify(store.root)).toMatchObject({ valid: true, objects: 0 });
			if (!files.hasFailed) {
				expect(failAt).toBeGreaterThan(15);
				return;
			}
		}
	});

	it.each(CUTS)('loses an object for good, when %s too', (_name, cut) => {
		atEachOperation(
			{ copied: 3, versions: 3, fault: 'dies' },
			({ copy }) => copy.change(OBJECT, ({ staging, digest }) => staging.remove(digest)),
			({ folder }, outcome) => {
				const { store: after } = openCopy(folderStorage, join(folder, 'disk'), 'a');
				expect(readdirSync(join(folder, 'disk/archive-staging'))).toEqual([]);
				expect(verify(after.root)).toMatchObject({ valid: true, errors: [] });
				if (outcome === 'done') expect(after.inventory(OBJECT)).toBeUndefined();
				after.change(OBJECT, ({ staging, digest }) => staging.remove(digest));
				expect(after.inventory(OBJECT)).toBeUndefined();
				expect(verify(after.root)).toMatchObject({ valid: true, errors: [], objects: 1 });
			},
			cut,
		);
	});
});

describe('a repair of the store', () => {
	it.each([...CUTS])(
		'is made whole by itself or by repeating it, when %s at any file operation',
		(_name, cut) => {
			const operations = atEachOperation(
				{
					copied: 3,
					versions: 3,
					fault: 'tears',
					before: ({ store }) => damage(store.placeOf(OBJECT) ?? ''),
				},
				({ files, store, copy }) =>
					repairObject(files, store, {
						objectId: OBJECT,
						from: copy.root,
						registered: undefined,
						isOurs: true,
					}),
				({ folder, copy }, outcome) => {
					const after = new OcflStore(join(folder, 'root'), join(folder, 'staging'));
					after.open({ mayCreate: false });
					expect(after.recover().unclear).toEqual([]);
					expect(readdirSync(join(folder, 'staging'))).toEqual([]);
					const { errors } = verify(after.root);
					// Still damaged as it was, or repaired: never less than that, and nothing of it is gone.
					expect(errors.map(({ code }) => code)).toSatisfy(
						(codes: string[]) => codes.length === 0 || (outcome === 'failed' && codes.join() === 'E092'),
					);
					const repaired = repairObject(folderStorage, after, {
						objectId: OBJECT,
						from: copy.root,
						registered: undefined,
						isOurs: true,
					});
					expect(repaired.isNew).toBe(errors.length > 0);
					expect(treeOf(after.root)).toEqual(treeOf(copy.root));
					expect(readdirSync(join(folder, 'root-damaged'))).toHaveLength(1);
					expect(new OcflReader(after.root).listVersions(OBJECT)).toHaveLength(3);
				},
				cut,
			);
			expect(operations).toBeGreaterThan(40);
		},
	);
});
