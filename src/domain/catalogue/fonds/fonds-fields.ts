import { CATEGORY_TERMS } from '../reference-codes/code-terms.ts';
import { REGIMES } from '../reference-codes/regimes.ts';
import type { RegisterField } from '../registers/register-field.ts';
import type { FondsRecord } from './fonds-record.ts';
import { FONDS_COLUMNS, FONDS_STATUS_TERMS } from './sheet.ts';

const labelOf = (field: keyof FondsRecord): RegisterField['label'] =>
	FONDS_COLUMNS.find((column) => column.field === field)?.label ?? { zh: field, en: field };

const CATEGORIES = CATEGORY_TERMS.map(({ code, label }) => ({ id: code, label }));

/** The fields of a fonds as people fill them in. */
export const FONDS_FIELDS: readonly RegisterField[] = [
	{ id: 'fondsNumber', label: labelOf('fondsNumber'), kind: 'text' },
	{ id: 'name', label: labelOf('name'), kind: 'text' },
	{ id: 'complex', label: labelOf('complex'), kind: 'text' },
	{
		id: 'creatorId',
		label: { zh: '立档单位', en: 'Constituting unit' },
		kind: 'reference',
		register: 'authority',
		by: 'id',
	},
	{ id: 'activeFrom', label: labelOf('activeFrom'), kind: 'number', isOptional: true },
	{ id: 'activeTo', label: labelOf('activeTo'), kind: 'number', isOptional: true },
	{ id: 'status', label: labelOf('status'), kind: 'choice', terms: FONDS_STATUS_TERMS },
	{
		id: 'predecessors',
		label: labelOf('predecessors'),
		kind: 'references',
		register: 'fonds',
		by: 'fondsNumber',
	},
	{
		id: 'successors',
		label: labelOf('successors'),
		kind: 'references',
		register: 'fonds',
		by: 'fondsNumber',
	},
	{ id: 'categories', label: labelOf('categories'), kind: 'list', terms: CATEGORIES },
	{
		id: 'codeRegimes',
		label: labelOf('codeRegimes'),
		kind: 'records',
		hint: {
			zh: '自上而下，第一条适用的为准；不填的不限',
			en: 'From above, the first that fits decides; what is left empty does not limit',
		},
		fields: [
			{
				id: 'regime',
				label: { zh: '规则', en: 'Regime' },
				kind: 'choice',
				terms: REGIMES.map(({ id, label }) => ({ id, label })),
			},
			{
				id: 'categoryCode',
				label: { zh: '门类', en: 'Category' },
				kind: 'choice',
				terms: CATEGORIES,
				isOptional: true,
			},
			{ id: 'yearFrom', label: { zh: '起始年度', en: 'From year' }, kind: 'number', isOptional: true },
			{ id: 'yearTo', label: { zh: '终止年度', en: 'To year' }, kind: 'number', isOptional: true },
			{
				id: 'catalogueNumbers',
				label: { zh: '目录号', en: 'Catalogue numbers' },
				kind: 'list',
				isOptional: true,
			},
			{
				id: 'width',
				label: { zh: '末号位数', en: 'Digits of last number' },
				kind: 'number',
				isOptional: true,
			},
		],
	},
	{
		id: 'orgOrMatter',
		label: labelOf('orgOrMatter'),
		kind: 'records',
		fields: [
			{ id: 'code', label: { zh: '代码', en: 'Code' }, kind: 'text' },
			{ id: 'label', label: { zh: '名称', en: 'Name' }, kind: 'text' },
		],
	},
	{ id: 'guide', label: labelOf('guide'), kind: 'longText' },
	{ id: 'entryId', label: labelOf('entryId'), kind: 'text' },
];
