import { describe, expect, it } from 'vitest';
import { timelineSteps, type LoggedEdit } from './timeline.ts';

let seq = 0;
const at = (minutes: number): string => new Date(Date.UTC(2026, 2, 2, 8, minutes)).toISOString();
const edit = (by: string, minutes: number, setting?: LoggedEdit['setting'], via: string | null = null) => ({
	seq: ++seq,
	actorId: by,
	actorName: by,
	via,
	at: at(minutes),
	setting,
});
const set = (field: string, from: string | null, to: string | null) => ({ field, from: [from], to });

describe('the steps of a timeline', () => {
	it('join what one person does in one go, with the first and the last value of each field', () => {
		const steps = timelineSteps([
			edit('甲', 0, set('title', '旧', '新')),
			edit('甲', 1, set('date', '1985', '1986')),
			edit('甲', 4, set('title', '新', '更新')),
		]);
		expect(steps).toHaveLength(1);
		expect(steps[0]).toMatchObject({
			actorName: '甲',
			from: at(0),
			to: at(4),
			changes: [
				{ field: 'title', from: ['旧'], to: '更新' },
				{ field: 'date', from: ['1985'], to: '1986' },
			],
			hasTexts: false,
		});
	});

	it('begin anew with another person, another way, or a pause; newest first', () => {
		const steps = timelineSteps([
			edit('甲', 0, set('title', 'a', 'b')),
			edit('乙', 1, set('title', 'b', 'c')),
			edit('乙', 2, set('title', 'c', 'd'), 'order:1'),
			edit('乙', 30, set('title', 'd', 'e'), 'order:1'),
		]);
		expect(steps.map((step) => [step.actorName, step.via, step.changes[0]?.to])).toEqual([
			['乙', 'order:1', 'e'],
			['乙', 'order:1', 'd'],
			['乙', null, 'c'],
			['甲', null, 'b'],
		]);
	});

	it('begin anew when the entry was judged in between', () => {
		const edits = [edit('甲', 0, set('title', 'a', 'b')), edit('甲', 1, set('date', '1985', '1986'))];
		const [first, second] = edits;
		expect(timelineSteps(edits, [(first?.seq ?? 0) - 1, second?.seq ?? 0])).toHaveLength(1);
		expect(timelineSteps(edits, [first?.seq ?? 0]).map((step) => step.changes[0]?.to)).toEqual(['1986', 'b']);
	});

	it('leave out what ends as it began, and say that long texts changed', () => {
		expect(
			timelineSteps([edit('甲', 0, set('title', 'a', 'b')), edit('甲', 1, set('title', 'b', 'a'))]),
		).toEqual([]);
		expect(timelineSteps([edit('甲', 0)])).toMatchObject([{ hasTexts: true, changes: [] }]);
	});

	it('keep both values a settling replaced', () => {
		expect(
			timelineSteps([edit('甲', 0, { field: 'title', from: ['一', '二'], to: '一' })])[0]?.changes,
		).toEqual([{ field: 'title', from: ['一', '二'], to: '一' }]);
	});
});
