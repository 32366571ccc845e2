import { CATEGORY_TERMS, RETENTION_TERMS } from '../../catalogue/reference-codes/code-terms.ts';
import type { RegisterField } from '../../catalogue/registers/register-field.ts';
import { COUNTED_BY_TERMS, EXCLUSION_LABELS, HOLDINGS_COLUMNS } from './sheet.ts';
import { EXCLUSIONS, type HoldingsRecord } from './holdings-record.ts';

const labelOf = (field: keyof HoldingsRecord): RegisterField['label'] =>
	HOLDINGS_COLUMNS.find((column) => column.field === field)?.label ?? { zh: field, en: field };

function number(id: keyof HoldingsRecord, isOptional = false): RegisterField {
	return { id, label: labelOf(id), kind: 'number', ...(isOptional ? { isOptional } : {}) };
}

/** The fields of a line of the register of holdings as people fill them in. */
export const HOLDINGS_FIELDS: readonly RegisterField[] = [
	{
		id: 'fondsNumber',
		label: labelOf('fondsNumber'),
		kind: 'reference',
		register: 'fonds',
		by: 'fondsNumber',
	},
	{ id: 'catalogueNumber', label: labelOf('catalogueNumber'), kind: 'text', isOptional: true },
	{
		id: 'categoryCode',
		label: labelOf('categoryCode'),
		kind: 'choice',
		terms: CATEGORY_TERMS.map(({ code, label }) => ({ id: code, label })),
		isOptional: true,
	},
	number('yearFrom', true),
	number('yearTo', true),
	{
		id: 'retentionPeriod',
		label: labelOf('retentionPeriod'),
		kind: 'choice',
		terms: RETENTION_TERMS.map(({ code, label }) => ({ id: code, label })),
		isOptional: true,
	},
	number('files'),
	number('itemsInFiles'),
	number('singleItems'),
	number('pages'),
	{ ...number('metres'), kind: 'number', hasDecimals: true },
	{ id: 'carrier', label: labelOf('carrier'), kind: 'text' },
	number('firstNumber', true),
	number('lastNumber', true),
	{ id: 'countedOn', label: labelOf('countedOn'), kind: 'day' },
	{ id: 'countedBy', label: labelOf('countedBy'), kind: 'choice', terms: COUNTED_BY_TERMS },
	{ id: 'source', label: labelOf('source'), kind: 'text' },
	{
		id: 'excluded',
		label: { zh: '不数字化', en: 'Not to be digitised' },
		kind: 'group',
		fields: EXCLUSIONS.map((why) => ({ id: why, label: EXCLUSION_LABELS[why], kind: 'number' as const })),
	},
	{ id: 'note', label: labelOf('note'), kind: 'longText' },
];
