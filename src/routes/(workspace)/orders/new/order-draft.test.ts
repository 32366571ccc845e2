import { describe, expect, it } from 'vitest';
import { EMPTY_DRAFT, isWritten, placeOfRefusal, readDraft, type OrderDraft } from './order-draft.ts';

const under = '01900000-0000-7000-8000-000000000001';
const draft = (given: Partial<OrderDraft>): OrderDraft => ({ ...EMPTY_DRAFT, under, ...given });
const read = (given: Partial<OrderDraft>) => readDraft(draft(given), undefined, '清单');

describe('a draft of an order', () => {
	it('becomes a rule with its conditions', () => {
		expect(
			read({ field: 'creators', words: '县政府', by: '沧浦县人民政府', to: ' 2001 ', level: 'item' }).rule,
		).toEqual({
			kind: 'replace',
			under,
			field: 'creators',
			words: '县政府',
			by: '沧浦县人民政府',
			where: { level: 'item', toYear: 2001 },
		});
	});

	it('says at each control what is missing or wrong', () => {
		expect(read({ under: '' }).wrong).toEqual({ under: 'missing', field: 'missing', words: 'missing' });
		expect(read({ field: 'title', words: '甲', by: '甲' }).wrong).toEqual({ by: 'same' });
		expect(read({ field: 'title', words: '甲', from: '20', to: '1999' }).wrong).toEqual({ from: 'year' });
		expect(read({ field: 'title', words: '甲', from: '2001', to: '1999' }).wrong).toEqual({ to: 'turned' });
		expect(read({ field: 'title', words: '甲', whereField: 'note' }).wrong).toEqual({
			whereWords: 'missing',
		});
	});

	it('clears a field only when that is asked for', () => {
		expect(read({ kind: 'set', field: 'note' }).wrong).toEqual({ value: 'missing' });
		expect(read({ kind: 'set', field: 'note', clear: true }).rule).toMatchObject({ value: '' });
	});

	it('takes a file before pasted lines, and refuses a line that was cut off', () => {
		const file = { name: 'a.csv', base64: 'eA==' };
		expect(readDraft(draft({ kind: 'list', pasted: 'A\tb\tc' }), file, '清单').rule).toEqual({
			kind: 'file',
			...file,
		});
		expect(read({ kind: 'list', pasted: 'A-1\ttitle\t甲' }).rule).toMatchObject({
			kind: 'rows',
			file: '清单',
			rows: [{ entry: 'A-1', line: 1 }],
		});
		expect(read({ kind: 'list' }).wrong).toEqual({ list: 'missing' });
		expect(read({ kind: 'list', pasted: 'A-1\ttitle' }).wrong.list).toMatchObject({
			code: 'collaboration.order-row-short',
		});
	});

	it('is kept once somebody typed something', () => {
		expect(isWritten(draft({ field: 'title' }))).toBe(false);
		expect(isWritten(draft({ why: '核对' }))).toBe(true);
	});

	it('is refused at the control that is meant', () => {
		expect(placeOfRefusal('catalogue.bad-value', 'set')).toBe('value');
		expect(placeOfRefusal('collaboration.order-row-entry', 'list')).toBe('list');
		expect(placeOfRefusal('client.unreachable', 'set')).toBeUndefined();
	});
});
