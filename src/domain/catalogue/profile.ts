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
	/**
	 * Id of a vocabulary of the profile. For `enum` values are ids of its terms. For `text` it is open: values are words,
	 * and where they are the id of a term people read the label.
	 */
	readonly vocabulary?: string;
	/** Longest value in characters. */
	readonly maxLength?: number;
	/** Clause of the standard, e.g. `ISAD(G) 3.1.2`. */
	readonly source?: string;
	/** Further column headings that mean this field (any case), besides id, labels and AtoM names. */
	readonly aliases?: readonly string[];
	/** Ids of the extensions it belongs to; left out for fields of every entry. */
	readonly extensions?: readonly string[];
	/** What a machine finds out: shown, never asked for. */
	readonly isComputed?: boolean;
	/** Taken out of use: values are shown and can be cleared, but nothing offers or maps it. */
	readonly isWithdrawn?: boolean;
}

export interface LevelDefinition {
	readonly id: string;
	readonly label: Label;
	/** Levels offered first for a new child; any level is allowed. */
	readonly children: readonly string[];
	readonly aliases?: readonly string[];
	/** A fonds (全宗): what lies below belongs to it. */
	readonly isFonds?: boolean;
	/** Only holds fonds together (全宗群): they belong to themselves, not to it. */
	readonly isAboveFonds?: boolean;
}

export interface Term {
	readonly id: string;
	readonly label: Label;
	readonly aliases?: readonly string[];
	/** A term of old holdings, which records of today do not get. It stays on offer: old records are described today. */
	readonly isFormer?: boolean;
	/** The code or its meaning is not verified against the standard. */
	readonly isUnsure?: boolean;
}

/** Further fields for some entries: those of a 门类 (and class), and those that carry a value of one of them already. */
export interface Extension {
	readonly id: string;
	readonly label: Label;
	/** 档案门类代码 that bring it. */
	readonly categories: readonly string[];
	/** Values of the field `recordClass` that bring it, by id of the term; any class of the category when left out. */
	readonly classes?: readonly string[];
}

/** One step from a version to the next; steps of a version are taken in their order. */
export type UpgradeStep =
	| { readonly kind: 'rename'; readonly from: string; readonly to: string }
	/** A value `first<separator>rest` becomes two; what has no separator stays in `from`. */
	| {
			readonly kind: 'split';
			readonly from: string;
			readonly separator: string;
			readonly into: readonly [string, string];
	  }
	| { readonly kind: 'terms'; readonly field: string; readonly codes: Readonly<Record<string, string>> };

/** The steps that lead from the version before to this one. */
export interface ProfileUpgrade {
	readonly to: number;
	readonly steps: readonly UpgradeStep[];
}

/** The elements, levels and vocabularies by which a part of the holdings is described: data, not code. */
export interface Profile {
	readonly id: string;
	readonly version: number;
	readonly label: Label;
	readonly areas: readonly { readonly id: string; readonly label: Label }[];
	readonly levels: readonly LevelDefinition[];
	/** All of them, those of extensions too. */
	readonly fields: readonly FieldDefinition[];
	readonly vocabularies: Readonly<Record<string, readonly Term[]>>;
	readonly extensions?: readonly Extension[];
	/** From version 2 on, oldest first, none left out. */
	readonly upgrades?: readonly ProfileUpgrade[];
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

/** Whether an entry of a level belongs to itself, whatever it lies in: a fonds, and what only holds fonds together. */
export function isOwnFonds(profile: Profile, levelId: string): boolean {
	const level = levelOf(profile, levelId);
	return level?.isFonds === true || level?.isAboveFonds === true;
}

/**
 * The fonds of an entry: the nearest of itself and those above it that belongs to itself; the outermost where none does.
 * @param above the fonds of the entry it lies in; undefined at the top
 */
export function fondsOfEntry<Id extends string>(
	profile: Profile,
	entry: { readonly id: Id; readonly level: string },
	above: Id | undefined,
): Id {
	return above === undefined || isOwnFonds(profile, entry.level) ? entry.id : above;
}

/** How binding a field is at a level; `undefined` when it is not used there. */
export function obligationAt(field: FieldDefinition, levelId: string): Obligation | undefined {
	return field.obligation[levelId] ?? field.obligation['*'];
}

/** The term of a vocabulary that a value as written means: by id, label or alias, blanks and case aside. */
export function termOf(profile: Profile, vocabulary: string, written: string): Term | undefined {
	const wanted = written.trim().toLowerCase();
	const terms = profile.vocabularies[vocabulary];
	// An id is never overruled: `D` is the old 短期, whatever else is called so.
	return (
		terms?.find(({ id }) => id === written.trim()) ??
		terms?.find((term) =>
			[term.id, term.label.zh, term.label.en, ...(term.aliases ?? [])].some(
				(name) => name.toLowerCase() === wanted,
			),
		)
	);
}

/** A name without what does not tell two names apart: width, case, blanks. */
export function nameKey(name: string): string {
	return name.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
}
