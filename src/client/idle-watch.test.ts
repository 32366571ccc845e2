import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { IDLE_MS, IdleWatch } from './idle-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('somebody is away after three minutes without a key, and back with the next', () => {
	const told: boolean[] = [];
	const page = new EventTarget();
	const watch = new IdleWatch((isIdle) => told.push(isIdle), page);
	vi.advanceTimersByTime(IDLE_MS - 1);
	page.dispatchEvent(new Event('keydown'));
	vi.advanceTimersByTime(IDLE_MS - 1);
	expect(told).toEqual([]);
	vi.advanceTimersByTime(1);
	expect(told).toEqual([true]);
	page.dispatchEvent(new Event('pointerdown'));
	expect(told).toEqual([true, false]);
	watch.close();
	vi.advanceTimersByTime(2 * IDLE_MS);
	expect(told).toEqual([true, false]);
});
