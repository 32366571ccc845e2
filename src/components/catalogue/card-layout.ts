import { fieldIdOf, isDescriptive, STRUCTURAL_FIELDS, type FieldKey } from '#domain/catalogue/entry.ts';
import { belongs } from '#domain/catalogue/profile-extensions.ts';
import {
	fieldOf,
	obligationAt,
	type FieldDefinition,
	type Label,
	type Profile,
} from '#domain/catalogue/profile.ts';

/** A field on the card. */
export interface CardField {
	readonly definition: FieldDefinition;
	/** Mandatory at this level and empty. */
	readonly isMissing: boolean;
	/** Has a value although this level does not use it: shown, never hidden. */
	readonly isForeign: boolean;
}

export interface CardArea {
	readonly id: string;
	readonly label: Label;
	readonly fields: readonly CardField[];
}

/** What stands on a card, and what could be added to it. */
export interface CardLayout {
	readonly areas: readonly CardArea[];
	readonly offered: readonly FieldDefinition[];
}

/** Id of the area for values the profile knows nothing of. */
export const OTHER_AREA = 'other';

/** The title heads the card; structural fields have their own places. */
const ELSEWHERE: readonly string[] = ['title', ...STRUCTURAL_FIELDS];

/**
 * Which fields stand on the card of an entry: those with a value, those that must have one, those just added. A value
 * is always shown, also where the level or the profile does not use its field.
 * @param filled keys of fields and items with a value, and field ids of long texts with words
 * @param added field ids a person asked for
 * @param extensions which extensions the entry has; fields of others are neither offered nor asked for
 */
export function layoutOf(
	profile: Profile,
	level: string,
	filled: Iterable<FieldKey>,
	added: ReadonlySet<string>,
	extensions: ReadonlySet<string> = new Set(),
): CardLayout {
	const keys = [...filled].filter(isDescriptive);
	const withValue = new Set(keys.map(fieldIdOf));
	const offered: FieldDefinition[] = [];
	const byArea = new Map<string, CardField[]>();
	const add = (area: string, field: CardField): void => {
		byArea.set(area, [...(byArea.get(area) ?? []), field]);
	};
	for (const definition of profile.fields) {
		if (ELSEWHERE.includes(definition.id)) continue;
		const obligation = obligationAt(definition, level);
		const isFilled = withValue.has(definition.id);
		const isAsked = !definition.isWithdrawn && !definition.isComputed && belongs(definition, extensions);
		const isMandatory = isAsked && obligation === 'M';
		if (isFilled || isMandatory || added.has(definition.id))
			add(definition.area, {
				definition,
				isMissing: isMandatory && !isFilled,
				isForeign: obligation === undefined,
			});
		else if (isAsked && obligation !== undefined) offered.push(definition);
	}
	for (const id of [...withValue].sort())
		if (!ELSEWHERE.includes(id) && !fieldOf(profile, id))
			add(OTHER_AREA, {
				definition: {
					id,
					label: { zh: id, en: id },
					area: OTHER_AREA,
					type: 'text',
					obligation: {},
					repeatable: keys.some((key) => key.startsWith(`${id}#`)),
				},
				isMissing: false,
				isForeign: true,
			});
	const areas = [...profile.areas, { id: OTHER_AREA, label: { zh: '其他项目', en: 'Other elements' } }];
	return {
		areas: areas
			.filter((area) => byArea.has(area.id))
			.map((area) => ({ ...area, fields: byArea.get(area.id) ?? [] })),
		offered,
	};
}
