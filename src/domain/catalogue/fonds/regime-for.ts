import type { CodeRegimeUse, FondsRecord } from './fonds-record.ts';

/** What is known of records whose codes are to be read. */
export interface RegimeFacts {
	/** 档案门类代码; left out while unknown. */
	readonly categoryCode?: string;
	/** 年度; left out while unknown. */
	readonly year?: number;
	/** 目录号; left out where the records have none. */
	readonly catalogueNumber?: string;
}

type Fit = 'yes' | 'no' | 'unknown';

/**
 * Which use of a regime holds for records of a fonds: the first that fits. `undefined` when none does, and when it
 * depends on what is not known: a regime is never guessed.
 */
export function regimeUseFor(
	fonds: Pick<FondsRecord, 'codeRegimes'>,
	facts: RegimeFacts,
): CodeRegimeUse | undefined {
	const possible: CodeRegimeUse[] = [];
	for (const use of fonds.codeRegimes) {
		const fit = fitOf(use, facts);
		if (fit === 'no') continue;
		possible.push(use);
		if (fit === 'yes') return possible.every((each) => isSameCode(each, use)) ? use : undefined;
	}
	return undefined;
}

/** The id of the regime that holds for records of a fonds; see {@link regimeUseFor}. */
export function regimeFor(fonds: Pick<FondsRecord, 'codeRegimes'>, facts: RegimeFacts): string | undefined {
	return regimeUseFor(fonds, facts)?.regime;
}

/**
 * What nobody said of records, and would have to be known before {@link regimeUseFor} has an answer. Empty where the
 * register has no regime for them whatever they say.
 */
export function factsWanted(
	fonds: Pick<FondsRecord, 'codeRegimes'>,
	facts: RegimeFacts,
): readonly (keyof RegimeFacts)[] {
	const wanted = new Set<keyof RegimeFacts>();
	for (const use of fonds.codeRegimes) {
		if (fitOf(use, facts) !== 'unknown') continue;
		if (use.categoryCode !== undefined && facts.categoryCode === undefined) wanted.add('categoryCode');
		if ((use.yearFrom ?? use.yearTo) !== undefined && facts.year === undefined) wanted.add('year');
	}
	// Records have a catalogue only where they lie in volumes: asked for when nothing else fits.
	if (wanted.size === 0 && facts.catalogueNumber === undefined)
		for (const { catalogueNumbers, ...others } of fonds.codeRegimes)
			if (catalogueNumbers !== undefined && fitOf(others, facts) !== 'no') wanted.add('catalogueNumber');
	return [...wanted];
}

function isSameCode(one: CodeRegimeUse, other: CodeRegimeUse): boolean {
	return one.regime === other.regime && one.width === other.width;
}

function fitOf(use: CodeRegimeUse, { categoryCode, year, catalogueNumber }: RegimeFacts): Fit {
	const fits: Fit[] = [];
	if (use.categoryCode !== undefined)
		fits.push(categoryCode === undefined ? 'unknown' : categoryCode === use.categoryCode ? 'yes' : 'no');
	if (use.catalogueNumbers !== undefined)
		fits.push(catalogueNumber !== undefined && use.catalogueNumbers.includes(catalogueNumber) ? 'yes' : 'no');
	if (use.yearFrom !== undefined || use.yearTo !== undefined)
		fits.push(
			year === undefined
				? 'unknown'
				: year >= (use.yearFrom ?? -Infinity) && year <= (use.yearTo ?? Infinity)
					? 'yes'
					: 'no',
		);
	return fits.includes('no') ? 'no' : fits.includes('unknown') ? 'unknown' : 'yes';
}
