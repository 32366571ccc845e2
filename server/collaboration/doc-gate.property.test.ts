import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { isRefusal } from '#domain/base/refusal.ts';
import { bodyOf, writeMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { DocGate } from './doc-gate.ts';
import { judgeChange, judgeEntry } from './entry-rules.ts';

const ACTOR = { id: 'p1', name: '甲', via: null };
const AT = '2026-01-01T00:00:00.000Z';

/** Things a change may do to a document, good and bad. */
const steps = fc.oneof(
	fc.record({
		kind: fc.constant('set' as const),
		field: fc.constantFrom('title', 'dates#1', 'retentionPeriod'),
		value: fc.oneof(fc.string({ maxLength: 6 }), fc.constant(null)),
		id: fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5'),
		by: fc.constantFrom('p1', '甲', 'p2'),
	}),
	fc.record({
		kind: fc.constant('push' as const),
		field: fc.constantFrom('title', 'dates#1'),
		value: fc.string({ maxLength: 6 }),
		id: fc.constantFrom('e1', 'e2', 'e3', 'e6', 'e7'),
		by: fc.constantFrom('p1', 'p1', 'p2'),
	}),
	fc.record({ kind: fc.constant('delete' as const), at: fc.nat(5) }),
	fc.record({ kind: fc.constant('odd' as const), value: fc.constantFrom(7, 'text', null) }),
	fc.record({
		kind: fc.constant('write' as const),
		name: fc.constantFrom('scopeAndContent', 'note', 'title'),
		text: fc.string({ maxLength: 4 }),
	}),
	fc.record({ kind: fc.constant('foreign' as const), name: fc.constantFrom('meta', 'other') }),
);
/** Settings that stand before, several of a field beside each other. */
const standing = fc.array(
	fc.record({
		field: fc.constantFrom('title', 'dates#1'),
		value: fc.string({ maxLength: 6 }),
		isReplaced: fc.boolean(),
	}),
	{ maxLength: 5 },
);
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never;

function take(doc: Y.Doc, step: Step): void {
	const values = fieldValuesOf(doc);
	switch (step.kind) {
		case 'set':
			setField(values, step.field, step.value, { id: step.id, by: step.by, at: AT });
			break;
		case 'push':
			values.push([{ id: step.id, field: step.field, value: step.value, by: step.by, at: AT }]);
			break;
		case 'delete':
			if (step.at < values.length) values.delete(step.at);
			break;
		case 'odd':
			(values as Y.Array<unknown>).push([step.value]);
			break;
		case 'write':
			bodyOf(doc, step.name).insert(0, [new Y.XmlText(step.text)]);
			break;
		case 'foreign':
			if (step.name === 'meta') doc.getMap('meta').set('profile', 'isad');
			else doc.getArray('other').push([1]);
			break;
	}
}

function outcomeOf<T>(run: () => T): T | string {
	try {
		return run();
	} catch (error) {
		if (isRefusal(error)) return error.code;
		throw error;
	}
}

it('a change made here is judged as its update would be by the gate of a live document', () => {
	const seen = new Map<string, number>();
	fc.assert(
		fc.property(standing, fc.array(steps, { maxLength: 4 }), (before, change) => {
			const doc = new Y.Doc();
			writeMeta(doc, { schema: 1, profile: 'isad' });
			for (const [index, { field, value, isReplaced }] of before.entries()) {
				const element = { id: `e${index + 1}`, by: 'p2', at: AT };
				if (isReplaced) setField(fieldValuesOf(doc), field, value, element);
				else fieldValuesOf(doc).push([{ ...element, field, value }]);
			}
			const state = Y.encodeStateAsUpdate(doc);
			const device = new Y.Doc();
			device.clientID = 77;
			Y.applyUpdate(device, state);
			const vector = Y.encodeStateVector(device);
			device.transact(() => change.forEach((step) => take(device, step)));
			const gate = new DocGate(doc, judgeEntry);
			const expected = outcomeOf(() => gate.check(Y.encodeStateAsUpdate(device, vector), ACTOR));

			const scratch = new Y.Doc();
			scratch.clientID = 77;
			Y.applyUpdate(scratch, state);
			const judged = outcomeOf(() =>
				judgeChange(
					scratch,
					(copy) => {
						for (const step of change) take(copy, step);
						return true;
					},
					ACTOR,
				),
			);
			if (typeof expected !== 'object' || typeof judged !== 'object') expect(judged).toEqual(expected);
			else {
				expect(judged.changes).toEqual(expected.changes);
				Y.applyUpdate(doc, judged.payload);
				expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(device));
			}
			const key = typeof expected === 'string' ? expected : expected ? 'good' : 'nothing';
			seen.set(key, (seen.get(key) ?? 0) + 1);
		}),
		{ numRuns: 600 },
	);
	// The law says nothing where one side never occurs.
	for (const key of [
		'good',
		'nothing',
		'collaboration.bad-element',
		'collaboration.foreign-author',
		'collaboration.foreign-type',
		'collaboration.deletion-without-value',
	])
		expect(seen.get(key), [...seen].join(' ')).toBeGreaterThan(5);
});
