import * as v from 'valibot';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import {
	MAX_ORDER_ROWS,
	MAX_WORDS_LENGTH,
	ORDER_ROW_STATES,
	ORDER_STATES,
	type OrderRule,
} from '#domain/collaboration/orders.ts';
import { MAX_WHY_LENGTH } from '#domain/collaboration/proposals.ts';
import type { OrderDesk } from '#server/collaboration/orders/order-desk.ts';

const entryId = v.pipe(
	v.string(),
	v.check(isUuid),
	v.transform((id) => id as EntryId),
);
const field = v.pipe(v.string(), v.minLength(1), v.maxLength(140));
const words = v.pipe(v.string(), v.maxLength(MAX_WORDS_LENGTH));
const value = v.pipe(v.string(), v.maxLength(20_000));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000_000));

const where = v.optional(
	v.strictObject({
		field: v.optional(field),
		equals: v.optional(words),
		contains: v.optional(words),
		level: v.optional(v.pipe(v.string(), v.maxLength(64))),
		fromYear: v.optional(count),
		toYear: v.optional(count),
	}),
);

/** How an order is made. A list of corrections comes as rows, or as the file itself. */
export const RuleBody = v.variant('kind', [
	v.strictObject({ kind: v.literal('set'), under: entryId, where, field, value }),
	v.strictObject({ kind: v.literal('replace'), under: entryId, where, field, words, by: words }),
	v.strictObject({
		kind: v.literal('rows'),
		file: v.optional(v.pipe(v.string(), v.maxLength(200))),
		rows: v.pipe(
			v.array(
				v.strictObject({
					entry: v.pipe(v.string(), v.maxLength(200)),
					field: v.pipe(v.string(), v.maxLength(140)),
					value,
					line: v.optional(count),
				}),
			),
			v.maxLength(MAX_ORDER_ROWS),
		),
	}),
	v.strictObject({
		kind: v.literal('file'),
		name: v.pipe(v.string(), v.maxLength(200)),
		base64: v.pipe(v.string(), v.base64()),
	}),
]);

export const why = v.optional(v.pipe(v.string(), v.maxLength(MAX_WHY_LENGTH)), '');

/** A new order. */
export const OrderBody = v.strictObject({ rule: RuleBody, why, isDraft: v.optional(v.boolean(), false) });

/** Rows that were looked at, by position or as a group. */
export const JudgeBody = v.strictObject({
	which: v.union([
		v.pipe(v.array(count), v.minLength(1), v.maxLength(MAX_ORDER_ROWS)),
		v.strictObject({ group: count }),
	]),
	verdict: v.picklist(['approved', 'rejected']),
	why,
});

/** Which orders a list holds. */
export const ListQuery = v.strictObject({
	show: v.optional(v.picklist(['mine', 'waiting', 'all'])),
	state: v.optional(v.picklist(ORDER_STATES)),
});

/** Which rows of an order a page holds. */
export const RowsQuery = v.strictObject({
	group: v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number))),
	state: v.optional(v.picklist(ORDER_ROW_STATES)),
	sample: v.optional(v.pipe(v.string(), v.maxLength(64))),
});

/** The rule a body means. @throws {Refusal} what a file is refused for */
export async function ruleOf(
	orders: Pick<OrderDesk, 'readFile'>,
	body: v.InferOutput<typeof RuleBody>,
): Promise<OrderRule> {
	return body.kind === 'file' ? orders.readFile(body.name, Buffer.from(body.base64, 'base64')) : body;
}

/** The query of an address without the place in a list. */
export function filterOf(url: URL): Record<string, string> {
	const { offset, limit, ...filter } = Object.fromEntries(url.searchParams);
	void [offset, limit];
	return filter;
}
