import type { CodeRegimeUse, FondsRecord } from '../fonds/fonds-record.ts';
import { textOf } from '../entry.ts';
import { regimeOf, type RegimeRef } from '../reference-codes/regimes.ts';
import type { CheckedEntry } from './rule-facts.ts';

/** A regime with the fonds' habit of padding. */
export interface RegimeChoice {
	readonly regime: RegimeRef;
	readonly width?: number;
}

/**
 * The regime under which the code of an entry was made, by what its fonds says of category, year and catalogue: the first
 * use that fits. An entry that does not say its category or catalogue gets a regime only where every use that could be
 * meant has the same: a code alone never decides, since `-001-002` may be volume and item or volume and page.
 * @see DA/T 13-2022; DA/T 13-1994, 4
 */
export function regimeUseOf(fonds: FondsRecord, entry: CheckedEntry): RegimeChoice | undefined {
	const { fields } = entry;
	const category = textOf(fields['categoryCode']) || entry.facts?.categoryCode || '';
	const catalogue = textOf(fields['catalogueNumber']);
	const year = Number(textOf(fields['year']) || Number.NaN);
	let chosen: CodeRegimeUse | undefined;
	for (const use of fonds.codeRegimes) {
		const fit = fits(use, category, year, catalogue);
		if (fit === 'no') continue;
		if (chosen && chosen.regime !== use.regime) return undefined;
		chosen ??= use;
		if (fit === 'yes') break;
	}
	if (!chosen || !regimeOf(chosen.regime)) return undefined;
	return chosen.width === undefined
		? { regime: chosen.regime }
		: { regime: chosen.regime, width: chosen.width };
}

function fits(
	use: CodeRegimeUse,
	category: string,
	year: number,
	catalogue: string,
): 'yes' | 'no' | 'perhaps' {
	let sure = true;
	if (use.categoryCode !== undefined) {
		if (category === '') sure = false;
		else if (category !== use.categoryCode) return 'no';
	}
	if (use.yearFrom !== undefined || use.yearTo !== undefined) {
		if (!Number.isInteger(year)) sure = false;
		else if (year < (use.yearFrom ?? 0) || year > (use.yearTo ?? 9999)) return 'no';
	}
	if (use.catalogueNumbers !== undefined && use.catalogueNumbers.length > 0) {
		if (catalogue === '') sure = false;
		else if (!use.catalogueNumbers.includes(catalogue)) return 'no';
	}
	return sure ? 'yes' : 'perhaps';
}
