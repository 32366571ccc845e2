import type { Json } from '../entry.ts';
import type { FieldType, Label, Obligation, Term } from '../profile.ts';
import { registerProblem, type RegisterProblemCode } from './register-problems.ts';
import type { RegisterContent, RegisterDefinition, RegisterProblem, RegisterRecord } from './register.ts';

type Say = (
	field: string,
	code: RegisterProblemCode,
	params?: Readonly<Record<string, string | number>>,
) => void;

/** Types an archive can give its own fields. */
export const LOCAL_FIELD_TYPES = ['text', 'longText', 'integer', 'date', 'enum', 'link'] as const;
export type LocalFieldType = (typeof LOCAL_FIELD_TYPES)[number] & FieldType;

/** A field an archive added to its descriptions, as its register keeps it. */
export interface LocalField {
	/** `local.<slug>`; never changed once values carry it. */
	readonly id: string;
	readonly label: Label;
	/** Area of the card; an area the profile does not have is the archive's own (本馆项目). */
	readonly area: string;
	readonly type: LocalFieldType;
	readonly repeatable?: boolean;
	/** By level id; `'*'` for every level not named. */
	readonly obligation: Readonly<Record<string, Obligation>>;
	readonly maxLength?: number;
	readonly aliases?: readonly string[];
	/** For `enum`. */
	readonly terms?: readonly Term[];
}

/** A local field as profiles take it. */
export interface LocalFieldInUse extends LocalField {
	/** Withdrawn: values stay, nothing offers it. */
	readonly isWithdrawn?: boolean;
}

const KNOWN = ['id', 'label', 'area', 'type', 'repeatable', 'obligation', 'maxLength', 'aliases', 'terms'];
const SLUG = /^local\.[a-z][a-z0-9-]{0,39}$/;
const TERM_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/;
const LEVEL = /^(\*|[a-z][A-Za-z]{0,39})$/;
const LONGEST_NAME = 60;
const MOST_NAMES = 200;

/** The register of local fields (本馆字段). */
export const LOCAL_FIELDS: RegisterDefinition<LocalField> = {
	id: 'field',
	label: { zh: '本馆字段', en: 'Local fields' },
	check: checkLocalField,
	titleOf: ({ label, id }) => `${label.zh} (${id})`,
	checkAmong(changed, all) {
		// An id out of use is not free: values carry it.
		const byId = Map.groupBy(all, ({ content }) => content.id);
		const byName = new Map<string, RegisterRecord<LocalField>[]>();
		const used = all.filter(({ isWithdrawn }) => !isWithdrawn);
		for (const record of used)
			for (const name of namesOf(record.content)) byName.set(name, [...(byName.get(name) ?? []), record]);
		return used
			.filter(({ id }) => changed.has(id))
			.flatMap(({ id, content }) => {
				const problems: RegisterProblem[] = [];
				if ((byId.get(content.id)?.length ?? 0) > 1)
					problems.push(registerProblem('field_id_taken', 'id', { id: content.id }));
				for (const name of namesOf(content)) {
					const other = byName.get(name)?.find((each) => each.id !== id);
					if (!other) continue;
					problems.push(registerProblem('field_name_taken', 'label', { name, field: other.content.id }));
					break;
				}
				return problems.map((problem) => ({ ...problem, id }));
			});
	},
};

function namesOf({ label, aliases }: LocalField): string[] {
	const names = [label.zh, label.en, ...(aliases ?? [])].map((name) =>
		name.normalize('NFKC').trim().toLowerCase(),
	);
	return [...new Set(names)];
}

/** Problems of a content as it was sent, by field. */
function checkLocalField(content: RegisterContent): RegisterProblem[] {
	const problems: RegisterProblem[] = [];
	const say: Say = (field, code, params = {}) => {
		problems.push(registerProblem(code, field, params));
	};
	for (const name of Object.keys(content)) if (!KNOWN.includes(name)) say(name, 'unknown_field');
	const { id, label, area, type, repeatable, obligation, maxLength, aliases, terms } = content;
	if (typeof id !== 'string' || !SLUG.test(id)) say('id', 'field_id');
	if (!isLabel(label)) say('label', 'label_missing', { max: LONGEST_NAME });
	if (typeof area !== 'string' || !LEVEL.test(area) || area === '*') say('area', 'field_area');
	if (!(LOCAL_FIELD_TYPES as readonly Json[]).includes(type as Json)) say('type', 'field_type');
	if (repeatable !== undefined && typeof repeatable !== 'boolean') say('repeatable', 'field_repeatable');
	if (repeatable === true && (type === 'longText' || type === 'enum')) say('repeatable', 'field_repeats');
	if (!isObligation(obligation)) say('obligation', 'field_obligation');
	if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && Number(maxLength) > 0))
		say('maxLength', 'field_length');
	if (aliases !== undefined && !(isList(aliases, MOST_NAMES) && aliases.every(isName)))
		say('aliases', 'field_aliases', { max: LONGEST_NAME });
	if (type === 'enum') {
		if (!isList(terms, MOST_NAMES) || terms.length === 0) say('terms', 'field_terms');
		else checkTerms(terms, say);
	} else if (terms !== undefined) say('terms', 'field_terms_unused');
	return problems;
}

function checkTerms(terms: readonly Json[], say: Say): void {
	const seen = new Set<string>();
	terms.forEach((term, index) => {
		const { id, label } = (term ?? {}) as { readonly id?: Json; readonly label?: Json };
		if (typeof id !== 'string' || !TERM_ID.test(id) || !isLabel(label))
			say(`terms.${index}`, 'field_term', { row: index + 1 });
		else if (seen.has(id)) say(`terms.${index}`, 'field_term_again', { id, row: index + 1 });
		else seen.add(id);
	});
}

function isName(value: Json | undefined): boolean {
	return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME;
}

function isLabel(value: Json | undefined): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	const { zh, en } = value as { readonly zh?: Json; readonly en?: Json };
	return isName(zh) && isName(en);
}

function isObligation(value: Json | undefined): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	const pairs = Object.entries(value);
	return (
		pairs.length > 0 &&
		pairs.every(([level, letter]) => LEVEL.test(level) && ['M', 'C', 'O'].includes(String(letter)))
	);
}

function isList(value: Json | undefined, most: number): value is readonly Json[] {
	return Array.isArray(value) && value.length <= most;
}
