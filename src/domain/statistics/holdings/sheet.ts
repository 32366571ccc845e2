import { readWrittenDay } from '../../catalogue/authorities/written-dated-text.ts';
import type { Json } from '../../catalogue/entry.ts';
import type { Label, Term } from '../../catalogue/profile.ts';
import { RETENTION_TERMS } from '../../catalogue/reference-codes/code-terms.ts';
import {
	longTextCell,
	numberCell,
	optionalTextCell,
	termCell,
	textCell,
} from '../../catalogue/registers/sheet-cells.ts';
import {
	checkSheetRows,
	readSheet,
	withStanding,
	writeSheet,
	type SheetColumn,
	type SheetLanguage,
	type SheetProblem,
} from '../../catalogue/registers/sheet.ts';
import type { RegisterContent } from '../../catalogue/registers/register.ts';
import { holdingsDefinition } from './holdings-definition.ts';
import {
	EXCLUSIONS,
	type CountedBy,
	type Exclusion,
	type HoldingsPlace,
	type HoldingsRecord,
} from './holdings-record.ts';

/** How extents are known, in words. */
export const COUNTED_BY_TERMS: readonly (Term & { readonly id: CountedBy })[] = [
	{ id: 'count', label: { zh: '清点', en: 'Counted' } },
	{ id: 'list', label: { zh: '目录', en: 'From a list' }, aliases: ['清册', '移交目录'] },
];

/** Why units are not to be digitised, in words. */
export const EXCLUSION_LABELS: Readonly<Record<Exclusion, Label>> = {
	classified: { zh: '涉密', en: 'Classified' },
	unfit: { zh: '不宜数字化', en: 'Unfit for digitisation' },
	dueForDestruction: { zh: '待销毁', en: 'Due for destruction' },
};

/** Codes of retention periods by their names; other codes are kept as they are. */
const retentionCell: Pick<SheetColumn, 'read' | 'write'> = {
	read: (cell) => {
		const years = /^(?:定期)?([1-9]\d{0,2})年$/u.exec(cell)?.[1];
		const named = RETENTION_TERMS.find(({ label }) => label.zh === cell)?.code;
		return { value: cell === '' ? undefined : years === undefined ? (named ?? cell) : `D${years}` };
	},
	write: textCell.write,
};

function count(field: string, zh: string, en: string, aliases: readonly string[] = []): SheetColumn {
	return { field, label: { zh, en }, aliases, ...numberCell({ default: 0 }) };
}

function optionalNumber(field: string, zh: string, en: string, aliases: readonly string[] = []): SheetColumn {
	return { field, label: { zh, en }, aliases, ...numberCell() };
}

/** The columns of a sheet of holdings. */
export const HOLDINGS_COLUMNS: readonly SheetColumn[] = [
	{ field: 'fondsNumber', label: { zh: '全宗号', en: 'Fonds number' }, isRequired: true, ...textCell },
	{ field: 'catalogueNumber', label: { zh: '目录号', en: 'Catalogue number' }, ...optionalTextCell },
	{
		field: 'categoryCode',
		label: { zh: '门类代码', en: 'Category code' },
		aliases: ['档案门类代码', '门类'],
		...optionalTextCell,
	},
	optionalNumber('yearFrom', '起始年度', 'First year'),
	optionalNumber('yearTo', '终止年度', 'Last year'),
	{ field: 'retentionPeriod', label: { zh: '保管期限', en: 'Retention period' }, ...retentionCell },
	count('files', '案卷数', 'Files', ['卷数', '案卷']),
	count('itemsInFiles', '卷内件数', 'Items in files', ['卷内文件']),
	count('singleItems', '单件数', 'Single items', ['件数', '归档文件件数']),
	count('pages', '页数', 'Pages'),
	count('metres', '排架长度(米)', 'Metres', ['长度', '米']),
	{ field: 'carrier', label: { zh: '载体', en: 'Carrier' }, aliases: ['载体类型'], ...textCell },
	optionalNumber('firstNumber', '起号', 'First number', ['起始号']),
	optionalNumber('lastNumber', '止号', 'Last number', ['终止号']),
	{
		field: 'countedOn',
		label: { zh: '清点日期', en: 'Counted on' },
		isRequired: true,
		read: (cell) => ({ value: readWrittenDay(cell) ?? cell }),
		write: textCell.write,
	},
	{ field: 'countedBy', label: { zh: '清点方式', en: 'Counted by' }, ...termCell(COUNTED_BY_TERMS) },
	{ field: 'source', label: { zh: '依据', en: 'Source' }, aliases: ['清点人'], ...textCell },
	...EXCLUSIONS.map((why) =>
		count(`excluded.${why}`, `不数字化:${EXCLUSION_LABELS[why].zh}`, `Excluded: ${EXCLUSION_LABELS[why].en}`),
	),
	{ field: 'note', label: { zh: '备注', en: 'Note' }, ...longTextCell },
];

export interface ReadHoldings {
	/** Rows without problems other than warnings. */
	readonly rows: readonly { readonly row: number; readonly content: HoldingsRecord }[];
	readonly problems: readonly SheetProblem[];
	/** Columns the sheet does not have: there a line of the register stays as it is. */
	readonly absent: readonly Label[];
}

/** Lines of the register of holdings as rows say them. `standingOf`: the line of the register about the same place. */
export function readHoldingsSheet(
	cells: readonly (readonly string[])[],
	standingOf: (place: HoldingsPlace) => HoldingsRecord | undefined,
	language: SheetLanguage,
): ReadHoldings {
	const read = readSheet(cells, HOLDINGS_COLUMNS);
	const given = withStanding(read, (content) => {
		const standing = standingOf(content as unknown as HoldingsPlace);
		return standing && flat(standing);
	});
	const rows = given.map(({ row, content }) => ({ row, content: nested(content) }));
	const failed = new Set(read.problems.map(({ row }) => row));
	const checked = checkSheetRows(
		rows.filter(({ row }) => !failed.has(row)),
		HOLDINGS_COLUMNS,
		holdingsDefinition,
		language,
	);
	for (const { row, isWarning } of checked) if (!isWarning) failed.add(row);
	return {
		rows: rows.filter(({ row }) => !failed.has(row)) as unknown as ReadHoldings['rows'],
		problems: [...read.problems, ...checked].toSorted((a, b) => a.row - b.row),
		absent: read.absent.map(({ label }) => label),
	};
}

/** Lines of the register of holdings as a sheet. */
export function writeHoldingsSheet(lines: Iterable<HoldingsRecord>, language: SheetLanguage): string[][] {
	return writeSheet([...lines].map(flat), HOLDINGS_COLUMNS, language);
}

function flat({ excluded, ...line }: HoldingsRecord): RegisterContent {
	return { ...line, ...Object.fromEntries(EXCLUSIONS.map((why) => [`excluded.${why}`, excluded[why]])) };
}

function nested(content: RegisterContent): RegisterContent {
	const excluded: Record<string, Json> = {};
	const line: Record<string, Json> = {};
	for (const [field, value] of Object.entries(content))
		if (field.startsWith('excluded.')) excluded[field.slice('excluded.'.length)] = value;
		else line[field] = value;
	return { ...line, excluded };
}
