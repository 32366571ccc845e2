import { describe, expect, it } from 'vitest';
import { overwriteGetLocale } from './generated/runtime.js';
import { joinWords, sizeWords } from './words.ts';

describe('words in the language of the page', () => {
	it('stand between the signs of the language', () => {
		for (const [language, said] of [
			['zh-CN', ['3、5–8', '内容已变 1，长文 2', '甲、乙；丙']],
			['en', ['3, 5–8', '内容已变 1, 长文 2', '甲、乙; 丙']],
		] as const) {
			overwriteGetLocale(() => language);
			expect([
				joinWords(['3', '5–8'], 'names'),
				joinWords(['内容已变 1', '长文 2'], 'clauses'),
				joinWords(['甲、乙', '丙'], 'values'),
			]).toEqual(said);
		}
	});

	it('say one byte and several', () => {
		overwriteGetLocale(() => 'en');
		expect([1, 453, 12_000].map(sizeWords)).toEqual(['1 byte', '453 bytes', '12 kB']);
		overwriteGetLocale(() => 'zh-CN');
		expect(sizeWords(453)).toBe('453字节');
	});
});
