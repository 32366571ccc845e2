import { describe, expect, it } from 'vitest';
import { exceptionDefinition, exceptionKey } from './exception-definition.ts';

const good = { entryId: 'e', rule: 'R08', field: 'creators#1', value: ' 区府 ', reason: '原件如此' };
const problems = (changed: object) =>
	exceptionDefinition.check({ ...good, ...changed }).map(({ field, code }) => `${field} ${code}`);

describe('the register of exceptions', () => {
	it('keeps values as they were found, blanks and all', () => {
		expect(problems({})).toEqual([]);
		expect(problems({ value: '' })).toEqual([]);
	});

	it('wants a known rule, a place and a reason, and nothing else', () => {
		expect(problems({ rule: 'R99' })).toEqual(['rule not_term']);
		expect(problems({ reason: ' \n' })).toEqual(['reason missing']);
		expect(problems({ entryId: '' })).toEqual(['entryId missing']);
		expect(problems({ more: 1 })).toEqual(['more unknown_field']);
	});

	it('tells findings of one entry apart by rule and field', () => {
		const place = { entryId: 'e', rule: 'R08', field: 'title' } as const;
		expect(exceptionKey(place)).not.toBe(exceptionKey({ ...place, field: 'creators#1' }));
		expect(exceptionKey(place)).not.toBe(exceptionKey({ ...place, rule: 'R28' }));
	});
});
