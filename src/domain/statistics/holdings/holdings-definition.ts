import { isDayText } from '../../catalogue/authorities/dated-text.ts';
import {
	checkFields,
	code,
	decimal,
	integer,
	longText,
	oneOf,
	optional,
	record,
	text,
	type ValueCheck,
} from '../../catalogue/registers/check-content.ts';
import { registerProblem } from '../../catalogue/registers/register-problems.ts';
import type {
	RegisterContent,
	RegisterDefinition,
	RegisterProblem,
	RegisterRecord,
} from '../../catalogue/registers/register.ts';
import {
	COUNTED_BY,
	EXCLUSIONS,
	placesMeet,
	placeTitle,
	unitsOf,
	type HoldingsRecord,
} from './holdings-record.ts';

const COUNT = integer(0, 100_000_000);
const YEAR = integer(1000, 2999);
/** As many digits as a running number of a code may have. */
const NUMBER = integer(1, 999_999);

const day: ValueCheck = (value, field) =>
	typeof value === 'string' && value.length === 8 && isDayText(value)
		? []
		: [registerProblem('dated_dates', field, { text: String(value ?? '') })];

const CHECKS = {
	fondsNumber: code(6),
	catalogueNumber: optional(code(8)),
	categoryCode: optional(code(20)),
	yearFrom: optional(YEAR),
	yearTo: optional(YEAR),
	retentionPeriod: optional(code(20)),
	files: COUNT,
	itemsInFiles: COUNT,
	singleItems: COUNT,
	pages: COUNT,
	metres: decimal(0, 1_000_000),
	carrier: text(50, { mayBeEmpty: true }),
	firstNumber: optional(NUMBER),
	lastNumber: optional(NUMBER),
	countedOn: day,
	countedBy: oneOf(COUNTED_BY),
	source: text(200, { mayBeEmpty: true }),
	excluded: record({ classified: COUNT, unfit: COUNT, dueForDestruction: COUNT }),
	note: longText(20_000),
} satisfies Record<keyof HoldingsRecord, ValueCheck>;

function check(content: RegisterContent): RegisterProblem[] {
	const problems = checkFields(content, CHECKS);
	if (problems.length > 0) return problems;
	const line = content as unknown as HoldingsRecord;
	return [...problems, ...yearProblems(line), ...extentProblems(line), ...numberProblems(line)];
}

function yearProblems({ yearFrom, yearTo }: HoldingsRecord): RegisterProblem[] {
	return yearFrom !== undefined && yearTo !== undefined && yearFrom > yearTo
		? [registerProblem('years_reversed', 'yearTo', { from: yearFrom, to: yearTo })]
		: [];
}

function extentProblems(line: HoldingsRecord): RegisterProblem[] {
	const held = unitsOf(line);
	const excluded = EXCLUSIONS.reduce((sum, why) => sum + line.excluded[why], 0);
	if (held === 0 && line.itemsInFiles === 0) return [registerProblem('no_extent', 'files')];
	if (line.files === 0 && line.itemsInFiles > 0) return [registerProblem('no_extent', 'files')];
	return excluded > held ? [registerProblem('excluded_too_many', 'excluded', { excluded, held })] : [];
}

/** Numbers and counts need not agree: numbers are left empty, and `23甲` is inserted. People should know. */
function numberProblems(line: HoldingsRecord): RegisterProblem[] {
	const { firstNumber: from, lastNumber: to } = line;
	if (from === undefined && to === undefined) return [];
	if (from === undefined || to === undefined)
		return [registerProblem('numbers_incomplete', from === undefined ? 'firstNumber' : 'lastNumber')];
	if (from > to) return [registerProblem('numbers_reversed', 'lastNumber', { from, to })];
	const files = line.files > 0 ? line.files : line.singleItems;
	const numbers = to - from + 1;
	return files === numbers ? [] : [registerProblem('numbers_differ', 'lastNumber', { files, numbers })];
}

/** Two lines for the same records would count them twice. Lines of other fonds cannot be the same. */
function checkAmong(
	changed: ReadonlySet<string>,
	all: readonly RegisterRecord<HoldingsRecord>[],
): (RegisterProblem & { readonly id: string })[] {
	const used = all.filter(({ isWithdrawn }) => !isWithdrawn);
	const byFonds = Map.groupBy(used, ({ content }) => content.fondsNumber);
	return used
		.filter(({ id }) => changed.has(id))
		.flatMap(({ id, content }) =>
			(byFonds.get(content.fondsNumber) ?? [])
				.filter((other) => other.id !== id && placesMeet(content, other.content))
				.map((other) => ({
					...registerProblem('holdings_overlap', 'fondsNumber', { other: placeTitle(other.content) }),
					id,
				})),
		);
}

/** The register of holdings (馆藏登记): what the archive physically holds. */
export const holdingsDefinition: RegisterDefinition<HoldingsRecord> = {
	id: 'holdings',
	label: { zh: '馆藏', en: 'Holdings' },
	check,
	titleOf: placeTitle,
	checkAmong,
};
