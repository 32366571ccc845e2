import { fieldIdOf, textOf, type FieldValue } from '#domain/catalogue/entry.ts';
import type { KeptRule, OrderRowState } from '#domain/collaboration/orders.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { Storage } from '#server/storage/storage.ts';
import { orderRowsFor } from './order-records.ts';
import type { ShownGroup } from './shown-order.ts';

/** Rows and groups in one answer at most. */
export const MAX_SHOWN = 500;

/** The groups of an order, the largest first when it was made, with what became of their rows. */
export async function orderGroups(
	storage: Storage,
	person: Person,
	orderId: string,
	rule: KeptRule | null,
): Promise<{ readonly groups: readonly ShownGroup[]; readonly count: number }> {
	const rows = await orderRowsFor(storage, person, orderId)
		.select((select) => [
			'row.group_no',
			'row.state',
			select.fn.countAll<number>().as('count'),
			select.fn.min<number>('row.position').as('first'),
		])
		.groupBy(['row.group_no', 'row.state'])
		.orderBy('row.group_no')
		.execute();
	const found = new Map<number, { first: number; states: Partial<Record<OrderRowState, number>> }>();
	for (const { group_no, state, count, first } of rows) {
		const known = found.get(group_no) ?? { first, states: {} };
		known.states[state as OrderRowState] = count;
		found.set(group_no, known);
	}
	const shown = [...found].slice(0, MAX_SHOWN);
	const firsts = await orderRowsFor(storage, person, orderId)
		.select(['row.group_no', 'row.field', 'row.old_value', 'row.new_value'])
		.where('row.position', 'in', shown.length > 0 ? shown.map(([, { first }]) => first) : [-1])
		.execute();
	const example = new Map(firsts.map((row) => [row.group_no, row]));
	const groups = shown.flatMap(([group, { states }]): ShownGroup[] => {
		const row = example.get(group);
		if (!row) return [];
		const isReplacing = rule?.kind === 'replace';
		return [
			{
				group,
				fieldId: fieldIdOf(row.field),
				from: isReplacing ? rule.words : textOf(JSON.parse(row.old_value) as FieldValue),
				to: isReplacing ? rule.by : textOf(JSON.parse(row.new_value) as FieldValue),
				count: Object.values(states).reduce((sum, each) => sum + each, 0),
				states,
			},
		];
	});
	return { groups, count: found.size };
}
