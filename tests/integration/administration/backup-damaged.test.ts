import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, open, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyBackup } from '#server/administration/backup/restore.ts';
import { aBackup, quiet, restore } from '#tests/support/backed-up.ts';
import { writeTar } from '#tests/support/backups.ts';

describe('a damaged backup', () => {
	it('is refused by the name of the member, and leaves nothing', async () => {
		const { folder, file, members } = await aBackup();
		const named = (end: string) => {
			const found = members.find(({ header }) => header.name.endsWith(end));
			if (!found) throw new Error(end);
			return found;
		};
		const damaged = join(folder, 'damaged.tar');
		const refusedAs = async (member: string, reason: string): Promise<void> => {
			const refusal = { code: 'restore.damaged', params: { member, reason } };
			await expect(verifyBackup(damaged, quiet)).rejects.toMatchObject(refusal);
			await expect(restore(damaged, join(folder, 'restored'))).rejects.toMatchObject(refusal);
			expect(readdirSync(folder).filter((name) => name.startsWith('restored'))).toEqual([]);
		};
		for (const end of ['backup.json', 'lantai.sqlite', 'secret', 'inventory.json', 'manifest.jsonl']) {
			await copyFile(file, damaged);
			const { header, offset, content } = named(end);
			const at = offset + (content.length >> 1);
			const handle = await open(damaged, 'r+');
			const byte = Buffer.alloc(1);
			await handle.read(byte, 0, 1, at);
			await handle.write(Buffer.from([(byte[0] as number) ^ 1]), 0, 1, at);
			await handle.close();
			await refusedAs(header.name, 'digest');
		}
		for (const end of ['lantai.sqlite', 'entry.json']) {
			await copyFile(file, damaged);
			const { header, offset } = named(end);
			await truncate(damaged, offset + 10);
			await refusedAs(header.name, 'truncated');
		}
		await copyFile(file, damaged);
		await truncate(damaged, named('manifest.jsonl').offset - 512);
		await refusedAs('manifest.jsonl', 'missing');

		const secret = named('secret');
		const extra = { header: { name: 'archive/extra.txt' }, content: Buffer.from('x') };
		await writeTar(damaged, [...members.slice(0, 3), extra, ...members.slice(3)]);
		await refusedAs('archive/extra.txt', 'extra');
		await writeTar(damaged, [...members, extra]);
		await refusedAs('archive/extra.txt', 'extra');
		await writeTar(
			damaged,
			members.filter((member) => member !== secret),
		);
		await refusedAs('secret', 'missing');
		await writeTar(damaged, [...members.slice(0, 3), secret, ...members.slice(3)]);
		await refusedAs('secret', 'twice');
		for (const name of [
			'../evil',
			'archive/../../evil',
			'/tmp/evil',
			'archive//evil',
			'archive/./x',
			'evil',
			'archive\\x',
		]) {
			await writeTar(damaged, [...members.slice(0, 3), { ...extra, header: { name } }, ...members.slice(3)]);
			await expect(restore(damaged, join(folder, 'restored'))).rejects.toMatchObject({
				code: 'restore.damaged',
				params: { reason: 'path' },
			});
		}
		const link = {
			header: { name: 'archive/link', type: 'symlink' as const, linkname: '/etc' },
			content: Buffer.alloc(0),
		};
		await writeTar(damaged, [...members.slice(0, 3), link, ...members.slice(3)]);
		await refusedAs('archive/link', 'link');
		expect(existsSync(join(dirname(folder), 'evil'))).toBe(false);

		await writeFile(damaged, 'something else entirely');
		await expect(restore(damaged, join(folder, 'restored'))).rejects.toMatchObject({
			code: 'backup.no-backup',
		});
		expect((await verifyBackup(file, quiet)).valid).toBe(true);
	});

	it('is not restored over anything, nor when given up, nor onto a full disk', async () => {
		const { folder, file } = await aBackup();
		const taken = join(folder, 'taken');
		await mkdir(taken);
		await writeFile(join(taken, 'x'), '');
		await expect(restore(file, taken)).rejects.toMatchObject({ code: 'restore.not-empty' });
		expect(readdirSync(taken)).toEqual(['x']);
		const dir = join(folder, 'restored');
		const given = AbortSignal.abort();
		await expect(restore(file, dir, given)).rejects.toMatchObject({ code: 'cli.cancelled' });
		const disk = join(folder, 'disk');
		await mkdir(disk);
		if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'lantai-test', disk]).status === 0) {
			onTestFinished(() => void spawnSync('umount', ['-l', disk]));
			await expect(restore(file, join(disk, 'restored'))).rejects.toMatchObject({ code: 'storage.full' });
			expect(readdirSync(disk)).toEqual([]);
		}
		expect(readdirSync(folder).filter((name) => name.startsWith('restored'))).toEqual([]);
		await mkdir(dir);
		expect((await restore(file, dir)).dir).toBe(dir);
	});
});
