import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { askedOf, type RenumberForm } from './renumber-form.ts';

const under = '0190a000-0000-7000-8000-000000000001' as EntryId;
const item = '0190a000-0000-7000-8000-000000000002' as EntryId;
const other = '0190a000-0000-7000-8000-000000000003' as EntryId;

function aForm(filled: Partial<RenumberForm>): RenumberForm {
	return { under, kind: 'insert', from: '1', at: '5', count: '1', inserted: '', group: '', ...filled };
}

describe('what is to be renumbered', () => {
	it('is read from ids and from addresses as they are copied', () => {
		const inserted = `https://lantai.example/catalogue/${item}?in=${under}，/catalogue/${other}/#title`;
		expect(askedOf(aForm({ inserted }))).toEqual({ ask: { under, insertAt: 5, inserted: [item, other] } });
	});

	it('leaves out nothing that it cannot read', () => {
		expect(askedOf(aForm({ inserted: `${item} B001-1` }))).toEqual({ unread: 'B001-1' });
		expect(askedOf(aForm({ inserted: 'B001-1' }))).toEqual({ unread: 'B001-1' });
	});

	it('keeps numbers free where no entries are named, and asks nothing without a number', () => {
		expect(askedOf(aForm({ count: '3', group: 'B' }))).toEqual({
			ask: { under, insertAt: 5, insertCount: 3, groupKey: 'B' },
		});
		expect(askedOf(aForm({ kind: 'renumber', from: '12' }))).toEqual({ ask: { under, from: 12 } });
		for (const wrong of [{ at: 'x' }, { count: '0' }, { kind: 'renumber', from: '' }] as const)
			expect(askedOf(aForm(wrong))).toEqual({});
	});
});
