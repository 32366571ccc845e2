import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Description, FieldValue } from '../../entry.ts';
import { fieldOf, levelOf, obligationAt, termOf, type FieldDefinition } from '../../profile.ts';
import { extensionsOf, fieldsAt } from '../../profile-extensions.ts';
import { rowColumns } from '../../row-columns.ts';
import { upgradeDescription } from '../../upgrade-description.ts';
import { settingAsWritten } from '../../written-value.ts';
import { dat18Version1 } from './dat18-version-1.fixture.ts';
import { dat18 } from './dat18.ts';

const RUNS = process.env['LANTAI_TEST_LONG'] ? 20_000 : 300;

const words = fc
	.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
	.filter((text) => text.trim() !== '');

/** A value as version 1 keeps it: a term, another word where a term belongs, a number, a title with emphasis. */
function valueOf(field: FieldDefinition): fc.Arbitrary<FieldValue> {
	const terms = field.vocabulary ? (dat18Version1.vocabularies[field.vocabulary] ?? []) : [];
	if (terms.length > 0) return fc.oneof(fc.constantFrom(...terms.map(({ id }) => id)), words);
	if (field.type === 'integer') return fc.oneof(fc.nat(3000), words);
	if (field.type === 'markedText')
		return fc.oneof(
			words,
			words.map((text) => ({ text, marks: [{ type: 'bold', from: 0, to: 1 }] })),
		);
	return words;
}

const description: fc.Arbitrary<Description> = fc
	.record({
		level: fc.constantFrom(...dat18Version1.levels.map(({ id }) => id)),
		fields: fc
			.tuple(
				...dat18Version1.fields
					.filter(({ type }) => type !== 'longText')
					.map((field) =>
						fc.option(
							valueOf(field).map((value) =>
								field.repeatable
									? ([`${field.id}#1`, { order: 'a0', text: String(value) }] as const)
									: ([field.id, value] as const),
							),
							{ nil: undefined },
						),
					),
			)
			.map((pairs) => Object.fromEntries(pairs.filter((pair) => pair !== undefined))),
		bodies: fc
			.subarray(dat18Version1.fields.filter(({ type }) => type === 'longText').map(({ id }) => id))
			.chain((ids) =>
				fc
					.tuple(...ids.map((id) => words.map((text) => [id, text] as const)))
					.map((pairs) =>
						Object.fromEntries(
							pairs.map(([id, text]) => [
								id,
								{ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] },
							]),
						),
					),
			),
	})
	.map((made) => made as Description);

describe('version 2', () => {
	it('keeps every level, field, area and term of version 1, and what they mean', () => {
		for (const level of dat18Version1.levels) expect(levelOf(dat18, level.id)).toMatchObject(level);
		for (const area of dat18Version1.areas) expect(dat18.areas).toContainEqual(area);
		for (const old of dat18Version1.fields) {
			const now = fieldOf(dat18, old.id);
			expect(now).toMatchObject({ id: old.id, label: old.label, type: old.type });
			expect(now?.repeatable).toBe(old.repeatable);
			expect(now?.aliases ?? []).toEqual(expect.arrayContaining([...(old.aliases ?? [])]));
			for (const { id } of dat18Version1.levels)
				expect(obligationAt(now as FieldDefinition, id), `${old.id} at ${id}`).toBe(obligationAt(old, id));
		}
		for (const [id, terms] of Object.entries(dat18Version1.vocabularies))
			for (const term of terms)
				for (const name of [term.id, term.label.zh, term.label.en, ...(term.aliases ?? [])])
					expect(termOf(dat18, id, name)?.id, name).toBe(term.id);
	});

	it('loses nothing of any description of version 1, and shows and finds the same', () => {
		fc.assert(
			fc.property(description, (old) => {
				const { description: now, notes } = upgradeDescription(dat18, 1, old);
				expect(now).toEqual(old);
				expect(notes).toEqual([]);
				expect(rowColumns(dat18, now)).toEqual(rowColumns(dat18Version1, old));
			}),
			{ numRuns: RUNS },
		);
	});

	it('takes every value of version 1 as somebody would write it again', () => {
		fc.assert(
			fc.property(description, (old) => {
				for (const [key, value] of Object.entries(old.fields)) {
					if (typeof value !== 'string') continue;
					const field = fieldOf(dat18Version1, key) as FieldDefinition;
					if (field.type === 'integer' || value.length > (field.maxLength ?? Infinity)) continue;
					const before = settingAsWritten(dat18Version1, {}, key, value, () => 'new');
					expect(settingAsWritten(dat18, {}, key, value, () => 'new')).toEqual(before);
				}
			}),
			{ numRuns: RUNS },
		);
	});

	it('keeps the old 短期 apart from what is 定期 now', () => {
		expect(termOf(dat18, 'retentionPeriod', 'D')?.label.zh).toBe('短期');
		expect(termOf(dat18, 'retentionPeriod', '30年')?.id).toBe('D30');
		expect(termOf(dat18, 'retentionPeriod', 'D')?.isFormer).toBe(true);
	});
});

describe('extensions', () => {
	it.each([
		[{ categoryCode: 'ZP' }, ['photo']],
		[{ categoryCode: '照片' }, ['photo']],
		[{ categoryCode: 'LX' }, ['audioVideo']],
		[{ categoryCode: 'SW' }, ['object']],
		[{ categoryCode: 'KU' }, ['accounting']],
		[{ categoryCode: 'ZY' }, []],
		[{ categoryCode: 'ZY', recordClass: 'marriage' }, ['livelihood', 'marriage']],
		[{ categoryCode: 'ZY', recordClass: '知青' }, ['livelihood', 'sentDownYouth']],
		[{ categoryCode: 'WS', recordClass: 'marriage' }, []],
		[{ categoryCode: 'WS', negativeNumber: '12' }, ['photo']],
		[{ negativeNumber: null }, []],
		// Several extensions have it: it tells none of them.
		[{ place: '沧浦' }, []],
	])('%j brings %j', (fields, expected) => {
		expect([...extensionsOf(dat18, fields)].toSorted()).toEqual(expected);
	});

	it('offer their fields to their own entries only', () => {
		const ids = (extensions: string[]): string[] =>
			fieldsAt(dat18, 'item', new Set(extensions)).map(({ id }) => id);
		expect(ids([])).not.toContain('groom');
		expect(ids([])).not.toContain('photoNumber');
		expect(ids(['livelihood', 'marriage'])).toEqual(
			expect.arrayContaining(['groom', 'sex', 'place', 'title']),
		);
		expect(ids(['photo'])).toEqual(expect.arrayContaining(['photoNumber', 'place', 'persons', 'caption']));
		expect(ids(['photo'])).not.toContain('groom');
	});
});
