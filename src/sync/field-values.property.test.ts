import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { fieldValuesOf, setField, survivingElements, type FieldElement } from './field-values.ts';

const FIELDS = ['title', 'year', 'creators#1', 'status'];

interface Step {
	readonly kind: 'set' | 'exchange';
	readonly who: number;
	readonly other: number;
	readonly field: number;
	readonly value: string | null;
}

const steps = fc.array(
	fc.record({
		kind: fc.constantFrom<'set' | 'exchange'>('set', 'set', 'exchange'),
		who: fc.nat(3),
		other: fc.nat(3),
		field: fc.nat(FIELDS.length - 1),
		value: fc.option(fc.string({ maxLength: 6 })),
	}),
	{ minLength: 1, maxLength: 40 },
);

function exchange(a: Y.Doc, b: Y.Doc): void {
	Y.applyUpdate(a, Y.encodeStateAsUpdate(b, Y.encodeStateVector(a)));
	Y.applyUpdate(b, Y.encodeStateAsUpdate(a, Y.encodeStateVector(b)));
}

function says(doc: Y.Doc): Record<string, FieldElement[]> {
	return Object.fromEntries(
		[...survivingElements(fieldValuesOf(doc))].map(([field, elements]) => [
			field,
			[...elements].sort((x, y) => (x.id < y.id ? -1 : 1)),
		]),
	);
}

const LONG = process.env['LANTAI_TEST_LONG'] !== undefined;

it(
	'any order of edits and exchanges converges, and every value lives until somebody who saw it sets anew',
	{
		timeout: LONG ? 120_000 : 10_000,
	},
	() => {
		fc.assert(
			fc.property(steps, (run: readonly Step[]) => {
				const docs = [0, 1, 2, 3].map(() => new Y.Doc());
				/** What each element's setter saw, for an independent reckoning of what must survive. */
				const replaced = new Set<string>();
				const all: FieldElement[] = [];
				let next = 0;
				for (const step of run) {
					const doc = docs[step.who] as Y.Doc;
					if (step.kind === 'exchange') exchange(doc, docs[step.other] as Y.Doc);
					else {
						const field = FIELDS[step.field] as string;
						for (const seen of survivingElements(fieldValuesOf(doc)).get(field) ?? []) replaced.add(seen.id);
						all.push(
							setField(fieldValuesOf(doc), field, step.value, {
								id: `e${next++}`,
								by: `p${step.who}`,
								at: '2026-01-01T00:00:00Z',
							}),
						);
					}
				}
				for (const a of docs) for (const b of docs) exchange(a, b);
				for (const a of docs) for (const b of docs) exchange(a, b);
				const expected: Record<string, FieldElement[]> = {};
				for (const element of all
					.filter((each) => !replaced.has(each.id))
					.sort((x, y) => (x.id < y.id ? -1 : 1)))
					(expected[element.field] ??= []).push(element);
				for (const doc of docs) expect(says(doc)).toEqual(expected);
			}),
			{ numRuns: LONG ? 5000 : 200 },
		);
	},
);
