import { CATEGORY_TERMS } from '../reference-codes/code-terms.ts';
import {
	checkFields,
	code,
	codes,
	integer,
	list,
	listedText,
	longText,
	oneOf,
	optional,
	record,
	text,
	type ValueCheck,
} from '../registers/check-content.ts';
import { loopThrough } from '../registers/find-loop.ts';
import { registerProblem } from '../registers/register-problems.ts';
import type {
	RegisterContent,
	RegisterDefinition,
	RegisterProblem,
	RegisterRecord,
} from '../registers/register.ts';
import { FONDS_STATUSES, type FondsRecord, type OrgOrMatterTerm } from './fonds-record.ts';
import { regimeUseProblems } from './regime-uses.ts';

/**
 * What fonds numbers look like. The form is that of the standard, the longest that of fields of catalogues; old holdings
 * have shorter ones (`5`, `012`), which are noted only.
 * @see DA/T 13-2022 (fonds number)
 */
export const FONDS_NUMBER = { longest: 6, signs: /^[A-Z0-9]+$/, usual: /^[A-Z]\d{3}$/, usualForm: 'A000' };

const MOST = 500;
const YEAR = integer(1000, 2999);

const fondsNumber: ValueCheck = (value, field) => {
	const problems = text(FONDS_NUMBER.longest)(value, field);
	if (problems.length > 0 || typeof value !== 'string') return problems;
	if (!FONDS_NUMBER.signs.test(value)) return [registerProblem('fonds_number_form', field, { text: value })];
	return FONDS_NUMBER.usual.test(value)
		? []
		: [registerProblem('fonds_number_unusual', field, { text: value, form: FONDS_NUMBER.usualForm })];
};

const otherFonds = codes(MOST, FONDS_NUMBER.longest);

const CHECKS = {
	fondsNumber,
	name: text(100),
	complex: text(100, { mayBeEmpty: true }),
	// An id; a name of an authority while a sheet is read.
	creatorId: text(100, { mayBeEmpty: true }),
	activeFrom: optional(YEAR),
	activeTo: optional(YEAR),
	status: oneOf(FONDS_STATUSES),
	predecessors: otherFonds,
	successors: otherFonds,
	categories: codes(MOST, 20),
	codeRegimes: list(
		MOST,
		record({
			regime: code(80),
			categoryCode: optional(code(20)),
			yearFrom: optional(YEAR),
			yearTo: optional(YEAR),
			catalogueNumbers: optional(codes(MOST, 8)),
			width: optional(integer(1, 6)),
		}),
	),
	orgOrMatter: list(MOST, record({ code: code(20), label: listedText(100) }), (value) =>
		String((value as unknown as OrgOrMatterTerm).code),
	),
	guide: longText(200_000),
	entryId: text(64, { mayBeEmpty: true }),
} satisfies Record<keyof FondsRecord, ValueCheck>;

const KNOWN_CATEGORIES = new Set(CATEGORY_TERMS.map(({ code }) => code));

function check(content: RegisterContent): RegisterProblem[] {
	const problems = checkFields(content, CHECKS);
	if (problems.some(({ isWarning }) => !isWarning)) return problems;
	const fonds = content as unknown as FondsRecord;
	const { activeFrom, activeTo, status } = fonds;
	if (activeFrom !== undefined && activeTo !== undefined && activeFrom > activeTo)
		problems.push(registerProblem('years_reversed', 'activeTo', { from: activeFrom, to: activeTo }));
	if (status === 'active' && activeTo !== undefined)
		problems.push(registerProblem('ended_but_active', 'status', { to: activeTo }));
	if (status === 'abolished' && activeTo === undefined)
		problems.push(registerProblem('abolished_without_end', 'activeTo'));
	fonds.categories.forEach((category, index) => {
		if (!KNOWN_CATEGORIES.has(category))
			problems.push(registerProblem('category_unknown', `categories.${index + 1}`, { text: category }));
	});
	return [...problems, ...regimeUseProblems(fonds.codeRegimes)];
}

function checkAmong(
	changed: ReadonlySet<string>,
	all: readonly RegisterRecord<FondsRecord>[],
): (RegisterProblem & { readonly id: string })[] {
	const used = all.filter(({ isWithdrawn }) => !isWithdrawn);
	const byNumber = Map.groupBy(used, ({ content }) => content.fondsNumber);
	return used
		.filter(({ id }) => changed.has(id))
		.flatMap(({ id, content }) => {
			const { fondsNumber, predecessors } = content;
			const problems = (byNumber.get(fondsNumber) ?? [])
				.filter((other) => other.id !== id)
				.map(({ content: { name } }) =>
					registerProblem('fonds_number_taken', 'fondsNumber', { text: fondsNumber, other: name }),
				);
			for (const field of ['predecessors', 'successors'] as const)
				for (const [index, number] of content[field].entries()) {
					const path = `${field}.${index + 1}`;
					if (number === fondsNumber) problems.push(registerProblem('fonds_self', path));
					else if (!byNumber.has(number))
						problems.push(registerProblem('fonds_unknown', path, { text: number }));
				}
			const loop = loopThrough(
				fondsNumber,
				predecessors,
				(number) => byNumber.get(number)?.[0]?.content.predecessors ?? [],
			);
			if (loop !== undefined) problems.push(registerProblem('fonds_loop', 'predecessors', { other: loop }));
			return problems.map((problem) => ({ ...problem, id }));
		});
}

/** The register of fonds (全宗名册). */
export const fondsDefinition: RegisterDefinition<FondsRecord> = {
	id: 'fonds',
	label: { zh: '全宗', en: 'Fonds' },
	check,
	titleOf: ({ fondsNumber: number, name }) => `${number} ${name}`.trim(),
	checkAmong,
};
