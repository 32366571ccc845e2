import { describe, expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

const held = () => Promise.withResolvers<void>();

describe('one at a time', () => {
	it('tells who asks while something long is under way, and lets others wait', async () => {
		const turns = oneAtATime();
		const long = held();
		const first = turns('a', () => long.promise, { isLong: true });
		await expect(turns('a', async () => 1)).rejects.toMatchObject({ code: 'collaboration.order-busy' });
		expect(await turns('b', async () => 2)).toBe(2);
		long.resolve();
		await first;
		expect(await turns('a', async () => 3)).toBe(3);
	});

	it('has who asks wait for long work that was given up and is just ending', async () => {
		const turns = oneAtATime();
		const long = held();
		const given = new AbortController();
		const order: string[] = [];
		const first = turns('a', () => long.promise.then(() => void order.push('stopped')), {
			isLong: true,
			signal: given.signal,
		});
		given.abort();
		const again = turns('a', async () => void order.push('gone on with'), { isLong: true });
		long.resolve();
		await Promise.all([first, again]);
		expect(order).toEqual(['stopped', 'gone on with']);
		// The first must not have taken the mark of the second away, nor left its own.
		expect(await turns('a', async () => 1)).toBe(1);
	});

	it('keeps the mark of long work that waited behind another', async () => {
		const turns = oneAtATime();
		const [one, two] = [held(), held()];
		const given = new AbortController();
		const first = turns('a', () => one.promise, { isLong: true, signal: given.signal });
		given.abort();
		const second = turns('a', () => two.promise, { isLong: true });
		one.resolve();
		await first;
		await expect(turns('a', async () => 1)).rejects.toMatchObject({ code: 'collaboration.order-busy' });
		two.resolve();
		await second;
	});
});
