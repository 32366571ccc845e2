import { describe, expect, it } from 'vitest';
import { ReadingPace } from './reading-pace.ts';

describe('how fast a socket is read', () => {
	it('takes a burst at once, then a message each millisecond', () => {
		const pace = new ReadingPace(0);
		for (let count = 0; count < 4000; count++) expect(pace.take(0, 0)).toBe(0);
		expect(pace.take(0, 0)).toBe(1);
		expect(pace.take(0, 1)).toBe(1);
		expect(pace.take(0, 3)).toBe(0);
	});

	it('counts bytes too', () => {
		const pace = new ReadingPace(0);
		for (let count = 0; count < 15; count++) expect(pace.take(1024 * 1024, 0)).toBe(0);
		expect(pace.take(1024 * 1024, 0)).toBeGreaterThan(100);
	});

	it('saves up no more than a burst', () => {
		const pace = new ReadingPace(0);
		pace.take(0, 3_600_000);
		expect(pace.take(4096 * 4100, 3_600_000)).toBeGreaterThan(100);
	});
});
