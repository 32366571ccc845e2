import type { CodeRegimeUse, FondsRecord } from './fonds-record.ts';

/** What is known of a record whose regime is asked for. */
export interface RegimeQuestion {
	readonly categoryCode?: string;
	readonly year?: number;
	readonly catalogueNumber?: string;
}

/**
 * The regime of reference codes that stands in a fonds for a record: the first use that fits. What a use asks for and the
 * record does not say does not fit: nothing is guessed.
 */
export function regimeFor(fonds: FondsRecord, of: RegimeQuestion): string | undefined {
	return fonds.codeRegimes.find((use) => fits(use, of))?.regime;
}

function fits(use: CodeRegimeUse, { categoryCode, year, catalogueNumber }: RegimeQuestion): boolean {
	if (use.categoryCode !== undefined && use.categoryCode !== categoryCode) return false;
	if (use.yearFrom !== undefined && !(year !== undefined && year >= use.yearFrom)) return false;
	if (use.yearTo !== undefined && !(year !== undefined && year <= use.yearTo)) return false;
	return (
		use.catalogueNumbers === undefined ||
		(catalogueNumber !== undefined && use.catalogueNumbers.includes(catalogueNumber))
	);
}
