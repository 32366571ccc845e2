import type { Json } from '../entry.ts';
import { registerProblem } from './register-problems.ts';
import type { RegisterContent, RegisterProblem } from './register.ts';

/** What is wrong with the value of one field, `field` being the path that problems name. */
export type ValueCheck = (value: Json | undefined, field: string) => readonly RegisterProblem[];

type Fields = Readonly<Record<string, Json | undefined>>;

/** Checks field by field, in the order of the checks; fields that nobody knows are problems. */
export function checkFields(
	content: Fields,
	checks: Readonly<Record<string, ValueCheck>>,
	path = '',
): RegisterProblem[] {
	const problems = Object.entries(checks).flatMap(([field, check]) =>
		check(Object.hasOwn(content, field) ? content[field] : undefined, path + field),
	);
	for (const field of Object.keys(content))
		if (!Object.hasOwn(checks, field)) problems.push(registerProblem('unknown_field', path + field));
	return problems;
}

/** A text, empty only when that is allowed, without blanks around. */
export function text(most: number, { mayBeEmpty = false } = {}): ValueCheck {
	return (value, field) => {
		if (value === undefined) return [registerProblem('missing', field)];
		if (typeof value !== 'string') return [registerProblem('not_text', field)];
		if (value === '') return mayBeEmpty ? [] : [registerProblem('missing', field)];
		if (value.length > most) return [registerProblem('too_long', field, { most })];
		if (value.trim() !== value) return [registerProblem('blank_around', field, { text: value })];
		return [];
	};
}

/** What stands between values in lists, sheets, and joint creators as people write them. */
const BETWEEN_VALUES = /[;；\p{Cc}]/u;

/** A text that stands in lists with others, and so holds nothing that stands between them. */
export function listedText(most: number): ValueCheck {
	return (value, field) => {
		const problems = text(most)(value, field);
		if (problems.length > 0 || typeof value !== 'string') return problems;
		const sign = BETWEEN_VALUES.exec(value)?.[0];
		return sign === undefined ? [] : [registerProblem('name_sign', field, { text: value, sign })];
	};
}

/** A code of letters, digits, ideographs and hyphens. */
export function code(most: number): ValueCheck {
	return (value, field) => {
		const problems = text(most)(value, field);
		if (problems.length > 0 || typeof value !== 'string') return problems;
		return /^[\p{L}\p{N}-]+$/u.test(value) ? [] : [registerProblem('code_sign', field, { text: value })];
	};
}

/** Text of several lines, perhaps empty. */
export function longText(most: number): ValueCheck {
	return (value, field) => {
		if (value === undefined) return [registerProblem('missing', field)];
		if (typeof value !== 'string') return [registerProblem('not_text', field)];
		return value.length > most ? [registerProblem('too_long', field, { most })] : [];
	};
}

export function oneOf(terms: readonly string[]): ValueCheck {
	return (value, field) => {
		if (value === undefined) return [registerProblem('missing', field)];
		if (typeof value !== 'string') return [registerProblem('not_text', field)];
		return terms.includes(value) ? [] : [registerProblem('not_term', field, { text: value })];
	};
}

/** A whole number between two, both included. */
export function integer(least: number, most: number): ValueCheck {
	return (value, field) => {
		if (value === undefined) return [registerProblem('missing', field)];
		if (typeof value !== 'number' || !Number.isInteger(value)) return [registerProblem('not_number', field)];
		return value < least || value > most ? [registerProblem('out_of_range', field, { least, most })] : [];
	};
}

/** A number between two, both included, with decimals. */
export function decimal(least: number, most: number): ValueCheck {
	return (value, field) => {
		if (value === undefined) return [registerProblem('missing', field)];
		if (typeof value !== 'number' || !Number.isFinite(value)) return [registerProblem('not_number', field)];
		return value < least || value > most ? [registerProblem('out_of_range', field, { least, most })] : [];
	};
}

/** What may be left out, but is checked when it is there. */
export function optional(check: ValueCheck): ValueCheck {
	return (value, field) => (value === undefined ? [] : check(value, field));
}

/** A list, its members counted from 1 in the path. `keyOf`: what must not stand in it twice. */
export function list(most: number, check: ValueCheck, keyOf?: (value: Json) => string): ValueCheck {
	return (value, field) => {
		if (value === undefined) return [registerProblem('missing', field)];
		if (!Array.isArray(value)) return [registerProblem('not_list', field)];
		if (value.length > most) return [registerProblem('too_many', field, { most })];
		const members = value as readonly Json[];
		const problems = members.flatMap((member, index) => check(member, `${field}.${index + 1}`));
		if (!keyOf || problems.length > 0) return problems;
		const seen = new Set<string>();
		for (const [index, member] of members.entries()) {
			const key = keyOf(member);
			if (seen.has(key)) problems.push(registerProblem('repeated', `${field}.${index + 1}`, { text: key }));
			seen.add(key);
		}
		return problems;
	};
}

/** A list of different codes. */
export function codes(most: number, longest: number): ValueCheck {
	return list(most, code(longest), String);
}

/** A record within a record. */
export function record(checks: Readonly<Record<string, ValueCheck>>): ValueCheck {
	return (value, field) => {
		if (value === undefined) return [registerProblem('missing', field)];
		if (value === null || typeof value !== 'object' || Array.isArray(value))
			return [registerProblem('not_record', field)];
		return checkFields(value as RegisterContent, checks, `${field}.`);
	};
}
