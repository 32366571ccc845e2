import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import type { FieldDefinition, Profile } from '#domain/catalogue/profile.ts';
import { dat18 } from '#domain/catalogue/profiles/dat18/dat18.ts';
import { isad } from '#domain/catalogue/profiles/isad.ts';
import type { RichText, RichTextMark, RichTextNode } from '#domain/catalogue/rich-text.ts';
import { readEad } from './ead-reader.ts';
import { writeEad3 } from './ead3-writer.ts';
import { readJson, writeJson } from './json-format.ts';
import {
	comparable,
	entriesOf,
	readAll,
	streamOf,
	textOfExport,
	type Item,
	type Sketch,
} from './reading.fixture.ts';
import { whyNotValid } from './ead3-schema.fixture.ts';

const LONG = process.env['LANTAI_TEST_LONG'] !== undefined;

const info = {
	recordId: 'synthetic',
	title: 'Synthetic export',
	agencyName: 'Synthetic archives',
	date: '2026-01-02T03:04:05Z',
	language: 'zh-CN',
};

// Everything that is awkward in XML and in white space, but nothing XML forbids.
const awkward = fc.constantFrom(
	...'ab7 \n\t\r<>&"\'é档全宗;:%+?=é😀'.split(/(?:)/u),
	'\u00a0',
	'\u3000',
	']]>',
	'  ',
	'&amp;',
	'lantai:',
);
const text = fc.array(awkward, { maxLength: 8 }).map((parts) => parts.join(''));
const words = fc.oneof(fc.constantFrom('全宗一', 'Letters of 1923', '永久', '30年', '7'), text);
const someText = text.filter((each) => each !== '');

const mark: fc.Arbitrary<RichTextMark> = fc.oneof(
	fc.constantFrom<RichTextMark[]>(
		{ type: 'bold' },
		{ type: 'italic' },
		{ type: 'underline' },
		{ type: 'strike' },
	),
	fc.record({
		type: fc.constant('link'),
		attrs: fc.constantFrom<NonNullable<RichTextMark['attrs']>[]>(
			{ href: 'https://example.org/a b?c=d&e' },
			{ href: '/relative', target: '_blank', class: null },
		),
	}),
);
const inline: fc.Arbitrary<RichTextNode[]> = fc
	.array(
		fc.oneof(
			{ weight: 5, arbitrary: fc.tuple(someText, fc.uniqueArray(mark, { selector: (each) => each.type })) },
			{ weight: 1, arbitrary: fc.constant(null) },
		),
		{ maxLength: 5 },
	)
	.map((parts) => {
		const nodes: RichTextNode[] = [];
		for (const part of parts) {
			const node: RichTextNode = part
				? { type: 'text', text: part[0], ...(part[1].length ? { marks: part[1] } : {}) }
				: { type: 'hardBreak' };
			const last = nodes.at(-1);
			// An editor never keeps two neighbours of equal marks apart.
			const isSame = last?.type === 'text' && JSON.stringify(last.marks) === JSON.stringify(node.marks);
			if (!isSame || node.type !== 'text') nodes.push(node);
		}
		return nodes;
	});
const paragraph = inline.map((content): RichTextNode =>
	content.length ? { type: 'paragraph', content } : { type: 'paragraph' },
);
const heading = fc.tuple(fc.integer({ min: 1, max: 4 }), inline).map(([level, content]): RichTextNode => ({
	type: 'heading',
	attrs: { level },
	...(content.length ? { content } : {}),
}));
const { block } = fc.letrec<{ block: RichTextNode; item: RichTextNode }>((tie) => ({
	block: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		paragraph,
		heading,
		fc.constant({ type: 'horizontalRule' }),
		fc
			.tuple(
				fc.constantFrom({ type: 'bulletList' }, { type: 'orderedList', attrs: { start: 3, type: null } }),
				fc.array(tie('item'), { minLength: 1, maxLength: 3 }),
			)
			.map(([list, content]) => ({ ...list, content })),
		fc
			.array(tie('block'), { minLength: 1, maxLength: 3 })
			.map((content) => ({ type: 'blockquote', content })),
	),
	item: fc
		.tuple(paragraph, fc.array(tie('block'), { maxLength: 2 }))
		.map(([first, rest]) => ({ type: 'listItem', content: [first, ...rest] })),
}));
const body: fc.Arbitrary<RichText> = fc
	.array(block, { minLength: 1, maxLength: 4 })
	.map((content) => ({ type: 'doc', content }));

const title: fc.Arbitrary<FieldValue> = fc.oneof(
	words,
	fc
		.tuple(
			someText,
			fc.uniqueArray(fc.tuple(fc.constantFrom('italic', 'bold', 'sub', 'super'), fc.nat(20), fc.nat(20)), {
				minLength: 1,
				maxLength: 3,
				selector: ([type]) => type,
			}),
		)
		.map(([words, ranges]) => {
			const marks = ranges
				.map(([type, a, b]) => ({
					type,
					from: Math.min(a, b) % words.length,
					to: Math.min((Math.min(a, b) % words.length) + 1 + b, words.length),
				}))
				.toSorted((a, b) => a.from - b.from || a.to - b.to || (a.type < b.type ? -1 : 1));
			return { text: words, marks };
		}),
);

const EXTRAS: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<string | number | boolean>>>>> = {
	dates: { normal: fc.oneof(fc.constant('1900/1910'), words), type: fc.oneof(fc.constant('bulk'), words) },
	otherIdentifiers: { type: words },
	containers: { type: words, label: words },
	digitalObjects: { href: fc.oneof(fc.webUrl(), words) },
	creators: { role: words, type: fc.constantFrom('corpname', 'persname', 'name', 'agent') },
	language: { code: fc.oneof(fc.constant('chi'), words) },
	subjects: { source: words, type: fc.constantFrom('title', 'subject', 'x y') },
	personNames: { source: words, role: words, type: fc.constantFrom('famname', 'persname') },
	places: { source: words },
	genres: { source: words, anything: fc.oneof(fc.boolean(), fc.integer()) },
};

function itemOf(field: string): fc.Arbitrary<Item> {
	return fc
		.tuple(words, fc.record(EXTRAS[field] ?? {}, { requiredKeys: [] }))
		.map(([said, extras]) => ({ text: said, ...extras }));
}

function valueOf(field: FieldDefinition, profile: Profile): fc.Arbitrary<FieldValue> {
	if (field.type === 'markedText') return title;
	if (field.type === 'integer') return fc.oneof(fc.integer(), words);
	if (field.vocabulary)
		return fc.oneof(
			fc.constantFrom(...(profile.vocabularies[field.vocabulary] ?? []).map((term) => term.id)),
			words,
		);
	return words;
}

function sketchOf(profile: Profile, index: number): fc.Arbitrary<Sketch> {
	const values: Record<string, fc.Arbitrary<FieldValue>> = {};
	const items: Record<string, fc.Arbitrary<Item[]>> = {};
	const bodies: Record<string, fc.Arbitrary<RichText>> = {};
	for (const field of profile.fields)
		if (field.type === 'longText') bodies[field.id] = body;
		else if (field.repeatable) items[field.id] = fc.array(itemOf(field.id), { minLength: 1, maxLength: 3 });
		else values[field.id] = valueOf(field, profile);
	const few = { requiredKeys: [] };
	return fc
		.record({
			parent: fc.nat(Math.max(0, index - 1)),
			level: fc.constantFrom(...profile.levels.map((level) => level.id), 'otherLevel', '盒 list'),
			values: fc.record(values, few),
			items: fc.record(items, few),
			bodies: fc.record(bodies, few),
		})
		.map(({ parent, ...rest }) => {
			const sketch = rest as Sketch;
			return index === 0 ? sketch : { ...sketch, parent };
		});
}

function treeOf(profile: Profile): fc.Arbitrary<Sketch[]> {
	return fc
		.integer({ min: 1, max: 5 })
		.chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => sketchOf(profile, index))));
}

describe.each([
	['isad', isad],
	['dat18', dat18],
] as const)('export and import, %s', (id, profile) => {
	it('EAD3 gives back every entry exactly', async () => {
		await fc.assert(
			fc.asyncProperty(treeOf(profile), async (sketches) => {
				const entries = entriesOf(sketches);
				const written = writeEad3(streamOf(entries), info, profile);
				const xml = await textOfExport(written);
				expect(written.losses).toEqual([]);
				const read = await readAll(readEad, xml);
				expect(read.profile).toBe(id);
				expect(read.problems).toEqual([]);
				expect(read.losses).toEqual([]);
				expect(read.replacements).toBe(0);
				expect(read.entries.map(comparable)).toEqual(entries.map(comparable));
				const parents = entries.map((entry) => entries.findIndex((each) => each.id === entry.parentId));
				expect(read.entries.map((entry) => entry.parentRef ?? -1)).toEqual(parents);
			}),
			{ numRuns: LONG ? 40 : 16 },
		);
	}, 60_000);

	it('EAD3 is valid', async (context) => {
		const trees = fc.sample(treeOf(profile), { numRuns: LONG ? 12 : 6, seed: 20260102 });
		for (const sketches of trees) {
			const xml = await textOfExport(writeEad3(streamOf(entriesOf(sketches)), info, profile));
			const why = await whyNotValid(xml, context);
			expect(why).toBeUndefined();
		}
	}, 60_000);

	it('JSON gives back every entry exactly', async () => {
		await fc.assert(
			fc.asyncProperty(treeOf(profile), async (sketches) => {
				const entries = entriesOf(sketches);
				const json = await textOfExport(writeJson(streamOf(entries), { profile: id, exportedAt: info.date }));
				expect(JSON.parse(json).entries).toEqual(entries);
				const read = await readAll(readJson, json, {}, 100);
				expect(read.losses).toEqual([]);
				expect(read.entries.map(({ level, fields, bodies }) => ({ level, fields, bodies }))).toEqual(
					entries.map(({ level, fields, bodies }) => ({ level, fields, bodies })),
				);
			}),
			{ numRuns: 25 },
		);
	}, 60_000);
});
