import { expect, it } from 'vitest';
import type { EntryId } from '../base/ids.ts';
import { happeningsOf, type Said } from './activity.ts';
import type { LoggedEdit } from './timeline.ts';

const RIVER = 'river' as EntryId;
const ROAD = 'road' as EntryId;
const at = (seq: number): string => new Date(Date.UTC(2026, 2, 2, 8, 0, seq)).toISOString();
const edit = (seq: number, by: string, from: string, to: string): LoggedEdit => ({
	seq,
	actorId: by,
	actorName: by,
	via: null,
	at: at(seq),
	setting: { field: 'title', from: [from], to },
});
const said = (seq: number): Said => ({
	seq,
	entryId: RIVER,
	kind: 'comment',
	objectId: 'c',
	actorId: '乙',
	actorName: '乙',
	at: at(seq),
	text: '请核对',
});

it('edits of each entry are joined, whatever happens to others in between; the newest comes first', () => {
	const happenings = happeningsOf(
		[
			{ entryId: RIVER, edit: edit(1, '甲', '一', '二') },
			{ entryId: ROAD, edit: edit(2, '甲', '甲路', '乙路') },
			{ entryId: RIVER, edit: edit(4, '甲', '二', '三') },
		],
		[said(3), said(9)],
		[
			{
				entryId: ROAD,
				id: 's',
				step: 'submit',
				why: '',
				actorId: '甲',
				actorName: '甲',
				at: at(5),
				seq: 2,
			},
		],
	);
	expect(happenings.map(({ seq, entryId, kind }) => [seq, entryId, kind])).toEqual([
		[9, RIVER, 'said'],
		[2, ROAD, 'review'],
		[4, RIVER, 'edits'],
		[3, RIVER, 'said'],
		[2, ROAD, 'edits'],
	]);
	expect(happenings[2]).toMatchObject({ step: { changes: [{ field: 'title', from: ['一'], to: '三' }] } });
});
