import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { anArchive, type Archive } from '#tests/support/archive.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aLoggedEntry, type LoggedEntry } from '#tests/support/logged-entries.ts';

/** An archive whose store lies on a small disk of its own, with an entry in it. */
async function aStoreOfItsOwn(
	context: TestContext,
): Promise<{ archive: Archive; entry: LoggedEntry; disk: string; mount(...options: string[]): void }> {
	const disk = await aFolder();
	const mount = (...options: string[]): void =>
		void execFileSync('mount', [...options, disk], { stdio: 'ignore' });
	try {
		mount('-t', 'tmpfs', '-o', 'size=4m', 'tmpfs');
	} catch {
		context.skip('a small file system cannot be mounted here');
	}
	onTestFinished(() => void execFileSync('umount', ['-l', disk]));
	const dataDir = await aFolder();
	mkdirSync(join(disk, 'archive'));
	symlinkSync(join(disk, 'archive'), join(dataDir, 'archive'));
	const archive = await anArchive({ dataDir });
	const entry = await aLoggedEntry(archive.storage);
	await archive.preservation.depositNow(entry.id);
	return { archive, entry, disk, mount };
}

/** Edits go on, the state is told, and when the trouble is over the version is there by itself. */
async function goesOn(
	{ archive, entry }: { archive: Archive; entry: LoggedEntry },
	state: string,
	reason: string,
	mend: () => void,
): Promise<void> {
	const { preservation } = archive;
	const seq = await entry.set('title', '库有故障时所改');
	await expect(preservation.depositNow(entry.id)).rejects.toMatchObject({ code: reason });
	expect(preservation.status()).toMatchObject({ state, reason, waiting: 1, since: expect.any(String) });
	const overview = await preservation.overview();
	expect(overview.failures).toEqual([expect.objectContaining({ key: `entry ${entry.id}`, reason })]);
	expect(overview.waiting).toMatchObject({ entries: 1, oldest: [{ id: entry.id }] });
	expect(await entry.set('title', '仍可编辑')).toBeGreaterThan(seq);
	mend();
	await eventually(() => expect(preservation.status()).toMatchObject({ state: 'ok', waiting: 0 }));
	// A try that had read the log when the second edit came wrote the first alone.
	await preservation.depositNow(entry.id);
	expect(archive.text(entry.id, 'entry.json')).toContain('仍可编辑');
	const after = await preservation.overview();
	expect(after).toMatchObject({ failures: [], trouble: undefined, waiting: { entries: 0, oldest: [] } });
	expect(verify(archive.root).valid).toBe(true);
}

describe('the store on a disk of its own', () => {
	it('full: said, and written when there is room', async (context) => {
		const { disk, ...own } = await aStoreOfItsOwn(context);
		const filler = join(disk, 'filler');
		for (const bytes of [65_536, 4096, 1])
			try {
				for (;;) writeFileSync(filler, Buffer.alloc(bytes, 1), { flag: 'a' });
			} catch (error) {
				expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
			}
		await goesOn(own, 'full', 'ENOSPC', () => rmSync(filler));
	});

	it('read-only: said, and written when it may be', async (context) => {
		const { mount, ...own } = await aStoreOfItsOwn(context);
		mount('-o', 'remount,ro');
		expect(await own.archive.preservation.overview()).toMatchObject({ trouble: 'EROFS' });
		await goesOn(own, 'read-only', 'EROFS', () => mount('-o', 'remount,rw'));
	});

	it('unmounted: said, not begun anew, and written when it is back', async (context) => {
		const { mount, disk, ...own } = await aStoreOfItsOwn(context);
		// The same file system elsewhere, so that what is in it outlives the unmounting.
		const other = await aFolder();
		execFileSync('mount', ['--bind', disk, other]);
		onTestFinished(() => void execFileSync('umount', ['-l', other]));
		execFileSync('umount', ['-l', disk]);
		expect(await own.archive.preservation.overview()).toMatchObject({ trouble: 'ENOENT', disk: undefined });
		await goesOn(own, 'away', 'preservation.root-missing', () => mount('--bind', other));
	});
});
