import { describe, expect, it } from 'vitest';
import type { ConflictingValue } from '../catalogue/rows.ts';
import {
	causeOf,
	chosenValue,
	conflictGroupOf,
	conflictSince,
	disputeKeyOf,
	disputeOf,
	isSameButForWidth,
} from './conflicts.ts';

const RECEIVED = '2026-03-02T08:00:00.000Z';

function value(given: {
	readonly id: string;
	readonly by: string;
	readonly claimedAt?: string;
	readonly receivedAt?: string;
	readonly via?: string;
}): ConflictingValue {
	return {
		elementId: given.id,
		value: given.id,
		attribution: {
			seq: 1,
			actorId: given.by,
			actorName: given.by,
			receivedAt: given.receivedAt ?? RECEIVED,
			via: given.via ?? null,
		},
		replaced: [],
		claimedAt: given.claimedAt ?? RECEIVED,
	};
}

describe('differences of width only', () => {
	it.each([
		['关于１９８５年（招生）的通知', '关于1985年(招生)的通知'],
		['沧浦县　教育局', '沧浦县教育局'],
		['Ａ－１：２', 'a-1:2'.toUpperCase()],
	])('%s and %s say the same', (a, b) => expect(isSameButForWidth(a, b)).toBe(true));

	it.each([
		['①号', '1号'],
		['㎡', 'm2'],
		['教育局', '教育厅'],
		['', null],
		[1985, '1985'],
	])('%s and %s do not', (a, b) => expect(isSameButForWidth(a, b)).toBe(false));

	it('looks into structured values, whatever the order of their keys', () => {
		expect(isSameButForWidth({ order: 'a0', text: '（一）' }, { text: '(一)', order: 'a0' })).toBe(true);
		expect(isSameButForWidth({ order: 'a0', text: '一' }, { order: 'a1', text: '一' })).toBe(false);
	});
});

describe('the cause of a conflict', () => {
	it('is told from how the values came', () => {
		const now = value({ id: 'a', by: '甲' });
		const late = value({ id: 'b', by: '乙', claimedAt: '2026-03-02T07:58:59.000Z' });
		expect(causeOf([now, value({ id: 'b', by: '乙' })])).toBe('together');
		expect(causeOf([now, late])).toBe('offline');
		expect(causeOf([late, value({ id: 'c', by: '丙', via: 'order:1' })])).toBe('bulk');
		expect(causeOf([late, value({ id: 'c', by: '丙', via: 'recovered' })])).toBe('recovered');
	});

	it('alike conflicts share a group, others do not', () => {
		const both = [value({ id: 'a', by: '甲' }), value({ id: 'b', by: '乙' })];
		expect(conflictGroupOf('creators#1', both)).toBe(conflictGroupOf('creators#2', both.toReversed()));
		expect(conflictGroupOf('title', both)).not.toBe(conflictGroupOf('creators#2', both));
		expect(conflictGroupOf('title', [...both, value({ id: 'c', by: '丙' })])).not.toBe(
			conflictGroupOf('title', both),
		);
	});

	it('a conflict is as old as its second value', () => {
		const at = (receivedAt: string) => value({ id: receivedAt, by: '甲', receivedAt });
		expect(
			conflictSince([
				at('2026-03-03T00:00:00.000Z'),
				at('2026-03-01T00:00:00.000Z'),
				at('2026-03-02T00:00:00.000Z'),
			]),
		).toBe('2026-03-02T00:00:00.000Z');
	});
});

it('a choice means one of the values, or none', () => {
	const values = [
		value({ id: 'new', by: '甲' }),
		value({ id: 'mid', by: '乙' }),
		value({ id: 'old', by: '甲' }),
	];
	expect(chosenValue(values, { kind: 'newest' })?.elementId).toBe('new');
	expect(chosenValue(values, { kind: 'oldest' })?.elementId).toBe('old');
	expect(chosenValue(values, { kind: 'person', actorId: '乙' })?.elementId).toBe('mid');
	expect(chosenValue(values, { kind: 'element', elementId: 'old' })?.elementId).toBe('old');
	expect(chosenValue(values, { kind: 'person', actorId: '丙' })).toBeUndefined();
});

it('a dispute speaks of exactly the values that stood', () => {
	const dispute = { reason: '待查原件', elements: ['a', 'b'] };
	expect(disputeOf(dispute, ['b', 'a'])).toEqual(dispute);
	expect(disputeOf(dispute, ['a'])).toBeUndefined();
	expect(disputeOf(dispute, ['a', 'b', 'c'])).toBeUndefined();
	expect(disputeOf({ reason: '', elements: ['a', 'b'] }, ['a', 'b'])).toBeUndefined();
	expect(disputeOf(null, [])).toBeUndefined();
	expect(disputeKeyOf('creators#0190')).toBe('dispute#creators_0190');
});
