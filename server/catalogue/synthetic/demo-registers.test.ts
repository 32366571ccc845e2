import { describe, expect, it } from 'vitest';
import { textOf, type PlacedEntry } from '#domain/catalogue/entry.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { fondsDefinition } from '#domain/catalogue/fonds/fonds-definition.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { checkCode, type CodeFacts } from '#domain/catalogue/reference-codes/check-code.ts';
import { codeBasis, readEntryCode, regimeInUse } from '#domain/catalogue/reference-codes/entry-code.ts';
import type { RegisterContent } from '#domain/catalogue/registers/register.ts';
import { checkEntry } from '#domain/catalogue/rules/check-entry.ts';
import { prepareRules } from '#domain/catalogue/rules/rule-facts.ts';
import { fondsOf } from './demo-registers.ts';
import { TINY } from './fonds-plans.ts';
import { DEMO_SEED } from './load-demo.ts';
import { syntheticHoldings } from './synthetic-holdings.ts';

const dat18 = profileOf('dat18');
const entries = syntheticHoldings(DEMO_SEED);
const byId = new Map(entries.map((entry) => [entry.id, entry]));
const fonds = new Map(TINY.map((plan) => [plan.number, fondsOf(plan, '')]));

/** The entry, then those above it. */
function chainOf(entry: PlacedEntry): PlacedEntry[] {
	const above = entry.parentId === null ? undefined : byId.get(entry.parentId);
	return above ? [entry, ...chainOf(above)] : [entry];
}

/** What the entry's own fields say of the parts of its code. */
function fieldsOf({ fields }: PlacedEntry, { orgOrMatter }: FondsRecord): NonNullable<CodeFacts['fields']> {
	const written = (field: string) => textOf(fields[field]);
	const unit = orgOrMatter.find(({ label }) => label === written('orgOrMatter'));
	return Object.fromEntries(
		[
			...(['year', 'retentionPeriod', 'catalogueNumber', 'fileNumber'] as const).map(
				(id) => [id, written(id)] as const,
			),
			['pageNumber', written('startPage')] as const,
			...(written('startPage') ? [] : [['itemNumber', written('itemNumber')] as const]),
			['orgOrMatter', unit?.code ?? ''] as const,
		].filter(([, text]) => text !== ''),
	);
}

const coded = entries
	.filter(({ level }) => level === 'file' || level === 'item')
	.map((entry) => {
		const chain = chainOf(entry);
		const number = textOf(chain.at(-1)?.fields['referenceCode']);
		return { entry, chain, record: fonds.get(number) as FondsRecord };
	});

describe('the rules of codes of the demonstration fonds', () => {
	it('are such as the register takes without a word', () => {
		for (const record of fonds.values())
			expect(fondsDefinition.check(record as unknown as RegisterContent)).toEqual([]);
	});
});

describe('every code of the demonstration', () => {
	it('is read by the rule that holds for its entry, with nothing to remark', () => {
		const odd = coded.flatMap(({ entry, chain, record }) => {
			const code = readEntryCode(dat18, chain, record);
			const text = textOf(entry.fields['referenceCode']);
			if (!code || 'written' in code) return [`${text}: not read`];
			const regime = regimeInUse(record, code.regime);
			const { activeFrom, activeTo } = record;
			const findings = checkCode(regime ?? '', code.parts, {
				fields: fieldsOf(entry, record),
				fondsRegistered: true,
				fondsYears: {
					...(activeFrom === undefined ? {} : { from: activeFrom }),
					...(activeTo === undefined ? {} : { to: activeTo }),
				},
				thisYear: 2026,
			});
			return [
				...(code.canonical === text ? [] : [`${text}: ${code.canonical}`]),
				...code.problems.map((problem) => `${text}: ${problem.code}`),
				...findings.map(({ rule }) => `${text}: ${rule}`),
			];
		});
		expect(odd).toEqual([]);
		expect(coded).toHaveLength(430);
	});

	it('is what would be made anew of the same parts', () => {
		const lacking = new Set<string>();
		for (const { entry, chain, record } of coded) {
			const basis = codeBasis(dat18, chain, record);
			if (basis.ok) continue;
			lacking.add(`${textOf(entry.fields['referenceCode']).replace(/\d+$/, '')} ${basis.missing.join()}`);
		}
		// Of photographs nothing but the code says the group.
		expect([...lacking].filter((each) => !/^B002-ZP·2019·D30-00\d- fileNumber$/.test(each))).toEqual([]);
	});

	it('says nothing else than the entry, by the rules of description', () => {
		const found = coded.flatMap(({ entry, record }) => {
			const rules = prepareRules({
				today: '20261127',
				profile: dat18,
				deployment: { classified: false },
				fonds: record,
			});
			const { id, level, parentId, fields } = entry;
			return checkEntry({ id, level, parentId, fields }, rules)
				.filter(({ rule, severity }) => rule <= 'R12' && severity !== 'I')
				.map(({ message, value }) => `${message} ${value}`);
		});
		expect(found).toEqual([]);
	});
});
