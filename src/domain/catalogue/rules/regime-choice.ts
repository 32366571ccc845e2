import { textOf } from '../entry.ts';
import type { FondsRecord } from '../fonds/fonds-record.ts';
import { regimeUseFor } from '../fonds/regime-for.ts';
import { regimeOf, type RegimeRef } from '../reference-codes/regimes.ts';
import type { CheckedEntry } from './rule-facts.ts';

/** A regime with the fonds' habit of padding. */
export interface RegimeChoice {
	readonly regime: RegimeRef;
	readonly width?: number;
}

/** The regime under which the code of an entry was made, by what its fonds says of category, year and catalogue. */
export function regimeUseOf(fonds: FondsRecord, { fields, facts }: CheckedEntry): RegimeChoice | undefined {
	const categoryCode = textOf(fields['categoryCode']) || facts?.categoryCode;
	const catalogueNumber = textOf(fields['catalogueNumber']) || facts?.catalogueNumber;
	const year = Number(textOf(fields['year']) || facts?.year || Number.NaN);
	const use = regimeUseFor(fonds, {
		...(categoryCode ? { categoryCode } : {}),
		...(catalogueNumber ? { catalogueNumber } : {}),
		...(Number.isInteger(year) ? { year } : {}),
	});
	if (!use || !regimeOf(use.regime)) return undefined;
	return { regime: use.regime, ...(use.width === undefined ? {} : { width: use.width }) };
}
