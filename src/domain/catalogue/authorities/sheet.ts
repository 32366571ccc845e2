import type { Label, Term } from '../profile.ts';
import { registerProblem } from '../registers/register-problems.ts';
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
import { datedCell, listCell, longTextCell, optionalTextCell, termCell } from '../registers/sheet-cells.ts';
import { authorityDefinition } from './authority-definition.ts';
import type { Authority, AuthorityKind } from './authority.ts';
import { normalName } from './dated-text.ts';

/** What kinds of authorities are called. */
export const AUTHORITY_KIND_TERMS: readonly (Term & { readonly id: AuthorityKind })[] = [
	{ id: 'body', label: { zh: '机构', en: 'Body' }, aliases: ['机关', '单位'] },
	{ id: 'person', label: { zh: '人物', en: 'Person' }, aliases: ['个人'] },
	{ id: 'family', label: { zh: '家族', en: 'Family' } },
];

const ID: SheetColumn = {
	field: 'id',
	label: { zh: '编号', en: 'Record id' },
	...optionalTextCell,
};

/** The columns of a sheet of authorities. Several values of a cell stand between `；`. */
export const AUTHORITY_COLUMNS: readonly SheetColumn[] = [
	{ field: 'kind', label: { zh: '种类', en: 'Kind' }, ...termCell(AUTHORITY_KIND_TERMS) },
	{
		field: 'names',
		label: { zh: '名称', en: 'Names' },
		aliases: ['责任者', '机构名称', '姓名', 'Name'],
		isRequired: true,
		...datedCell,
	},
	{
		field: 'shortNames',
		label: { zh: '简称', en: 'Short names' },
		aliases: ['规范化简称', 'Short name'],
		...datedCell,
	},
	{
		field: 'organCodes',
		label: { zh: '机关代字', en: 'Organ codes' },
		aliases: ['代字', 'Organ code'],
		...datedCell,
	},
	{
		field: 'predecessors',
		label: { zh: '前身', en: 'Predecessors' },
		aliases: ['前身机构', 'Predecessor'],
		...listCell,
	},
	{
		field: 'fondsNumbers',
		label: { zh: '全宗号', en: 'Fonds numbers' },
		aliases: ['Fonds number'],
		...listCell,
	},
	{ field: 'offices', label: { zh: '职务', en: 'Offices' }, aliases: ['Office'], ...datedCell },
	{ field: 'note', label: { zh: '备注', en: 'Note' }, aliases: ['附注'], ...longTextCell },
];

export interface AuthoritySheetRow {
	/** From 1, headings included. */
	readonly row: number;
	readonly id: string;
	readonly content: Authority;
}

export interface ReadAuthorities {
	/** Rows without problems other than warnings. */
	readonly rows: readonly AuthoritySheetRow[];
	readonly problems: readonly SheetProblem[];
	/** Columns the sheet does not have: there an authority of the register stays as it is. */
	readonly absent: readonly Label[];
}

/** How a sheet's rows and what they name are known elsewhere. */
export interface AuthoritySheetFacts {
	/** A new id for a row that has none. */
	readonly newId: () => string;
	/** Ids that a name, or an id itself, can mean among the authorities there are. */
	readonly idsOf: (text: string) => readonly string[];
	/** Of a row with the `id` it names, if any. */
	readonly standingOf: StandingOf;
	readonly language: SheetLanguage;
}

/** Authorities as rows say them. Predecessors are named by id or by a name, of the list or of the sheet itself. */
export function readAuthoritySheet(
	cells: readonly (readonly string[])[],
	facts: AuthoritySheetFacts,
): ReadAuthorities {
	const columns = [ID, ...AUTHORITY_COLUMNS];
	const read = readSheet(cells, columns);
	const problems = [...read.problems];
	const absent = read.absent.filter(({ field }) => field !== ID.field);
	const given = withStanding({ ...read, absent }, facts.standingOf);
	const rows = given.map(({ row, content: { id, ...content } }) => ({
		row,
		id: typeof id === 'string' ? id : facts.newId(),
		content,
	}));
	const failed = new Set(problems.map(({ row }) => row));
	problems.push(
		...checkSheetRows(
			rows.filter(({ row }) => !failed.has(row)),
			columns,
			authorityDefinition,
			facts.language,
		),
	);
	for (const { row, isWarning } of problems) if (!isWarning) failed.add(row);
	const good = rows.filter(({ row }) => !failed.has(row)) as unknown as AuthoritySheetRow[];
	const inSheet = idsByName(good);
	const arePredecessorsWritten = !absent.some(({ field }) => field === 'predecessors');
	const resolved = arePredecessorsWritten
		? good.map((each) => withPredecessors(each, inSheet, facts, problems))
		: good;
	for (const { row, isWarning } of problems) if (!isWarning) failed.add(row);
	return {
		rows: resolved.filter(({ row }) => !failed.has(row)),
		problems: problems.toSorted((a, b) => a.row - b.row),
		absent: absent.map(({ label }) => label),
	};
}

function idsByName(rows: readonly AuthoritySheetRow[]): ReadonlyMap<string, ReadonlySet<string>> {
	const byName = new Map<string, Set<string>>();
	for (const { id, content } of rows)
		for (const name of [id, ...content.names.map(({ text }) => normalName(text))])
			byName.set(name, (byName.get(name) ?? new Set()).add(id));
	return byName;
}

function withPredecessors(
	row: AuthoritySheetRow,
	inSheet: ReadonlyMap<string, ReadonlySet<string>>,
	facts: AuthoritySheetFacts,
	problems: SheetProblem[],
): AuthoritySheetRow {
	const predecessors = row.content.predecessors.map((written) => {
		const here = inSheet.get(written) ?? inSheet.get(normalName(written));
		const ids = new Set(here ?? facts.idsOf(written));
		const [only] = ids;
		if (ids.size === 1 && only !== undefined) return only;
		problems.push({
			...registerProblem('predecessor_unknown', 'predecessors', { text: written }),
			row: row.row,
			column: AUTHORITY_COLUMNS.find(({ field }) => field === 'predecessors')?.label[facts.language] ?? '',
		});
		return written;
	});
	return { ...row, content: { ...row.content, predecessors } };
}

/** Authorities as a sheet. `nameOf`: by which name a predecessor is written; its id stands where there is none. */
export function writeAuthoritySheet(
	records: Iterable<{ readonly id: string; readonly content: Authority }>,
	language: SheetLanguage,
	nameOf: (id: string) => string | undefined,
): string[][] {
	return writeSheet(
		[...records].map(({ id, content }) => ({
			id,
			...content,
			predecessors: content.predecessors.map((predecessor) => nameOf(predecessor) ?? predecessor),
		})),
		[ID, ...AUTHORITY_COLUMNS],
		language,
	);
}
