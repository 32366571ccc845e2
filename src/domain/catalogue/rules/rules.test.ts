import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../entry.ts';
import { acrossRules } from './across-rules.ts';
import { checkEntry, checkRule, recheck } from './check-entry.ts';
import { OTHER_EXAMPLES } from './rule-examples-others.fixture.ts';
import { CODE_DATE_TITLE_EXAMPLES } from './rule-examples-titles.fixture.ts';
import { messageKey, type Rule, type RuleFinding } from './rule.ts';
import { prepareRules, type CheckedEntry, type PreparedRules } from './rule-facts.ts';
import { RULES, ruleOf } from './rules.ts';
import { aFile, anItem, anOldItem, creators, factsFor, preparedFor, TODAY } from './rules-world.fixture.ts';
import { dat18 } from '../profiles/dat18/dat18.ts';

const B004 = preparedFor('B004');

const ALL = { ...CODE_DATE_TITLE_EXAMPLES, ...OTHER_EXAMPLES };
const examplesOf = (rule: Rule) => ALL[rule.id] ?? { bad: [], good: [] };

function applied(entry: CheckedEntry, finding: RuleFinding): CheckedEntry {
	return { ...entry, fields: { ...entry.fields, [finding.field]: finding.suggestion ?? null } };
}

describe('the rules', () => {
	it('are 58, R01 to R58, each once', () => {
		expect(RULES.map(({ id }) => id)).toEqual(
			Array.from({ length: 58 }, (_, at) => `R${String(at + 1).padStart(2, '0')}`),
		);
	});

	it('have examples, bad and good ones', () => {
		for (const rule of RULES) {
			expect(examplesOf(rule).good.length, rule.id).toBeGreaterThan(0);
			if (rule.check) expect(examplesOf(rule).bad.length, rule.id).toBeGreaterThan(0);
		}
	});

	for (const rule of RULES) {
		const { bad, good } = examplesOf(rule);
		for (const [at, example] of bad.entries())
			it(`${rule.id} finds ${example.case} in bad example ${at + 1}`, () => {
				const prepared = example.facts ? prepareRules(example.facts) : B004;
				const answer = checkRule(rule, example.entry, prepared);
				expect(answer).not.toBe('notApplicable');
				const finding = (answer as RuleFinding[]).find(({ field }) => field === example.field);
				expect(finding, JSON.stringify(answer)).toBeDefined();
				expect(finding?.message).toBe(`rule_${rule.id.toLowerCase()}_${example.case}`);
				expect(finding?.severity).toBe(example.severity);
				const suggested = finding?.suggestion;
				expect(typeof suggested === 'object' ? textOf(suggested) : suggested).toEqual(example.suggestion);
				if (suggested !== undefined && finding && finding.field !== 'images') {
					const again = checkRule(rule, applied(example.entry, finding), prepared);
					expect((again as RuleFinding[]).filter(({ field }) => field === finding.field)).toEqual([]);
				}
			});
		for (const [at, entry] of good.entries())
			it(`${rule.id} finds nothing in good example ${at + 1}`, () => {
				const answer = checkRule(rule, entry, B004);
				if (answer !== 'notApplicable') expect(answer).toEqual([]);
			});
	}

	it('say only cases they have', () => {
		for (const rule of RULES)
			for (const example of examplesOf(rule).bad) {
				const cases = Object.keys(rule.cases).map((which) => messageKey(rule.id, which));
				expect(cases).toContain(`rule_${rule.id.toLowerCase()}_${example.case}`);
				const declared = Object.values(rule.cases).flat();
				expect(declared).toContain(example.severity);
			}
	});

	it('find nothing, or nothing to go by, in entries that are right', () => {
		for (const entry of [anItem(), anOldItem(), aFile()])
			expect(checkEntry(entry, B004).map(({ rule, field }) => `${rule} ${field}`)).toEqual([]);
	});
});

describe('rules whose facts are not there', () => {
	const bare: PreparedRules = prepareRules({ today: TODAY, profile: dat18 });

	it('say that they are not applicable', () => {
		const silent = RULES.filter(
			(rule) =>
				rule.check &&
				checkRule(rule, anItem({ accessStatus: 'open', startPage: 3 }), bare) === 'notApplicable',
		);
		expect(silent.map(({ id }) => id)).toEqual([
			...['R02', 'R04', 'R07', 'R09', 'R10', 'R12', 'R17', 'R33', 'R34', 'R37', 'R41', 'R43', 'R44', 'R47'],
			...['R49', 'R50', 'R52', 'R53', 'R54', 'R56', 'R57', 'R58'],
		]);
	});

	it('never find anything in an entry that is right', () => {
		expect(checkEntry(anItem(), bare)).toEqual([]);
	});
});

describe('what a rule reads', () => {
	/** Fields that were asked for while a rule ran. Items are read all at once: the property tests change them one by one. */
	function traced(rule: Rule, entry: CheckedEntry, prepared: PreparedRules): Set<string> {
		const asked = new Set<string>();
		const trace = <T extends object>(object: T): T =>
			new Proxy(object, {
				get: (target, key) => {
					if (!String(key).includes('#')) asked.add(String(key));
					return Reflect.get(target, key) as unknown;
				},
			});
		checkRule(rule, { ...entry, fields: trace(entry.fields), bodies: trace(entry.bodies ?? {}) }, prepared);
		return asked;
	}

	it('is what it says it reads', () => {
		for (const rule of RULES) {
			if (!rule.check || rule.reads.includes('*')) continue;
			for (const { entry, facts } of [
				...examplesOf(rule).bad,
				...examplesOf(rule).good.map((each) => ({ entry: each, facts: undefined })),
			]) {
				const asked = traced(rule, entry, facts ? prepareRules(facts) : B004);
				for (const field of asked) expect(rule.reads, `${rule.id} reads ${field}`).toContain(field);
			}
		}
	});

	it('is enough to look again after a change', () => {
		const changes: [string, unknown][] = [
			['title', '关于召幵会议,的通知。'],
			['year', 1999],
			['documentDate', '2015.3.20'],
			['referenceCode', 'B004－WS·2015-Y-0001'],
			['creators#1', { order: 'a', text: '本局' }],
			['documentNumber', '沧府(2014)第01号'],
			['retentionPeriod', '30年'],
			['accessStatus', 'open'],
		];
		for (const [field, value] of changes) {
			const before = anItem({}, { review: null });
			const after = { ...before, fields: { ...before.fields, [field]: value as never } };
			expect(recheck(after, B004, checkEntry(before, B004), [field]), field).toEqual(checkEntry(after, B004));
			expect(checkEntry(after, B004).length, field).toBeGreaterThan(0);
		}
	});
});

describe('rules across entries', () => {
	const across = (entries: CheckedEntry[], fonds = 'B004'): string[] => {
		const rules = acrossRules(factsFor(fonds));
		for (const entry of entries) rules.add(entry);
		return rules
			.finish()
			.map(
				({ rule, entryId, field, suggestion }) =>
					`${rule} ${entryId} ${field}${suggestion === undefined ? '' : ` ${String(suggestion)}`}`,
			);
	};
	const numbered = (id: string, code: string, more = {}): CheckedEntry => ({
		...anItem({ referenceCode: code, title: `关于${id}号工程的通知`, ...more }),
		id,
	});

	it('R05 names every entry that has the code of another', () => {
		expect(
			across([
				numbered('a', 'B004-WS·2015-Y-0001'),
				numbered('b', 'B004-WS·2015-Y-0001'),
				numbered('c', 'B004－WS·2015-Y-0001'),
				numbered('d', 'B004-WS·2015-Y-0002'),
			]),
		).toEqual(['R05 a referenceCode', 'R05 b referenceCode', 'R05 c referenceCode']);
	});

	it('R06 names the entry behind a gap', () => {
		const entries = ['0001', '0002', '0005', '0006'].map((each) => numbered(each, `B004-WS·2015-Y-${each}`));
		expect(across(entries.toReversed())).toEqual(['R06 0005 referenceCode']);
	});

	it('R06 is not for volumes whose last number counts pages', () => {
		const entries = ['001', '009', '020'].map((each) => ({
			...anOldItem({
				referenceCode: `B004-1-012-${each}`,
				year: 1980,
				documentDate: '19800101',
				documentNumber: null,
				title: `关于${each}的通知`,
			}),
			id: each,
		}));
		expect(across(entries)).toEqual([]);
	});

	it('R31 names items with the same title, date, number and body', () => {
		const twin = { title: '关于同一事项的通知' };
		expect(
			across([
				numbered('a', 'B004-WS·2015-Y-0001', twin),
				numbered('b', 'B004-WS·2015-Y-0002', twin),
				numbered('c', 'B004-WS·2015-Y-0003', { ...twin, ...creators('沧浦区财政局') }),
			]),
		).toEqual(['R31 a title', 'R31 b title']);
	});

	it('R44, R52 count the items of a file', () => {
		const file = { ...aFile({ referenceCode: 'B004-1-001', pageCount: 9, itemCount: 3 }), id: 'file' };
		const items = [1, 2].map((each) => ({
			...anOldItem({ referenceCode: `B004-1-001-00${each}`, pageCount: 4, title: `关于${each}号的通知` }),
			id: String(each),
			parentId: 'file',
		}));
		expect(across([...items, file])).toEqual(['R52 file itemCount 2', 'R44 file pageCount 8']);
	});

	it('every rule across entries is in the list', () => {
		expect(RULES.filter(({ scope }) => scope === 'across').map(({ id }) => id)).toEqual([
			'R05',
			'R06',
			'R31',
			'R44',
			'R52',
		]);
		expect(ruleOf('R05')?.check).toBeUndefined();
	});
});

describe('RULES.md', () => {
	it('has every rule with its severities and its scope', () => {
		const page = readFileSync(join(import.meta.dirname, 'RULES.md'), 'utf8');
		const rows = [...page.matchAll(/^\| (R\d\d)( ⇄)?\s*\| ([EWI ]+?)\s*\|/gm)].map(
			([, id, across, severities]) =>
				`${id} ${across ? 'across' : 'entry'} ${[...(severities ?? '')]
					.filter((sign) => sign !== ' ')
					.toSorted()
					.join('')}`,
		);
		expect(rows).toEqual(
			RULES.map(
				(rule) =>
					`${rule.id} ${rule.scope} ${[...new Set(Object.values(rule.cases).flat())].toSorted().join('')}`,
			),
		);
	});
});
