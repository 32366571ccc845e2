import type { Profile } from '../../profile.ts';
import { descriptionFields } from './description-fields.ts';
import { extensionAreas, extensionFields, extensions, extensionVocabularies } from './extensions.ts';
import { vocabularies } from './vocabularies.ts';
import { workingFields } from './working-fields.ts';

/**
 * The Chinese rules for archival description: fonds complex, fonds, series, file and item.
 * Obligations are those of the per-level tables of DA/T 18-2022 where an element stands in them; numbers, counts and
 * codes of catalogues are working elements.
 * @see DA/T 18-2022
 */
export const dat18: Profile = {
	id: 'dat18',
	version: 2,
	label: { zh: 'DA/T 18 档案著录规则', en: 'DA/T 18 (China)' },
	areas: [
		{ id: 'identity', label: { zh: '标识', en: 'Identity' } },
		{ id: 'document', label: { zh: '文件', en: 'Document' } },
		...extensionAreas,
		{ id: 'custody', label: { zh: '保管与利用', en: 'Custody and access' } },
		{ id: 'carrier', label: { zh: '载体与存储', en: 'Carrier and storage' } },
		{ id: 'context', label: { zh: '背景与内容', en: 'Context and content' } },
		{ id: 'notes', label: { zh: '附注', en: 'Notes' } },
		{ id: 'control', label: { zh: '著录说明', en: 'Description control' } },
	],
	levels: [
		{
			id: 'fondsComplex',
			label: { zh: '全宗群', en: 'Fonds complex' },
			children: ['fonds'],
			isAboveFonds: true,
		},
		{
			id: 'fonds',
			label: { zh: '全宗', en: 'Fonds' },
			children: ['series', 'file', 'item'],
			isFonds: true,
		},
		{ id: 'series', label: { zh: '类别', en: 'Series' }, children: ['series', 'file', 'item'] },
		{ id: 'file', label: { zh: '案卷', en: 'File' }, children: ['item'] },
		{ id: 'item', label: { zh: '件', en: 'Item' }, children: [], aliases: ['文件'] },
	],
	fields: inCardOrder([...descriptionFields, ...workingFields, ...extensionFields]),
	vocabularies: { ...vocabularies, ...extensionVocabularies },
	extensions,
	// Version 2 adds fields and terms only; every field and term of version 1 means what it did.
	upgrades: [{ to: 2, steps: [] }],
};

/** The few fields people look at first come first in their area; the others follow as they are written down. */
function inCardOrder(fields: Profile['fields']): Profile['fields'] {
	const first = ['referenceCode', 'title', 'creators', 'documentDate', 'dateRange', 'year', 'categoryCode'];
	const rank = (id: string): number => (first.includes(id) ? first.indexOf(id) : first.length);
	return fields.toSorted((a, b) => rank(a.id) - rank(b.id));
}
