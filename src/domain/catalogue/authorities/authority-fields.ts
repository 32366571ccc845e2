import type { RegisterField } from '../registers/register-field.ts';
import { AUTHORITY_COLUMNS, AUTHORITY_KIND_TERMS } from './sheet.ts';
import type { Authority } from './authority.ts';

const labelOf = (field: keyof Authority): RegisterField['label'] =>
	AUTHORITY_COLUMNS.find((column) => column.field === field)?.label ?? { zh: field, en: field };

/** The fields of an authority as people fill them in. */
export const AUTHORITY_FIELDS: readonly RegisterField[] = [
	{ id: 'kind', label: labelOf('kind'), kind: 'choice', terms: AUTHORITY_KIND_TERMS },
	{
		id: 'names',
		label: labelOf('names'),
		kind: 'dated',
		hint: {
			zh: '全称，每次更名一行；起止写年、年月或年月日，至今的不填',
			en: 'Full names, a row for each change; year, month or day, open ends left empty',
		},
	},
	{ id: 'shortNames', label: labelOf('shortNames'), kind: 'dated' },
	{ id: 'organCodes', label: labelOf('organCodes'), kind: 'dated' },
	{
		id: 'predecessors',
		label: labelOf('predecessors'),
		kind: 'references',
		register: 'authority',
		by: 'id',
		hint: {
			zh: '前身是另一个机构；同一机构更名请写在“名称”中',
			en: 'Another body; a change of name of the same body belongs to its names',
		},
	},
	{
		id: 'fondsNumbers',
		label: labelOf('fondsNumbers'),
		kind: 'references',
		register: 'fonds',
		by: 'fondsNumber',
	},
	{ id: 'offices', label: labelOf('offices'), kind: 'dated' },
	{ id: 'note', label: labelOf('note'), kind: 'longText' },
];
