import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { textOf } from '#domain/catalogue/entry.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { CodeIndex } from '#server/catalogue/codes/code-index.ts';
import {
	codeOf,
	codeSources,
	SOURCES_AT_ONCE,
	type CodedSource,
} from '#server/catalogue/codes/code-sources.ts';
import type { Storage } from '#server/storage/storage.ts';
import { namedHolders } from './same-codes.ts';

/** An entry that is to have another code, wherever it still says the old one. */
export interface CodeMove {
	readonly id: EntryId;
	readonly from: string;
	readonly to: string;
}

interface Parts {
	readonly storage: Storage;
	readonly index: Pick<CodeIndex, 'settled' | 'finder'>;
}

/** What a code is compared by: its number in its group, or as it is written where no rules read it. */
interface Place {
	readonly fonds: string;
	readonly group: string;
	readonly number: number;
	readonly suffix: string;
	readonly code: string;
}

/**
 * Asks whether entries can all have their new codes at once, as everything stands when it is called.
 * @param by who gives the codes: blocks of theirs are no obstacle
 * @throws {Refusal} 'catalogue.code-taken' (409) another entry has one of them, or is to have it, too ·
 * 'catalogue.renumber-kept' (409) somebody else has its number along offline
 */
export async function demandFreeCodes(
	{ storage, index }: Parts,
	person: Person,
	moves: readonly CodeMove[],
	by: string,
): Promise<void> {
	if (moves.length === 0) return;
	await index.settled();
	const wanted: Place[] = [];
	const holders = new Map<string, { readonly id: EntryId; readonly isNew: boolean }>();
	for (let at = 0; at < moves.length; at += SOURCES_AT_ONCE) {
		const part = moves.slice(at, at + SOURCES_AT_ONCE);
		const sources = await codeSources(storage, index.finder, { ids: part.map(({ id }) => id) });
		const found = new Map(sources.map((each) => [each.id, each]));
		for (const { id, from, to } of part) {
			const source = found.get(id);
			if (!source?.isActive) continue;
			const now = textOf(source.chain[0]?.fields['referenceCode']).trim();
			const [before, after] = [placeOf(source, now), now === from ? placeOf(source, to) : undefined];
			// Whatever says something else by now stays as it is.
			const place = now === from ? after : before;
			if (!place) continue;
			const isNew = after !== undefined && (!before || keyOf(after) !== keyOf(before));
			const holder = holders.get(keyOf(place));
			if (holder && (isNew || holder.isNew)) throw await taken(storage, person, place, holder.id);
			if (!holder || isNew) holders.set(keyOf(place), { id, isNew });
			if (isNew) wanted.push(place);
		}
	}
	const places = JSON.stringify(wanted);
	const other = await heldByOthers(
		storage,
		places,
		moves.map(({ id }) => id),
	);
	if (other) throw await taken(storage, person, other, other.id);
	const kept = await keptForOthers(storage, places, by);
	if (kept) throw new Refusal('catalogue.renumber-kept', kept, 409);
}

function placeOf(source: CodedSource, written: string): Place | undefined {
	const code = codeOf(source, written);
	if (!code) return undefined;
	const fonds = source.fonds?.fondsNumber ?? '';
	if ('written' in code) return { fonds, group: '', number: 0, suffix: '', code: code.written };
	const { groupKey, number, canonical } = code;
	return { fonds, group: groupKey, number: number.value, suffix: number.suffix ?? '', code: canonical };
}

function keyOf({ fonds, group, number, suffix, code }: Place): string {
	return group === '' ? `${fonds} ${code}` : `${group}${number} ${suffix}`;
}

async function taken(
	storage: Storage,
	person: Person,
	{ code }: { readonly code: string },
	id: EntryId,
): Promise<Refusal> {
	const [named] = (await namedHolders(storage, person, [{ id, canonical: code }])).values();
	return new Refusal('catalogue.code-taken', { ...named, code }, 409);
}

/** An active entry, none of those that move, that has one of the codes. */
async function heldByOthers(
	{ db }: Pick<Storage, 'db'>,
	places: string,
	moving: readonly EntryId[],
): Promise<{ readonly id: EntryId; readonly code: string } | undefined> {
	const { rows } = await sql<{ id: EntryId; code: string }>`
		select other.entry_id as id, other.canonical as code
		from json_each(${places}) as wanted cross join coded_entry as other on
			(wanted.value ->> 'group' <> '' and other.group_key = wanted.value ->> 'group'
				and other.number = wanted.value ->> 'number' and other.suffix = wanted.value ->> 'suffix')
			or (wanted.value ->> 'group' = '' and other.canonical = wanted.value ->> 'code'
				and other.fonds_number = wanted.value ->> 'fonds')
		cross join entry on entry.row_id = other.row_id
		where other.active = 1 and other.entry_id not in (select value from json_each(${JSON.stringify(moving)}))
			and entry.import_row not in (select row_id from import where state = 'staging')
		limit 1`.execute(db);
	return rows[0];
}

/** A block of somebody else with the number of one of the codes. */
async function keptForOthers(
	{ db }: Pick<Storage, 'db'>,
	places: string,
	by: string,
): Promise<{ group: string; from: number; to: number; name: string } | undefined> {
	const { rows } = await sql<{ group: string; from: number; to: number; name: string }>`
		select block.group_key as "group", block.number as "from", block.number_to as "to", block.actor_name as name
		from json_each(${places}) as wanted cross join code_event as block on block.kind = 'reserved'
			and block.group_key = wanted.value ->> 'group'
			and wanted.value ->> 'number' between block.number and block.number_to
		where wanted.value ->> 'group' <> '' and wanted.value ->> 'suffix' = '' and block.actor_id <> ${by}
			and not exists (select 1 from code_event as back where back.kind = 'returned' and back.block_id = block.block_id)
		limit 1`.execute(db);
	return rows[0];
}
