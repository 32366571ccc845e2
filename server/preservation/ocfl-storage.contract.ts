import { describe, expect, it } from 'vitest';
import { digestOf, sha512 } from './digests.ts';
import { readText, type OcflStorage } from './ocfl-storage.ts';

/** A storage with an empty folder in it, and a place for files of this machine. */
export interface OcflStorageFixture {
	readonly storage: OcflStorage;
	readonly folder: string;
	/** Makes a file that is not of the storage; returns its path. */
	aLocalFile(bytes: Uint8Array): string;
}

/** The acceptance suite of {@link OcflStorage}. */
export function ocflStorageContract(setup: () => Promise<OcflStorageFixture>): void {
	const code = (run: () => unknown): string | undefined => {
		try {
			run();
			return undefined;
		} catch (error) {
			return (error as NodeJS.ErrnoException).code;
		}
	};

	describe('files', () => {
		it('are read as they were written, whole and in pieces', async () => {
			const { storage, folder } = await setup();
			const bytes = new Uint8Array(3_000_000).map((_, index) => index * 7);
			storage.write(`${folder}/文件`, bytes);
			expect(Buffer.compare(storage.read(`${folder}/文件`), bytes)).toBe(0);
			const pieces: Buffer[] = [];
			const facts = storage.readPieces(`${folder}/文件`, (piece, isWhole) => {
				pieces.push(Buffer.from(piece));
				if (isWhole) expect(piece.byteLength).toBe(bytes.byteLength);
			});
			expect(Buffer.compare(Buffer.concat(pieces), bytes)).toBe(0);
			expect(facts).toEqual({ bytes: bytes.length });
			expect(storage.sizeOf(`${folder}/文件`)).toBe(bytes.length);
			storage.write(`${folder}/文件`, '短');
			expect(readText(storage, `${folder}/文件`)).toBe('短');
			storage.write(`${folder}/empty`, '');
			expect(storage.readPieces(`${folder}/empty`, () => expect.unreachable())).toEqual({ bytes: 0 });
		});

		it('are taken in from this machine with their digest', async () => {
			const { storage, folder, aLocalFile } = await setup();
			const bytes = Buffer.from('x'.repeat(2_500_000));
			expect(storage.copy(aLocalFile(bytes), `${folder}/a`)).toBe(sha512(bytes));
			const digest = storage.copy(aLocalFile(Buffer.from('一')), `${folder}/b`, 'sha256');
			expect(digest).toBe(digestOf('sha256', '一'));
			expect(readText(storage, `${folder}/b`)).toBe('一');
			expect(code(() => storage.copy(`${folder}-nowhere`, `${folder}/c`))).toBe('ENOENT');
		});

		it('that are not there, or are folders, have a code', async () => {
			const { storage, folder } = await setup();
			expect(code(() => storage.read(`${folder}/none`))).toBe('ENOENT');
			expect(code(() => storage.readPieces(`${folder}/none`, () => undefined))).toBe('ENOENT');
			expect(code(() => storage.read(folder))).toBe('EISDIR');
			expect(code(() => storage.sizeOf(folder))).toBe('EISDIR');
			expect(code(() => storage.sizeOf(`${folder}/none`))).toBe('ENOENT');
			expect(code(() => storage.readPieces(folder, () => undefined))).toBe('EISDIR');
			storage.write(`${folder}/file`, 'x');
			expect(code(() => storage.read(`${folder}/file/inside`))).toBe('ENOTDIR');
			expect(code(() => storage.write(`${folder}/none/inside`, 'x'))).toBe('ENOENT');
		});
	});

	describe('folders', () => {
		it('list what is in them by name, and say what it is', async () => {
			const { storage, folder } = await setup();
			expect(storage.list(folder)).toEqual([]);
			for (const name of ['b', 'a', '卷', 'B']) storage.write(`${folder}/${name}`, name);
			storage.makeFolder(`${folder}/aa`);
			storage.write(`${folder}/aa/inside`, '');
			expect(storage.list(folder)).toEqual([
				{ name: 'B', kind: 'file' },
				{ name: 'a', kind: 'file' },
				{ name: 'aa', kind: 'folder' },
				{ name: 'b', kind: 'file' },
				{ name: '卷', kind: 'file' },
			]);
			expect(storage.kindOf(`${folder}/aa`)).toBe('folder');
			expect(storage.kindOf(`${folder}/a`)).toBe('file');
			expect(storage.kindOf(`${folder}/c`)).toBeUndefined();
			expect(storage.kindOf(`${folder}/a/c`)).toBeUndefined();
			expect(code(() => storage.list(`${folder}/none`))).toBe('ENOENT');
			expect(code(() => storage.list(`${folder}/a`))).toBe('ENOTDIR');
		});

		it('are made one at a time, once', async () => {
			const { storage, folder } = await setup();
			expect(code(() => storage.makeFolder(`${folder}/a/b`))).toBe('ENOENT');
			storage.makeFolder(`${folder}/a`);
			storage.makeFolder(`${folder}/a/b`);
			expect(code(() => storage.makeFolder(`${folder}/a`))).toBe('EEXIST');
		});
	});

	describe('moving and removing', () => {
		it('moves a folder with all in it, and a file over another', async () => {
			const { storage, folder } = await setup();
			storage.makeFolder(`${folder}/from`);
			storage.makeFolder(`${folder}/from/inner`);
			storage.write(`${folder}/from/inner/file`, '一');
			storage.rename(`${folder}/from`, `${folder}/to`);
			expect(storage.kindOf(`${folder}/from`)).toBeUndefined();
			expect(readText(storage, `${folder}/to/inner/file`)).toBe('一');
			storage.write(`${folder}/new`, '二');
			storage.rename(`${folder}/new`, `${folder}/to/inner/file`);
			expect(readText(storage, `${folder}/to/inner/file`)).toBe('二');
			expect(storage.list(folder).map(({ name }) => name)).toEqual(['to']);
			expect(code(() => storage.rename(`${folder}/none`, `${folder}/x`))).toBe('ENOENT');
		});

		it('removes with all inside, or only what is empty', async () => {
			const { storage, folder } = await setup();
			storage.makeFolder(`${folder}/a`);
			storage.write(`${folder}/a/file`, '');
			storage.write(`${folder}/ab`, '');
			expect(code(() => storage.removeEmptyFolder(`${folder}/a`))).toBe('ENOTEMPTY');
			storage.remove(`${folder}/a`);
			storage.remove(`${folder}/a`);
			expect(storage.list(folder)).toEqual([{ name: 'ab', kind: 'file' }]);
			storage.makeFolder(`${folder}/empty`);
			storage.removeEmptyFolder(`${folder}/empty`);
			expect(storage.kindOf(`${folder}/empty`)).toBeUndefined();
		});

		it('what is synced is there, and what is not there cannot be', async () => {
			const { storage, folder } = await setup();
			storage.write(`${folder}/a`, 'x');
			storage.syncFile(`${folder}/a`);
			storage.syncFolder(folder);
			expect(readText(storage, `${folder}/a`)).toBe('x');
			expect(code(() => storage.syncFile(`${folder}/none`))).toBe('ENOENT');
		});
	});
}
