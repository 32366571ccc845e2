import type { EntryId } from '#domain/base/ids.ts';
import { itemsOf, textOf, type PlacedEntry } from '#domain/catalogue/entry.ts';
import { orderKeysBetween } from '#domain/catalogue/order-key.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import type { EntryRow } from '#domain/catalogue/rows.ts';
import { syntheticHoldings } from '#server/catalogue/synthetic/synthetic-holdings.ts';

/** Children of the long series: as many as the longest list of the real samples has components. */
const LONG = 12_497;

/** The synthetic holdings, and one more fonds whose series has very many items. All fictional. */
export function fakeEntries(): PlacedEntry[] {
	let made = 0;
	// The same ids at every start, so that an address survives a reload.
	const nextId = (): EntryId =>
		`01900000-0000-7000-8000-${(++made).toString(16).padStart(12, '0')}` as EntryId;
	const given = [...syntheticHoldings(20260101)];
	const ids = new Map(given.map((entry) => [entry.id, nextId()]));
	const entries: PlacedEntry[] = given.map((entry) => ({
		...entry,
		id: ids.get(entry.id) ?? entry.id,
		parentId: entry.parentId && (ids.get(entry.parentId) ?? entry.parentId),
	}));
	const [top = null] = entries.filter((entry) => entry.parentId === null).slice(-1);
	const [fondsOrder = ''] = orderKeysBetween(top?.order ?? null, null, 1);
	const fonds = nextId();
	const series = nextId();
	const named = (title: string, code: string): PlacedEntry['fields'] => ({
		title,
		referenceCode: code,
		'creators#1': { order: 'a0', text: '沧浦区民政局' },
	});
	entries.push(
		{
			id: fonds,
			parentId: null,
			order: fondsOrder,
			level: 'fonds',
			fields: { ...named('沧浦区民政局', 'B006'), dateRange: '1953-2020' },
			bodies: {
				adminHistory: richTextOf(
					'沧浦县民政科设于1953年，1984年改称沧浦县民政局，2001年撤县建区后改为沧浦区民政局。',
					'主管婚姻登记、优抚安置、救灾救济、基层政权建设等工作。',
				),
			},
		},
		{
			id: series,
			parentId: fonds,
			order: 'a0',
			level: 'series',
			fields: { ...named('婚姻登记', 'B006-ZY·HY'), dateRange: '1953-2020' },
			bodies: {},
		},
	);
	for (const [at, order] of orderKeysBetween(null, null, LONG).entries()) {
		const year = 1953 + Math.floor(at / 190);
		entries.push({
			id: nextId(),
			parentId: series,
			order,
			level: 'item',
			fields: {
				...named(
					`婚姻登记审查处理结果（${year}年第${(at % 190) + 1}号）`,
					`B006-ZY·HY·${year}·D100-${String((at % 190) + 1).padStart(4, '0')}`,
				),
				documentDate: `${year}0${(at % 9) + 1}1${at % 10}`,
				year,
				itemNumber: String((at % 190) + 1).padStart(4, '0'),
				retentionPeriod: 'D100',
				accessStatus: 'restricted',
				pageCount: (at % 7) + 1,
			},
			bodies: {},
		});
	}
	return entries;
}

/** An entry as a line of a list. */
export function fakeRow(
	entry: PlacedEntry,
	extra: { childCount: number; conflictCount: number; status: EntryRow['status'] },
): EntryRow {
	const { fields } = entry;
	return {
		id: entry.id,
		parentId: entry.parentId,
		level: entry.level,
		profile: 'dat18',
		title: textOf(fields['title']),
		referenceCode: textOf(fields['referenceCode']),
		dateText: textOf(fields['documentDate'] ?? fields['dateRange']),
		creatorsText: itemsOf(fields, 'creators')
			.map((item) => item.value.text)
			.join('; '),
		order: entry.order,
		state: extra.conflictCount > 0 || entry.order.endsWith('3') ? 'server' : 'archive',
		synthetic: true,
		...extra,
	};
}

/** Children by parent, in order. */
export function childrenByParent(entries: Iterable<PlacedEntry>): Map<EntryId | null, PlacedEntry[]> {
	const children = new Map<EntryId | null, PlacedEntry[]>();
	for (const entry of entries) {
		const list = children.get(entry.parentId);
		if (list) list.push(entry);
		else children.set(entry.parentId, [entry]);
	}
	for (const list of children.values())
		list.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.id < b.id ? -1 : 1));
	return children;
}
