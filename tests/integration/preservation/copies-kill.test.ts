import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { openCopy } from '#server/preservation/copies/copy-place.ts';
import { digestOf } from '#server/preservation/digests.ts';
import { folderStorage } from '#server/preservation/folder-storage.ts';
import { OcflReader } from '#server/preservation/ocfl-reader.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { anArchive } from '#tests/support/archive.ts';
import { anEmptyDisk, expectSound, placeIn } from '#tests/support/copies.ts';
import { aFolder } from '#tests/support/folder.ts';
import { treeOf } from '#tests/support/ocfl.ts';

const KILLS = process.env['LANTAI_TEST_LONG'] ? 200 : 3;
/** Kills in one data directory: each later look at it takes longer. */
const ROUNDS = 5;

/** Lets a process deposit and copy until it has told of so many, then kills it some milliseconds later. */
function copyUntilKilled(dataDir: string, disk: string, lines: number, laterMs: number): Promise<string[]> {
	const loop = join(import.meta.dirname, '../../support/copy-loop.ts');
	const child = spawn(process.execPath, [loop, dataDir, disk], { stdio: ['ignore', 'pipe', 'inherit'] });
	const told: string[] = [];
	createInterface({ input: child.stdout }).on('line', (line) => {
		told.push(line);
		if (told.filter((each) => each.startsWith('C ')).length === lines)
			setTimeout(() => child.kill('SIGKILL'), laterMs);
	});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) =>
			signal === 'SIGKILL' ? resolve(told) : reject(new Error(`the loop ended with ${String(code)}`)),
		);
	});
}

it(
	`${KILLS} times killed while copying: both roots are valid, and everything that was told is there`,
	{ timeout: 60_000 + KILLS * 30_000 },
	async () => {
		for (let from = 0; from < KILLS; from += ROUNDS) {
			const [dataDir, disk] = [await aFolder(), await anEmptyDisk()];
			const [root, copyRoot] = [join(dataDir, 'archive'), join(disk, 'archive')];
			const told = new Set<string>();
			let archiveId = '';
			for (let round = from; round < Math.min(from + ROUNDS, KILLS); round++) {
				// At other moments each time.
				const lines = 1 + ((round * 7) % 5);
				for (const line of await copyUntilKilled(dataDir, disk, lines, (round * 3) % 17)) told.add(line);
				// As the next start does it, without starting: what was interrupted is finished or undone.
				const store = new OcflStore(root, join(dataDir, 'archive-staging'));
				store.open({ mayCreate: false });
				expect(store.recover().unclear).toEqual([]);
				archiveId ||= (JSON.parse(readMarker(disk)) as { archive: string }).archive;
				expect(openCopy(folderStorage, disk, archiveId).recovered.unclear).toEqual([]);
				for (const place of [join(dataDir, 'archive-staging'), join(disk, 'archive-staging')])
					expect(readdirSync(place)).toEqual([]);
				const copy = new OcflReader(copyRoot);
				for (const each of [root, copy.root])
					expect(verify(each)).toMatchObject({ valid: true, errors: [], warnings: [] });
				for (const line of told) {
					const [kind, objectId, version] = line.split(' ') as [string, string, string];
					const where = kind === 'D' ? store : copy;
					expect(Object.keys(where.inventory(objectId)?.versions ?? {}), line).toContain(version);
				}
			}
			// It goes on by itself until all of the register is there, and nothing is put aside on the way.
			const { preservation, storage, close } = await anArchive({ dataDir, copies: [disk] });
			await preservation.resume();
			await preservation.flush('demand');
			const { isWhole } = await preservation.copies.replicate({ verify: true });
			const rows = await storage.db
				.selectFrom('store_object')
				.select(['object_id', 'inventory_digest'])
				.execute();
			await close();
			expect(isWhole).toBe(true);
			expectSound(disk);
			expect(rows.length).toBeGreaterThan(Math.min(ROUNDS, KILLS));
			for (const { object_id: id, inventory_digest: registered } of rows) {
				const place = placeIn(root, id);
				// A version that was put and never returned may not be in the register until the store is checked.
				const isRegistered = digestOf('sha512', readFileSync(join(place, 'inventory.json'))) === registered;
				if (isRegistered) expect(treeOf(placeIn(copyRoot, id))).toEqual(treeOf(place));
				else expect(new OcflReader(copyRoot).inventory(id)).toBeDefined();
			}
			expect(existsSync(join(disk, 'archive-damaged'))).toBe(false);
		}
	},
);

function readMarker(disk: string): string {
	return Buffer.from(folderStorage.read(join(disk, 'copy.json'))).toString('utf8');
}
