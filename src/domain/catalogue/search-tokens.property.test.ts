import { array, assert, constantFrom, integer, nat, oneof, pre, property, stringMatching } from 'fast-check';
import { expect, it } from 'vitest';
import { indexTokens, queryTokens } from './search-tokens.ts';

/** What an engine does with the tokens: phrases are adjacent words, a `*` opens the last one. */
function finds(text: string, query: string): boolean {
	const index = indexTokens(text);
	const words = index.words.split(' ');
	const chars = new Set(index.chars.split(' '));
	const wanted = queryTokens(query);
	return (
		wanted.chars.every((char) => chars.has(char)) &&
		wanted.phrases.every((phrase) =>
			words.some((_, at) =>
				phrase.every((token, offset) => {
					const word = words[at + offset] ?? '';
					return token.endsWith('*') ? word.startsWith(token.slice(0, -1)) : word === token;
				}),
			),
		)
	);
}

const han = oneof(
	{ weight: 20, arbitrary: integer({ min: 0x4e00, max: 0x9fff }) },
	{ weight: 1, arbitrary: integer({ min: 0x20000, max: 0x2a6d6 }) },
	{ weight: 1, arbitrary: integer({ min: 0x30000, max: 0x323af }) },
);
const titles = array(
	oneof(
		{ weight: 9, arbitrary: han },
		constantFrom(...[...'《》、〔〕(),。'].map((each) => each.codePointAt(0) as number)),
	),
	{
		minLength: 1,
		maxLength: 60,
	},
).map((codes) => String.fromCodePoint(...codes));

it('any part of a Han title finds it', () => {
	assert(
		property(titles, nat(), nat(), (title, a, b) => {
			const characters = [...title];
			const from = a % characters.length;
			const part = characters.slice(from, from + 1 + (b % (characters.length - from))).join('');
			expect(finds(title, part)).toBe(true);
		}),
	);
});

it('a run of Han characters that does not occur is not found', () => {
	assert(
		property(titles, array(han, { minLength: 2, maxLength: 6 }), (title, codes) => {
			const part = String.fromCodePoint(...codes).normalize('NFKC');
			pre(!title.normalize('NFKC').includes(part));
			// Bigrams that overlap in two places may join to a run nobody wrote only when the title repeats characters.
			pre(new Set(title).size === [...title].length);
			expect(finds(title, part)).toBe(false);
		}),
	);
});

it('case, width and marks make no difference', () => {
	assert(
		property(stringMatching(/^[a-z0-9]{1,12}$/), (word) => {
			const wide = [...word]
				.map((each) => String.fromCodePoint((each.codePointAt(0) as number) + 0xfee0))
				.join('');
			expect(finds(word, word.toUpperCase())).toBe(true);
			expect(finds(wide, word)).toBe(true);
			expect(finds(`x\u0301${word}`, `x${word}`)).toBe(true);
		}),
	);
});
