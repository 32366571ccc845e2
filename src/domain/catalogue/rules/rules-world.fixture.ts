/** The fictional district 沧浦 as the registers know it: bodies through all their names, fonds, codes. All synthetic. */
import type { AuthorityLookup, AuthorityMatch } from '../authorities/authority-lookup.ts';
import type { Authority, DatedText } from '../authorities/authority.ts';
import type { FieldKey, FieldValue } from '../entry.ts';
import type { CodeRegimeUse, FondsRecord } from '../fonds/fonds-record.ts';
import { dat18 } from '../profiles/dat18/dat18.ts';
import { isValidOn } from '../authorities/dated-text.ts';
import {
	prepareRules,
	type CheckedEntry,
	type EntryFacts,
	type PreparedRules,
	type RuleFacts,
} from './rule-facts.ts';

export const TODAY = '20261127';

type Names = readonly (readonly [text: string, from?: string, to?: string])[];

function dated(names: Names): DatedText[] {
	return names.map(([text, from, to]) => ({
		text,
		...(from === undefined ? {} : { from }),
		...(to === undefined ? {} : { to }),
	}));
}

interface Body {
	readonly id: string;
	readonly fonds: string;
	readonly from: number;
	readonly to?: number;
	readonly names: Names;
	readonly shortNames: Names;
	readonly organCodes: Names;
}

/** Bodies and their names; the county became a district in 2001. */
export const BODIES: readonly Body[] = [
	{
		id: 'government',
		fonds: 'B001',
		from: 1949,
		names: [
			['沧浦县人民政府', '1949', '1955'],
			['沧浦县人民委员会', '1956', '1967'],
			['沧浦县革命委员会', '1968', '1980'],
			['沧浦县人民政府', '1981', '20010108'],
			['沧浦区人民政府', '20010109'],
		],
		shortNames: [
			['县府', '1949', '20010108'],
			['县政府', '1949', '20010108'],
			['区府', '20010109'],
			['区政府', '20010109'],
		],
		organCodes: [
			['沧政', '1949', '2000'],
			['沧府', '2001'],
			['沧府办', '2001'],
			['沧府批', '2001'],
		],
	},
	{
		id: 'party',
		fonds: 'A001',
		from: 1949,
		names: [
			['中共沧浦县委员会', '1949', '20010108'],
			['中共沧浦区委员会', '20010109'],
		],
		shortNames: [
			['县委', '1949', '20010108'],
			['区委', '20010109'],
		],
		organCodes: [['沧委'], ['沧委办'], ['沧委发']],
	},
	{
		id: 'archives',
		fonds: 'B002',
		from: 1959,
		names: [
			['沧浦县档案馆', '1959', '20010108'],
			['沧浦区档案局', '20010109'],
		],
		shortNames: [
			['县档案馆', '1959', '20010108'],
			['区档案局', '20010109'],
		],
		organCodes: [['沧档']],
	},
	{
		id: 'water',
		fonds: 'B004',
		from: 1958,
		names: [
			['沧浦县水利局', '1958', '20010108'],
			['沧浦区水务局', '20010109'],
		],
		shortNames: [
			['县水利局', '1958', '20010108'],
			['水利局'],
			['区水务局', '20010109'],
			['水务局', '20010109'],
		],
		organCodes: [
			['沧水', '1958', '2000'],
			['沧水务', '2001'],
			['沧水务函', '2001'],
		],
	},
	{
		id: 'education',
		fonds: 'B005',
		from: 1949,
		names: [
			['沧浦县教育局', '1949', '20010108'],
			['沧浦区教育局', '20010109'],
		],
		shortNames: [['县教育局', '1949', '20010108'], ['区教育局', '20010109'], ['教育局']],
		organCodes: [['沧教']],
	},
	{
		id: 'finance',
		fonds: 'B011',
		from: 1950,
		names: [
			['沧浦县财政局', '1950', '20010108'],
			['沧浦区财政局', '20010109'],
		],
		shortNames: [['县财政局', '1950', '20010108'], ['区财政局', '20010109'], ['财政局']],
		organCodes: [['沧财']],
	},
	{
		id: 'village-youth',
		fonds: 'C002',
		from: 1968,
		to: 1985,
		names: [['沧浦县知识青年上山下乡办公室', '1968', '1985']],
		shortNames: [['县知青办', '1968', '1985']],
		organCodes: [
			['沧知青办', '1968', '1985'],
			['沧革', '1968', '1980'],
		],
	},
	// A second body that is called 办事处 for short, so that a short name can mean several.
	{
		id: 'street-1',
		fonds: 'D003',
		from: 2015,
		names: [['沧浦区望海街道办事处', '2015']],
		shortNames: [['街道办事处', '2015']],
		organCodes: [['望街办', '2015']],
	},
	{
		id: 'street-2',
		fonds: 'D004',
		from: 2012,
		names: [['沧浦区临港街道办事处', '2012']],
		shortNames: [['街道办事处', '2012']],
		organCodes: [['临街办', '2012']],
	},
];

const AUTHORITIES: readonly (readonly [string, Authority])[] = [
	...BODIES.map((body): [string, Authority] => [
		body.id,
		{
			kind: 'body',
			names: dated(body.names),
			shortNames: dated(body.shortNames),
			organCodes: dated(body.organCodes),
			predecessors: [],
			fondsNumbers: [body.fonds],
			offices: [],
			note: '合成',
		},
	]),
	[
		'person',
		{
			kind: 'person',
			names: [{ text: '沧文甲' }],
			shortNames: [],
			organCodes: [],
			predecessors: [],
			fondsNumbers: [],
			offices: [{ text: '县长', from: '1984', to: '1989' }],
			note: '合成',
		},
	],
];

/** A register of authorities that is asked by maps. */
export function lookupOf(authorities: readonly (readonly [string, Authority])[]): AuthorityLookup {
	const byText = new Map<string, AuthorityMatch[]>();
	const byCode = new Map<string, AuthorityMatch[]>();
	const byId = new Map(authorities);
	const put = (into: Map<string, AuthorityMatch[]>, match: AuthorityMatch): void => {
		const known = into.get(match.dated.text);
		if (known) known.push(match);
		else into.set(match.dated.text, [match]);
	};
	for (const [id, authority] of authorities) {
		for (const each of authority.names) put(byText, { id, authority, how: 'name', dated: each });
		for (const each of authority.shortNames) put(byText, { id, authority, how: 'shortName', dated: each });
		for (const each of authority.organCodes) put(byCode, { id, authority, how: 'organCode', dated: each });
	}
	const nothing: readonly AuthorityMatch[] = [];
	return {
		byText: (text) => byText.get(text) ?? nothing,
		nameAt: (id, day) => byId.get(id)?.names.find((each) => isValidOn(each, day))?.text,
		byOrganCode: (code, day) => {
			const all = byCode.get(code) ?? nothing;
			return day === undefined ? all : all.filter((match) => isValidOn(match.dated, day));
		},
	};
}

export const LOOKUP = lookupOf(AUTHORITIES);

/** Volumes by catalogue until 2000, items by DA/T 22 until 2021, by DA/T 13-2022 since. */
const REGIMES: readonly CodeRegimeUse[] = [
	{ regime: 'dat13-1994-catalogue-page', yearTo: 1985, catalogueNumbers: ['1', '2'], width: 3 },
	{ regime: 'dat13-1994-catalogue', yearFrom: 1986, yearTo: 2000, catalogueNumbers: ['1', '2'], width: 3 },
	{ regime: 'dat22-2015', categoryCode: 'WS', yearFrom: 2001, yearTo: 2021, width: 4 },
	{ regime: 'dat13-2022-item', categoryCode: 'WS', yearFrom: 2022, width: 4 },
];

export const UNITS = [
	{ code: 'BGS', label: '办公室' },
	{ code: 'YW', label: '业务科' },
	{ code: 'FG', label: '法规科' },
];

export function fondsOf(number: string): FondsRecord {
	const body = BODIES.find((each) => each.fonds === number);
	return {
		fondsNumber: number,
		name: body?.names.at(-1)?.[0] ?? number,
		complex: '政府',
		creatorId: body?.id ?? '',
		...(body ? { activeFrom: body.from } : {}),
		...(body?.to === undefined ? {} : { activeTo: body.to }),
		status: body?.to === undefined ? 'active' : 'abolished',
		predecessors: [],
		successors: [],
		categories: ['WS'],
		codeRegimes: REGIMES,
		orgOrMatter: UNITS,
		guide: '',
		entryId: '',
	};
}

export const FONDS_NUMBERS: ReadonlySet<string> = new Set(BODIES.map(({ fonds }) => fonds));

/** Everything known, for a fonds. */
export function factsFor(fonds: string, more: Partial<RuleFacts> = {}): RuleFacts {
	return {
		today: TODAY,
		profile: dat18,
		fonds: fondsOf(fonds),
		fondsNumbers: FONDS_NUMBERS,
		authorities: LOOKUP,
		deployment: { classified: false },
		lengths: { title: 500, creators: 100, documentNumber: 50 },
		...more,
	};
}

const prepared = new Map<string, PreparedRules>();
export function preparedFor(fonds: string): PreparedRules {
	let rules = prepared.get(fonds);
	if (!rules) prepared.set(fonds, (rules = prepareRules(factsFor(fonds))));
	return rules;
}

export function creators(...names: string[]): Record<FieldKey, FieldValue> {
	return Object.fromEntries(names.map((text, at) => [`creators#${at + 1}`, { order: `a${at}`, text }]));
}

export function persons(...names: string[]): Record<FieldKey, FieldValue> {
	return Object.fromEntries(names.map((text, at) => [`personNames#${at + 1}`, { order: `a${at}`, text }]));
}

/** An item of 2015 nobody can say anything about. */
export function anItem(
	fields: Readonly<Record<FieldKey, FieldValue>> = {},
	facts: EntryFacts = {},
	bodies: Readonly<Record<string, string>> = {},
): CheckedEntry {
	return {
		id: 'item',
		level: 'item',
		parentId: 'parent',
		fields: {
			referenceCode: 'B004-WS·2015-D30-BGS-0001',
			title: '关于南塘河疏浚工程立项的通知',
			...creators('沧浦区水务局'),
			documentDate: '20150320',
			documentNumber: '沧水务〔2015〕12号',
			categoryCode: 'WS',
			year: 2015,
			itemNumber: '0001',
			orgOrMatter: '办公室',
			retentionPeriod: 'D30',
			pageCount: 4,
			securityClass: 'public',
			accessStatus: 'notReviewed',
			...fields,
		},
		bodies,
		facts: { categoryCode: 'WS', ...facts },
	};
}

/** The same of 1995, in a volume. */
export function anOldItem(
	fields: Readonly<Record<FieldKey, FieldValue>> = {},
	facts: EntryFacts = {},
): CheckedEntry {
	return {
		...anItem(
			{
				referenceCode: 'B004-1-012-003',
				catalogueNumber: '1',
				fileNumber: '012',
				itemNumber: '003',
				...creators('沧浦县水利局'),
				documentDate: '19950320',
				documentNumber: '沧水〔1995〕12号',
				year: 1995,
				retentionPeriod: 'Y',
				...fields,
			},
			facts,
		),
	};
}

/** A volume of 1995. */
export function aFile(
	fields: Readonly<Record<FieldKey, FieldValue>> = {},
	facts: EntryFacts = {},
): CheckedEntry {
	return {
		id: 'file',
		level: 'file',
		parentId: 'series',
		fields: {
			referenceCode: 'B004-1-012',
			title: '沧浦县水利局1995年关于河道疏浚的请示、批复',
			...creators('沧浦县水利局'),
			dateRange: '19950103-19951230',
			year: 1995,
			catalogueNumber: '1',
			fileNumber: '012',
			retentionPeriod: 'Y',
			pageCount: 88,
			itemCount: 12,
			accessStatus: 'notReviewed',
			...fields,
		},
		facts,
	};
}
