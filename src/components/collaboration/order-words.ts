import { levelName } from '#components/catalogue/entry-words.ts';
import type { FieldDefinition, Profile } from '#domain/catalogue/profile.ts';
import { termOf } from '#domain/catalogue/profile.ts';
import { allProfiles } from '#domain/catalogue/profiles.ts';
import type { KeptRule, OrderCondition, OrderRowState } from '#domain/collaboration/orders.ts';
import { m } from '#i18n/generated/messages.js';
import { joinWords, labelOf, numberWords } from '#i18n/words.ts';
import type { ShownOrder } from '#server/collaboration/orders/shown-order.ts';

/** A field by its id alone: the first profile that has it speaks, as an order may span several. */
function definitionOf(fieldId: string): { profile: Profile; definition: FieldDefinition } | undefined {
	for (const profile of allProfiles()) {
		const definition = profile.fields.find(({ id }) => id === fieldId);
		if (definition) return { profile, definition };
	}
	return undefined;
}

/** What a field is called where no entry says its profile. */
export function orderedFieldWords(fieldId: string): string {
	const found = definitionOf(fieldId);
	return found ? labelOf(found.definition.label) : fieldId;
}

/** What a value of such a field says: terms of a vocabulary by their names. */
export function orderedValueWords(fieldId: string, text: string): string {
	const found = definitionOf(fieldId);
	const vocabulary = found?.definition.vocabulary;
	const term = found && vocabulary ? termOf(found.profile, vocabulary, text) : undefined;
	return term ? labelOf(term.label) : text;
}

/** What an order changes, in one line. */
export function ruleWords(rule: KeptRule | null): string {
	if (!rule) return m.orders_rule_hidden();
	if (rule.kind === 'rows') {
		const count = numberWords(rule.count);
		return rule.file === undefined
			? m.orders_rule_rows({ count })
			: m.orders_rule_file({ file: rule.file, count });
	}
	const field = orderedFieldWords(rule.field);
	if (rule.kind === 'set')
		return rule.value === ''
			? m.orders_rule_clear({ field })
			: m.orders_rule_set({ field, value: orderedValueWords(rule.field, rule.value) });
	const { words, by } = rule;
	return by === '' ? m.orders_rule_remove({ field, words }) : m.orders_rule_replace({ field, words, by });
}

/** Which entries an order means: below which one, and on what conditions. Empty for a list. */
export function scopeWords(rule: KeptRule | null, under: string, profile: string): string {
	if (!rule || rule.kind === 'rows') return '';
	return joinWords(
		[m.orders_where_under({ name: under }), ...conditionWords(rule.where, profile)],
		'clauses',
	);
}

function conditionWords(where: OrderCondition | undefined, profile: string): string[] {
	const { field, equals, contains, level, fromYear: from, toYear: to } = where ?? {};
	const words: string[] = [];
	if (level !== undefined) words.push(m.orders_where_level({ level: levelName(profile, level) }));
	if (from !== undefined && to !== undefined) words.push(m.orders_where_years({ from, to }));
	else if (from !== undefined) words.push(m.orders_where_from({ from }));
	else if (to !== undefined) words.push(m.orders_where_to({ to }));
	if (field === undefined) return words;
	const name = orderedFieldWords(field);
	if (equals !== undefined)
		words.push(m.orders_where_equals({ field: name, words: orderedValueWords(field, equals) }));
	if (contains !== undefined) words.push(m.orders_where_contains({ field: name, words: contains }));
	return words;
}

/** Where an order stands; one that stopped on the way says so. */
export function orderStateWords({ state, isUnderWay }: Pick<ShownOrder, 'state' | 'isUnderWay'>): string {
	if (isUnderWay) return state === 'applied' ? m.orders_state_undoing() : m.orders_state_stopped();
	return {
		draft: m.orders_state_draft,
		submitted: m.orders_state_submitted,
		applied: m.orders_state_applied,
		rejected: m.orders_state_rejected,
		withdrawn: m.orders_state_withdrawn,
		undone: m.orders_state_undone,
	}[state]();
}

/** Waiting asks for attention, stopped on the way more so. */
export function orderTone({
	state,
	isUnderWay,
}: Pick<ShownOrder, 'state' | 'isUnderWay'>): 'plain' | 'accent' | 'caution' | 'good' {
	if (isUnderWay) return 'accent';
	return state === 'submitted' ? 'caution' : state === 'applied' ? 'good' : 'plain';
}

/** What became of a row. */
export function rowStateWords(state: OrderRowState): string {
	return {
		waiting: m.orders_row_waiting,
		approved: m.orders_row_approved,
		rejected: m.orders_row_rejected,
		applied: m.orders_row_applied,
		stale: m.orders_row_stale,
		unchanged: m.orders_row_unchanged,
		refused: m.orders_row_refused,
		undone: m.orders_row_undone,
	}[state]();
}

/** What went wrong stands out, what went well is quiet. */
export function rowTone(state: OrderRowState): 'plain' | 'accent' | 'caution' | 'good' {
	if (state === 'rejected') return 'accent';
	if (state === 'refused' || state === 'stale') return 'caution';
	return state === 'applied' || state === 'approved' ? 'good' : 'plain';
}
