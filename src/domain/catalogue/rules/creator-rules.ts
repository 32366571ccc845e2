import { findDocumentNumber } from './document-number.ts';
import { isValidOn } from '../authorities/dated-text.ts';
import { idsOf, onlyNameAt } from './authority-validity.ts';
import { withText, type ViewedItem } from './entry-view.ts';
import { found, NOT_APPLICABLE, NOTHING, type Rule, type RuleFinding } from './rule.ts';
import type { PreparedRules } from './rule-facts.ts';
import { isHanSign } from './title-signs.ts';
import { BODY_ENDINGS, OWN_BODY_WORDS, SURNAMES, VAGUE_BODIES } from './word-lists.ts';

const DAT18 = 'DA/T 18-2022, 责任者';
const VAGUE = new Set(VAGUE_BODIES.words);
const OWN = new Set(OWN_BODY_WORDS.words);
const SURNAME_SET = new Set(SURNAMES.words);
const MOST_CANDIDATES = 8;
/** Longer names are no persons'. */
const LONGEST_PERSON = 12;

/** Bodies that only who wrote the text could name: 本局, 我办, 县里, ×× 局. */
function isVague(text: string): boolean {
	if (VAGUE.has(text)) return true;
	if (text.length > 8) return false;
	const bare = text.replace(/[（(].*$/u, '').replace(/等(?:单位|部门)?$/u, '');
	if (VAGUE.has(bare)) return true;
	if (
		/^(?:[省市县区镇乡局委]|本[县区市局])?(?:有关|相关|各|上级|下属|主管|基层)\S{0,2}(?:部门|单位|机关|科室|领导|局|委|办)$/.test(
			bare,
		)
	)
		return true;
	if (/^[省市县区镇乡局](?:里|领导|机关)$/.test(bare)) return true;
	if ('本我该贵此'.includes(bare.charAt(0)) && OWN.has(bare.slice(1))) return true;
	return /^[×xX*某○〇]{1,3}\S{0,2}[局委办府院馆校厂社镇乡县区市部站所会处科室]$/u.test(bare);
}

const R32: Rule = {
	id: 'R32',
	cases: { vague: 'E' },
	scope: 'entry',
	reads: ['creators', 'documentDate', 'dateRange'],
	needs: [],
	basis: DAT18,
	check(view, rules) {
		let findings: RuleFinding[] | undefined;
		for (const { key, text, value } of view.creators) {
			const name = text.trim();
			if (!isVague(name)) continue;
			const { fonds, authorities } = rules.facts;
			const isOwn = '本我'.includes(name.charAt(0));
			const own =
				isOwn && fonds && fonds.creatorId !== '' && view.day !== ''
					? authorities?.nameAt(fonds.creatorId, view.day)
					: undefined;
			(findings ??= []).push(
				found(R32, 'vague', key, text, {
					params: { written: name },
					suggestion: own === undefined ? undefined : withText(value, own),
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

/** A person's name: two to four ideographs that begin with a surname and do not end like a body. */
export function isPersonName(text: string): boolean {
	if (text.length < 2 || text.length > 4) return false;
	for (let at = 0; at < text.length; at++) if (!isHanSign(text.charCodeAt(at))) return false;
	if (!SURNAME_SET.has(text.charAt(0)) && !SURNAME_SET.has(text.slice(0, 2))) return false;
	return !endsLikeBody(text);
}

function endsLikeBody(text: string): boolean {
	return BODY_ENDINGS.words.some((ending) => text.endsWith(ending));
}

/** What a creator is without the office or the part that stands in brackets behind it. */
function withoutBracket(text: string): string {
	const open = text.search(/[（([]/);
	return open > 0 ? text.slice(0, open).trim() : text;
}

const R33: Rule = {
	id: 'R33',
	cases: { unknown: 'W', short: 'W', several: 'W' },
	scope: 'entry',
	reads: ['creators', 'documentDate', 'dateRange'],
	needs: ['authorities'],
	basis: DAT18,
	check(view, rules) {
		const { authorities } = rules.facts;
		if (!authorities) return NOT_APPLICABLE;
		let findings: RuleFinding[] | undefined;
		for (const { key, text, value } of view.creators) {
			const name = text.trim();
			if (name === '') continue;
			const matches = authorities.byText(name);
			if (matches.some(({ how }) => how === 'name') || isVague(name) || partsOf(name)) continue;
			if (matches.length === 0) {
				const bare = withoutBracket(name);
				if (bare !== name && authorities.byText(bare).some(({ how }) => how === 'name')) continue;
				if (!isPersonName(bare))
					(findings ??= []).push(found(R33, 'unknown', key, text, { params: { written: name } }));
				continue;
			}
			const { day } = view;
			const valid = day === '' ? matches : matches.filter(({ dated }) => isValidOn(dated, day));
			const ids = idsOf(valid.length > 0 ? valid : matches);
			const only = ids.length === 1 && day !== '' ? onlyNameAt(authorities, ids, day) : undefined;
			const candidates = ids
				.slice(0, MOST_CANDIDATES)
				.map((id) => (day === '' ? undefined : authorities.nameAt(id, day)) ?? newestName(matches, id));
			(findings ??= []).push(
				found(R33, ids.length > 1 ? 'several' : 'short', key, text, {
					params: { written: name, candidates: candidates.join('、') },
					suggestion: only === undefined ? undefined : withText(value, only),
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

function newestName(
	matches: readonly { id: string; authority: { names: readonly { text: string }[] } }[],
	id: string,
): string {
	return matches.find((match) => match.id === id)?.authority.names.at(-1)?.text ?? id;
}

const R34: Rule = {
	id: 'R34',
	cases: { time: 'W' },
	scope: 'entry',
	reads: ['creators', 'documentDate', 'dateRange'],
	needs: ['authorities'],
	basis: DAT18,
	check(view, rules) {
		const { authorities } = rules.facts;
		if (!authorities) return NOT_APPLICABLE;
		const { day } = view;
		if (day === '') return NOTHING;
		const last = view.lastDay;
		let findings: RuleFinding[] | undefined;
		for (const { key, text, value } of view.creators) {
			const name = text.trim();
			const all = authorities.byText(name);
			// A date of which only the year is known is of every name of that year.
			if (all.length === 0 || all.some(({ how, dated }) => how === 'name' && overlaps(dated, day, last)))
				continue;
			const matches = all.filter(({ how }) => how === 'name');
			if (matches.length === 0) continue;
			const meant = onlyNameAt(authorities, idsOf(matches), day);
			(findings ??= []).push(
				found(R34, 'time', key, text, {
					params: { written: name, day, meant: meant ?? '' },
					suggestion: meant === undefined || meant === name ? undefined : withText(value, meant),
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

function overlaps(
	dated: { readonly from?: string; readonly to?: string },
	first: string,
	last: string,
): boolean {
	return (
		(dated.from === undefined || dated.from === '' || last.slice(0, dated.from.length) >= dated.from) &&
		(dated.to === undefined || dated.to === '' || first.slice(0, dated.to.length) <= dated.to)
	);
}

/** Bodies written into one item with signs that do not separate them: two at least, all of them like bodies. */
function partsOf(text: string): string[] | undefined {
	if (!/[、，,；/／\s]/u.test(text) || text.length > 400) return undefined;
	const parts = text.split(/[、，,；;/／\s]+/u).filter((part) => part !== '');
	return parts.length > 1 &&
		parts.every((part) => part.length > 1 && (endsLikeBody(part) || isPersonName(part)))
		? parts
		: undefined;
}

const R35: Rule = {
	id: 'R35',
	cases: { separators: 'W', ownMissing: 'W' },
	scope: 'entry',
	reads: ['creators', 'documentDate', 'dateRange'],
	needs: [],
	basis: DAT18,
	check(view, rules) {
		let findings: RuleFinding[] | undefined;
		for (const item of view.creators) {
			const parts = partsOf(item.text.trim());
			if (parts)
				(findings ??= []).push(
					found(R35, 'separators', item.key, item.text, {
						params: { count: parts.length },
						suggestion: withText(item.value, parts.join(';')),
					}),
				);
		}
		const missing = ownMissing(view.creators, rules);
		if (missing) (findings ??= []).push(missing);
		return findings ?? NOTHING;
	},
};

/** A shortened list of joint bodies (…等) without the one whose fonds it is. */
function ownMissing(creators: readonly ViewedItem[], rules: PreparedRules): RuleFinding | undefined {
	const { fonds, authorities } = rules.facts;
	const last = creators.at(-1);
	if (!last || !fonds || fonds.creatorId === '' || !authorities || !last.text.trim().endsWith('等'))
		return undefined;
	const isOwn = creators.some(({ text }) =>
		text
			.trim()
			.replace(/等$/, '')
			.split(/[、，,；;]/)
			.some((name) => authorities.byText(name.trim()).some(({ id }) => id === fonds.creatorId)),
	);
	return isOwn ? undefined : found(R35, 'ownMissing', last.key, last.text, { params: { fonds: fonds.name } });
}

const R36: Rule = {
	id: 'R36',
	cases: { office: 'I' },
	scope: 'entry',
	reads: ['creators', 'documentDate', 'dateRange'],
	needs: [],
	basis: DAT18,
	check(view, rules) {
		let findings: RuleFinding[] | undefined;
		for (const { key, text, value } of view.creators) {
			const name = text.trim();
			if (name.length > LONGEST_PERSON) continue;
			const { authorities } = rules.facts;
			const matches = authorities?.byText(name) ?? [];
			const person = matches.find(({ authority }) => authority.kind === 'person');
			if (!person && (matches.length > 0 || !isPersonName(name) || isVague(name))) continue;
			const { day } = view;
			const offices = (person?.authority.offices ?? []).filter(
				(office) => day !== '' && isValidOn(office, day),
			);
			(findings ??= []).push(
				found(R36, 'office', key, text, {
					params: { name },
					suggestion:
						offices.length === 1 ? withText(value, `${name}(${offices[0]?.text ?? ''})`) : undefined,
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

const R37: Rule = {
	id: 'R37',
	cases: { conflict: 'W' },
	scope: 'entry',
	reads: ['creators', 'documentNumber', 'documentDate', 'dateRange'],
	needs: ['authorities'],
	basis: 'GB/T 9704-2012',
	check(view, rules) {
		const { authorities } = rules.facts;
		if (!authorities) return NOT_APPLICABLE;
		const number = view.number ?? findDocumentNumber(view.text('documentNumber').slice(0, 80));
		const [first] = view.creators;
		if (!number || !first) return NOTHING;
		const { day } = view;
		const owners = idsOf(authorities.byOrganCode(number.organCode, day === '' ? undefined : day));
		if (owners.length === 0) return NOTHING;
		for (const { text } of view.creators)
			for (const name of text.split(/[;；、，,]/)) {
				const ids = idsOf(authorities.byText(name.trim()));
				// Somebody unknown may be the body, or a part of it.
				if (ids.length === 0 || ids.some((id) => owners.includes(id))) return NOTHING;
			}
		const meant = day === '' ? undefined : onlyNameAt(authorities, owners, day);
		return [
			found(R37, 'conflict', first.key, first.text, {
				params: { organCode: number.organCode, meant: meant ?? '' },
				suggestion:
					meant === undefined || view.creators.length > 1 ? undefined : withText(first.value, meant),
			}),
		];
	},
};

export const CREATOR_RULES: readonly Rule[] = [R32, R33, R34, R35, R36, R37];
