import type { CatalogueCount } from './catalogue-counts.ts';
import type { HoldingsRecord } from './holdings-record.ts';

/** A line of the register of the fictional education bureau of 沧浦: 365 permanent files in catalogue 1. */
export function line(content: Partial<HoldingsRecord>): HoldingsRecord {
	return {
		fondsNumber: 'B005',
		files: 0,
		itemsInFiles: 0,
		singleItems: 0,
		pages: 0,
		metres: 0,
		carrier: '纸质',
		countedOn: '20260301',
		countedBy: 'count',
		source: '林浦',
		excluded: { classified: 0, unfit: 0, dueForDestruction: 0 },
		note: '',
		...content,
	};
}

/** What the catalogue has. */
export function count(content: Partial<CatalogueCount>): CatalogueCount {
	return {
		fondsNumber: 'B005',
		files: 0,
		itemsInFiles: 0,
		singleItems: 0,
		digitisedUnits: 0,
		pages: 0,
		digitisedPages: 0,
		...content,
	};
}
