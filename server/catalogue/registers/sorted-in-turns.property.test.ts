import { array, assert, asyncProperty, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortedInTurns } from './sorted-in-turns.ts';

describe('sorting in turns', () => {
	it('gives what sorting gives, equal ones as they were', async () => {
		const byKey = (a: { key: number }, b: { key: number }): number => a.key - b.key;
		await assert(
			asyncProperty(array(integer({ min: 0, max: 40 }), { maxLength: 2500, size: 'max' }), async (keys) => {
				const items = keys.map((key, at) => ({ key, at }));
				expect(await sortedInTurns(items, byKey)).toEqual(items.toSorted(byKey));
			}),
			{ numRuns: 20 },
		);
	});
});
