import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldNewsOf } from './news.ts';
import type { LoggedEdit } from './timeline.ts';

let seq = 0;
const set = (by: string, field: string, from: string | null, to: string | null): LoggedEdit => ({
	seq: ++seq,
	actorId: by,
	actorName: by,
	via: null,
	at: new Date(seq * 1000).toISOString(),
	setting: { field, from: [from], to },
});

describe('what is new at an entry', () => {
	it('is what others set, from what stood there then to what stands now', () => {
		const fields = fieldNewsOf(
			[set('乙', 'title', '一', '二'), set('丙', 'date', null, '1985'), set('丙', 'title', '二', '三')],
			'甲',
		);
		expect(fields).toMatchObject([
			{ field: 'date', from: [null], to: '1985', actorName: '丙' },
			{ field: 'title', from: ['一'], to: '三', actorName: '丙' },
		]);
	});

	it('is nothing that one set oneself, before or after', () => {
		expect(fieldNewsOf([set('甲', 'title', '一', '二')], '甲')).toEqual([]);
		expect(fieldNewsOf([set('乙', 'title', '一', '二'), set('甲', 'title', '二', '三')], '甲')).toEqual([]);
		expect(fieldNewsOf([set('甲', 'title', '一', '二'), set('乙', 'title', '二', '三')], '甲')).toMatchObject(
			[{ from: ['二'], to: '三' }],
		);
	});

	it('is nothing that is as it was, and no order among siblings', () => {
		const edits = [
			set('乙', 'title', '一', '二'),
			set('乙', 'title', '二', '一'),
			set('乙', 'order', 'a', 'b'),
		];
		expect(fieldNewsOf(edits, '甲')).toEqual([]);
	});

	it('whoever worked last on a field, it is new at most once, and its words are those of the last edit', () => {
		const people = fc.constantFrom('甲', '乙', '丙');
		fc.assert(
			fc.property(
				fc.array(fc.tuple(people, fc.constantFrom('title', 'date'), fc.constantFrom('一', '二', '三'))),
				(done) => {
					const stands = new Map<string, string>();
					const edits = done.map(([by, field, to]) => {
						const edit = set(by, field, stands.get(field) ?? '零', to);
						stands.set(field, to);
						return edit;
					});
					const fields = fieldNewsOf(edits, '甲');
					expect(new Set(fields.map(({ field }) => field)).size).toBe(fields.length);
					for (const each of fields) {
						const last = edits.findLast(({ setting }) => setting?.field === each.field);
						expect(each.to).toBe(stands.get(each.field));
						expect(last?.actorId).toBe(each.actorName);
						expect(each.actorName).not.toBe('甲');
					}
				},
			),
		);
	});
});
