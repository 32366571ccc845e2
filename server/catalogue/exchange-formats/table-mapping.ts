import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { fieldOf, levelOf, termOf, type FieldDefinition } from '#domain/catalogue/profile.ts';
import { allProfiles } from '#domain/catalogue/profiles.ts';

/** What a column can be besides a field: the level of its row, the row's own number, or that of the row above it. */
export const ROW_TARGETS = ['level', '@id', '@parent'] as const;

const Mapping = v.strictObject({
	profile: v.optional(v.string()),
	level: v.optional(v.string()),
	title: v.optional(v.string()),
	headerRow: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
	separators: v.optional(v.pipe(v.string(), v.maxLength(10))),
	otherColumns: v.optional(v.picklist(['match', 'leave'])),
	columns: v.record(v.string(), v.nullable(v.string())),
	terms: v.optional(v.record(v.string(), v.record(v.string(), v.string()))),
});

/**
 * How the columns of a table become fields, where headings do not say it. A JSON file:
 *
 * ```json
 * {
 *   "profile": "dat18",
 *   "level": "item",
 *   "title": "行政院公報 法規",
 *   "columns": { "題名": "title", "責任者": "creators", "層級": "level", "流水號": "@id", "上級": "@parent", "備用": null },
 *   "terms": { "retentionPeriod": { "永久保存": "Y" } }
 * }
 * ```
 *
 * - `columns`: heading → field id of the profile, or `level`, or `@id` and `@parent` (the hierarchy of the rows), or
 *   null: not taken, and listed as a loss. Headings are compared without regard to case, blanks and width.
 * - `profile`: `dat18` or `isad`; else the one whose fields the columns name.
 * - `level`: the level of every row that has no `level` column; else by the kind of table.
 * - `title`: title of the entry made for the table itself; else the row above the headings, else the file name.
 * - `headerRow`: the row with the headings, from 1; else found among the first ten.
 * - `separators`: characters that part the values of a repeatable field; `;；|` unless given, `""` parts nothing.
 * - `otherColumns`: `match` (as without a mapping) or `leave` (a loss) for columns that `columns` does not name.
 * - `terms`: by field, what is written → the term of the vocabulary.
 */
export type TableMapping = v.InferOutput<typeof Mapping>;

/**
 * A mapping file, parsed.
 * @throws {Refusal} 'import.mapping' with the place and the reason
 */
export function readMapping(data: unknown): TableMapping {
	const parsed = v.safeParse(Mapping, data);
	if (!parsed.success) {
		const issue = parsed.issues[0];
		throw new Refusal('import.mapping', { path: v.getDotPath(issue) ?? '', reason: issue.message });
	}
	const mapping = parsed.output;
	const refuse = (path: string, reason: string): never => {
		throw new Refusal('import.mapping', { path, reason });
	};
	const profiles = mapping.profile ? allProfiles().filter(({ id }) => id === mapping.profile) : allProfiles();
	if (profiles.length === 0) refuse('profile', mapping.profile ?? '');
	const { level } = mapping;
	if (level !== undefined && !profiles.some((profile) => levelOf(profile, level))) refuse('level', level);
	for (const [column, target] of Object.entries(mapping.columns))
		if (
			target !== null &&
			!(ROW_TARGETS as readonly string[]).includes(target) &&
			!profiles.some((profile) => isMappable(fieldOf(profile, target)) && !target.includes('#'))
		)
			refuse(`columns.${column}`, target);
	for (const [fieldId, terms] of Object.entries(mapping.terms ?? {}))
		for (const [written, term] of Object.entries(terms))
			if (
				!profiles.some((profile) => {
					const vocabulary = fieldOf(profile, fieldId)?.vocabulary;
					return vocabulary !== undefined && termOf(profile, vocabulary, term) !== undefined;
				})
			)
				refuse(`terms.${fieldId}.${written}`, term);
	return mapping;
}

/** New values come to no field that was taken out of use. */
function isMappable(field: FieldDefinition | undefined): boolean {
	return field !== undefined && !field.isWithdrawn;
}
