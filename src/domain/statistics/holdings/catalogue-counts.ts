import type { HoldingsRecord } from './holdings-record.ts';

/** What the catalogue has, in numbers. */
export interface CatalogueFigures {
	/** Valid entries of files, of items in files, of single items. */
	readonly files: number;
	readonly itemsInFiles: number;
	readonly singleItems: number;
	/** Files and single items whose pages are all there as images. */
	readonly digitisedUnits: number;
	readonly pages: number;
	readonly digitisedPages: number;
}

/** What the catalogue has of one fonds, catalogue or category, year and retention period. Left out: not said. */
export interface CatalogueCount extends CatalogueFigures {
	readonly fondsNumber: string;
	readonly catalogueNumber?: string;
	readonly categoryCode?: string;
	readonly year?: number;
	readonly retentionPeriod?: string;
}

/** What the catalogue has by line of the register, and what fits no line. */
export interface AssignedCounts {
	/** Every line is in it. */
	readonly byLine: ReadonlyMap<string, CatalogueFigures>;
	readonly unregistered: readonly CatalogueCount[];
}

interface Line {
	readonly id: string;
	readonly content: HoldingsRecord;
}

type Sums = { -readonly [K in keyof CatalogueFigures]: CatalogueFigures[K] };

/**
 * Adds the counts of the catalogue up by the lines they belong to. A count belongs to the line that says most of what it
 * is about, and of equals to the first; never to two.
 */
export function assignCounts(lines: readonly Line[], counts: Iterable<CatalogueCount>): AssignedCounts {
	const byLine = new Map<string, Sums>(lines.map(({ id }) => [id, nothing()]));
	const lineOf = lineFinder(lines);
	const unregistered: CatalogueCount[] = [];
	for (const count of counts) {
		const line = lineOf(count);
		const sums = line === undefined ? undefined : byLine.get(line);
		if (sums) addTo(sums, count);
		else unregistered.push(count);
	}
	return { byLine, unregistered };
}

/** Tells to which line a count belongs; the lines are sorted once for all counts. */
export function lineFinder(lines: readonly Line[]): (count: CatalogueCount) => string | undefined {
	const byFonds = new Map<string, Line[]>();
	for (const line of lines) {
		const key = groupKey(line.content);
		const group = byFonds.get(key);
		if (group) group.push(line);
		else byFonds.set(key, [line]);
	}
	return (count) => lineFor(count, byFonds)?.id;
}

/** Lines are sought among those that say the same of fonds and catalogue, so that many fonds cost nothing. */
function groupKey({
	fondsNumber,
	catalogueNumber,
}: Pick<CatalogueCount, 'fondsNumber' | 'catalogueNumber'>): string {
	return catalogueNumber === undefined ? fondsNumber : `${fondsNumber}\0${catalogueNumber}`;
}

function lineFor(count: CatalogueCount, byFonds: ReadonlyMap<string, readonly Line[]>): Line | undefined {
	return (
		bestIn(count, byFonds.get(groupKey(count))) ??
		(count.catalogueNumber === undefined
			? undefined
			: bestIn(count, byFonds.get(groupKey({ fondsNumber: count.fondsNumber }))))
	);
}

function bestIn(count: CatalogueCount, lines: readonly Line[] = []): Line | undefined {
	let best: Line | undefined;
	let most = -1;
	for (const line of lines) {
		const said = fit(count, line.content);
		if (said > most) [best, most] = [line, said];
	}
	return best;
}

/** How much of what the count is about the line says; -1 when they are about different records. */
function fit(count: CatalogueCount, line: HoldingsRecord): number {
	let said = 0;
	if (line.categoryCode !== undefined) {
		if (line.categoryCode !== count.categoryCode) return -1;
		said++;
	}
	if (line.retentionPeriod !== undefined) {
		if (line.retentionPeriod !== count.retentionPeriod) return -1;
		said++;
	}
	if (line.yearFrom !== undefined || line.yearTo !== undefined) {
		if (count.year === undefined) return -1;
		if (count.year < (line.yearFrom ?? -Infinity) || count.year > (line.yearTo ?? Infinity)) return -1;
		said++;
	}
	return said;
}

function nothing(): Sums {
	return { files: 0, itemsInFiles: 0, singleItems: 0, digitisedUnits: 0, pages: 0, digitisedPages: 0 };
}

function addTo(sums: Sums, count: CatalogueFigures): void {
	sums.files += count.files;
	sums.itemsInFiles += count.itemsInFiles;
	sums.singleItems += count.singleItems;
	sums.digitisedUnits += count.digitisedUnits;
	sums.pages += count.pages;
	sums.digitisedPages += count.digitisedPages;
}
