import type { EntryView } from './entry-view.ts';
import { writeDocumentNumber, type DocumentNumber } from './document-number.ts';
import { found, NOT_APPLICABLE, NOTHING, type Rule, type RuleSeverity } from './rule.ts';

const GBT9704 = 'GB/T 9704-2012, 7.2.5';
/**
 * From this year on numbers are printed with hexagonal brackets and without 第. Before it both ways were, and what is
 * printed is copied: then it is worth knowing, not wrong. The change came in 1988 and was general by 2001 (memory).
 */
export const GENERAL_SINCE = 2001;

/** By the date of the document; by the year of the number where there is none. */
function severityOf(view: EntryView, number: DocumentNumber, severity: RuleSeverity): RuleSeverity {
	return (view.dateYear || number.year) >= GENERAL_SINCE ? severity : 'I';
}

const R38: Rule = {
	id: 'R38',
	cases: { brackets: ['E', 'I'] },
	scope: 'entry',
	reads: ['documentNumber', 'documentDate', 'dateRange'],
	needs: [],
	basis: GBT9704,
	check(view) {
		const { number } = view;
		if (!number || (number.open === '〔' && number.close === '〕')) return NOTHING;
		const severity = severityOf(view, number, 'E');
		return [
			found(R38, 'brackets', 'documentNumber', view.text('documentNumber'), {
				severity,
				params: { written: `${number.open}${number.yearAsWritten}${number.close}` },
				// What was printed so stays so.
				suggestion: severity === 'I' ? undefined : writeDocumentNumber(number),
			}),
		];
	},
};

const R39: Rule = {
	id: 'R39',
	cases: { di: ['W', 'I'], zero: ['W', 'I'] },
	scope: 'entry',
	reads: ['documentNumber', 'documentDate', 'dateRange'],
	needs: [],
	basis: GBT9704,
	check(view) {
		const { number } = view;
		if (!number) return NOTHING;
		const hasZero = /^[0０]/.test(number.sequence);
		if (!number.hasDi && !number.hasZi && !hasZero) return NOTHING;
		const severity = severityOf(view, number, 'W');
		return [
			found(
				R39,
				number.hasDi || number.hasZi ? 'di' : 'zero',
				'documentNumber',
				view.text('documentNumber'),
				{
					severity,
					suggestion:
						severity !== 'I' && /[1-9１-９]/.test(number.sequence) ? writeDocumentNumber(number) : undefined,
				},
			),
		];
	},
};

/** Words of a note that explain a number of another year. */
const NOTED = /文号|年度|补发|跨年|编号/;

const R40: Rule = {
	id: 'R40',
	cases: { year: 'W' },
	scope: 'entry',
	reads: ['documentNumber', 'documentDate', 'dateRange', 'note'],
	needs: [],
	basis: GBT9704,
	check(view) {
		const { number, dateYear } = view;
		if (!number || dateYear === 0) return NOTHING;
		const apart = Math.abs(number.year - dateYear);
		if (apart === 0 || (apart === 1 && NOTED.test(view.body('note')))) return NOTHING;
		return [
			found(R40, 'year', 'documentNumber', view.text('documentNumber'), {
				params: { number: number.year, date: dateYear },
			}),
		];
	},
};

const R41: Rule = {
	id: 'R41',
	cases: { unknown: 'I' },
	scope: 'entry',
	reads: ['documentNumber'],
	needs: ['authorities'],
	basis: GBT9704,
	check(view, rules) {
		const { authorities } = rules.facts;
		if (!authorities) return NOT_APPLICABLE;
		const { number } = view;
		if (!number || authorities.byOrganCode(number.organCode).length > 0) return NOTHING;
		return [
			found(R41, 'unknown', 'documentNumber', view.text('documentNumber'), {
				params: { organCode: number.organCode },
			}),
		];
	},
};

export const NUMBER_RULES: readonly Rule[] = [R38, R39, R40, R41];
