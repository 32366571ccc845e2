import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import {
	bodyFieldOf,
	buildEntryDoc,
	entryDocName,
	parseDocName,
	readEntryDoc,
	readMeta,
	writeMeta,
} from './entry-doc.ts';
import { distinctValues, type FieldElement } from './field-values.ts';

const element = (id: string, value: FieldElement['value']): FieldElement => ({
	id,
	field: 'title',
	value,
	by: 'p',
	at: '2026-01-01T00:00:00Z',
});

describe('document names', () => {
	it('names an entry by its bare id and reads it back', () => {
		const id = createId();
		expect(parseDocName(entryDocName(id))).toEqual({ kind: 'entry', id });
		expect(parseDocName('presence:archive')).toEqual({ kind: 'presence' });
	});

	it.each([
		'',
		'entry:',
		'entry:1',
		`entry:${'0'.repeat(36)}`,
		'presence:other',
		'review:x',
		`entry:${createId()}:x`,
		`entry:${createId()}`.toUpperCase(),
		'x'.repeat(500),
	])('does not know %s', (name) => {
		expect(parseDocName(name)).toBeUndefined();
	});

	it('knows long texts by their prefix', () => {
		expect(bodyFieldOf('body:note')).toBe('note');
		expect(bodyFieldOf('body:')).toBeUndefined();
		expect(bodyFieldOf('fields')).toBeUndefined();
		expect(bodyFieldOf('body:a b')).toBeUndefined();
	});
});

describe('an entry document', () => {
	it('says what it was built from', () => {
		const doc = new Y.Doc();
		const parentId = createId<EntryId>();
		let next = 0;
		writeMeta(doc, { schema: 1, profile: 'dat18' });
		buildEntryDoc(
			doc,
			{
				level: 'item',
				parentId,
				order: 'a1',
				fields: { title: '通知', year: 1985, 'creators#1': { order: 'a0', text: '沧浦县教育局' } },
				bodies: { note: richTextOf('一', '二'), scopeAndContent: richTextOf('') },
			},
			{ by: 'p', at: '2026-01-01T00:00:00Z', newElementId: () => `e${next++}` },
		);
		const { elements, bodies } = readEntryDoc(doc);
		expect(
			Object.fromEntries([...elements].map(([key, each]) => [key, each.map((one) => one.value)])),
		).toEqual({
			level: ['item'],
			parent: [parentId],
			order: ['a1'],
			status: ['active'],
			title: ['通知'],
			year: [1985],
			'creators#1': [{ order: 'a0', text: '沧浦县教育局' }],
		});
		expect(bodies).toEqual({ note: richTextOf('一', '二') });
		expect(readMeta(doc)).toEqual({ schema: 1, profile: 'dat18' });
	});
});

describe('values', () => {
	it('equal values are no conflict, whatever the order of keys', () => {
		expect(isSameValue({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
		expect(isSameValue([1], { 0: 1 })).toBe(false);
		expect(isSameValue('1', 1)).toBe(false);
		expect(
			distinctValues([element('1', { a: 1, b: 2 }), element('2', { b: 2, a: 1 }), element('3', null)]).map(
				(each) => each.id,
			),
		).toEqual(['1', '3']);
	});
});
