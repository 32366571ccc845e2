import { writeFileSync } from 'node:fs';
import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStorage } from '#server/preservation/folder-storage.ts';
import { ocflStorageContract } from '#server/preservation/ocfl-storage.contract.ts';
import { createFailingFiles } from '#tests/support/failing-files.ts';
import { aFolder } from '#tests/support/folder.ts';
import { createMemoryStorage } from '#tests/support/memory-storage.ts';

async function aLocalFileIn(): Promise<(bytes: Uint8Array) => string> {
	const folder = await aFolder();
	let count = 0;
	return (bytes) => {
		const path = join(folder, String(count++));
		writeFileSync(path, bytes);
		return path;
	};
}

describe('a folder of this machine', () => {
	ocflStorageContract(async () => ({
		storage: folderStorage,
		folder: await aFolder(),
		aLocalFile: await aLocalFileIn(),
	}));

	it('tells links, and files with several names', async () => {
		const folder = await aFolder();
		await writeFile(join(folder, 'file'), 'x');
		await link(join(folder, 'file'), join(folder, 'other'));
		await symlink(join(folder, 'file'), join(folder, 'soft'));
		await mkdir(join(folder, 'inner'));
		expect(folderStorage.list(folder).map(({ kind }) => kind)).toEqual(['file', 'folder', 'file', 'link']);
		expect(folderStorage.kindOf(join(folder, 'soft'))).toBe('link');
		const facts = ['file', 'other'].map((name) =>
			folderStorage.readPieces(join(folder, name), () => undefined),
		);
		expect(facts[0]?.sharedAs).toBeDefined();
		expect(facts[0]).toEqual(facts[1]);
	});
});

describe('the storage that fails on purpose', () => {
	ocflStorageContract(async () => ({
		storage: createFailingFiles(),
		folder: await aFolder(),
		aLocalFile: await aLocalFileIn(),
	}));
});

describe('memory', () => {
	ocflStorageContract(async () => ({
		storage: createMemoryStorage('/store'),
		folder: '/store',
		aLocalFile: await aLocalFileIn(),
	}));
});
