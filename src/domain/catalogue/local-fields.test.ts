import { afterEach, describe, expect, it } from 'vitest';
import { withLocalFields } from './local-fields.ts';
import { fieldOf, termOf } from './profile.ts';
import { fieldsAt } from './profile-extensions.ts';
import { dat18 } from './profiles/dat18/dat18.ts';
import { allProfiles, profileOf, useLocalFields } from './profiles.ts';
import { LOCAL_FIELDS, type LocalField } from './registers/local-field.ts';
import { problemsAmong } from './registers/problems-among.fixture.ts';
import type { RegisterContent } from './registers/register.ts';

const shelf: LocalField = {
	id: 'local.old-shelf',
	label: { zh: '旧架号', en: 'Old shelf' },
	area: 'custody',
	type: 'text',
	obligation: { item: 'O' },
	aliases: ['架号', '题名'],
};
const region: LocalField = {
	id: 'local.region',
	label: { zh: '片区', en: 'Region' },
	area: 'nowhere',
	type: 'enum',
	obligation: { '*': 'O' },
	terms: [{ id: 'east', label: { zh: '东片', en: 'East' } }],
};

describe('a profile with local fields', () => {
	const profile = withLocalFields(dat18, [shelf, region]);

	it('has them in their areas, with their terms', () => {
		expect(fieldOf(profile, 'local.old-shelf#1')).toMatchObject({ area: 'custody', type: 'text' });
		expect(fieldOf(profile, 'local.region')).toMatchObject({ area: 'local', vocabulary: 'local.region' });
		expect(termOf(profile, 'local.region', '东片')?.id).toBe('east');
		expect(profile.areas.at(-1)?.label.zh).toBe('本馆项目');
	});

	it('takes no name away from a field of the profile, nor the field itself', () => {
		expect(fieldOf(profile, 'local.old-shelf')?.aliases).toEqual(['架号']);
		const other = withLocalFields(dat18, [{ ...shelf, id: 'title' }]);
		expect(fieldOf(other, 'title')).toEqual(fieldOf(dat18, 'title'));
	});

	it('shows what is withdrawn, and offers it no more', () => {
		const later = withLocalFields(dat18, [{ ...shelf, isWithdrawn: true }]);
		expect(fieldOf(later, 'local.old-shelf')).toBeDefined();
		expect(fieldsAt(later, 'item').map(({ id }) => id)).not.toContain('local.old-shelf');
		expect(fieldsAt(profile, 'item').map(({ id }) => id)).toContain('local.old-shelf');
		expect(fieldsAt(profile, 'file').map(({ id }) => id)).not.toContain('local.old-shelf');
	});
});

describe('the profiles in use', () => {
	afterEach(() => useLocalFields([]));

	it('carry the fields of the archive, and stay the same objects until these change', () => {
		useLocalFields([shelf]);
		const before = profileOf('dat18');
		expect(fieldOf(before, shelf.id)).toBeDefined();
		expect(allProfiles().every((profile) => fieldOf(profile, shelf.id))).toBe(true);
		useLocalFields([structuredClone(shelf)]);
		expect(profileOf('dat18')).toBe(before);
		useLocalFields([]);
		expect(fieldOf(profileOf('dat18'), shelf.id)).toBeUndefined();
	});
});

describe('the register of local fields', () => {
	const content = (change: object): RegisterContent =>
		({ ...shelf, ...change }) as unknown as RegisterContent;

	it('takes what is well formed', () => {
		expect(LOCAL_FIELDS.check(content({}))).toEqual([]);
		expect(LOCAL_FIELDS.check({ ...region } as unknown as RegisterContent)).toEqual([]);
	});

	it.each([
		[{ id: 'shelf' }, 'id', 'field_id'],
		[{ id: 'local.Shelf' }, 'id', 'field_id'],
		[{ label: { zh: '架', en: '' } }, 'label', 'label_missing'],
		[{ area: 3 }, 'area', 'field_area'],
		[{ type: 'markedText' }, 'type', 'field_type'],
		[{ repeatable: 'yes' }, 'repeatable', 'field_repeatable'],
		[{ type: 'longText', repeatable: true }, 'repeatable', 'field_repeats'],
		[{ obligation: {} }, 'obligation', 'field_obligation'],
		[{ obligation: { item: 'X' } }, 'obligation', 'field_obligation'],
		[{ maxLength: 0 }, 'maxLength', 'field_length'],
		[{ aliases: [''] }, 'aliases', 'field_aliases'],
		[{ type: 'enum' }, 'terms', 'field_terms'],
		[{ terms: [] }, 'terms', 'field_terms_unused'],
		[{ type: 'enum', terms: [{ id: 'a' }] }, 'terms.0', 'field_term'],
		[{ colour: 'red' }, 'colour', 'unknown_field'],
	])('names what is wrong with %j', (change, field, code) => {
		expect(LOCAL_FIELDS.check(content(change))).toContainEqual(expect.objectContaining({ field, code }));
	});

	it('names a term that is there twice', () => {
		const term = { id: 'a', label: { zh: '甲', en: 'A' } };
		expect(LOCAL_FIELDS.check(content({ type: 'enum', terms: [term, term] }))).toEqual([
			{ field: 'terms.1', code: 'field_term_again', params: { id: 'a', row: 2 } },
		]);
	});

	it('refuses an id or a name of another field', () => {
		const record = (id: string, own: LocalField, isWithdrawn = false) => ({
			id,
			version: 1,
			content: own,
			isWithdrawn,
			actorName: '甲',
			at: '2026-01-01T00:00:00.000Z',
		});
		const among = (own: LocalField, others: ReturnType<typeof record>[]) =>
			problemsAmong(LOCAL_FIELDS, ['2'], [...others.filter(({ id }) => id !== '2'), record('2', own)]).map(
				({ code }) => code,
			);
		expect(among(shelf, [record('1', shelf)])).toEqual(['field_id_taken', 'field_name_taken']);
		expect(among({ ...region, aliases: [' 旧架号 '] }, [record('1', shelf)])).toEqual(['field_name_taken']);
		expect(among({ ...region, aliases: ['旧架号'] }, [record('1', shelf, true)])).toEqual([]);
		expect(among(shelf, [record('1', shelf, true)])).toEqual(['field_id_taken']);
		expect(among(shelf, [record('2', shelf)])).toEqual([]);
	});
});
