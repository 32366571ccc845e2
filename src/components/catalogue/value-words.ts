import { fieldIdOf, textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import type { Attribution } from '#domain/catalogue/rows.ts';
import { isDispute } from '#domain/collaboration/conflicts.ts';
import { m } from '#i18n/generated/messages.js';
import { labelOf, timeWords } from '#i18n/words.ts';
import { valueWords } from './session-values.ts';

/** What a field is called in its profile. */
export function fieldWords(profile: string, field: FieldKey): string {
	const id = fieldIdOf(field);
	const structural: Readonly<Record<string, () => string>> = {
		parent: m.conflicts_field_parent,
		order: m.conflicts_field_order,
		status: m.conflicts_field_status,
		level: m.conflicts_field_level,
		dispute: m.conflicts_field_dispute,
	};
	const definition = profileOf(profile).fields.find((each) => each.id === id);
	return structural[id]?.() ?? (definition ? labelOf(definition.label) : id);
}

/** What a value of a field says. */
export function fieldValueWords(profile: string, field: FieldKey, value: FieldValue): string {
	if (isDispute(value)) return value.reason;
	const used = profileOf(profile);
	const definition = used.fields.find((each) => each.id === fieldIdOf(field));
	if (definition) return valueWords(used, definition, value);
	if (value === null || value === '') return m.catalogue_conflict_cleared();
	return textOf(value) || JSON.stringify(value);
}

/** Who set a value, and how when not by hand. */
export function authorWords(by: Pick<Attribution, 'actorName' | 'via'>): string {
	const via = by.via?.split(':', 1)[0];
	const how: Readonly<Record<string, () => string>> = {
		import: m.conflicts_via_import,
		cli: m.conflicts_via_cli,
		token: m.conflicts_via_token,
		rule: m.conflicts_via_rule,
		order: m.conflicts_via_order,
		'undo-order': m.conflicts_via_undo_order,
		recovered: m.conflicts_via_recovered,
		automatic: m.conflicts_via_automatic,
		undo: m.conflicts_via_undo,
		proposal: m.conflicts_via_proposal,
	};
	const words = via === undefined ? undefined : how[via];
	return words ? m.conflicts_author_via({ name: by.actorName, how: words() }) : by.actorName;
}

/** Where the correction order can be read that set a value; undefined when none did. */
export function orderPlace({ via }: Pick<Attribution, 'via'>): string | undefined {
	const id = /^(?:undo-)?order:(.+)$/.exec(via ?? '')?.[1];
	return id === undefined ? undefined : `/orders/${id}`;
}

export function attributionWords(by: Attribution): string {
	return m.catalogue_value_by({ name: authorWords(by), time: timeWords(by.receivedAt) });
}
