/** A phrase in the two languages of the interface. */
export interface Label {
	readonly zh: string;
	readonly en: string;
}

/** M mandatory (必著), C mandatory if it exists (有则必著), O optional (选著). Absent: not used at that level. */
export type Obligation = 'M' | 'C' | 'O';

/**
 * How a value is kept and edited.
 * `text` one line · `markedText` one line that may carry emphasis ({@link MarkedText}) · `longText` rich text, merged
 * as text · `integer` · `date` one date as written · `dateRange` first and last date as written · `enum` a term of
 * `vocabulary` · `link` an address.
 */
export type FieldType =
	'text' | 'markedText' | 'longText' | 'integer' | 'date' | 'dateRange' | 'enum' | 'link';

export interface FieldDefinition {
	readonly id: string;
	readonly label: Label;
	/** Where it stands on the card: id of one of the profile's areas. */
	readonly area: string;
	readonly type: FieldType;
	/** Several values, each under its own key `id#item`; see `entry.ts`. */
	readonly repeatable?: boolean;
	/** Obligation by level id; `'*'` speaks for every level not named. */
	readonly obligation: Readonly<Record<string, Obligation>>;
	/** Id of a vocabulary of the profile, for `enum`. */
	readonly vocabulary?: string;
	/** Longest value in characters. */
	readonly maxLength?: number;
	/** Clause of the standard, e.g. `ISAD(G) 3.1.2`. */
	readonly source?: string;
	/** Further column headings that mean this field (any case), besides id, labels and AtoM names. */
	readonly aliases?: readonly string[];
}

export interface LevelDefinition {
	readonly id: string;
	readonly label: Label;
	/** Levels offered first for a new child; any level is allowed. */
	readonly children: readonly string[];
	readonly aliases?: readonly string[];
}

export interface Term {
	readonly id: string;
	readonly label: Label;
	readonly aliases?: readonly string[];
}

/** The elements, levels and vocabularies by which a part of the holdings is described: data, not code. */
export interface Profile {
	readonly id: string;
	readonly version: number;
	readonly label: Label;
	readonly areas: readonly { readonly id: string; readonly label: Label }[];
	readonly levels: readonly LevelDefinition[];
	readonly fields: readonly FieldDefinition[];
	readonly vocabularies: Readonly<Record<string, readonly Term[]>>;
}

/** The definition of a field, by id or by the key of one of its items (`creators#x`). */
export function fieldOf(profile: Profile, fieldKey: string): FieldDefinition | undefined {
	const id = fieldKey.split('#', 1)[0];
	return profile.fields.find((field) => field.id === id);
}

/** The definition of a level. */
export function levelOf(profile: Profile, levelId: string): LevelDefinition | undefined {
	return profile.levels.find((level) => level.id === levelId);
}

/** How binding a field is at a level; `undefined` when it is not used there. */
export function obligationAt(field: FieldDefinition, levelId: string): Obligation | undefined {
	return field.obligation[levelId] ?? field.obligation['*'];
}

/** The fields used at a level, in the order of the profile. */
export function fieldsAt(profile: Profile, levelId: string): readonly FieldDefinition[] {
	return profile.fields.filter((field) => obligationAt(field, levelId) !== undefined);
}

/** The term of a vocabulary that a value as written means: by id, label or alias, blanks and case aside. */
export function termOf(profile: Profile, vocabulary: string, written: string): Term | undefined {
	const wanted = written.trim().toLowerCase();
	return profile.vocabularies[vocabulary]?.find((term) =>
		[term.id, term.label.zh, term.label.en, ...(term.aliases ?? [])].some(
			(name) => name.toLowerCase() === wanted,
		),
	);
}
