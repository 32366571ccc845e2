import { countCharacters } from './title-signs.ts';
import { fixedTermYears, retentionTermOf } from '../reference-codes/code-terms.ts';
import type { FieldKey } from '../entry.ts';
import { halfWidthDigits } from './document-number.ts';
import type { EntryView } from './entry-view.ts';
import { found, NOT_APPLICABLE, NOTHING, type Rule, type RuleFinding } from './rule.ts';
import type { PreparedRules } from './rule-facts.ts';

const REGIME_FIELDS = ['referenceCode', 'categoryCode', 'year', 'catalogueNumber'];

/** The code of the retention term an entry says, however it says it; `''` when it is none of the list. */
function retentionOf(view: EntryView, rules: PreparedRules): string {
	const text = view.text('retentionPeriod').trim();
	return text === '' ? '' : ((rules.retention.get(text) ?? rules.retentionAliases.get(text))?.id ?? '');
}

/** The term that other ways of writing mean: `D30年`, `定期 30 年`, `三十年`, `永 久`, `30`. */
function retentionMeant(text: string, rules: PreparedRules): string | undefined {
	if (text.length > 20) return undefined;
	const bare = halfWidthDigits(text)
		.replace(/[\s\u3000（）()“”"'[\]]/g, '')
		.replace(/三十/, '30')
		.replace(/一百/, '100')
		.replace(/^十年?$/, '10年')
		.replace(/定期十/, '定期10')
		.toUpperCase();
	const known = rules.retention.get(bare) ?? rules.retentionAliases.get(bare);
	if (known) return known.id;
	const years = /^(?:定期|D|保管)?(\d{2,3})年?$/.exec(bare)?.[1];
	if (years !== undefined) return rules.retention.get(`D${years}`)?.id;
	if (/^(?:永久保存|永久保管|永|YJ|YONGJIU)$/.test(bare)) return 'Y';
	if (/^长期(?:保存|保管)?$/.test(bare)) return 'C';
	return /^短期(?:保存|保管)?$/.test(bare) ? 'D' : undefined;
}

const R45: Rule = {
	id: 'R45',
	cases: { alias: 'W', unknown: 'E' },
	scope: 'entry',
	reads: ['retentionPeriod'],
	needs: [],
	basis: 'DA/T 18-2022, 保管期限',
	check(view, rules) {
		const written = view.text('retentionPeriod');
		const text = written.trim();
		if (text === '' || rules.retention.has(text) || rules.retention.size === 0) return NOTHING;
		const alias = rules.retentionAliases.get(text);
		if (alias)
			return [
				found(R45, 'alias', 'retentionPeriod', written, {
					params: { term: alias.label.zh },
					suggestion: alias.id,
				}),
			];
		return [found(R45, 'unknown', 'retentionPeriod', written, { suggestion: retentionMeant(text, rules) })];
	},
};

/** What a term of one time is called in the other. 长期 was 16 to 50 years, 短期 at most 15. */
const OF_OTHER_TIME: Readonly<Record<string, string>> = { C: 'D30', D: 'D10', D30: 'C', D10: 'D' };

const R46: Rule = {
	id: 'R46',
	cases: { old: 'W', new: 'W' },
	scope: 'entry',
	reads: ['retentionPeriod', 'year'],
	needs: [],
	basis: '国家档案局令第8号 (2006)',
	check(view, rules) {
		const { year } = view;
		if (year === 0) return NOTHING;
		const id = retentionOf(view, rules);
		const term = id === '' ? undefined : retentionTermOf(id);
		if (!term) return NOTHING;
		const isOld = term.untilYear !== undefined && year > term.untilYear;
		if (!isOld && (term.fromYear === undefined || year >= term.fromYear)) return NOTHING;
		return [
			found(R46, isOld ? 'old' : 'new', 'retentionPeriod', view.text('retentionPeriod'), {
				params: { term: term.label.zh, year },
				suggestion: OF_OTHER_TIME[id],
			}),
		];
	},
};

const R47: Rule = {
	id: 'R47',
	cases: { differs: 'E' },
	scope: 'entry',
	reads: [...REGIME_FIELDS, 'retentionPeriod'],
	needs: ['regime'],
	basis: 'DA/T 13-2022',
	check(view, rules) {
		if (!view.regime) return NOT_APPLICABLE;
		const inCode = view.code?.ok ? view.code.parts.retentionPeriod : undefined;
		const id = retentionOf(view, rules);
		if (inCode === undefined || id === '' || id === inCode) return NOTHING;
		return [
			found(R47, 'differs', 'retentionPeriod', view.text('retentionPeriod'), {
				params: { code: inCode },
				suggestion: rules.retention.get(inCode)?.id,
			}),
		];
	},
};

const CLASSIFIED: Readonly<Record<string, string>> = {
	秘密: 'confidential',
	机密: 'secret',
	绝密: 'topSecret',
};

/** The current class of an entry; the term's id, `''` when none is said. `★` and the period aside. */
function securityClassOf(view: EntryView, rules: PreparedRules): string {
	const text = view.text('securityClass').trim();
	if (text === '') return '';
	return rules.securityClasses.get(text) ?? CLASSIFIED[text.slice(0, 2)] ?? '';
}

const R48: Rule = {
	id: 'R48',
	cases: { format: 'W' },
	scope: 'entry',
	reads: ['securityClass'],
	needs: [],
	basis: 'GB/T 9704-2012, 7.2.2',
	check(view, rules) {
		const written = view.text('securityClass');
		const text = written.trim();
		if (text === '' || rules.securityClasses.has(text)) return NOTHING;
		if (/^(?:秘密|机密|绝密)★(?:\d{1,2}(?:年|个月)|长期)$/.test(text)) return NOTHING;
		const match =
			text.length > 30
				? null
				: /^(秘密|机密|绝密)[\s\u3000]*[★☆*＊·.,，、:：（([\-—]*[\s\u3000]*(\d{1,2})[\s\u3000]*(年|个月)[)）\]]*$/.exec(
						halfWidthDigits(text),
					);
		const bare = text.replace(/[\s\u3000★☆*＊（）()]/g, '');
		const suggestion = match
			? `${match[1]}★${Number(match[2])}${match[3]}`
			: text.length <= 30
				? (rules.securityClasses.get(bare) ??
					(/^(?:秘密|机密|绝密)长期$/.test(bare) ? `${bare.slice(0, 2)}★长期` : undefined))
				: undefined;
		return [found(R48, 'format', 'securityClass', written, { suggestion })];
	},
};

const SECRET_IDS = new Set(['confidential', 'secret', 'topSecret']);

const R49: Rule = {
	id: 'R49',
	cases: { classified: 'E' },
	scope: 'entry',
	reads: ['securityClass'],
	needs: ['deployment'],
	basis: '保守国家秘密法',
	check(view, rules) {
		const { deployment } = rules.facts;
		if (!deployment) return NOT_APPLICABLE;
		if (deployment.classified || !SECRET_IDS.has(securityClassOf(view, rules))) return NOTHING;
		// Class and id are enough for the security officer; words of the entry would carry it further.
		return [found(R49, 'classified', 'securityClass', view.text('securityClass'))];
	},
};

function isOpen(view: EntryView): boolean {
	const status = view.text('accessStatus').trim();
	return status === 'open' || status === '开放';
}

const R50: Rule = {
	id: 'R50',
	cases: { review: 'E', secret: 'E' },
	scope: 'entry',
	reads: ['accessStatus', 'securityClass'],
	needs: ['review'],
	basis: '档案法 (2020), 第二十七、三十条',
	check(view, rules) {
		if (!isOpen(view)) return NOTHING;
		const secrecy = securityClassOf(view, rules);
		if (secrecy !== '' && secrecy !== 'public')
			return [
				found(R50, 'secret', 'accessStatus', view.text('accessStatus'), {
					params: { class: view.text('securityClass') },
					suggestion: 'restricted',
				}),
			];
		const { review } = view.facts;
		if (review === undefined) return NOT_APPLICABLE;
		return review === null
			? [found(R50, 'review', 'accessStatus', view.text('accessStatus'), { suggestion: 'notReviewed' })]
			: NOTHING;
	},
};

const R57: Rule = {
	id: 'R57',
	cases: { long: 'W' },
	scope: 'entry',
	reads: ['*'],
	needs: ['lengths'],
	basis: 'exchange format',
	check(view, rules) {
		const { lengths } = rules;
		if (!lengths) return NOT_APPLICABLE;
		let findings: RuleFinding[] | undefined;
		for (const [field, most] of lengths) {
			const finding = tooLong(field, view.text(field), most);
			if (finding) (findings ??= []).push(finding);
			for (const { key, text } of view.items(field)) {
				const ofItem = tooLong(key, text, most);
				if (ofItem) (findings ??= []).push(ofItem);
			}
		}
		return findings ?? NOTHING;
	},
};

function tooLong(field: FieldKey, text: string, most: number): RuleFinding | undefined {
	// Units are never fewer than characters.
	if (text.length <= most) return undefined;
	const count = countCharacters(text);
	return count > most ? found(R57, 'long', field, text, { params: { count, most } }) : undefined;
}

const R58: Rule = {
	id: 'R58',
	cases: { expired: 'I' },
	scope: 'entry',
	reads: ['retentionPeriod', 'year', 'documentDate', 'dateRange'],
	needs: ['appraisal'],
	basis: '档案法 (2020), 第三十一条',
	check(view, rules) {
		const { appraisal } = view.facts;
		if (appraisal === undefined) return NOT_APPLICABLE;
		if (appraisal !== null) return NOTHING;
		const years = yearsOfTerm(retentionOf(view, rules));
		const from = view.year || view.dateYear;
		if (years === undefined || from === 0 || from + years >= rules.thisYear) return NOTHING;
		return [
			found(R58, 'expired', 'retentionPeriod', view.text('retentionPeriod'), {
				params: { year: from + years },
			}),
		];
	},
};

/** Longest time a term can mean: 长期 was up to fifty years, 短期 up to fifteen. */
function yearsOfTerm(id: string): number | undefined {
	if (id === 'C') return 50;
	if (id === 'D') return 15;
	return fixedTermYears(id);
}

export { isOpen };
export const TERM_RULES: readonly Rule[] = [R45, R46, R47, R48, R49, R50, R57, R58];
