import type { Json } from '../entry.ts';
import type { Label, Term } from '../profile.ts';
import type { RegisterContent, RegisterId } from './register.ts';

interface FieldBase {
	readonly id: string;
	readonly label: Label;
	readonly hint?: Label;
	/** Left out of the content while nothing is written. */
	readonly isOptional?: boolean;
}

/** Whom a value names: a record of a register, by its id or by what a field of it says. */
interface Named {
	readonly register: RegisterId;
	/** `id`, or a field that no two records have alike. */
	readonly by: string;
}

/**
 * A field of a record as people fill it in.
 * `flag` yes, or left out · `dated` texts with the time they were valid · `list` several codes · `records` rows with fields of their own · `group` one of
 * them.
 */
export type RegisterField = FieldBase &
	(
		| { readonly kind: 'text' | 'longText' | 'day' | 'dated' | 'flag' }
		| { readonly kind: 'number'; readonly hasDecimals?: boolean }
		| { readonly kind: 'list'; readonly terms?: readonly Term[] }
		| { readonly kind: 'choice'; readonly terms: readonly Term[] }
		| ({ readonly kind: 'reference' | 'references' } & Named)
		| { readonly kind: 'records' | 'group'; readonly fields: readonly RegisterField[] }
	);

type Fields = Readonly<Record<string, Json | undefined>>;

/** The content of a record nobody has written in. */
export function emptyContent(fields: readonly RegisterField[]): RegisterContent {
	const content: Record<string, Json> = {};
	for (const field of fields) {
		const value = emptyValue(field);
		if (value !== undefined) content[field.id] = value;
	}
	return content;
}

function emptyValue(field: RegisterField): Json | undefined {
	if (field.isOptional || field.kind === 'flag') return undefined;
	switch (field.kind) {
		case 'number':
			return 0;
		case 'choice':
			return field.terms[0]?.id ?? '';
		case 'dated':
		case 'list':
		case 'references':
		case 'records':
			return [];
		case 'group':
			return emptyContent(field.fields);
		default:
			return '';
	}
}

/**
 * What was filled in as it is sent: without blanks around, rows nobody wrote in, and optional fields left empty. A number that
 * is none is sent as it was typed, so that it is named as a problem.
 */
export function tidied(fields: readonly RegisterField[], content: Fields): RegisterContent {
	const tidy: Record<string, Json> = {};
	for (const field of fields) {
		const value = tidyValue(field, content[field.id]);
		if (value !== undefined) tidy[field.id] = value;
	}
	// What no field shows is not lost.
	for (const [id, value] of Object.entries(content))
		if (value !== undefined && !fields.some((field) => field.id === id)) tidy[id] = value;
	return tidy;
}

function tidyValue(field: RegisterField, value: Json | undefined): Json | undefined {
	switch (field.kind) {
		case 'number':
			return numberOf(field.isOptional ?? false, value);
		case 'list':
		case 'references': {
			const texts = listOf(value).map((each) => String(each).trim());
			const written = texts.filter((text) => text !== '');
			return written.length === 0 && field.isOptional ? undefined : written;
		}
		case 'flag':
			return value === true ? true : undefined;
		case 'dated':
			return listOf(value).flatMap((each) => tidyDated(each as Fields));
		case 'records': {
			const rows = listOf(value)
				.map((each) => tidied(field.fields, each as Fields))
				.filter((each) => !isEmpty(each));
			return rows.length === 0 && field.isOptional ? undefined : rows;
		}
		case 'group':
			return tidied(field.fields, (value ?? {}) as Fields);
		case 'longText':
			return typeof value === 'string' ? value : '';
		default: {
			const text = typeof value === 'string' ? value.trim() : '';
			return text === '' && field.isOptional ? undefined : text;
		}
	}
}

function numberOf(isOptional: boolean, value: Json | undefined): Json | undefined {
	if (typeof value === 'number') return value;
	const text = typeof value === 'string' ? value.normalize('NFKC').replace(/[,\s]/gu, '') : '';
	if (text === '') return isOptional ? undefined : 0;
	return /^-?\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : String(value);
}

function tidyDated({ text, from, to }: Fields): Json[] {
	const [words, first, last] = [text, from, to].map((each) => (typeof each === 'string' ? each.trim() : ''));
	if (!words && !first && !last) return [];
	return [
		{
			text: words ?? '',
			...(first ? { from: first.replace(/[-./]/gu, '') } : {}),
			...(last ? { to: last.replace(/[-./]/gu, '') } : {}),
		},
	];
}

function listOf(value: Json | undefined): readonly Json[] {
	return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** Nobody wrote anything in it. */
function isEmpty(value: Json): boolean {
	if (value === '' || value === null) return true;
	return typeof value === 'object' && Object.values(value).every((inner: Json) => isEmpty(inner));
}
