import { constantFrom, integer, option, record, string, uniqueArray, type Arbitrary } from 'fast-check';
import type { RegisterRecord } from '../registers/register.ts';
import { AUTHORITY_KINDS, type Authority, type DatedText } from './authority.ts';
import { firstDay, lastDay, normalName } from './dated-text.ts';

/** An authority of which only some things matter. */
export function authority(content: Partial<Authority>): Authority {
	return {
		kind: 'body',
		names: [],
		shortNames: [],
		organCodes: [],
		predecessors: [],
		fondsNumbers: [],
		offices: [],
		note: '',
		...content,
	};
}

export function recordOf<C>(id: string, content: C, isWithdrawn = false): RegisterRecord<C> {
	return { id, version: 1, content, isWithdrawn, actorName: '林浦', at: '2026-01-01T00:00:00Z' };
}

/** The water bureau of the fictional district 沧浦, which was a county until 2001. */
export const WATER = recordOf(
	'water',
	authority({
		names: [
			{ text: '沧浦县水利局', from: '1958', to: '20010630' },
			{ text: '沧浦区水务局', from: '20010701' },
		],
		shortNames: [{ text: '县水利局', to: '2001' }, { text: '区水务局', from: '2001' }, { text: '水务局' }],
		organCodes: [
			{ text: '沧水', to: '2001' },
			{ text: '沧水务', from: '2001' },
		],
		fondsNumbers: ['B004'],
	}),
);

export const GOVERNMENT = recordOf(
	'government',
	authority({
		names: [
			{ text: '沧浦县人民委员会', from: '1955', to: '1967' },
			{ text: '沧浦县革命委员会', from: '1967', to: '1981' },
			{ text: '沧浦县人民政府', from: '1981', to: '2001' },
			{ text: '沧浦区人民政府', from: '2001' },
		],
		shortNames: [
			{ text: '区府', from: '2001' },
			{ text: '县府', to: '2001' },
		],
		organCodes: [{ text: '沧府', from: '2001' }],
	}),
);

export const day: Arbitrary<string> = record({
	year: integer({ min: 1900, max: 2030 }),
	month: integer({ min: 1, max: 12 }),
	date: integer({ min: 1, max: 28 }),
	length: constantFrom(4, 6, 8),
}).map(({ year, month, date, length }) =>
	`${year}${String(month).padStart(2, '0')}${String(date).padStart(2, '0')}`.slice(0, length),
);

/** Names with what names really hold, and with what could be taken for a time. */
const SIGNS = '沧浦区县水利务局（）()1958–2001-年月 馆·Aa、';

/** A text without blanks around. */
export const nameText: Arbitrary<string> = string({
	unit: constantFrom(...SIGNS),
	minLength: 1,
	maxLength: 14,
}).map((text) => text.trim() || '局');

export const dated: Arbitrary<DatedText> = record({
	text: nameText,
	from: option(day, { nil: undefined }),
	to: option(day, { nil: undefined }),
}).map(({ text, from, to }) => {
	const isReversed = firstDay(from) > lastDay(to);
	const [first, last] = isReversed ? [to, from] : [from, to];
	return {
		text,
		...(first === undefined ? {} : { from: first }),
		...(last === undefined ? {} : { to: last }),
	};
});

const datedList = uniqueArray(dated, { maxLength: 4, selector: ({ text }) => normalName(text) });

/** Authorities that have nothing wrong, with names one after the other. */
export const soundAuthority: Arbitrary<Authority> = record({
	kind: constantFrom(...AUTHORITY_KINDS),
	names: uniqueArray(nameText, { minLength: 1, maxLength: 4, selector: normalName }).map((names) =>
		names.map((text, index) => ({
			text,
			from: String(1900 + index * 30),
			to: String(1900 + index * 30 + (index % 2 ? 30 : 29)),
		})),
	),
	shortNames: datedList,
	organCodes: datedList,
	fondsNumbers: uniqueArray(constantFrom('A001', 'B004', '12', 'Q1'), { maxLength: 3 }),
	offices: datedList,
	note: string({ maxLength: 30 }),
	predecessors: constantFrom<readonly string[]>([]),
});
