import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { whenLookedAt } from './when-looked-at.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aPage(): { page: Document; show(state: DocumentVisibilityState): void } {
	const page = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState });
	return {
		page: page as unknown as Document,
		show(state) {
			page.visibilityState = state;
			page.dispatchEvent(new Event('visibilitychange'));
		},
	};
}

it('a page counts as looked at when it was in front for a while, once', () => {
	const { page, show } = aPage();
	const run = vi.fn();
	whenLookedAt(100, run, page);
	vi.advanceTimersByTime(99);
	show('hidden');
	vi.advanceTimersByTime(1000);
	show('visible');
	vi.advanceTimersByTime(99);
	expect(run).not.toHaveBeenCalled();
	vi.advanceTimersByTime(1);
	show('hidden');
	show('visible');
	vi.advanceTimersByTime(1000);
	expect(run).toHaveBeenCalledOnce();
});

it('who has gone on meanwhile has not looked', () => {
	const { page, show } = aPage();
	const run = vi.fn();
	const stop = whenLookedAt(100, run, page);
	stop();
	show('visible');
	vi.advanceTimersByTime(1000);
	expect(run).not.toHaveBeenCalled();
});
