import type { Label, Term } from '../profile.ts';
import { registerProblem } from '../registers/register-problems.ts';
import {
	listCell,
	longTextCell,
	numberCell,
	severalCell,
	termCell,
	textCell,
} from '../registers/sheet-cells.ts';
import {
	checkSheetRows,
	readSheet,
	withStanding,
	writeSheet,
	type SheetColumn,
	type SheetLanguage,
	type SheetProblem,
	type StandingOf,
} from '../registers/sheet.ts';
import { fondsDefinition } from './fonds-definition.ts';
import type { FondsRecord, FondsStatus, OrgOrMatterTerm } from './fonds-record.ts';
import { regimeUsesCell } from './regime-use-cell.ts';

/** What the statuses of a fonds are called. */
export const FONDS_STATUS_TERMS: readonly (Term & { readonly id: FondsStatus })[] = [
	{ id: 'active', label: { zh: '在立', en: 'Active' } },
	{ id: 'abolished', label: { zh: '撤销', en: 'Abolished' }, aliases: ['已撤销'] },
	{ id: 'noMoreTransfers', label: { zh: '停止进馆', en: 'No more transfers' } },
];

/** Terms of the fonds' own dictionary: `BGS=办公室`. */
const termsCell = severalCell(
	(written) => {
		const [, code, label] = /^([^=＝]*)[=＝](.*)$/su.exec(written) ?? [];
		if (code === undefined || label === undefined)
			return { problem: 'sheet_cell', params: { text: written, form: 'BGS=办公室' } };
		return { value: { code: code.trim(), label: label.trim() } };
	},
	(value) => {
		const { code, label } = value as unknown as OrgOrMatterTerm;
		return `${code}=${label}`;
	},
);

/** The columns of a sheet of fonds. Several values of a cell stand between `；`. */
export const FONDS_COLUMNS: readonly SheetColumn[] = [
	{
		field: 'fondsNumber',
		label: { zh: '全宗号', en: 'Fonds number' },
		isRequired: true,
		...textCell,
	},
	{ field: 'name', label: { zh: '全宗名称', en: 'Fonds name' }, isRequired: true, ...textCell },
	{ field: 'complex', label: { zh: '全宗群', en: 'Fonds complex' }, ...textCell },
	{
		field: 'creatorId',
		label: { zh: '立档单位', en: 'Constituting unit' },
		aliases: ['立档单位编号', 'Creator'],
		...textCell,
	},
	{
		field: 'activeFrom',
		label: { zh: '起始年度', en: 'Active from' },
		aliases: ['成立年度'],
		...numberCell(),
	},
	{ field: 'activeTo', label: { zh: '终止年度', en: 'Active to' }, aliases: ['撤销年度'], ...numberCell() },
	{ field: 'status', label: { zh: '状态', en: 'Status' }, ...termCell(FONDS_STATUS_TERMS) },
	{ field: 'predecessors', label: { zh: '前身全宗', en: 'Predecessors' }, ...listCell },
	{ field: 'successors', label: { zh: '后继全宗', en: 'Successors' }, ...listCell },
	{ field: 'categories', label: { zh: '档案门类', en: 'Categories' }, aliases: ['门类'], ...listCell },
	{ field: 'codeRegimes', label: { zh: '档号编制规则', en: 'Code regimes' }, ...regimeUsesCell },
	{
		field: 'orgOrMatter',
		label: { zh: '机构(问题)', en: 'Organisations or matters' },
		aliases: ['机构（问题）'],
		...termsCell,
	},
	{ field: 'guide', label: { zh: '全宗指南', en: 'Guide to the fonds' }, ...longTextCell },
	{ field: 'entryId', label: { zh: '条目编号', en: 'Entry id' }, ...textCell },
];

export interface ReadFonds {
	/** Rows without problems other than warnings. */
	readonly rows: readonly { readonly row: number; readonly content: FondsRecord }[];
	readonly problems: readonly SheetProblem[];
	/** Columns the sheet does not have: there a fonds of the register stays as it is. */
	readonly absent: readonly Label[];
}

/** How authorities that a sheet names are known elsewhere. */
export interface FondsSheetFacts {
	/** Ids that a name, or an id itself, can mean among the authorities. */
	readonly idsOf: (text: string) => readonly string[];
	readonly standingOf: StandingOf;
	readonly language: SheetLanguage;
}

/** Fonds as rows say them. The constituting unit is named by its id or by a name. */
export function readFondsSheet(cells: readonly (readonly string[])[], facts: FondsSheetFacts): ReadFonds {
	const read = readSheet(cells, FONDS_COLUMNS);
	const failed = new Set(read.problems.map(({ row }) => row));
	const given = withStanding(read, facts.standingOf);
	const checked = checkSheetRows(
		given.filter(({ row }) => !failed.has(row)),
		FONDS_COLUMNS,
		fondsDefinition,
		facts.language,
	);
	for (const { row, isWarning } of checked) if (!isWarning) failed.add(row);
	const rows: ReadFonds['rows'][number][] = [];
	const problems = [...read.problems, ...checked];
	const isCreatorWritten = !read.absent.some(({ field }) => field === 'creatorId');
	for (const each of given) {
		if (failed.has(each.row)) continue;
		const content = each.content as unknown as FondsRecord;
		const creatorId = isCreatorWritten ? creatorIdOf(content.creatorId, facts) : content.creatorId;
		if (creatorId !== undefined) rows.push({ row: each.row, content: { ...content, creatorId } });
		else problems.push(unknownCreator(each.row, content.creatorId, facts.language));
	}
	return {
		rows,
		problems: problems.toSorted((a, b) => a.row - b.row),
		absent: read.absent.map(({ label }) => label),
	};
}

function creatorIdOf(written: string, { idsOf }: FondsSheetFacts): string | undefined {
	if (written === '') return '';
	const [only, ...others] = new Set(idsOf(written));
	return others.length === 0 ? only : undefined;
}

function unknownCreator(row: number, text: string, language: SheetLanguage): SheetProblem {
	const column = FONDS_COLUMNS.find(({ field }) => field === 'creatorId')?.label[language] ?? '';
	return { ...registerProblem('creator_unknown', 'creatorId', { text }), row, column };
}

/** Fonds as a sheet. `nameOf`: by which name the constituting unit is written; its id stands where there is none. */
export function writeFondsSheet(
	fonds: Iterable<FondsRecord>,
	language: SheetLanguage,
	nameOf: (id: string) => string | undefined,
): string[][] {
	return writeSheet(
		[...fonds].map((each) => ({ ...each, creatorId: nameOf(each.creatorId) ?? each.creatorId })),
		FONDS_COLUMNS,
		language,
	);
}
