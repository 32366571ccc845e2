import { describe, expect, it } from 'vitest';
import { loopThrough } from './find-loop.ts';

function loop(
	id: string,
	before: readonly string[],
	others: Readonly<Record<string, readonly string[]>> = {},
) {
	return loopThrough(id, before, (each) => others[each] ?? []);
}

describe('a loop of what each came from', () => {
	it('is found through others, near and far', () => {
		expect(loop('a', ['x', 'b'], { b: ['a'] })).toBe('b');
		expect(loop('a', ['b'], { b: ['c', 'd'], c: [], d: ['e'], e: ['a'] })).toBe('b');
	});

	it('is none of others alone, and none of itself, which is another problem', () => {
		expect(loop('a', ['b'], { b: ['c'], c: ['b'] })).toBeUndefined();
		expect(loop('a', ['a'], { a: ['a'] })).toBeUndefined();
		expect(loop('a', [])).toBeUndefined();
	});
});
