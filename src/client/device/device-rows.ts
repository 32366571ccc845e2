import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { ListChoice } from '#domain/catalogue/list-choice.ts';
import type { EntryDetail, EntryRow } from '#domain/catalogue/rows.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { rowColumns } from '#domain/catalogue/row-columns.ts';
import { indexTokens, queryTokens } from '#domain/catalogue/search-tokens.ts';
import type { RowsClient, ShownRows } from '../contract.ts';
import type { DeviceStore } from './device-store.ts';
import { NOTHING_KNOWN } from './nothing-known.ts';

/** Refusals that say nothing of what was asked: the server is away, or does not know the person any more. */
export const WITHOUT_SERVER = ['client.unreachable', 'permissions.sign-in'];

/** Rows of the server; without it, what this device has: entries opened before, with the way down to them. */
export function createDeviceRows(parts: {
	readonly server: Pick<RowsClient, 'children' | 'entry' | 'search'>;
	readonly store: DeviceStore;
	/** False: the server need not even be asked. */
	readonly isReachable: () => boolean;
	/** The device does not take what should be kept; it is shown all the same. */
	readonly onTrouble: (code: string) => void;
}): Pick<RowsClient, 'children' | 'entry' | 'search'> {
	const { server, store } = parts;

	async function orFromDevice<T>(ask: () => Promise<T>, here: () => Promise<T>): Promise<T> {
		if (!parts.isReachable()) return here();
		try {
			return await ask();
		} catch (error) {
			if (isRefusal(error) && WITHOUT_SERVER.includes(error.code)) return here();
			throw error;
		}
	}

	return {
		children: (parentId, offset, limit, choice) =>
			orFromDevice(
				() => server.children(parentId, offset, limit, choice),
				async () => {
					const cards = await store.cards();
					return pageOf(await chosen(cards, rowsBelow(cards, parentId), choice), offset, limit);
				},
			),
		entry: (id) =>
			orFromDevice(
				async () => {
					const detail = await server.entry(id).catch(async (error: unknown) => {
						const made = isUnknown(error) && (await madeHere(store, id));
						if (made) return made;
						throw error;
					});
					try {
						await store.keepCard(detail);
					} catch (error) {
						if (!isRefusal(error)) throw error;
						parts.onTrouble(error.code);
					}
					return detail;
				},
				async () => {
					const card = await store.card(id);
					if (!card) throw new Refusal('device.not-here');
					return card;
				},
			),
		search: (query, offset, limit, choice) =>
			orFromDevice(
				() => server.search(query, offset, limit, choice),
				async () => {
					const cards = await store.cards();
					return pageOf(await chosen(cards, found(cards, query), choice), offset, limit);
				},
			),
	};
}

function isUnknown(error: unknown): boolean {
	return isRefusal(error) && error.code === 'catalogue.unknown-entry';
}

/** The card of an entry that was made here and waits to be begun at the server. */
async function madeHere(store: DeviceStore, id: EntryId): Promise<EntryDetail | undefined> {
	const stored = await store.load(id);
	const waits = stored?.state === undefined && stored?.updates.some(({ isSent }) => !isSent);
	return waits ? store.card(id) : undefined;
}

/** Only the rows that are wanted; reading dates is loaded when it is asked for. */
async function chosen(
	cards: readonly EntryDetail[],
	rows: readonly EntryRow[],
	choice: ListChoice | undefined,
): Promise<readonly EntryRow[]> {
	if (!choice?.dates && !choice?.byDate) return rows;
	const { chooseRows } = await import('./chosen-rows.ts');
	return chooseRows(cards, rows, choice);
}

function pageOf(rows: readonly EntryRow[], offset: number, limit: number): ShownRows {
	return { total: rows.length, offset, rows: rows.slice(offset, offset + limit), onlyThisDevice: true };
}

/** Children of a node among the entries opened before; of ancestors only the way down is known. */
function rowsBelow(cards: readonly EntryDetail[], parentId: EntryId | null): EntryRow[] {
	const rows = new Map<EntryId, EntryRow>();
	const childCounts = new Map<EntryId, Set<EntryId>>();
	const under = (parent: EntryId | null, child: EntryId): void => {
		if (parent === null) return;
		const known = childCounts.get(parent);
		if (known) known.add(child);
		else childCounts.set(parent, new Set([child]));
	};
	for (const card of cards) {
		if (card.status !== 'active') continue;
		rows.set(card.id, card);
		under(card.parentId, card.id);
		card.path.forEach((each, index) => {
			const parent = card.path[index - 1]?.id ?? null;
			under(parent, each.id);
			if (!rows.has(each.id)) rows.set(each.id, rowOfAncestor(each, parent, card));
		});
	}
	return (
		[...rows.values()]
			// What lies in something that the person may not see stands at the top.
			.filter(({ parentId: own }) => (own !== null && rows.has(own) ? own : null) === parentId)
			.map((row) => ({ ...row, childCount: childCounts.get(row.id)?.size ?? 0 }))
			.sort(
				(a, b) =>
					compare(a.order, b.order) || compare(a.referenceCode, b.referenceCode) || compare(a.id, b.id),
			)
	);
}

function rowOfAncestor(
	ancestor: EntryDetail['path'][number],
	parentId: EntryId | null,
	below: EntryDetail,
): EntryRow {
	return {
		...NOTHING_KNOWN,
		id: ancestor.id,
		parentId,
		level: ancestor.level,
		profile: ancestor.profile,
		title: ancestor.title,
		dateText: ancestor.dateText,
		synthetic: below.synthetic,
	};
}

/** The same words as on the server: phrases of adjacent tokens, and single characters. */
function found(cards: readonly EntryDetail[], query: string): EntryRow[] {
	const { phrases, chars } = queryTokens(query);
	if (phrases.length === 0 && chars.length === 0) return [];
	// A last token that ends in `*` is the beginning of a word.
	const wanted = phrases.map((phrase) => ` ${phrase.join(' ')} `.replace(/\* $/, ''));
	return cards
		.filter((card) => {
			if (card.status !== 'active') return false;
			const { searchText } = rowColumns(profileOf(card.profile), card);
			const tokens = indexTokens(
				[searchText, ...(card.formerCodes ?? []).map(({ code }) => code)].join('\n'),
			);
			const words = ` ${tokens.words} `;
			const single = new Set(tokens.chars.split(' '));
			return wanted.every((phrase) => words.includes(phrase)) && chars.every((char) => single.has(char));
		})
		.sort((a, b) => compare(a.referenceCode, b.referenceCode) || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
