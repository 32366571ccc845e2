import { describe, expect, it } from 'vitest';
import { indexTokens, queryTokens } from './search-tokens.ts';

describe('index tokens', () => {
	it('are adjacent bigrams and distinct characters of Han text', () => {
		expect(indexTokens('档案档案馆')).toEqual({ words: '档案 案档 档案 案馆', chars: '档 案 馆' });
	});

	it('do not join what punctuation parts', () => {
		expect(indexTokens('关于印发《规划》的通知').words).toBe('关于 于印 印发 规划 的通 通知');
	});

	it('are folded words of everything else', () => {
		expect(indexTokens('Lettres à Zürich, Ⅳ ｆｉｌｅ № 12')).toEqual({
			words: 'lettres a zurich iv file no 12',
			chars: '',
		});
	});

	it('keep document numbers apart from the words around them', () => {
		expect(indexTokens('沧水务〔2014〕41号')).toEqual({ words: '沧水 水务 2014 41', chars: '沧 水 务 号' });
	});

	it('leave other scripts whole', () => {
		expect(indexTokens('한국 がく').words).toBe('한국 がく');
	});

	it('write characters younger than the tables of the engines by number', () => {
		expect(indexTokens('\u{30123}中').words).toBe('u30123中');
	});
});

describe('query tokens', () => {
	it('make a phrase of every run of Han characters', () => {
		expect(queryTokens('河道整治 通知')).toEqual({
			phrases: [['河道', '道整', '整治'], ['通知']],
			chars: [],
		});
	});

	it('look a single Han character up alone', () => {
		expect(queryTokens('号')).toEqual({ phrases: [], chars: ['号'] });
	});

	it('take the last word as a beginning, unless a blank ends it', () => {
		expect(queryTokens('Annual rep').phrases).toEqual([['annual'], ['rep*']]);
		expect(queryTokens('Annual rep ').phrases).toEqual([['annual'], ['rep']]);
	});

	it('hold quoted words together, and ignore a lone mark', () => {
		expect(queryTokens('"south pond" river').phrases).toEqual([['south', 'pond'], ['river*']]);
		expect(queryTokens('5" pipe').phrases).toEqual([['5'], ['pipe*']]);
	});

	it('say nothing of a query without letters', () => {
		expect(queryTokens(' 《》 - ')).toEqual({ phrases: [], chars: [] });
	});
});
