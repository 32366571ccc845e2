import {
	checkFields,
	codes,
	list,
	listedText,
	longText,
	oneOf,
	optional,
	record,
} from '../registers/check-content.ts';
import type { ValueCheck } from '../registers/check-content.ts';
import { loopThrough } from '../registers/find-loop.ts';
import { registerProblem } from '../registers/register-problems.ts';
import type {
	RegisterContent,
	RegisterDefinition,
	RegisterProblem,
	RegisterRecord,
} from '../registers/register.ts';
import { AUTHORITY_KINDS, type Authority, type DatedText } from './authority.ts';
import {
	firstDay,
	isDayText,
	lastDay,
	latestOf,
	normalName,
	overlaps,
	overlapsBeyondTurn,
} from './dated-text.ts';

const MOST = 200;
/** As long as one creator of an entry may be. */
const LONGEST_NAME = 100;

const day: ValueCheck = (value, field) =>
	typeof value === 'string' && isDayText(value)
		? []
		: [registerProblem('dated_dates', field, { text: String(value) })];

const datedFields = record({ text: listedText(LONGEST_NAME), from: optional(day), to: optional(day) });

const dated: ValueCheck = (value, field) => {
	const problems = datedFields(value, field);
	if (problems.length > 0) return problems;
	const { text: written, from, to } = value as unknown as DatedText;
	return firstDay(from) > lastDay(to) ? [registerProblem('dated_reversed', field, { text: written })] : [];
};

const CHECKS = {
	kind: oneOf(AUTHORITY_KINDS),
	names: list(MOST, dated),
	shortNames: list(MOST, dated),
	organCodes: list(MOST, dated),
	predecessors: codes(MOST, 64),
	fondsNumbers: codes(MOST, 6),
	offices: list(MOST, dated),
	note: longText(20_000),
} satisfies Record<keyof Authority, ValueCheck>;

function check(content: RegisterContent): RegisterProblem[] {
	const problems = checkFields(content, CHECKS);
	if (problems.length > 0) return problems;
	const authority = content as unknown as Authority;
	if (authority.names.length === 0) problems.push(registerProblem('no_name', 'names'));
	return [
		...problems,
		...overlapsIn('names', authority.names),
		...repeatedIn('shortNames', authority.shortNames),
		...repeatedIn('organCodes', authority.organCodes),
		...repeatedIn('offices', authority.offices),
	];
}

/** Two names at one time: nobody could say which of them to write. */
function overlapsIn(field: string, names: readonly DatedText[]): RegisterProblem[] {
	return names.flatMap((one, index) =>
		names
			.slice(index + 1)
			.filter((other) => overlapsBeyondTurn(one, other))
			.map((other) => registerProblem('names_overlap', field, { one: one.text, other: other.text })),
	);
}

function repeatedIn(field: string, dates: readonly DatedText[]): RegisterProblem[] {
	return dates.flatMap((one, index) =>
		dates
			.slice(0, index)
			.some((other) => normalName(other.text) === normalName(one.text) && overlaps(one, other))
			? [registerProblem('repeated', `${field}.${index + 1}`, { text: one.text })]
			: [],
	);
}

/** What an authority is called in lists: its newest name. */
export function newestName(authority: Authority): string {
	return latestOf(authority.names)?.text ?? '';
}

function checkAmong(
	{ id, content }: { readonly id: string; readonly content: Authority },
	others: Iterable<RegisterRecord<Authority>>,
): RegisterProblem[] {
	const byId = new Map<string, Authority>();
	const problems: RegisterProblem[] = [];
	const names = textsOf(content.names);
	const shortNames = textsOf(content.shortNames);
	const codes = textsOf(content.organCodes);
	for (const other of others) {
		if (other.id === id || other.isWithdrawn) continue;
		byId.set(other.id, other.content);
		const called = newestName(other.content);
		problems.push(
			...takenBy(names, other.content.names, called, 'names', 'name_taken'),
			...takenBy(names, other.content.shortNames, called, 'names', 'name_taken'),
			...takenBy(shortNames, other.content.names, called, 'shortNames', 'short_name_taken'),
			...takenBy(shortNames, other.content.shortNames, called, 'shortNames', 'short_name_taken'),
			...takenBy(codes, other.content.organCodes, called, 'organCodes', 'organ_code_taken'),
		);
	}
	for (const [index, predecessor] of content.predecessors.entries()) {
		const field = `predecessors.${index + 1}`;
		if (predecessor === id) problems.push(registerProblem('predecessor_self', field));
		else if (!byId.has(predecessor))
			problems.push(registerProblem('predecessor_unknown', field, { text: predecessor }));
	}
	const loop = loopThrough(id, content.predecessors, (each) => byId.get(each)?.predecessors ?? []);
	if (loop !== undefined)
		problems.push(
			registerProblem('predecessor_loop', 'predecessors', { other: newestName(byId.get(loop) as Authority) }),
		);
	return problems;
}

type Texts = ReadonlyMap<string, readonly DatedText[]>;

function textsOf(dates: readonly DatedText[]): Texts {
	const byText = new Map<string, DatedText[]>();
	for (const each of dates) {
		const key = normalName(each.text);
		byText.set(key, [...(byText.get(key) ?? []), each]);
	}
	return byText;
}

function takenBy(
	mine: Texts,
	theirs: readonly DatedText[],
	other: string,
	field: string,
	code: 'name_taken' | 'short_name_taken' | 'organ_code_taken',
): RegisterProblem[] {
	if (mine.size === 0) return [];
	return theirs.flatMap((their) =>
		(mine.get(normalName(their.text)) ?? [])
			.filter((one) => overlapsBeyondTurn(one, their))
			.map((one) => registerProblem(code, field, { text: one.text, other })),
	);
}

/** The register of bodies, persons and families. */
export const authorityDefinition: RegisterDefinition<Authority> = {
	id: 'authority',
	label: { zh: '责任者', en: 'Authorities' },
	check,
	titleOf: newestName,
	checkAmong,
};
