import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OcflStore, type NewVersion } from '#server/preservation/ocfl-store.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { createFailingFiles, type FailingFiles, type Fault } from '#tests/support/failing-files.ts';
import { aVersion, cleanVerdict } from '#tests/support/ocfl.ts';

const OBJECT = 'urn:x:1';
const NEIGHBOUR = 'urn:x:2';

interface Trial {
	readonly folder: string;
	readonly store: OcflStore;
	readonly files: FailingFiles;
}

interface Case {
	readonly name: string;
	/** Fewer operations than this would mean that the fault no longer reaches the put. */
	readonly atLeast: number;
	/** Versions before the put. */
	readonly before: number;
	version(number: number, folder: string): NewVersion;
}

/** In memory where the system has a place for that: what is durable is modelled here, not measured. */
function aFolder(): string {
	const folder = mkdtempSync(join(placeInMemory() ?? tmpdir(), 'lantai-test-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

function placeInMemory(): string | undefined {
	try {
		accessSync('/dev/shm', constants.W_OK);
		return '/dev/shm';
	} catch {
		return undefined;
	}
}

const text = (number: number): string => `第${number}版`;
const CASES: readonly Case[] = [
	{
		name: 'a first version',
		atLeast: 25,
		before: 0,
		version: (number) => aVersion(OBJECT, { 'entry.json': text(number), 'same.txt': '同' }),
	},
	{
		name: 'a further version',
		atLeast: 18,
		before: 2,
		version: (number) => aVersion(OBJECT, { 'entry.json': text(number), 'same.txt': '同' }),
	},
	{
		name: 'a version of files copied in',
		atLeast: 20,
		before: 1,
		version: (number, folder) => {
			writeFileSync(join(folder, 'source'), text(number));
			writeFileSync(join(folder, 'known'), '同');
			return aVersion(OBJECT, {
				'entry.json': { path: join(folder, 'source') },
				'same.txt': { path: join(folder, 'known') },
				'sums.txt': { derive: (digests) => [...digests].toString() },
			});
		},
	},
];

function aTrial(base: string, name: string, { before, version }: Case): Trial {
	const folder = join(base, name);
	mkdirSync(folder);
	const files = createFailingFiles();
	const store = new OcflStore(join(folder, 'root'), join(folder, 'staging'), files);
	store.open({ mayCreate: true });
	for (let number = 1; number <= before; number++) store.putVersion(version(number, folder));
	store.putVersion(aVersion(NEIGHBOUR, { 'entry.json': '邻' }));
	return { folder, store, files };
}

function put(trial: Trial, { before, version }: Case): 'done' | 'failed' {
	try {
		trial.store.putVersion(version(before + 1, trial.folder));
		return 'done';
	} catch (error) {
		expect((error as Error).message).toBe('synthetic failure');
		return 'failed';
	}
}

/** After a restart: a valid root with the old or the new version, the new one if it was returned, and nothing left over. */
function expectWhole(trial: Trial, { before, version }: Case, outcome: 'done' | 'failed'): void {
	const after = new OcflStore(
		join(trial.folder, 'root'),
		join(trial.folder, 'staging'),
		createFailingFiles(),
	);
	after.open({ mayCreate: false });
	expect(after.recover().unclear).toEqual([]);
	expect(readdirSync(join(trial.folder, 'staging'))).toEqual([]);
	expect(verify(after.root)).toMatchObject({ valid: true, errors: [], warnings: [] });
	const versions = after.listVersions(OBJECT).length;
	expect(versions === before + 1 || (outcome === 'failed' && versions === before)).toBe(true);
	for (let number = 1; number <= versions; number++)
		expect(Buffer.from(after.readFile(OBJECT, 'entry.json', `v${number}`) ?? []).toString()).toBe(
			text(number),
		);
	expect(Buffer.from(after.readFile(NEIGHBOUR, 'entry.json') ?? []).toString()).toBe('邻');
	// The object is not only readable: it goes on.
	const next = after.putVersion(version(versions + 1, trial.folder));
	expect(next).toMatchObject({ version: `v${versions + 1}`, isNew: true });
	expect(after.recover()).toEqual({ finished: [], undone: [], unclear: [] });
	expect(verify(after.root)).toMatchObject({ valid: true, errors: [] });
}

/** Fails at each operation in turn until one put gets through. */
function atEachOperation(
	which: Case,
	fault: Fault,
	check: (trial: Trial, outcome: 'done' | 'failed', failAt: number) => void,
	variants = 1,
): number {
	const base = aFolder();
	for (let failAt = 1; ; failAt++)
		for (let variant = 0; variant < variants; variant++) {
			const trial = aTrial(base, `${failAt}-${variant}`, which);
			trial.files.arm(failAt, fault);
			const outcome = put(trial, which);
			const { hasFailed } = trial.files;
			check(trial, outcome, variant);
			rmSync(trial.folder, { recursive: true });
			if (!hasFailed) return failAt - 1;
		}
}

describe.each(CASES)('$name', (which) => {
	it.each(['dies', 'tears'] as const)('the process %s at any file operation', (fault) => {
		const operations = atEachOperation(which, fault, (trial, outcome) => expectWhole(trial, which, outcome));
		expect(operations).toBeGreaterThanOrEqual(which.atLeast);
	});

	it('the power fails at any file operation, and any part of what was not synced is gone', () => {
		const patterns: readonly ((index: number) => boolean)[] = [
			() => true,
			(index) => index % 2 === 0,
			(index) => index % 2 === 1,
			(index) => index === 0,
			(index) => index === 1,
			(index) => index === 2,
			(index) => index !== 1,
		];
		atEachOperation(
			which,
			'dies',
			(trial, outcome, variant) => {
				trial.files.cutPower(patterns[variant] as (index: number) => boolean);
				expectWhole(trial, which, outcome);
			},
			process.env['LANTAI_TEST_LONG'] ? patterns.length : 3,
		);
	});

	it('an operation fails and the process goes on: the next put of the same process goes through', () => {
		atEachOperation(which, 'stumbles', (trial) => {
			trial.files.arm(Infinity, 'dies');
			const versions = (): number => trial.store.listVersions(OBJECT).length;
			const again = trial.store.putVersion(which.version(which.before + 1, trial.folder));
			// What the failing put had begun to move in was finished first; then the same files make no further version.
			expect(versions()).toBe(which.before + 1);
			expect(again.version).toBe(`v${which.before + 1}`);
			expect(readdirSync(join(trial.folder, 'staging'))).toEqual([]);
			expect(verify(join(trial.folder, 'root'))).toMatchObject({ valid: true, errors: [], warnings: [] });
		});
	});

	it('recovery itself is interrupted at any file operation', () => {
		const base = aFolder();
		let recoveries = 0;
		for (let failAt = 1; ; failAt++) {
			const probe = aTrial(base, `probe-${failAt}`, which);
			probe.files.arm(failAt, 'dies');
			const outcome = put(probe, which);
			if (!probe.files.hasFailed) break;
			for (let recoverAt = 1; ; recoverAt++) {
				const files = createFailingFiles();
				const second = new OcflStore(join(probe.folder, 'root'), join(probe.folder, 'staging'), files);
				second.open({ mayCreate: false });
				files.arm(recoverAt, 'dies');
				try {
					second.recover();
					break;
				} catch (error) {
					expect((error as Error).message).toBe('synthetic failure');
					recoveries++;
				}
			}
			expectWhole(probe, which, outcome);
			rmSync(probe.folder, { recursive: true });
		}
		expect(recoveries).toBeGreaterThan(10);
	});
});

describe('making a root', () => {
	it('is finished after a crash at any file operation', () => {
		const base = aFolder();
		for (let failAt = 1; ; failAt++) {
			const files = createFailingFiles();
			const at = [join(base, String(failAt)), join(base, `${failAt}-staging`)] as const;
			files.arm(failAt, 'tears');
			try {
				new OcflStore(...at, files).open({ mayCreate: true });
			} catch (error) {
				expect((error as Error).message).toBe('synthetic failure');
			}
			new OcflStore(...at).open({ mayCreate: true });
			expect(verify(at[0])).toEqual(cleanVerdict(0));
			if (!files.hasFailed) {
				expect(failAt).toBeGreaterThan(12);
				return;
			}
		}
	});

	it('is refused where an archive should be, and over a folder of something else', () => {
		const base = aFolder();
		const missing = new OcflStore(join(base, 'root'), join(base, 'staging'));
		expect(() => missing.open({ mayCreate: false })).toThrow('preservation.root-missing');
		mkdirSync(join(base, 'other'));
		writeFileSync(join(base, 'other', 'letter.txt'), 'x');
		const other = new OcflStore(join(base, 'other'), join(base, 'staging'));
		expect(() => other.open({ mayCreate: true })).toThrow('preservation.not-a-root');
		expect(readdirSync(join(base, 'other'))).toEqual(['letter.txt']);
	});
});
