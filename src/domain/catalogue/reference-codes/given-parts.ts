import { textOf, type FieldKey } from '../entry.ts';
import type { FondsRecord } from '../fonds/fonds-record.ts';
import { termOf, type Profile } from '../profile.ts';
import type { CodeNumber, PartId } from './code-parts.ts';
import { fixedTermYears, retentionTermOf } from './code-terms.ts';
import type { CodeSource } from './entry-code.ts';
import type { PartValue } from './part-values.ts';
import { LEVEL_SEPARATOR, PART_SEPARATOR } from './signs.ts';

/** Parts of a code that are known. */
export type Given = Readonly<Partial<Record<PartId, PartValue>>>;

/** What a series says with its own code. */
export type SaidBySeries = Readonly<
	Partial<Record<'categoryCode' | 'catalogueNumber' | 'year' | 'retentionPeriod', string>>
>;

/**
 * The parts that an entry and those above it say, in fields or, as series do, with their own code; the nearest word
 * counts, and a field before a code.
 */
export function givenParts(profile: Profile, chain: readonly CodeSource[], fonds: FondsRecord): Given {
	const bySeries = chain.map((source) => saidBySeries(source, fonds));
	const wordOf = (field: FieldKey): string => {
		for (const [at, { fields }] of chain.entries()) {
			const written = textOf(fields[field]).trim() || bySeries[at]?.[field as keyof SaidBySeries];
			if (written) return written;
		}
		return '';
	};
	const given: Partial<Record<PartId, PartValue>> = { fondsNumber: fonds.fondsNumber };
	for (const id of [
		'seriesNumber',
		'secondaryClass',
		'tertiaryClass',
		'projectNumber',
		'catalogueNumber',
	] as const)
		given[id] = wordOf(id) || undefined;
	const only = fonds.categories.length === 1 ? fonds.categories[0] : undefined;
	const category = wordOf('categoryCode');
	given.categoryCode = ((termOf(profile, 'categoryCode', category)?.id ?? category) || only) ?? undefined;
	const year = wordOf('year');
	if (/^\d{4}$/.test(year)) given.year = Number(year);
	const retention = wordOf('retentionPeriod');
	given.retentionPeriod = (termOf(profile, 'retentionPeriod', retention)?.id ?? retention) || undefined;
	const org = wordOf('orgOrMatter');
	given.orgOrMatter =
		(fonds.orgOrMatter.find(({ code, label }) => code === org || label === org)?.code ?? org) || undefined;
	given.fileNumber = numberWritten(wordOf('fileNumber'));
	given.pageNumber = numberWritten(textOf(chain[0]?.fields['startPage']).trim());
	return given;
}

/**
 * What a series says with its own code, which all codes below it begin with: `B002-WS·2011-Y` category, year and
 * retention, `B002-1` a catalogue. Only the register of fonds tells a catalogue from a class.
 */
export function saidBySeries(
	{ level, fields }: Pick<CodeSource, 'level' | 'fields'>,
	fonds: FondsRecord,
): SaidBySeries {
	if (level !== 'series') return {};
	const code = textOf(fields['referenceCode']).trim();
	if (!code.startsWith(fonds.fondsNumber + LEVEL_SEPARATOR)) return {};
	const [first = '', ...rest] = code
		.slice(fonds.fondsNumber.length + LEVEL_SEPARATOR.length)
		.replaceAll(PART_SEPARATOR, LEVEL_SEPARATOR)
		.split(LEVEL_SEPARATOR);
	if (/^[A-Z]{2}$/.test(first)) {
		const at = rest.findIndex((part) => /^(?:18|19|20)\d\d$/.test(part));
		const [year, term = ''] = at === -1 ? [] : rest.slice(at);
		const isTerm = retentionTermOf(term) !== undefined || fixedTermYears(term) !== undefined;
		return { categoryCode: first, ...(year ? { year } : {}), ...(isTerm ? { retentionPeriod: term } : {}) };
	}
	const isCatalogue =
		rest.length === 0 && fonds.codeRegimes.some((use) => use.catalogueNumbers?.includes(first));
	return isCatalogue ? { catalogueNumber: first } : {};
}

function numberWritten(written: string): CodeNumber | undefined {
	const found = /^(\d{1,6})(\D?)$/u.exec(written);
	const [, digits = '', suffix = ''] = found ?? [];
	const value = Number(digits);
	if (value === 0) return undefined;
	return { value, width: digits.length, ...(suffix === '' ? {} : { suffix }) };
}
