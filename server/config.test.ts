import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig, readSecret } from './config.ts';

function aFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'lantai-config-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

it('says that days must be whole', () => {
	expect(readConfig({}, {}).compactAfterDays).toBe(30);
	expect(readConfig({}, { LANTAI_COMPACT_AFTER_DAYS: '7' }).compactAfterDays).toBe(7);
	for (const days of ['0', '-1', '1.5', 'x', '999999'])
		expect(() => readConfig({}, { LANTAI_COMPACT_AFTER_DAYS: days })).toThrow('config.compact-after-days');
});

it('takes folders of copies apart', () => {
	expect(readConfig({}, {}).copies).toEqual([]);
	expect(readConfig({}, { LANTAI_COPIES: '/mnt/a, /mnt/b,' }).copies).toEqual(['/mnt/a', '/mnt/b']);
});

it('knows a second place of the log, strict or not', () => {
	expect(readConfig({}, {}).logCopy).toBeUndefined();
	expect(readConfig({}, { LANTAI_LOG_COPY: '/mnt/a' }).logCopy).toEqual({
		folder: '/mnt/a',
		isStrict: false,
	});
	expect(readConfig({}, { LANTAI_LOG_COPY: '/mnt/a', LANTAI_LOG_COPY_STRICT: '1' }).logCopy?.isStrict).toBe(
		true,
	);
});

describe('the key that signs sessions', () => {
	it('is made once, for the owner alone', () => {
		const folder = aFolder();
		const secret = readSecret(folder, {});
		expect(secret).toHaveLength(43);
		expect(readSecret(folder, {})).toBe(secret);
		expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600);
		expect(readSecret(folder, { LANTAI_SECRET: 'x'.repeat(32) })).toBe('x'.repeat(32));
	});

	it('is made anew when a crash or a full disk left an empty file, which would sign for everybody', () => {
		const folder = aFolder();
		writeFileSync(join(folder, 'secret'), '');
		expect(readSecret(folder, {})).toHaveLength(43);
		expect(readFileSync(join(folder, 'secret'), 'utf8')).toHaveLength(44);
	});

	it('is refused when it could be guessed', () => {
		expect(() => readSecret(aFolder(), { LANTAI_SECRET: 'short' })).toThrow(
			expect.objectContaining({ code: 'config.secret' }),
		);
	});

	it('says in a refusal why it cannot be kept', () => {
		expect(() => readSecret(join(aFolder(), 'missing'), {})).toThrow(
			expect.objectContaining({ code: 'storage.unwritable' }),
		);
	});
});
