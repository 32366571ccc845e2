import { describe, expect, it } from 'vitest';
import type { FieldValue } from './entry.ts';
import { profileOf } from './profiles.ts';
import { settingAsWritten } from './written-value.ts';

const ID = '0190a0b0-0000-7000-8000-000000000001';

function set(key: string, written: string, fields: Record<string, FieldValue> = {}, profile = 'isad') {
	return settingAsWritten(profileOf(profile), fields, key, written, () => 'new');
}

describe('what somebody wrote for a field', () => {
	it('is one line where the field is one line', () => {
		expect(set('title', '关于防汛的通知')).toEqual({ key: 'title', value: '关于防汛的通知' });
	});

	it('clears the field when nothing was written', () => {
		expect(set('title', '')).toEqual({ key: 'title', value: null });
	});

	it('is a term of the vocabulary by id or label', () => {
		expect(set('accessStatus', '开放', {}, 'dat18').value).toBe('open');
		expect(set('accessStatus', 'open', {}, 'dat18').value).toBe('open');
	});

	it('makes the first item of a repeatable field', () => {
		expect(set('creators', '沧浦县教育局')).toEqual({
			key: 'creators#new',
			value: { order: expect.any(String), text: '沧浦县教育局' },
		});
	});

	it('rewrites the only item of a repeatable field, without what was derived from the old words', () => {
		const fields = { 'dates#1': { order: 'a0', text: '1985', normal: '1985', type: 'creation' } };
		expect(set('dates', '1986', fields)).toEqual({
			key: 'dates#1',
			value: { order: 'a0', text: '1986', type: 'creation' },
		});
	});

	it('does not guess which of several items is meant', () => {
		const fields = { 'creators#1': { order: 'a0', text: '甲' }, 'creators#2': { order: 'a1', text: '乙' } };
		expect(() => set('creators', '丙', fields)).toThrow('catalogue.several-values');
		expect(set('creators#2', '丙', fields)).toEqual({
			key: 'creators#2',
			value: { order: 'a1', text: '丙' },
		});
	});

	it('puts a new item after the others', () => {
		const fields = { 'creators#1': { order: 'a0', text: '甲' } };
		const { value } = set('creators#2', '乙', fields);
		expect((value as { order: string }).order > 'a0').toBe(true);
	});

	it.each([
		['level', 'series', 'series'],
		['status', 'deleted', 'deleted'],
		['parent', `entry:${ID}`, ID],
		['parent', '', null],
	])('%s takes %s', (key, written, value) => {
		expect(set(key, written)).toEqual({ key, value });
	});

	it.each([
		['level', 'nonsense'],
		['status', 'merged'],
		['parent', 'x'],
		['order', ''],
	])('%s refuses %s', (key, written) => {
		expect(() => set(key, written)).toThrow('catalogue.bad-value');
	});

	it('refuses fields the profile does not have, and long texts', () => {
		expect(() => set('noSuchField', 'x')).toThrow('catalogue.unknown-field');
		expect(() => set('title#1', 'x')).toThrow('catalogue.unknown-field');
		expect(() => set('scopeAndContent', 'x')).toThrow('catalogue.long-text');
	});
});
