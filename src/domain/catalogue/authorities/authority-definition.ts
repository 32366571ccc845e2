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

/** Which texts of another, at the same time, a text of a kind must not be. */
const TAKEN = [
	['names', ['names', 'shortNames'], 'name_taken'],
	['shortNames', ['names', 'shortNames'], 'short_name_taken'],
	['organCodes', ['organCodes'], 'organ_code_taken'],
] as const;
const KINDS = ['names', 'shortNames', 'organCodes'] as const;

/** Who has a text, with its time. */
interface Holder {
	readonly record: RegisterRecord<Authority>;
	readonly dated: DatedText;
}

function* checkAmong(
	changed: ReadonlySet<string>,
	all: readonly RegisterRecord<Authority>[],
): Generator<(RegisterProblem & { readonly id: string }) | undefined> {
	const used = all.filter(({ isWithdrawn }) => !isWithdrawn);
	const byId = new Map(used.map(({ id, content }) => [id, content]));
	const holders = {} as Record<(typeof KINDS)[number], ReadonlyMap<string, readonly Holder[]>>;
	for (const kind of KINDS) {
		yield undefined;
		holders[kind] = holdersOf(kind, used);
	}
	for (const { id, content } of used) {
		if (!changed.has(id)) continue;
		for (const [kind, others, code] of TAKEN)
			for (const one of content[kind])
				for (const other of others)
					for (const { record, dated: their } of holders[other].get(normalName(one.text)) ?? [])
						if (record.id !== id && overlapsBeyondTurn(one, their))
							yield {
								...registerProblem(code, kind, { text: one.text, other: newestName(record.content) }),
								id,
							};
		for (const problem of predecessorProblems(id, content, byId)) yield { ...problem, id };
		yield undefined;
	}
}

function predecessorProblems(
	id: string,
	{ predecessors }: Authority,
	byId: ReadonlyMap<string, Authority>,
): RegisterProblem[] {
	const problems: RegisterProblem[] = [];
	for (const [index, predecessor] of predecessors.entries()) {
		const field = `predecessors.${index + 1}`;
		if (predecessor === id) problems.push(registerProblem('predecessor_self', field));
		else if (!byId.has(predecessor))
			problems.push(registerProblem('predecessor_unknown', field, { text: predecessor }));
	}
	const loop = loopThrough(id, predecessors, (each) => byId.get(each)?.predecessors ?? []);
	if (loop !== undefined)
		problems.push(
			registerProblem('predecessor_loop', 'predecessors', { other: newestName(byId.get(loop) as Authority) }),
		);
	return problems;
}

function holdersOf(
	kind: (typeof KINDS)[number],
	all: readonly RegisterRecord<Authority>[],
): ReadonlyMap<string, readonly Holder[]> {
	const holders = new Map<string, Holder[]>();
	for (const record of all)
		for (const dated of record.content[kind]) {
			const text = normalName(dated.text);
			const known = holders.get(text);
			if (known) known.push({ record, dated });
			else holders.set(text, [{ record, dated }]);
		}
	return holders;
}

/** The register of bodies, persons and families. */
export const authorityDefinition: RegisterDefinition<Authority> = {
	id: 'authority',
	label: { zh: '责任者', en: 'Authorities' },
	check,
	titleOf: newestName,
	checkAmong,
};
