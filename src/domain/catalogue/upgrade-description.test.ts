import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Description, FieldValue } from './entry.ts';
import type { Profile, UpgradeStep } from './profile.ts';
import { dat18 } from './profiles/dat18/dat18.ts';
import { upgradeDescription } from './upgrade-description.ts';

const RUNS = process.env['LANTAI_TEST_LONG'] ? 20_000 : 300;

function profileWith(...steps: (readonly UpgradeStep[])[]): Profile {
	return {
		...dat18,
		version: steps.length + 1,
		upgrades: steps.map((each, index) => ({ to: index + 2, steps: each })),
	};
}

function item(fields: Record<string, FieldValue>): Description {
	return { level: 'item', fields, bodies: {} };
}

it('renames a field, its items and its long text', () => {
	const profile = profileWith([{ kind: 'rename', from: 'old', to: 'new' }]);
	const body = { type: 'doc' as const, content: [] };
	const { description, notes } = upgradeDescription(profile, 1, {
		level: 'item',
		fields: { old: 'a', 'old#1': { order: 'a0', text: 'b' }, older: 'c' },
		bodies: { old: body },
	});
	expect(description).toEqual({
		level: 'item',
		fields: { new: 'a', 'new#1': { order: 'a0', text: 'b' }, older: 'c' },
		bodies: { new: body },
	});
	expect(notes.map(({ kind }) => kind)).toEqual(['renamed', 'renamed', 'renamed']);
});

it('does not choose between an old value and another that stands in its place', () => {
	const profile = profileWith([{ kind: 'rename', from: 'old', to: 'new' }]);
	const { description, notes } = upgradeDescription(profile, 1, item({ old: 'a', new: 'b' }));
	expect(description.fields).toEqual({ old: 'a', new: 'b' });
	expect(notes).toEqual([{ kind: 'kept', from: 'old', to: 'new' }]);
});

it('parts a value at the first separator only', () => {
	const profile = profileWith([
		{ kind: 'split', from: 'secrecy', separator: '★', into: ['secrecy', 'period'] },
	]);
	const upgraded = (value: string) =>
		upgradeDescription(profile, 1, item({ secrecy: value })).description.fields;
	expect(upgraded('机密★10年')).toEqual({ secrecy: '机密', period: '10年' });
	expect(upgraded('机密')).toEqual({ secrecy: '机密' });
});

it('changes codes of a vocabulary, in items too, and leaves other words', () => {
	const profile = profileWith([{ kind: 'terms', field: 'class', codes: { A: 'first', B: 'second' } }]);
	const { description } = upgradeDescription(
		profile,
		1,
		item({
			class: 'A',
			'class#1': { order: 'a0', text: 'B' },
			other: 'A',
			'class#2': { order: 'a1', text: 'C' },
		}),
	);
	expect(description.fields).toEqual({
		class: 'first',
		'class#1': { order: 'a0', text: 'second' },
		other: 'A',
		'class#2': { order: 'a1', text: 'C' },
	});
});

it('goes through the versions one after the other, from the one it was', () => {
	const profile = profileWith(
		[{ kind: 'rename', from: 'a', to: 'b' }],
		[{ kind: 'rename', from: 'b', to: 'c' }],
	);
	expect(upgradeDescription(profile, 1, item({ a: 1 })).description.fields).toEqual({ c: 1 });
	expect(upgradeDescription(profile, 2, item({ a: 1 })).description.fields).toEqual({ a: 1 });
	expect(upgradeDescription(profile, 3, item({ b: 1 })).description.fields).toEqual({ b: 1 });
});

it('never loses a value, whatever is renamed', () => {
	const id = fc.constantFrom('a', 'b', 'c', 'd');
	fc.assert(
		fc.property(
			fc.dictionary(id, fc.string()),
			fc.array(fc.record({ kind: fc.constant('rename' as const), from: id, to: id }), { maxLength: 5 }),
			(fields, steps) => {
				const { description } = upgradeDescription(profileWith(steps), 1, item(fields));
				expect(new Set(Object.values(description.fields))).toEqual(new Set(Object.values(fields)));
			},
		),
		{ numRuns: RUNS },
	);
});
