import type { FieldDefinition, Profile } from '#domain/catalogue/profile.ts';
import { ATOM_FIELDS, ATOM_PARTS, type AtomPart } from './atom-columns.ts';
import type { TableMapping } from './table-mapping.ts';
import type { TableRow } from './table-row.ts';

/** What a column is taken for. */
export type ColumnTarget =
	| { readonly kind: 'field'; readonly field: FieldDefinition }
	| { readonly kind: 'level' | 'id' | 'parent' }
	| { readonly kind: 'atom'; readonly part: AtomPart };

/** A column of a table under its heading. */
export interface Column {
	/** Position, from 0. */
	readonly index: number;
	/** As written; `#n` where there is none. */
	readonly heading: string;
	/** Undefined: not taken. */
	readonly target: ColumnTarget | undefined;
}

/** A row of headings, understood. */
export interface Header {
	readonly profile: Profile;
	readonly columns: readonly Column[];
	/** How many columns are taken. */
	readonly taken: number;
	readonly isAtom: boolean;
	/** Headings of the mapping that the table does not have. */
	readonly missing: readonly string[];
}

/** A heading without what does not change its meaning: width, case, blanks, marks of obligation. */
export function headingKey(heading: string): string {
	return heading
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[\s*:]+/g, '');
}

const LEVEL_HEADINGS = ['level', '层级', '著录层级', '著录级别', 'levelofdescription'];
const ID_HEADINGS = ['legacyid'];
const PARENT_HEADINGS = ['parentid'];
// Columns of AtoM's description sheet that no other table has.
const ATOM_SIGNS = [
	'legacyid',
	'qubitparentslug',
	'levelofdescription',
	'extentandmedium',
	'scopeandcontent',
];
const AUTHORITY_SIGNS = ['typeofentity', 'authorizedformofname'];

/** True for the headings of AtoM's sheet of authority records, which are no descriptions. */
export function isAuthoritySheet(cells: readonly string[]): boolean {
	const keys = new Set(cells.map(headingKey));
	return AUTHORITY_SIGNS.every((sign) => keys.has(sign));
}

/** Names of a profile's fields; a lower rank is the better name. */
interface NamedField {
	readonly field: FieldDefinition;
	readonly rank: number;
}

const names = new WeakMap<Profile, Map<string, NamedField>>();

function fieldNamesOf(profile: Profile): Map<string, NamedField> {
	let known = names.get(profile);
	if (known) return known;
	known = new Map();
	for (const field of profile.fields) {
		if (field.isWithdrawn) continue;
		const add = (name: string, rank: number): void => {
			const key = headingKey(name);
			const other = known?.get(key);
			if (!other || other.rank > rank) known?.set(key, { field, rank });
		};
		add(field.id, 0);
		add(field.label.zh, 0);
		add(field.label.en, 0);
		for (const alias of field.aliases ?? []) add(alias, 1);
		for (const [name, id] of Object.entries(ATOM_FIELDS)) if (id === field.id) add(name, 1);
	}
	names.set(profile, known);
	return known;
}

/**
 * What a row says as headings, under a profile; undefined when it is none. A row of headings names two fields at least,
 * one of them the title or the reference code, or a column of the mapping.
 */
export function headerOf(
	cells: readonly string[],
	profile: Profile,
	mapping: TableMapping | undefined,
): Header | undefined {
	const keys = cells.map(headingKey);
	const isAtom = profile.id === 'isad' && ATOM_SIGNS.filter((sign) => keys.includes(sign)).length >= 2;
	const mapped = new Map(
		Object.entries(mapping?.columns ?? {}).map(([heading, target]) => [
			headingKey(heading),
			{ heading, target },
		]),
	);
	const wanted: { index: number; target: ColumnTarget; rank: number }[] = [];
	let fromMapping = 0;
	keys.forEach((key, index) => {
		if (key === '') return;
		const given = mapped.get(key);
		if (given) {
			fromMapping++;
			mapped.delete(key);
			const target = given.target === null ? undefined : mappedTarget(profile, given.target);
			if (target) wanted.push({ index, target, rank: -1 });
		} else if (mapping?.otherColumns !== 'leave') {
			const found = matchedTarget(profile, key, isAtom);
			if (found) wanted.push({ index, ...found });
		}
	});
	const targets = assign(wanted);
	const isTitled = [...targets.values()].some(
		(target) => target.kind === 'field' && ['title', 'referenceCode'].includes(target.field.id),
	);
	if (fromMapping === 0 && (targets.size < 2 || !isTitled)) return undefined;
	return {
		profile,
		isAtom,
		taken: targets.size + fromMapping,
		missing: [...mapped.values()].map(({ heading }) => heading),
		columns: cells.map((cell, index) => ({
			index,
			heading: cell.trim() || `#${index + 1}`,
			target: targets.get(index),
		})),
	};
}

/** A row that says the headings again: its title or code is the heading above it, and so is every other cell. */
export function isHeadingsAgain(header: Header, { cells }: TableRow): boolean {
	let same = 0;
	let isTitled = false;
	for (const { index, heading, target } of header.columns) {
		const key = headingKey(cells[index] ?? '');
		if (key === '') continue;
		if (key === headingKey(heading)) {
			same++;
			isTitled ||= target?.kind === 'field' && ['title', 'referenceCode'].includes(target.field.id);
		} else if (target) return false;
	}
	return isTitled && same >= 2;
}

/** One column for each field that holds one value: the best named, else the first. */
function assign(
	wanted: readonly { index: number; target: ColumnTarget; rank: number }[],
): Map<number, ColumnTarget> {
	const targets = new Map<number, ColumnTarget>();
	const takenBy = new Set<string>();
	for (const { index, target } of wanted.toSorted((a, b) => a.rank - b.rank || a.index - b.index)) {
		if (target.kind === 'field' && !target.field.repeatable && target.field.type !== 'longText') {
			if (takenBy.has(target.field.id)) continue;
			takenBy.add(target.field.id);
		} else if (target.kind !== 'field') {
			const name = target.kind === 'atom' ? `atom ${target.part}` : target.kind;
			if (takenBy.has(name)) continue;
			takenBy.add(name);
		}
		targets.set(index, target);
	}
	return targets;
}

function mappedTarget(profile: Profile, target: string): ColumnTarget | undefined {
	if (target === 'level') return { kind: 'level' };
	if (target === '@id') return { kind: 'id' };
	if (target === '@parent') return { kind: 'parent' };
	const field = profile.fields.find(({ id }) => id === target);
	return field && { kind: 'field', field };
}

function matchedTarget(
	profile: Profile,
	key: string,
	isAtom: boolean,
): { target: ColumnTarget; rank: number } | undefined {
	if (LEVEL_HEADINGS.includes(key)) return { target: { kind: 'level' }, rank: 0 };
	if (ID_HEADINGS.includes(key)) return { target: { kind: 'id' }, rank: 0 };
	if (PARENT_HEADINGS.includes(key)) return { target: { kind: 'parent' }, rank: 0 };
	const part = isAtom ? ATOM_PARTS.get(key) : undefined;
	if (part) return { target: { kind: 'atom', part }, rank: 0 };
	const named = fieldNamesOf(profile).get(key);
	return named && { target: { kind: 'field', field: named.field }, rank: named.rank };
}

/**
 * The level of rows that do not name theirs, by the headings: an archival file list (案卷目录) numbers files, a list of
 * filed documents (归档文件目录) numbers items.
 */
export function rowLevelOf(header: Header): string {
	const has = (fieldId: string): boolean =>
		header.columns.some(({ target }) => target?.kind === 'field' && target.field.id === fieldId);
	const isFileList =
		header.columns.some(({ heading }) => headingKey(heading) === '案卷题名') ||
		(has('fileNumber') && !has('documentNumber'));
	return isFileList && !has('itemNumber') ? 'file' : 'item';
}

/** In a list of files the column 日期 holds first and last date. */
export function withDatesOf(header: Header, level: string): Header {
	if (level !== 'file') return header;
	const range = header.profile.fields.find(({ id }) => id === 'dateRange');
	const fieldsTaken = header.columns.map(({ target }) => (target?.kind === 'field' ? target.field.id : ''));
	if (!range || fieldsTaken.includes('dateRange')) return header;
	return {
		...header,
		columns: header.columns.map((column, index) =>
			fieldsTaken[index] === 'documentDate' ? { ...column, target: { kind: 'field', field: range } } : column,
		),
	};
}
