import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawSample, groupChanges, sampleSize, whyNotOrder, type OrderState } from './orders.ts';

const change = (field: string, from: string, to: string) => ({ field, from, to });

describe('groups of what changes', () => {
	it('count rows with the same field, words before and words after, the largest first', () => {
		const { groups, groupOf } = groupChanges(
			[
				change('creators#1', '区政府', '沧浦区人民政府'),
				change('creators#a', '县政府', '沧浦县人民政府'),
				change('creators#b', '县政府', '沧浦县人民政府'),
				change('note', '县政府', '沧浦县人民政府'),
			],
			{ kind: 'set' },
		);
		expect(groups.map(({ fieldId, from, count }) => [fieldId, from, count])).toEqual([
			['creators', '县政府', 2],
			['creators', '区政府', 1],
			['note', '县政府', 1],
		]);
		expect(groupOf).toEqual([1, 0, 0, 2]);
	});

	it('are made of the replaced words, whatever stands around them', () => {
		const { groups } = groupChanges(
			[change('title', '关于区府甲', '关于区政府甲'), change('title', '关于区府乙', '关于区政府乙')],
			{ kind: 'replace', words: '区府', by: '区政府' },
		);
		expect(groups).toEqual([{ group: 0, fieldId: 'title', from: '区府', to: '区政府', count: 2 }]);
	});
});

describe('a sample', () => {
	it.each([
		[3412, undefined, 171],
		[20, undefined, 1],
		[21, undefined, 2],
		[1, undefined, 1],
		[10, 50, 10],
		[10, 0, 1],
	])('of %i rows, asked for %s, holds %i', (total, asked, size) => {
		expect(sampleSize(total, asked)).toBe(size);
	});

	it('holds so many different rows of those there are', () => {
		fc.assert(
			fc.property(
				fc.uniqueArray(fc.nat(500)),
				fc.nat(40),
				fc.infiniteStream(fc.nat()),
				(rows, size, random) => {
					const drawn = drawSample(rows, size, (limit) => (random.next().value as number) % limit);
					expect(drawn).toHaveLength(Math.min(size, rows.length));
					expect(new Set(drawn).size).toBe(drawn.length);
					expect(drawn.every((each) => rows.includes(each))).toBe(true);
				},
			),
		);
	});
});

describe('what is open to whom', () => {
	const standing = (state: OrderState, isUnderWay = false) => ({ state, proposerId: 'a', isUnderWay });
	const code = (...given: Parameters<typeof whyNotOrder>) => whyNotOrder(...given)?.code;

	it('nobody checks their own order, and nobody withdraws another’s', () => {
		for (const action of ['sample', 'judge', 'approve', 'reject', 'undo'] as const)
			expect(code(action, standing('submitted'), 'a')).toBe('collaboration.own-order');
		expect(code('withdraw', standing('submitted'), 'b')).toBe('collaboration.others-order');
		expect(code('withdraw', standing('submitted'), 'a')).toBeUndefined();
		expect(code('submit', standing('draft'), 'a')).toBeUndefined();
	});

	it('what is decided stays decided; what is half done can only be finished', () => {
		for (const state of ['draft', 'applied', 'rejected', 'withdrawn', 'undone'] as const)
			expect(code('approve', standing(state), 'b')).toBe('collaboration.order-closed');
		expect(code('approve', standing('submitted', true), 'b')).toBeUndefined();
		for (const action of ['reject', 'judge', 'sample'] as const)
			expect(code(action, standing('submitted', true), 'b')).toBe('collaboration.order-closed');
		expect(code('withdraw', standing('submitted', true), 'a')).toBe('collaboration.order-closed');
		expect(code('undo', standing('submitted'), 'b')).toBe('collaboration.order-not-applied');
		expect(code('undo', standing('applied'), 'b')).toBeUndefined();
	});
});
