import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { DepositRecord } from '#server/preservation/entry-snapshot.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { anArchive } from '#tests/support/archive.ts';
import { aFolder } from '#tests/support/folder.ts';

const KILLS = process.env['LANTAI_TEST_LONG'] ? 25 : 3;

/** Lets a process deposit until it has returned so many, then kills it in the middle of whatever it does. */
function depositUntilKilled(dataDir: string, returned: number): Promise<string[]> {
	const loop = join(import.meta.dirname, '../../support/deposit-loop.ts');
	const child = spawn(process.execPath, [loop, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
	const lines: string[] = [];
	createInterface({ input: child.stdout }).on('line', (line) => {
		lines.push(line);
		if (lines.length === returned) child.kill('SIGKILL');
	});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) =>
			signal === 'SIGKILL' ? resolve(lines) : reject(new Error(`the loop ended with ${String(code)}`)),
		);
	});
}

it(
	`${KILLS} times killed while depositing: the root is valid, and every returned version is there, once`,
	{
		timeout: 60_000 + KILLS * 30_000,
	},
	async () => {
		const dataDir = await aFolder();
		const returned: string[] = [];
		for (let round = 0; round < KILLS; round++) {
			// Another number each time, so that the kill meets another moment.
			returned.push(...(await depositUntilKilled(dataDir, 15 + ((round * 7) % 11))));
			const { preservation, close } = await anArchive({ dataDir });
			expect(readdirSync(join(dataDir, 'archive-staging'))).toEqual([]);
			expect(verify(join(dataDir, 'archive'))).toMatchObject({ valid: true, errors: [], warnings: [] });
			await preservation.resume();
			await preservation.flush('demand');
			await close();
		}
		const archive = await anArchive({ dataDir });
		for (const line of returned) {
			const [id, version, seq] = line.split(' ') as [string, string, string];
			const record = JSON.parse(archive.text(id, 'deposit.json', version)) as DepositRecord;
			expect(record.toPosition).toBe(Number(seq));
		}
		const rows = await archive.storage.db
			.selectFrom('deposit')
			.select(['entry_id', 'version', 'seq'])
			.execute();
		const inDatabase = rows.map(({ entry_id, version, seq }) => `${entry_id} ${version} ${seq}`);
		const inStore: string[] = [];
		for await (const object of archive.store.listObjects()) {
			let from = 0;
			for (const { version } of archive.store.listVersions(object)) {
				const record = JSON.parse(
					archive.text(object.slice('urn:uuid:'.length), 'deposit.json', version),
				) as DepositRecord;
				inStore.push(`${record.entryId} ${version} ${record.toPosition}`);
				// Each version goes on where the one before ended: nothing twice, nothing left out.
				expect(record.fromPosition).toBe(from);
				expect(record.toPosition).toBeGreaterThan(from);
				from = record.toPosition;
			}
		}
		expect(inDatabase.toSorted()).toEqual(inStore.toSorted());
		expect(new Set(returned).size).toBeGreaterThanOrEqual(15 * KILLS);
		expect(inStore).toEqual(expect.arrayContaining(returned));
		expect(verify(archive.root)).toMatchObject({ valid: true, errors: [], warnings: [] });
	},
);
