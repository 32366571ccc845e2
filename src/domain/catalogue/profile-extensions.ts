import { fieldIdOf, textOf, type FieldKey, type FieldValue } from './entry.ts';
import { fieldOf, obligationAt, termOf, type FieldDefinition, type Profile } from './profile.ts';

/** The field with the 档案门类代码 of an entry. */
export const CATEGORY_FIELD = 'categoryCode';
/** The field with the class within its category: 婚姻登记. */
export const CLASS_FIELD = 'recordClass';

/**
 * Which extensions an entry has: by its category and class, and by what it holds already, so that no value stands on a
 * card without its neighbours.
 */
export function extensionsOf(
	profile: Profile,
	fields: Readonly<Record<FieldKey, FieldValue>>,
): ReadonlySet<string> {
	const used = new Set<string>();
	if (!profile.extensions) return used;
	const category = termId(profile, CATEGORY_FIELD, fields[CATEGORY_FIELD]);
	const recordClass = termId(profile, CLASS_FIELD, fields[CLASS_FIELD]);
	for (const { id, categories, classes } of profile.extensions)
		if (categories.includes(category) && (classes === undefined || classes.includes(recordClass)))
			used.add(id);
	for (const key in fields) {
		const value = fields[key];
		if (value === null || value === '') continue;
		const { extensions } = fieldOf(profile, fieldIdOf(key)) ?? {};
		// A field of several extensions does not say which of them is meant.
		if (extensions?.length === 1) used.add(extensions[0] as string);
	}
	return used;
}

function termId(profile: Profile, fieldId: string, value: FieldValue | undefined): string {
	const written = textOf(value);
	const vocabulary = fieldOf(profile, fieldId)?.vocabulary;
	return vocabulary === undefined ? written : (termOf(profile, vocabulary, written)?.id ?? written);
}

/** Whether a field is one of an entry with these extensions. */
export function belongs(field: FieldDefinition, extensions: ReadonlySet<string>): boolean {
	return field.extensions === undefined || field.extensions.some((id) => extensions.has(id));
}

/** The fields offered at a level to an entry with these extensions, in the order of the profile. */
export function fieldsAt(
	profile: Profile,
	levelId: string,
	extensions: ReadonlySet<string> = new Set(),
): readonly FieldDefinition[] {
	return profile.fields.filter(
		(field) => !field.isWithdrawn && belongs(field, extensions) && obligationAt(field, levelId) !== undefined,
	);
}
