import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ArchivalDate } from './archival-date.ts';
import { dayOfIso, type DayNumber } from './days.ts';
import { parseArchivalDate } from './parse-archival-date.ts';

const today = dayOfIso('2026-11-27') as DayNumber;
const parse = (text: string): ArchivalDate => parseArchivalDate(text, { today });
const problemsOf = (date: ArchivalDate): string => date.problems.map(({ id }) => id.slice(5)).join(' ');

const DOMAIN = resolve(import.meta.dirname, '../../../../..', 'shared/domain.md');

/** Good and bad values of the rules about dates, as the domain text has them. */
describe.skipIf(!existsSync(DOMAIN))('the rules about dates', () => {
	const rules = existsSync(DOMAIN) ? readFileSync(DOMAIN, 'utf8') : '';
	const valuesOf = (rule: string): string[] =>
		[...(new RegExp(`^\\| ${rule} \\|.*$`, 'm').exec(rules)?.[0] ?? '').matchAll(/`([^`]+)`/g)].map(
			([, value]) => value as string,
		);

	it('R13, R18: the bad value means the good one', () => {
		for (const rule of ['R13', 'R18']) {
			const [bad = '', good = ''] = valuesOf(rule);
			const days = ({ earliest, latest }: ArchivalDate): unknown => [earliest, latest];
			expect(days(parse(bad)), rule).toEqual(days(parse(good)));
			expect(parse(bad).earliest, rule).not.toBeNull();
		}
	});

	it('R14, R15: the bad value has a problem, the good one has none', () => {
		for (const [rule, problem] of [
			['R14', 'no-such-day'],
			['R15', 'future'],
		] as const) {
			const [bad = '', good = ''] = valuesOf(rule);
			expect(problemsOf(parse(bad)), rule).toBe(problem);
			expect(problemsOf(parse(good)), rule).toBe('');
			expect(parse(good).precision, rule).toBe('day');
		}
	});

	it('R19: brackets say that a date was found by research', () => {
		expect(valuesOf('R19').map((value) => parse(value).isInferred)).toEqual([false, true]);
	});
});
