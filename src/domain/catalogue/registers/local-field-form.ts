import { LOCAL_AREA } from '../local-fields.ts';
import type { Obligation, Term } from '../profile.ts';
import { dat18 } from '../profiles/dat18/dat18.ts';
import { LOCAL_FIELD_TYPES, type LocalFieldType } from './local-field.ts';
import type { RegisterField } from './register-field.ts';

const TYPE_LABELS: Readonly<Record<LocalFieldType, Term['label']>> = {
	text: { zh: '一行文字', en: 'Text' },
	longText: { zh: '长文本', en: 'Long text' },
	integer: { zh: '整数', en: 'Number' },
	date: { zh: '日期', en: 'Date' },
	enum: { zh: '选项', en: 'Terms' },
	link: { zh: '网址', en: 'Link' },
};

const OBLIGATIONS: readonly (Term & { readonly id: Obligation })[] = [
	{ id: 'O', label: { zh: '选著', en: 'Optional' } },
	{ id: 'C', label: { zh: '有则必著', en: 'Mandatory if it exists' } },
	{ id: 'M', label: { zh: '必著', en: 'Mandatory' } },
];

const LABEL: readonly RegisterField[] = [
	{ id: 'zh', label: { zh: '中文', en: 'Chinese' }, kind: 'text' },
	{ id: 'en', label: { zh: '英文', en: 'English' }, kind: 'text' },
];

/** The fields of a local field (本馆字段) as people fill them in. */
export const LOCAL_FIELD_FORM: readonly RegisterField[] = [
	{
		id: 'id',
		label: { zh: '标识', en: 'Id' },
		kind: 'text',
		hint: {
			zh: 'local. 加小写字母、数字或连字符；有值以后不再改',
			en: 'local. and lower-case letters, digits, hyphens; never changed once values carry it',
		},
	},
	{ id: 'label', label: { zh: '名称', en: 'Name' }, kind: 'group', fields: LABEL },
	{
		id: 'area',
		label: { zh: '所在区', en: 'Area' },
		kind: 'choice',
		terms: [...dat18.areas, LOCAL_AREA],
	},
	{
		id: 'type',
		label: { zh: '类型', en: 'Type' },
		kind: 'choice',
		terms: LOCAL_FIELD_TYPES.map((id) => ({ id, label: TYPE_LABELS[id] })),
	},
	{ id: 'repeatable', label: { zh: '可重复', en: 'Repeatable' }, kind: 'flag' },
	{
		id: 'obligation',
		label: { zh: '各层级的著录要求', en: 'Obligation by level' },
		kind: 'group',
		fields: [{ id: '*', label: { zh: '其他层级', en: 'Every other level' } }, ...dat18.levels].map(
			({ id, label }) => ({ id, label, kind: 'choice' as const, terms: OBLIGATIONS, isOptional: true }),
		),
	},
	{ id: 'maxLength', label: { zh: '最大长度', en: 'Longest value' }, kind: 'number', isOptional: true },
	{ id: 'aliases', label: { zh: '别名', en: 'Aliases' }, kind: 'list', isOptional: true },
	{
		id: 'terms',
		label: { zh: '选项', en: 'Terms' },
		kind: 'records',
		isOptional: true,
		fields: [
			{ id: 'id', label: { zh: '代码', en: 'Code' }, kind: 'text' },
			{ id: 'label', label: { zh: '名称', en: 'Name' }, kind: 'group', fields: LABEL },
		],
	},
];
