import { expect, test } from 'vitest';
import { startsWith } from './type-ahead.ts';

test('letters stand for the pinyin initials of a Chinese title', () => {
	expect(startsWith('关于农村档案整理经费的请示', 'gync')).toBe(true);
	expect(startsWith('沧浦区水务局', 'cpq')).toBe(true);
	expect(startsWith('照片档案', 'z')).toBe(true);
	expect(startsWith('照片档案', 'p')).toBe(false);
});

test('signs before the first word are passed over', () => {
	expect(startsWith('《沧浦区志》', 'c')).toBe(true);
});

test('figures, Latin letters and Chinese characters are taken as they stand', () => {
	expect(startsWith('1号目录（永久）', '1h')).toBe(true);
	expect(startsWith('Correspondence', 'cor')).toBe(true);
	expect(startsWith('档案', '档')).toBe(true);
	expect(startsWith('', 'a')).toBe(false);
});
