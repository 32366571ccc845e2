import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dat18 } from '../profiles/dat18/dat18.ts';
import { isad } from '../profiles/isad.ts';
import type { FieldValue } from '../entry.ts';
import { acrossRules } from './across-rules.ts';
import { checkEntry, checkRule, recheck } from './check-entry.ts';
import { prepareRules, type CheckedEntry } from './rule-facts.ts';
import { RULES } from './rules.ts';
import { anItem, factsFor, preparedFor, TODAY } from './rules-world.fixture.ts';

const RUNS = process.env['LANTAI_TEST_LONG'] ? 20_000 : 300;
const FIELDS = [
	...[
		'referenceCode',
		'title',
		'creators#1',
		'creators#2',
		'documentDate',
		'dateRange',
		'year',
		'documentNumber',
	],
	...[
		'retentionPeriod',
		'securityClass',
		'accessStatus',
		'pageCount',
		'itemCount',
		'startPage',
		'endPage',
		'fondsNumber',
	],
	...[
		'categoryCode',
		'catalogueNumber',
		'fileNumber',
		'itemNumber',
		'orgOrMatter',
		'personNames#1',
		'disclosure',
	],
	...['creators', 'creators#', '__proto__', 'note', 'scopeAndContent'],
];
/** Pieces of what rules look for, so that random texts come near to it. */
const PIECES = [
	...[
		'关于',
		'的',
		'通知',
		'《',
		'》',
		'〔',
		'〕',
		'2008',
		'12',
		'号',
		'（',
		'）',
		'[',
		']',
		'本局',
		'、',
		' ',
		'\u3000',
		'\u200b',
		'年',
		'-',
		'·',
	],
	...[
		'B004',
		'WS',
		'0',
		'末',
		'己',
		'张',
		'处分',
		'给予',
		'民国',
		'机密',
		'★',
		'99999919850312001',
		'X',
		'1390000',
		'?',
		'O',
		'"',
		'第',
		'\ud800',
		'\udc00',
		'𠀀',
	],
];
const text = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 40 }),
	fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join('')),
);
const value = fc.oneof(
	{ weight: 6, arbitrary: text as fc.Arbitrary<FieldValue> },
	{ weight: 2, arbitrary: text.map((each) => ({ order: 'a', text: each })) as fc.Arbitrary<FieldValue> },
	{ weight: 1, arbitrary: fc.oneof(fc.integer(), fc.double()) as fc.Arbitrary<FieldValue> },
	{ weight: 2, arbitrary: fc.jsonValue() as fc.Arbitrary<FieldValue> },
);
const entry: fc.Arbitrary<CheckedEntry> = fc.record({
	id: fc.constant('x'),
	level: fc.constantFrom('item', 'item', 'file', 'series', 'fonds', 'other', ''),
	parentId: fc.constantFrom(null, 'x', 'y'),
	fields: fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 12 }),
	bodies: fc.dictionary(fc.constantFrom('note', 'scopeAndContent'), text),
	facts: fc.constantFrom(
		{},
		{
			images: { names: ['', 'a.jpg'], missing: [], pagesWithText: 0 },
			review: null,
			appraisal: null,
			livelihood: 'marriage' as const,
			children: 3,
			groupWidth: 4,
			before: { start: 1, end: 5 },
			after: { start: 0 },
			file: { from: '19850000', to: '1985' },
		},
		{ before: { start: 9 }, file: { startPagesOnly: true, from: 'x', to: '' }, images: null },
	),
});
const worlds = [
	preparedFor('B004'),
	preparedFor('C002'),
	prepareRules({ today: TODAY, profile: dat18 }),
	prepareRules({ today: TODAY, profile: isad, deployment: { classified: true } }),
	prepareRules(
		factsFor('B004', { regimeFor: () => ({ regime: 'dat13-1994-project' }), lengths: { title: 3, note: 1 } }),
	),
];

describe('whatever an entry says', () => {
	it('no rule throws, and every finding is one people can read', () => {
		fc.assert(
			fc.property(entry, fc.nat(worlds.length - 1), (any, which) => {
				const findings = checkEntry(any, worlds[which] as (typeof worlds)[number]);
				for (const finding of findings) {
					expect('EWI').toContain(finding.severity);
					expect(finding.field).not.toBe('');
					expect(finding.value.length).toBeLessThan(210);
					for (const param of Object.values(finding.params))
						expect(['string', 'number']).toContain(typeof param);
				}
			}),
			{ numRuns: RUNS },
		);
	});

	it('the rules across entries do not throw', () => {
		fc.assert(
			fc.property(fc.array(entry, { maxLength: 8 }), fc.nat(worlds.length - 1), (entries, which) => {
				const across = acrossRules(worlds[which] as (typeof worlds)[number]);
				for (const each of entries) across.add(each);
				for (const finding of across.finish()) expect(finding.entryId).toBe('x');
			}),
			{ numRuns: RUNS },
		);
	});

	it('looking again after a change says what looking anew says', () => {
		fc.assert(
			fc.property(
				entry,
				fc.constantFrom(...FIELDS.filter((field) => field !== '__proto__')),
				value,
				fc.nat(worlds.length - 1),
				(any, field, changed, which) => {
					const prepared = worlds[which] as (typeof worlds)[number];
					const after = { ...any, fields: { ...any.fields, [field]: changed } };
					expect(recheck(after, prepared, checkEntry(any, prepared), [field])).toEqual(
						checkEntry(after, prepared),
					);
				},
			),
			{ numRuns: RUNS },
		);
	});

	it('what is suggested leaves nothing of that rule in that field', () => {
		fc.assert(
			fc.property(entry, fc.nat(worlds.length - 1), (any, which) => {
				const prepared = worlds[which] as (typeof worlds)[number];
				for (const rule of RULES) {
					const answer = checkRule(rule, any, prepared);
					if (answer === 'notApplicable') continue;
					for (const { field, suggestion } of answer) {
						if (suggestion === undefined || field === 'images') continue;
						const settled = { ...any, fields: { ...any.fields, [field]: suggestion } };
						const again = checkRule(rule, settled, prepared);
						if (again !== 'notApplicable')
							expect(
								again.filter((each) => each.field === field && each.message === answer[0]?.message),
								`${rule.id} ${field} ${JSON.stringify(any.fields[field])} -> ${JSON.stringify(suggestion)}`,
							).toEqual([]);
					}
				}
			}),
			{ numRuns: RUNS },
		);
	});
});

describe('texts made to take long', () => {
	const hostile = [
		'《'.repeat(25_000),
		'》'.repeat(25_000),
		'关于'.repeat(15_000),
		'〔2008〕'.repeat(10_000),
		'沧府〔2008〕12号'.repeat(5_000),
		'转发'.repeat(15_000),
		' '.repeat(15_000),
		'给予'.repeat(20_000) + '处分',
		'12345678901234567 '.repeat(4_000),
		'(a'.repeat(15_000),
		'O1'.repeat(15_000),
		'等'.repeat(15_000),
		'张 '.repeat(15_000),
		'、局'.repeat(15_000),
		'—'.repeat(15_000),
		'1'.repeat(15_000),
		'年未'.repeat(15_000),
		'。'.repeat(15_000),
		'a. '.repeat(20_000),
	];

	it('take no longer than others of their length', () => {
		for (const words of hostile) {
			const fields = Object.fromEntries(
				FIELDS.filter((field) => field !== '__proto__').map((field) => [
					field,
					field.includes('#') ? { order: 'a', text: words } : words,
				]),
			);
			for (const level of ['item', 'file']) {
				const start = process.cpuUsage();
				checkEntry({ ...anItem(fields, {}, { note: words }), level }, preparedFor('B004'));
				const { user, system } = process.cpuUsage(start);
				expect((user + system) / 1000, words.slice(0, 12)).toBeLessThan(1000);
			}
		}
	});
});
