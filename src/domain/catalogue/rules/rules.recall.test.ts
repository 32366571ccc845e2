import { describe, expect, it } from 'vitest';
import { acrossRules, type AcrossFinding } from './across-rules.ts';
import { checkEntry, checkRule } from './check-entry.ts';
import { cleanHoldings, Dice, type CleanFonds } from './clean-holdings.fixture.ts';
import { CODE_FAULTS, DATE_FAULTS, PAGE_FAULTS } from './fault-codes.fixture.ts';
import { CREATOR_FAULTS, NUMBER_FAULTS, PERSON_FAULTS, TERM_FAULTS } from './fault-bodies.fixture.ts';
import { TITLE_FAULTS } from './fault-titles.fixture.ts';
import type { Fault, Injector } from './fault-injection.fixture.ts';
import { fieldIdOf } from '../entry.ts';
import type { CheckedEntry } from './rule-facts.ts';
import type { RuleFinding, RuleId } from './rule.ts';
import { ruleOf, RULES } from './rules.ts';
import { factsFor, preparedFor } from './rules-world.fixture.ts';

const FAULTS_PER_RULE = process.env['LANTAI_TEST_LONG'] ? 2000 : 200;
const SEED = Number(process.env['LANTAI_TEST_SEED'] ?? 7);
const CLEAN = cleanHoldings(SEED, 40, 300);

const INJECTORS: Partial<Record<RuleId, Injector>> = {
	...CODE_FAULTS,
	...DATE_FAULTS,
	...PAGE_FAULTS,
	...TITLE_FAULTS,
	...CREATOR_FAULTS,
	...NUMBER_FAULTS,
	...TERM_FAULTS,
	...PERSON_FAULTS,
};

interface Score {
	faults: number;
	hits: number;
	/** Findings of the rule itself on what was damaged, of others on what was damaged, and on what was not. */
	own: number;
	related: number;
	false: number;
}

const scores = new Map<RuleId, Score>();
const scoreOf = (rule: RuleId): Score => {
	let score = scores.get(rule);
	if (!score) scores.set(rule, (score = { faults: 0, hits: 0, own: 0, related: 0, false: 0 }));
	return score;
};

function madeFault(rule: RuleId, dice: Dice): { fault: Fault; fonds: string } {
	for (let tries = 0; tries < 5000; tries++) {
		const { fonds, entries } = dice.pick(CLEAN);
		const made = INJECTORS[rule]?.(dice.pick(entries), dice);
		if (made) return { fault: { rule, ...made }, fonds };
	}
	throw new Error(`no entry can have a fault of ${rule}`);
}

const sameField = (one: string, other: string): boolean => one === other || fieldIdOf(one) === other;

describe('holdings without a fault', () => {
	it('have no E or W, entry by entry and across entries', () => {
		let count = 0;
		const found: string[] = [];
		for (const { fonds, entries } of CLEAN) {
			const across = acrossRules(factsFor(fonds));
			for (const entry of entries) {
				count++;
				across.add(entry);
				for (const finding of checkEntry(entry, preparedFor(fonds)))
					if (finding.severity !== 'I')
						found.push(`${finding.message} ${entry.id} ${finding.field} ${finding.value}`);
			}
			found.push(...across.finish().map((each) => `${each.message} ${each.entryId} ${each.field}`));
		}
		expect(found.slice(0, 40)).toEqual([]);
		expect(count).toBeGreaterThan(2000);
	});
});

describe('faults as people and machines make them', () => {
	const missed: string[] = [];
	const wrong: string[] = [];

	for (const rule of RULES.filter(({ check }) => check !== undefined))
		it(`${rule.id}: ${FAULTS_PER_RULE} faults, and what is suggested for them`, () => {
			const dice = new Dice(SEED * 1000 + Number(rule.id.slice(1)));
			const score = scoreOf(rule.id);
			for (let each = 0; each < FAULTS_PER_RULE; each++) {
				const { fault, fonds } = madeFault(rule.id, dice);
				const prepared = preparedFor(fonds);
				const findings = checkEntry(fault.entry, prepared);
				score.faults++;
				const hit = findings.find(
					(finding) => finding.rule === rule.id && sameField(finding.field, fault.field),
				);
				if (hit) score.hits++;
				else
					missed.push(
						`${rule.id} ${fault.field}: ${JSON.stringify(fault.given)} (${JSON.stringify(fault.truth)})`,
					);
				for (const finding of findings) {
					if (sameField(finding.field, fault.field)) {
						if (finding.rule === rule.id) score.own++;
						else score.related++;
					} else if (fault.also?.some((field) => sameField(finding.field, field))) score.related++;
					else {
						score.false++;
						wrong.push(
							`${rule.id} -> ${finding.message} ${finding.field}: ${finding.value} (${JSON.stringify(fault.given)})`,
						);
					}
				}
				if (hit) expectSettled(fault.entry, hit, fonds);
			}
		});

	it('are found: recall 0.98 and precision 0.95 overall', () => {
		countAcross();
		const sum = { faults: 0, hits: 0, own: 0, related: 0, false: 0 };
		const rows: string[] = [];
		for (const [rule, score] of [...scores].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
			for (const key of Object.keys(sum) as (keyof Score)[]) sum[key] += score[key];
			rows.push(row(rule, score));
		}
		console.log([row('rule', undefined), ...rows, row('all', sum)].join('\n'));
		if (missed.length + wrong.length > 0 && process.env['LANTAI_RULES_SHOW'])
			console.log([...missed, '---', ...wrong].join('\n'));
		expect(scores.size).toBe(58);
		expect(sum.hits / sum.faults).toBeGreaterThanOrEqual(0.98);
		expect((sum.own + sum.related) / (sum.own + sum.related + sum.false)).toBeGreaterThanOrEqual(0.95);
		for (const [rule, { faults, hits }] of scores) expect(hits / faults, rule).toBeGreaterThanOrEqual(0.8);
	});
});

/** What is suggested is taken: the rule has nothing more to say about the field. */
function expectSettled(entry: CheckedEntry, hit: RuleFinding, fonds: string): void {
	if (hit.suggestion === undefined || hit.field === 'images') return;
	const rule = ruleOf(hit.rule);
	if (!rule) return;
	const settled = { ...entry, fields: { ...entry.fields, [hit.field]: hit.suggestion } };
	const again = checkRule(rule, settled, preparedFor(fonds));
	if (again === 'notApplicable') return;
	expect(
		again.filter(({ field }) => field === hit.field),
		`${JSON.stringify(hit.value)} -> ${JSON.stringify(hit.suggestion)}`,
	).toEqual([]);
}

/** Faults that only show among others: doubled and removed entries, files that declare too much. */
function countAcross(): void {
	const dice = new Dice(SEED + 99);
	while (
		scoreOf('R06').faults < FAULTS_PER_RULE ||
		scoreOf('R05').faults < FAULTS_PER_RULE ||
		scoreOf('R31').faults < FAULTS_PER_RULE
	)
		for (const holdings of CLEAN) countIn(holdings, dice);
}

function countIn({ fonds, entries }: CleanFonds, dice: Dice): void {
	const expected = new Map<string, RuleId>();
	const allowed = new Set<string>();
	const given: CheckedEntry[] = [];
	const singles = entries.filter(({ level, parentId }) => level === 'item' && !parentId);
	const removed = new Set<string>();
	const touched = new Set<string>();
	for (const entry of singles) {
		const [group, number] = splitCode(String(entry.fields['referenceCode']));
		if (touched.has(group) || !dice.percent(30)) continue;
		const next = singles.find(
			(each) => each.fields['referenceCode'] === `${group}-${String(number + 1).padStart(4, '0')}`,
		);
		if (!next) continue;
		touched.add(group);
		switch (dice.between(0, 2)) {
			case 0:
				removed.add(entry.id);
				expected.set(`R06 ${next.id}`, 'R06');
				break;
			case 1:
				// Two entries got one number; the number of the second is missing then, unless it was the last.
				given.push({
					...next,
					id: `${next.id}!`,
					fields: {
						...next.fields,
						referenceCode: entry.fields['referenceCode'] as string,
						title: '关于另一事项的通知',
					},
				});
				removed.add(next.id);
				expected.set(`R05 ${next.id}!`, 'R05');
				allowed.add(`R05 ${entry.id}`);
				for (const each of singles)
					if (splitCode(String(each.fields['referenceCode'])).join() === [group, number + 2].join())
						allowed.add(`R06 ${each.id}`);
				break;
			default:
				// A row imported twice got the next code of its own.
				given.push({
					...entry,
					id: `${entry.id}!`,
					fields: {
						...entry.fields,
						referenceCode: `${group}-${String(lastIn(singles, group) + 1).padStart(4, '0')}`,
					},
				});
				expected.set(`R31 ${entry.id}!`, 'R31');
				allowed.add(`R31 ${entry.id}`);
		}
	}
	const across = acrossRules(factsFor(fonds));
	for (const entry of [...entries.filter(({ id }) => !removed.has(id)), ...given]) across.add(entry);
	const findings = across.finish();
	const keys = new Set(findings.map((each: AcrossFinding) => `${each.rule} ${each.entryId}`));
	for (const [key, rule] of expected) {
		const score = scoreOf(rule);
		score.faults++;
		if (keys.has(key)) score.hits++;
	}
	for (const { rule, entryId } of findings) {
		const score = scoreOf(rule);
		if (expected.has(`${rule} ${entryId}`)) score.own++;
		else if (allowed.has(`${rule} ${entryId}`)) score.related++;
		else score.false++;
	}
}

function lastIn(entries: readonly CheckedEntry[], group: string): number {
	return Math.max(
		...entries
			.map(({ fields }) => splitCode(String(fields['referenceCode'])))
			.map(([of, number]) => (of === group ? number : 0)),
	);
}

function splitCode(code: string): [string, number] {
	const at = code.lastIndexOf('-');
	return [code.slice(0, at), Number(code.slice(at + 1))];
}

function row(name: string, score: Score | undefined): string {
	if (!score)
		return '| rule | faults | recall | precision | own | related | false |\n| --- | --- | --- | --- | --- | --- | --- |';
	const precision = (score.own + score.related) / Math.max(1, score.own + score.related + score.false);
	return `| ${name} | ${score.faults} | ${(score.hits / score.faults).toFixed(3)} | ${precision.toFixed(3)} | ${score.own} | ${score.related} | ${score.false} |`;
}
