/** A bad example names the field, and the suggestion where there is one. */
import type { FieldValue } from '../entry.ts';
import type { CheckedEntry, RuleFacts } from './rule-facts.ts';
import type { RuleId, RuleSeverity } from './rule.ts';
import { anItem } from './rules-world.fixture.ts';

export interface RuleExample {
	readonly entry: CheckedEntry;
	/** Those of fonds B004 unless given. */
	readonly facts?: RuleFacts;
}

export interface BadExample extends RuleExample {
	readonly field: string;
	readonly severity: RuleSeverity;
	readonly case: string;
	/** Left out: none is given. For items of repeatables the text. */
	readonly suggestion?: FieldValue;
}

/** Examples by rule. */
export type Examples = Partial<Record<RuleId, { bad: readonly BadExample[]; good: readonly CheckedEntry[] }>>;

export const bad = (
	severity: RuleSeverity,
	which: string,
	field: string,
	entry: CheckedEntry,
	suggestion?: FieldValue,
	facts?: RuleFacts,
): BadExample => ({
	severity,
	case: which,
	field,
	entry,
	...(suggestion === undefined ? {} : { suggestion }),
	...(facts === undefined ? {} : { facts }),
});
export const title = (text: string): CheckedEntry => anItem({ title: text });
export const date = (text: string, year: number | null = null): CheckedEntry =>
	anItem({ documentDate: text, year, documentNumber: null });
export const number = (documentNumber: string, documentDate = '20080312'): CheckedEntry =>
	anItem({
		documentNumber,
		documentDate,
		year: Number(documentDate.slice(0, 4)),
		referenceCode: 'B004-WS·2008-D30-0001',
	});
export const code = (referenceCode: string): CheckedEntry => anItem({ referenceCode, itemNumber: null });
