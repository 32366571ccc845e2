import { nameKey, type FieldDefinition, type Profile, type Term } from './profile.ts';
import type { LocalFieldInUse } from './registers/local-field.ts';

/** Where local fields stand whose area the profile does not have. */
export const LOCAL_AREA: Term = { id: 'local', label: { zh: '本馆项目', en: 'Local elements' } };

/**
 * A profile with the fields an archive added. Fields of the profile are never redefined: a local field with the id of
 * another is passed over, and names the profile uses already are not taken as aliases, so that no column changes its
 * meaning by an archive's own field.
 */
export function withLocalFields(profile: Profile, fields: readonly LocalFieldInUse[]): Profile {
	const taken = new Set(profile.fields.map(({ id }) => id));
	const names = new Set(
		profile.fields.flatMap(({ id, label, aliases }) =>
			[id, label.zh, label.en, ...(aliases ?? [])].map(nameKey),
		),
	);
	const added: FieldDefinition[] = [];
	const vocabularies: Record<string, Profile['vocabularies'][string]> = { ...profile.vocabularies };
	let usesOwnArea = false;
	for (const field of fields) {
		if (taken.has(field.id)) continue;
		taken.add(field.id);
		const { terms, aliases, ...rest } = field;
		const hasArea = profile.areas.some(({ id }) => id === field.area);
		usesOwnArea ||= !hasArea;
		if (terms) vocabularies[field.id] = terms;
		added.push({
			...rest,
			area: hasArea ? field.area : LOCAL_AREA.id,
			obligation: obligationIn(profile, field.obligation),
			...(terms ? { vocabulary: field.id } : {}),
			...(aliases ? { aliases: aliases.filter((name) => !names.has(nameKey(name))) } : {}),
		});
	}
	if (added.length === 0) return profile;
	return {
		...profile,
		areas: usesOwnArea ? [...profile.areas, LOCAL_AREA] : profile.areas,
		fields: [...profile.fields, ...added],
		vocabularies,
	};
}

/** An obligation of a level the profile does not have says nothing there. */
function obligationIn(
	profile: Profile,
	obligation: FieldDefinition['obligation'],
): FieldDefinition['obligation'] {
	return Object.fromEntries(
		Object.entries(obligation).filter(
			([level]) => level === '*' || profile.levels.some(({ id }) => id === level),
		),
	);
}
