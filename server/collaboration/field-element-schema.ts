import * as v from 'valibot';
import { isFieldKey } from '#domain/catalogue/entry.ts';
import { isUuid } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { isDispute, isDisputeKey } from '#domain/collaboration/conflicts.ts';
import type { FieldElement } from '#sync/field-values.ts';

/** Longest JSON text of one value, in UTF-16 units. */
export const MAX_VALUE_LENGTH = 64 * 1024;

/** Longest reason for leaving a conflict, in UTF-16 units. */
const MAX_REASON_LENGTH = 2000;

const Element = v.strictObject({
	id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
	field: v.pipe(v.string(), v.check(isFieldKey)),
	value: v.union([
		v.string(),
		v.number(),
		v.boolean(),
		v.null(),
		v.record(v.string(), v.any()),
		v.array(v.any()),
	]),
	by: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
	at: v.pipe(v.string(), v.maxLength(40), v.isoTimestamp()),
	via: v.optional(v.pipe(v.string(), v.maxLength(100))),
});

const structural: Readonly<Record<string, (value: unknown) => boolean>> = {
	level: (value) => typeof value === 'string' && /^[A-Za-z][A-Za-z0-9]{0,63}$/.test(value),
	parent: (value) => value === null || (typeof value === 'string' && isUuid(value)),
	order: (value) => typeof value === 'string' && /^[0-9A-Za-z]{1,200}$/.test(value),
	status: (value) => value === 'active' || value === 'deleted',
};

/**
 * An element of `fields` as it came over a border.
 * @throws {Refusal} 'collaboration.bad-element' naming the field and the reason
 */
export function readFieldElement(given: unknown): FieldElement {
	const parsed = v.safeParse(Element, given);
	if (!parsed.success) {
		const issue = parsed.issues[0];
		throw new Refusal('collaboration.bad-element', {
			reason: `${v.getDotPath(issue) ?? 'element'}: ${issue.message}`,
		});
	}
	const element = parsed.output as FieldElement;
	if (JSON.stringify(element.value).length > MAX_VALUE_LENGTH)
		throw new Refusal('collaboration.bad-element', { reason: `${element.field}: value too long` });
	const isKnownShape = isDisputeKey(element.field)
		? element.value === null || (isDispute(element.value) && element.value.reason.length <= MAX_REASON_LENGTH)
		: structural[element.field]?.(element.value) !== false;
	if (!isKnownShape)
		throw new Refusal('collaboration.bad-element', {
			reason: `${element.field}: ${JSON.stringify(element.value).slice(0, 80)}`,
		});
	return element;
}
