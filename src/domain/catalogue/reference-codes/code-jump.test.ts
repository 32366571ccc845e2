import { expect, it } from 'vitest';
import { covers, isJump } from './code-jump.ts';

it('is a jump where a hundred numbers or more are missing, and more than the group has below', () => {
	expect(isJump({ from: 38, to: 9998 }, 37)).toBe(true);
	expect(isJump({ from: 38, to: 137 }, 37)).toBe(true);
	expect(isJump({ from: 38, to: 136 }, 37)).toBe(false);
	expect(isJump({ from: 501, to: 1000 }, 500)).toBe(false);
	expect(isJump({ from: 501, to: 1001 }, 500)).toBe(true);
	// What a group begins with is no jump: an archive may hold the later part of it alone.
	expect(isJump({ from: 1, to: 1200 }, 0)).toBe(false);
});

it('is covered when every number lies in a range, in whatever order they are told', () => {
	const gap = { from: 3, to: 9 };
	expect(covers([], gap)).toBe(false);
	expect(covers([{ from: 1, to: 20 }], gap)).toBe(true);
	expect(
		covers(
			[
				{ from: 6, to: 9 },
				{ from: 3, to: 5 },
			],
			gap,
		),
	).toBe(true);
	expect(
		covers(
			[
				{ from: 3, to: 5 },
				{ from: 7, to: 9 },
			],
			gap,
		),
	).toBe(false);
});
