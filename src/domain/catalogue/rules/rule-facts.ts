import type { AuthorityLookup } from '../authorities/authority-lookup.ts';
import { dayNumber, daysInMonth, type DayNumber } from '../archival-date/days.ts';
import type { FieldKey, FieldValue } from '../entry.ts';
import type { FondsRecord } from '../fonds/fonds-record.ts';
import { obligationAt, type Profile, type Term } from '../profile.ts';
import type { RegimeRef } from '../reference-codes/regimes.ts';
import { regimeUseOf, type RegimeChoice } from './regime-choice.ts';
import type { LivelihoodClass } from './livelihood-fields.ts';

/** The file (案卷) an entry lies in. */
export interface FileFacts {
	/** First and last day, eight digits with `00` for what is not known. */
	readonly from?: string;
	readonly to?: string;
	/** The inner list gives start pages only, as lists of bound volumes did. */
	readonly startPagesOnly?: boolean;
}

/** The pages of another item of the same file. */
export interface PageSpan {
	readonly start: number;
	/** Left out where the list gives start pages only. */
	readonly end?: number;
}

/** Images that hang on an entry. */
export interface ImageFacts {
	/** Names of the image files, in order. */
	readonly names: readonly string[];
	/** Names of images that are linked but are not there or do not open. */
	readonly missing?: readonly string[];
	/** How many of the pages have full text. */
	readonly pagesWithText?: number;
}

/** What is known of one entry besides its description. What is left out is not known; `null` is known not to be there. */
export interface EntryFacts {
	readonly file?: FileFacts;
	/** The item before it in its file, and the one behind it. */
	readonly before?: PageSpan;
	readonly after?: PageSpan;
	/** Digits of the last number of the codes of its group. */
	readonly groupWidth?: number;
	/** How many entries lie in it. */
	readonly children?: number;
	readonly images?: ImageFacts | null;
	/** Its opening review (开放审核): what was decided. */
	readonly review?: { readonly decision: string } | null;
	/** Its appraisal (到期鉴定). */
	readonly appraisal?: { readonly state: string } | null;
	/** The class of people's-livelihood records it belongs to. */
	readonly livelihood?: LivelihoodClass;
	/** Category, catalogue and year of the series or file it lies in, when the entry does not say them itself. */
	readonly categoryCode?: string;
	readonly catalogueNumber?: string;
	readonly year?: string;
}

/** An entry as rules see it. */
export interface CheckedEntry {
	readonly id: string;
	readonly level: string;
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	/** Long texts as plain words, by field id. */
	readonly bodies?: Readonly<Record<string, string>>;
	/** The entry it lies in; for rules across entries. */
	readonly parentId?: string | null;
	readonly facts?: EntryFacts;
}

/** What holds for every entry that is checked with it: usually those of one fonds. */
export interface RuleFacts {
	/** `YYYYMMDD` */
	readonly today: string;
	readonly profile: Profile;
	readonly fonds?: FondsRecord;
	/** Every fonds number of the register. */
	readonly fondsNumbers?: ReadonlySet<string>;
	/** The regime in force for an entry, where it is not that of `fonds.codeRegimes`. */
	readonly regimeFor?: (entry: CheckedEntry) => RegimeChoice | undefined;
	readonly authorities?: AuthorityLookup;
	/** Whether this installation may hold classified records. */
	readonly deployment?: { readonly classified: boolean };
	/** Longest value of a field in the format it is exchanged in, in characters. */
	readonly lengths?: Readonly<Record<string, number>>;
}

/** Facts with what is computed once for many entries. */
export interface PreparedRules {
	readonly facts: RuleFacts;
	readonly today: DayNumber;
	readonly thisYear: number;
	/** Retention terms: by id and label; and by the other ways of writing them. */
	readonly retention: ReadonlyMap<string, Term>;
	readonly retentionAliases: ReadonlyMap<string, Term>;
	readonly securityClasses: ReadonlyMap<string, string>;
	/** Ids of fields that must be there, by level. */
	readonly mandatory: ReadonlyMap<string, ReadonlySet<string>>;
	/** Names and codes of the fonds' dictionary, by either. */
	readonly orgOrMatter: ReadonlyMap<string, readonly string[]>;
	/** Longest values by field, where an exchange format is known. */
	readonly lengths: readonly (readonly [field: string, most: number])[] | undefined;
	regimeOf(entry: CheckedEntry): RegimeChoice | undefined;
}

/** Prepares facts once, for as many entries as share them. */
export function prepareRules(facts: RuleFacts): PreparedRules {
	const { profile, fonds } = facts;
	const retention = new Map<string, Term>();
	const retentionAliases = new Map<string, Term>();
	for (const term of profile.vocabularies['retentionPeriod'] ?? []) {
		for (const name of [term.id, term.label.zh, term.label.en]) retention.set(name, term);
		for (const name of term.aliases ?? []) retentionAliases.set(name, term);
	}
	const securityClasses = new Map<string, string>();
	for (const term of profile.vocabularies['securityClass'] ?? [])
		for (const name of [term.id, term.label.zh, term.label.en, ...(term.aliases ?? [])])
			securityClasses.set(name, term.id);
	const mandatory = new Map(
		profile.levels.map((level) => [
			level.id,
			new Set(
				profile.fields.filter((field) => obligationAt(field, level.id) === 'M').map((field) => field.id),
			),
		]),
	);
	const orgOrMatter = new Map<string, readonly string[]>();
	for (const { code, label } of fonds?.orgOrMatter ?? [])
		for (const name of [code, label]) orgOrMatter.set(name, [code, label]);
	const year = Number(facts.today.slice(0, 4));
	const month = Number(facts.today.slice(4, 6));
	return {
		facts,
		today: dayNumber(year, month, Math.min(Number(facts.today.slice(6, 8)), daysInMonth(year, month))),
		thisYear: year,
		retention,
		retentionAliases,
		securityClasses,
		mandatory,
		orgOrMatter,
		lengths: facts.lengths && Object.entries(facts.lengths),
		regimeOf: facts.regimeFor ?? ((entry) => (fonds ? regimeUseOf(fonds, entry) : undefined)),
	};
}

export type { RegimeChoice, RegimeRef };
