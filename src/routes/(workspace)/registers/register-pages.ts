import { AUTHORITY_FIELDS } from '#domain/catalogue/authorities/authority-fields.ts';
import { authorityDefinition } from '#domain/catalogue/authorities/authority-definition.ts';
import type { Authority, DatedText } from '#domain/catalogue/authorities/authority.ts';
import { formatDatedText } from '#domain/catalogue/authorities/written-dated-text.ts';
import { fondsDefinition } from '#domain/catalogue/fonds/fonds-definition.ts';
import { FONDS_FIELDS } from '#domain/catalogue/fonds/fonds-fields.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { type Label, type Term } from '#domain/catalogue/profile.ts';
import { LOCAL_FIELD_FORM } from '#domain/catalogue/registers/local-field-form.ts';
import { LOCAL_FIELDS, type LocalField } from '#domain/catalogue/registers/local-field.ts';
import type { RegisterField } from '#domain/catalogue/registers/register-field.ts';
import type {
	RegisterContent,
	RegisterDefinition,
	RegisterId,
} from '#domain/catalogue/registers/register.ts';
import { holdingsDefinition } from '#domain/statistics/holdings/holdings-definition.ts';
import { HOLDINGS_FIELDS } from '#domain/statistics/holdings/holdings-fields.ts';
import { placeTitle, type HoldingsRecord } from '#domain/statistics/holdings/holdings-record.ts';
import { joinWords, labelOf, numberWords } from '#i18n/words.ts';

/** A column of the list of a register. */
export interface RegisterColumn {
	readonly id: string;
	readonly label: Label;
	readonly width: string;
	readonly from?: number;
	readonly align?: 'end';
	readonly text: (content: never) => string;
	/** Added up on paper. */
	readonly sum?: (content: never) => number;
}

/** What the page of a register shows. */
export interface RegisterPageOf {
	readonly register: RegisterId;
	readonly label: Label;
	readonly fields: readonly RegisterField[];
	readonly columns: readonly RegisterColumn[];
	readonly titleOf: (content: RegisterContent) => string;
	/** Sheets are read and written. */
	readonly hasSheets: boolean;
}

const fieldLabel = (fields: readonly RegisterField[], id: string): Label =>
	fields.find((field) => field.id === id)?.label ?? { zh: id, en: id };

const dated = (texts: readonly DatedText[]): string => joinWords(texts.map(formatDatedText), 'values');
const textsOf = (texts: readonly DatedText[]): string =>
	joinWords(
		texts.map(({ text }) => text),
		'values',
	);
const years = (from?: number, to?: number): string =>
	from === undefined && to === undefined ? '' : `${from ?? ''}–${to ?? ''}`;

function termWords(fields: readonly RegisterField[], id: string, value: string): string {
	const field = fields.find((each) => each.id === id);
	const terms: readonly Term[] = field && 'terms' in field ? (field.terms ?? []) : [];
	const term = terms.find((each) => each.id === value);
	return term ? labelOf(term.label) : value;
}

function pageFor<C extends object>(
	definition: RegisterDefinition<C>,
	fields: readonly RegisterField[],
	columns: readonly RegisterColumn[],
	hasSheets = true,
): RegisterPageOf {
	return {
		register: definition.id,
		label: definition.label,
		fields,
		columns,
		titleOf: (content) => definition.titleOf(content as unknown as C),
		hasSheets,
	};
}

const authorityLabel = (id: keyof Authority): Label => fieldLabel(AUTHORITY_FIELDS, id);
const holdingsLabel = (id: keyof HoldingsRecord): Label => fieldLabel(HOLDINGS_FIELDS, id);

function holdingsNumber(
	id: 'files' | 'itemsInFiles' | 'singleItems' | 'pages' | 'metres',
	from?: number,
): RegisterColumn {
	return {
		id,
		label: holdingsLabel(id),
		width: '5.5rem',
		align: 'end',
		...(from === undefined ? {} : { from }),
		text: (line: HoldingsRecord) => numberWords(line[id]),
		sum: (line: HoldingsRecord) => line[id],
	};
}

const PAGES: readonly RegisterPageOf[] = [
	pageFor(fondsDefinition, FONDS_FIELDS, [
		{
			id: 'fondsNumber',
			label: fieldLabel(FONDS_FIELDS, 'fondsNumber'),
			width: '5rem',
			text: (fonds: FondsRecord) => fonds.fondsNumber,
		},
		{
			id: 'name',
			label: fieldLabel(FONDS_FIELDS, 'name'),
			width: 'minmax(9rem, 1fr)',
			text: (fonds: FondsRecord) => fonds.name,
		},
		{
			id: 'years',
			label: { zh: '起止年度', en: 'Active' },
			width: '6.5rem',
			from: 420,
			text: (fonds: FondsRecord) => years(fonds.activeFrom, fonds.activeTo),
		},
		{
			id: 'status',
			label: fieldLabel(FONDS_FIELDS, 'status'),
			width: '5rem',
			from: 520,
			text: (fonds: FondsRecord) => termWords(FONDS_FIELDS, 'status', fonds.status),
		},
	]),
	pageFor(authorityDefinition, AUTHORITY_FIELDS, [
		{
			id: 'name',
			label: authorityLabel('names'),
			width: 'minmax(9rem, 2fr)',
			text: authorityDefinition.titleOf,
		},
		{
			id: 'names',
			label: { zh: '曾用名', en: 'Earlier names' },
			width: 'minmax(8rem, 2fr)',
			from: 560,
			text: (authority: Authority) =>
				dated(authority.names.filter(({ text }) => text !== authorityDefinition.titleOf(authority))),
		},
		{
			id: 'shortNames',
			label: authorityLabel('shortNames'),
			width: 'minmax(5rem, 1fr)',
			from: 380,
			text: (authority: Authority) => textsOf(authority.shortNames),
		},
		{
			id: 'organCodes',
			label: authorityLabel('organCodes'),
			width: '6rem',
			from: 700,
			text: (authority: Authority) => textsOf(authority.organCodes),
		},
	]),
	pageFor(holdingsDefinition, HOLDINGS_FIELDS, [
		{ id: 'place', label: { zh: '范围', en: 'Records' }, width: 'minmax(9rem, 1fr)', text: placeTitle },
		holdingsNumber('files'),
		holdingsNumber('itemsInFiles', 480),
		holdingsNumber('singleItems', 400),
		holdingsNumber('pages', 560),
		holdingsNumber('metres', 640),
		{
			id: 'countedOn',
			label: holdingsLabel('countedOn'),
			width: '6rem',
			from: 720,
			text: (line: HoldingsRecord) => line.countedOn,
		},
	]),
	pageFor(
		LOCAL_FIELDS,
		LOCAL_FIELD_FORM,
		[
			{
				id: 'name',
				label: fieldLabel(LOCAL_FIELD_FORM, 'label'),
				width: 'minmax(8rem, 1fr)',
				text: (field: LocalField) => labelOf(field.label),
			},
			{
				id: 'id',
				label: fieldLabel(LOCAL_FIELD_FORM, 'id'),
				width: '10rem',
				from: 380,
				text: (field: LocalField) => field.id,
			},
			{
				id: 'type',
				label: fieldLabel(LOCAL_FIELD_FORM, 'type'),
				width: '6rem',
				from: 520,
				text: (field: LocalField) => termWords(LOCAL_FIELD_FORM, 'type', field.type),
			},
		],
		false,
	),
];

/** The page of a register, by its id. */
export function pageOf(register: string): RegisterPageOf | undefined {
	return PAGES.find((each) => each.register === register);
}

/** All registers that have a page. */
export const REGISTER_PAGES: readonly Pick<RegisterPageOf, 'register' | 'label'>[] = PAGES;
