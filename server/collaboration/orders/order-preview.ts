import { groupChanges, type OrderRule } from '#domain/collaboration/orders.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { rowsById } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';
import { planOrder } from './order-plan.ts';
import { MAX_SHOWN } from './order-groups.ts';
import type { OrderPreview } from './shown-order.ts';

/** Examples a preview shows. */
const EXAMPLES = 50;

/** What an order by this rule would do; nothing is written. @throws {Refusal} what `planOrder` refuses */
export async function previewOrder(storage: Storage, person: Person, rule: OrderRule): Promise<OrderPreview> {
	const { changes, leftOut } = await planOrder(storage, person, rule);
	const { groups, groupOf } = groupChanges(changes, rule);
	const examples = changes.slice(0, EXAMPLES);
	const entries = new Map(
		(await rowsById(storage, person, [...new Set(examples.map(({ entryId }) => entryId))])).map((row) => [
			row.id,
			row,
		]),
	);
	return {
		rows: changes.length,
		entries: new Set(changes.map(({ entryId }) => entryId)).size,
		groups: groups.slice(0, MAX_SHOWN),
		groupCount: groups.length,
		examples: examples.map((change, at) => {
			const entry = entries.get(change.entryId);
			return {
				...change,
				title: (entry?.title || entry?.dateText) ?? '',
				referenceCode: entry?.referenceCode ?? '',
				profile: entry?.profile ?? '',
				level: entry?.level ?? '',
				group: groupOf[at] ?? 0,
			};
		}),
		leftOut,
	};
}
