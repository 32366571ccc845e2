import { expect, it } from 'vitest';
import { dayAt, eightDigitDay } from './clock.ts';

it('the day is the one it is here, not in Greenwich', () => {
	const zone = process.env['TZ'];
	process.env['TZ'] = 'Asia/Shanghai';
	try {
		const clock = { now: () => Date.parse('2026-03-04T23:30:00.000Z') };
		expect(dayAt(clock)).toBe('2026-03-05');
		expect(eightDigitDay(clock)).toBe('20260305');
	} finally {
		if (zone === undefined) delete process.env['TZ'];
		else process.env['TZ'] = zone;
	}
});
