import { expect, it, onTestFinished } from 'vitest';
import { QuietHours } from './quiet-hours.ts';

const at = (day: number, hour: number): number => new Date(2026, 0, day, hour).getTime();

function looking(): {
	readonly runs: number[];
	readonly look: (now: number, isIdle: boolean) => void;
} {
	const runs: number[] = [];
	let now = 0;
	let isIdle = false;
	const quiet = new QuietHours({
		clock: { now: () => now },
		isIdle: () => isIdle,
		run: async () => void runs.push(now),
	});
	onTestFinished(() => quiet.close());
	return {
		runs,
		look(given, idle) {
			now = given;
			isIdle = idle;
			quiet.look();
		},
	};
}

it('runs once a night, whoever works', () => {
	const { runs, look } = looking();
	for (const day of [1, 2]) for (let hour = 0; hour < 24; hour++) look(at(day, hour), false);
	expect(runs).toEqual([at(1, 1), at(2, 1)]);
});

it('runs by day when nobody is connected, and not again that night', () => {
	const { runs, look } = looking();
	look(at(1, 9), false);
	look(at(1, 12), true);
	look(at(1, 13), true);
	look(at(2, 3), false);
	look(at(2, 9), true);
	expect(runs).toEqual([at(1, 12), at(2, 9)]);
});
