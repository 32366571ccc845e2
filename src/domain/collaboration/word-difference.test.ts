import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wordDifference } from './word-difference.ts';

it('shows the words of a Chinese title that changed', () => {
	expect(
		wordDifference('关于印发沧浦区河道整治实施意见的通知', '关于印发沧浦区河道整治实施方案的通知'),
	).toEqual([
		{ kind: 'same', text: '关于印发沧浦区河道整治实施' },
		{ kind: 'removed', text: '意见' },
		{ kind: 'added', text: '方案' },
		{ kind: 'same', text: '的通知' },
	]);
});

it('shows whole numbers and words of other scripts', () => {
	expect(wordDifference('in 1949 only', 'in 1950 only').map(({ text }) => text)).toEqual([
		'in ',
		'1949',
		'1950',
		' only',
	]);
});

it('gives both texts again, blanks included', () => {
	const words = fc.array(
		fc.constantFrom('关于', '通知', '印发', ' ', '　', '1949', 'a', 'b', '\n', '，', '𠀋', '👨‍👩‍👧'),
		{ maxLength: 30 },
	);
	fc.assert(
		fc.property(words, words, (left, right) => {
			const [before, after] = [left.join(''), right.join('')];
			const parts = wordDifference(before, after);
			const joined = (without: string): string =>
				parts.filter(({ kind }) => kind !== without).reduce((text, part) => text + part.text, '');
			expect([joined('added'), joined('removed')]).toEqual([before, after]);
		}),
		{ numRuns: 500 },
	);
});

it('gives up on texts that have nothing in common, and shows both', () => {
	const before = Array.from({ length: 3000 }, (_, index) => `a${index}`).join(' ');
	const after = Array.from({ length: 3000 }, (_, index) => `b${index}`).join(',');
	expect(wordDifference(before, after)).toEqual([
		{ kind: 'removed', text: before },
		{ kind: 'added', text: after },
	]);
});
