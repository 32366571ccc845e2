import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemsAmong } from '../registers/problems-among.fixture.ts';
import type { RegisterContent } from '../registers/register.ts';
import { isAcceptable } from '../registers/register-problems.ts';
import { authorityDefinition } from './authority-definition.ts';
import { authority, GOVERNMENT, recordOf, soundAuthority, WATER } from './authorities.fixture.ts';
import type { Authority } from './authority.ts';

function problems(content: unknown) {
	return authorityDefinition
		.check(content as RegisterContent)
		.map(({ field, code, params }) => [field, code, params]);
}

function among(id: string, content: Partial<Authority>, others = [WATER, GOVERNMENT]) {
	return problemsAmong(
		authorityDefinition,
		[id],
		[...others.filter((other) => other.id !== id), recordOf(id, authority(content))],
	).map(({ field, code, params }) => [field, code, params]);
}

describe('an authority', () => {
	it('is in order when its names follow each other', () => {
		expect(problems(WATER.content)).toEqual([]);
		expect(problems(GOVERNMENT.content)).toEqual([]);
		expect(authorityDefinition.titleOf(WATER.content)).toBe('沧浦区水务局');
		assert(
			property(soundAuthority, (content) => {
				expect(problems(content)).toEqual([]);
			}),
		);
	});

	it('needs its fields, and knows no others', () => {
		expect(
			problems({ kind: 'ship', names: [], colour: 'red' }).map(([field, code]) => [field, code]),
		).toEqual([
			['kind', 'not_term'],
			['shortNames', 'missing'],
			['organCodes', 'missing'],
			['predecessors', 'missing'],
			['fondsNumbers', 'missing'],
			['offices', 'missing'],
			['note', 'missing'],
			['colour', 'unknown_field'],
		]);
		expect(problems(authority({}))).toEqual([['names', 'no_name', {}]]);
	});

	it('has texts with times that make sense, each named by its place', () => {
		expect(
			problems({
				...authority({}),
				names: [
					{ text: '局', from: '2001', to: '1958' },
					{ text: ' 局' },
					{ text: '水务局;财政局' },
					{ text: '局', from: '20010231' },
					{ text: '', to: 1958, by: '' },
					'局',
				],
			}),
		).toEqual([
			['names.1', 'dated_reversed', { text: '局' }],
			['names.2.text', 'blank_around', { text: ' 局' }],
			['names.3.text', 'name_sign', { text: '水务局;财政局', sign: ';' }],
			['names.4.from', 'dated_dates', { text: '20010231' }],
			['names.5.text', 'missing', {}],
			['names.5.to', 'dated_dates', { text: '1958' }],
			['names.5.by', 'unknown_field', {}],
			['names.6', 'not_record', {}],
		]);
	});

	it('has one name at a time', () => {
		const names = [
			{ text: '沧浦县水利局', to: '2002' },
			{ text: '沧浦区水务局', from: '2001' },
		];
		expect(problems(authority({ names }))).toEqual([
			['names', 'names_overlap', { one: '沧浦县水利局', other: '沧浦区水务局' }],
		]);
		const shortNames = [{ text: '水务局', to: '2002' }, { text: '水 务局' }];
		expect(problems(authority({ names: [{ text: '局' }], shortNames }))).toEqual([
			['shortNames.2', 'repeated', { text: '水 务局' }],
		]);
	});
});

describe('an authority among others', () => {
	it('shares names and codes at one time only with a warning', () => {
		const content = {
			names: [{ text: '区府', from: '2010' }],
			shortNames: [{ text: '县水利局', from: '2005' }, { text: '水务局' }],
			organCodes: [{ text: '沧水', from: '1990' }],
		};
		expect(among('new', content)).toEqual([
			['names', 'name_taken', { text: '区府', other: '沧浦区人民政府' }],
			['shortNames', 'short_name_taken', { text: '水务局', other: '沧浦区水务局' }],
			['organCodes', 'organ_code_taken', { text: '沧水', other: '沧浦区水务局' }],
		]);
		const found = problemsAmong(authorityDefinition, ['new'], [WATER, recordOf('new', authority(content))]);
		expect(isAcceptable(found)).toBe(true);
		// It takes nothing from itself.
		expect(among('water', WATER.content)).toEqual([]);
	});

	it('comes from others that there are, and not from itself', () => {
		expect(among('new', { predecessors: ['water', 'nobody', 'new'] })).toEqual([
			['predecessors.2', 'predecessor_unknown', { text: 'nobody' }],
			['predecessors.3', 'predecessor_self', {}],
		]);
		const chain = [
			recordOf('a', authority({ names: [{ text: '甲' }], predecessors: ['b'] })),
			recordOf('b', authority({ names: [{ text: '乙' }], predecessors: ['c', 'b'] })),
		];
		expect(among('c', { predecessors: ['a'] }, chain)).toEqual([
			['predecessors', 'predecessor_loop', { other: '甲' }],
		]);
		// A circle of others is their problem.
		expect(among('d', { predecessors: ['b'] }, chain)).toEqual([]);
	});
});
