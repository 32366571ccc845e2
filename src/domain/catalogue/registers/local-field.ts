import type { Json } from '../entry.ts';
import type { FieldType, Label, Obligation, Term } from '../profile.ts';
import type { RegisterContent, RegisterDefinition, RegisterProblem } from './register.ts';

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
	checkAmong(record, others) {
		const problems: RegisterProblem[] = [];
		const mine = namesOf(record.content);
		for (const other of others) {
			if (other.id === record.id) continue;
			if (other.content.id === record.content.id)
				problems.push({ field: 'id', code: 'field-id-taken', params: { id: record.content.id } });
			if (other.isWithdrawn) continue;
			const name = namesOf(other.content).find((each) => mine.includes(each));
			if (name !== undefined)
				problems.push({
					field: 'label',
					code: 'field-name-taken',
					params: { name, field: other.content.id },
				});
		}
		return problems;
	},
};

function namesOf({ label, aliases }: LocalField): string[] {
	return [label.zh, label.en, ...(aliases ?? [])].map((name) => name.normalize('NFKC').trim().toLowerCase());
}

/** Problems of a content as it was sent, by field. */
function checkLocalField(content: RegisterContent): RegisterProblem[] {
	const problems: RegisterProblem[] = [];
	const say = (field: string, code: string, params?: RegisterProblem['params']): void => {
		problems.push({ field, code, ...(params ? { params } : {}) });
	};
	for (const name of Object.keys(content)) if (!KNOWN.includes(name)) say(name, 'unknown-field', { name });
	const { id, label, area, type, repeatable, obligation, maxLength, aliases, terms } = content;
	if (typeof id !== 'string' || !SLUG.test(id)) say('id', 'field-id');
	if (!isLabel(label)) say('label', 'label-missing', { max: LONGEST_NAME });
	if (typeof area !== 'string' || !LEVEL.test(area) || area === '*') say('area', 'field-area');
	if (!(LOCAL_FIELD_TYPES as readonly Json[]).includes(type as Json)) say('type', 'field-type');
	if (repeatable !== undefined && typeof repeatable !== 'boolean') say('repeatable', 'field-repeatable');
	if (repeatable === true && (type === 'longText' || type === 'enum')) say('repeatable', 'field-repeats');
	if (!isObligation(obligation)) say('obligation', 'field-obligation');
	if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && Number(maxLength) > 0))
		say('maxLength', 'field-length');
	if (aliases !== undefined && !(isList(aliases, MOST_NAMES) && aliases.every(isName)))
		say('aliases', 'field-aliases', { max: LONGEST_NAME });
	if (type === 'enum') {
		if (!isList(terms, MOST_NAMES) || terms.length === 0) say('terms', 'field-terms');
		else checkTerms(terms, say);
	} else if (terms !== undefined) say('terms', 'field-terms-unused');
	return problems;
}

function checkTerms(
	terms: readonly Json[],
	say: (field: string, code: string, params?: RegisterProblem['params']) => void,
): void {
	const seen = new Set<string>();
	terms.forEach((term, index) => {
		const { id, label } = (term ?? {}) as { readonly id?: Json; readonly label?: Json };
		if (typeof id !== 'string' || !TERM_ID.test(id) || !isLabel(label))
			say(`terms.${index}`, 'field-term', { row: index + 1 });
		else if (seen.has(id)) say(`terms.${index}`, 'field-term-again', { id, row: index + 1 });
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
