import type { Json } from '../entry.ts';
import { severalCell } from '../registers/sheet-cells.ts';
import type { ReadCell } from '../registers/sheet.ts';
import type { CodeRegimeUse } from './fonds-record.ts';

const WORDS = {
	zh: { category: '门类', year: '年度', catalogue: '目录', width: '位' },
	en: { category: 'category ', year: 'years ', catalogue: 'catalogue ', width: ' digits' },
};

const FORM = 'dat22-2015：门类WS，年度2001–2021，目录1、2，4位';

/**
 * Uses of regimes in a cell: the regime, then its limits: `dat22-2015：门类WS，年度2001–2021，目录1、2，4位`, and several
 * uses between `；`. English words are read as well.
 */
export const regimeUsesCell = severalCell(readUse, writeUse);

function readUse(written: string): ReadCell {
	const [, regime = '', limits = ''] = /^([^:：]*)(?:[:：](.*))?$/su.exec(written) ?? [];
	const use: { -readonly [K in keyof CodeRegimeUse]: CodeRegimeUse[K] } = { regime: regime.trim() };
	for (const limit of limits.split(/[,，]/u)) {
		const plain = limit.trim();
		if (plain === '') continue;
		const read = readLimit(plain);
		if (!read) return { problem: 'sheet_cell', params: { text: plain, form: FORM } };
		Object.assign(use, read);
	}
	return { value: use as unknown as Json };
}

function readLimit(limit: string): Partial<CodeRegimeUse> | undefined {
	const category = /^(?:门类|category\s*)(.+)$/iu.exec(limit)?.[1];
	if (category !== undefined) return { categoryCode: category.trim() };
	const catalogues = /^(?:目录|catalogues?\s*)(.+)$/iu.exec(limit)?.[1];
	if (catalogues !== undefined)
		return { catalogueNumbers: catalogues.split(/[、/]/u).map((number) => number.trim()) };
	const width = /^([1-6])\s*(?:位|digits?)$/iu.exec(limit)?.[1];
	if (width !== undefined) return { width: Number(width) };
	const years = /^(?:年度|years?\s*)(\d{4})?\s*([-–—~～至])?\s*(\d{4})?$/iu.exec(limit);
	if (!years || (years[1] === undefined && years[3] === undefined)) return undefined;
	const to = years[2] === undefined ? years[1] : years[3];
	return {
		...(years[1] === undefined ? {} : { yearFrom: Number(years[1]) }),
		...(to === undefined ? {} : { yearTo: Number(to) }),
	};
}

function writeUse(value: Json, language: 'zh' | 'en'): string {
	const { regime, categoryCode, yearFrom, yearTo, catalogueNumbers, width } =
		value as unknown as CodeRegimeUse;
	const words = WORDS[language];
	const limits = [
		categoryCode === undefined ? '' : words.category + categoryCode,
		yearFrom === undefined && yearTo === undefined ? '' : `${words.year}${yearFrom ?? ''}–${yearTo ?? ''}`,
		catalogueNumbers === undefined ? '' : words.catalogue + catalogueNumbers.join('、'),
		width === undefined ? '' : `${width}${words.width}`,
	].filter((limit) => limit !== '');
	return limits.length === 0 ? regime : `${regime}：${limits.join('，')}`;
}
