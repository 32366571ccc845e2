import { expect, it } from 'vitest';
import { checkProfile, type ProfileProblem } from './check-profile.ts';
import { withLocalFields } from './local-fields.ts';
import type { FieldDefinition, Profile } from './profile.ts';
import { shippedProfiles } from './profiles/shipped.ts';
import { dat18 } from './profiles/dat18/dat18.ts';

it.each(shippedProfiles().map((profile) => [profile.id, profile] as const))(
	'%s has no problem',
	(_, profile) => {
		expect(checkProfile(profile)).toEqual([]);
	},
);

it('a profile with local fields has no problem', () => {
	const profile = withLocalFields(dat18, [
		{
			id: 'local.shelf-mark',
			label: { zh: '旧架号', en: 'Old shelf mark' },
			area: 'elsewhere',
			type: 'text',
			obligation: { '*': 'O', part: 'O' },
			aliases: ['架号', '题名'],
		},
	]);
	expect(checkProfile(profile)).toEqual([]);
});

const field = (change: Partial<FieldDefinition>): FieldDefinition => ({
	id: 'colour',
	label: { zh: '颜色', en: 'Colour' },
	area: 'identity',
	type: 'text',
	obligation: { item: 'O' },
	...change,
});

const broken: readonly (readonly [ProfileProblem['code'], string, Profile])[] = [
	['bad-id', 'fields.Colour', withField({ id: 'Colour' })],
	['repeated-id', 'fields.colour', withField({}, field({}))],
	['label-missing', 'fields.colour', withField({ label: { zh: '颜色', en: ' ' } })],
	['unknown-area', 'fields.colour', withField({ area: 'paint' })],
	['unknown-level', 'fields.colour', withField({ obligation: { page: 'O' } })],
	['vocabulary-missing', 'fields.colour', withField({ type: 'enum' })],
	['unknown-vocabulary', 'fields.colour', withField({ type: 'enum', vocabulary: 'colours' })],
	['unknown-extension', 'fields.colour', withField({ extensions: ['paint'] })],
	['ambiguous-name', 'fields.colour', withField({ aliases: ['文 号'] })],
	['bad-length', 'fields.colour', withField({ maxLength: 0 })],
	['long-text-repeats', 'fields.colour', withField({ type: 'longText', repeatable: true })],
	['upgrade-missing', 'upgrades', { ...dat18, upgrades: [] }],
	[
		'upgrade-unknown-field',
		'upgrades.2',
		{ ...dat18, upgrades: [{ to: 2, steps: [{ kind: 'rename', from: 'hue', to: 'paint' }] }] },
	],
	['field-missing', 'fields', { ...dat18, fields: dat18.fields.filter(({ id }) => id !== 'title') }],
];

function withField(change: Partial<FieldDefinition>, ...others: FieldDefinition[]): Profile {
	return { ...dat18, fields: [...dat18.fields, ...others, field(change)] };
}

it.each(broken)('%s at %s', (code, where, profile) => {
	expect(checkProfile(profile)).toContainEqual(expect.objectContaining({ code, where }));
});
