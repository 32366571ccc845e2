import { createId, type EntryId } from '#domain/base/ids.ts';
import { must } from '#domain/base/assert.ts';
import {
	isDescriptive,
	STRUCTURAL_FIELDS,
	type Description,
	type PlacedEntry,
} from '#domain/catalogue/entry.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import { fondsOfEntry, type Profile } from '#domain/catalogue/profile.ts';
import { rowColumns, type RowColumns } from '#domain/catalogue/row-columns.ts';
import type { ReadEntry } from '../exchange-formats/reader.ts';

/** The entry an import goes beneath, as far as its children inherit from it. */
export interface PlaceUnder {
	readonly id: EntryId;
	readonly fondsId: EntryId;
	/** Its access status as children inherit it. */
	readonly accessStatus: string;
}

/** An entry as the import writes it. */
export interface PlacedRow {
	readonly entry: PlacedEntry;
	readonly columns: RowColumns;
	readonly fondsId: EntryId;
	readonly accessStatus: string;
	/** 0 directly beneath the chosen place. */
	readonly depth: number;
}

/** Gives entries their ids, their place and what they inherit, in the order they are read. */
export class Placing {
	readonly rootIds: EntryId[] = [];
	#profile: Profile;
	#under: PlaceUnder | undefined;
	#lastRootKey: string | null;
	// By ref; of every entry only what its children need.
	#ids: EntryId[] = [];
	#parents: (number | null)[] = [];
	#orders: string[] = [];
	#fonds: EntryId[] = [];
	#access: string[] = [];
	#depths: number[] = [];
	#lastChildKeys = new Map<number, string>();

	/** @param lastKey order key of the last child the place has already */
	constructor(profile: Profile, under: PlaceUnder | undefined, lastKey: string | null) {
		this.#profile = profile;
		this.#under = under;
		this.#lastRootKey = lastKey;
	}

	/** Places an entry after its siblings read so far. */
	place(read: ReadEntry): PlacedRow {
		const { ref, parentRef } = read;
		const id = createId();
		const order = this.#nextOrder(parentRef);
		this.#ids[ref] = id;
		this.#parents[ref] = parentRef;
		this.#orders[ref] = order;
		this.#depths[ref] = parentRef === null ? 0 : must(this.#depths[parentRef], 'parents come first') + 1;
		const above =
			parentRef === null ? this.#under?.fondsId : must(this.#fonds[parentRef], 'parents come first');
		this.#fonds[ref] = fondsOfEntry(this.#profile, { id, level: read.level }, above);
		if (parentRef === null) this.rootIds.push(id);
		return this.#rowOf(ref, read);
	}

	/** The fuller reading of an entry placed before: same id and place. */
	replace(read: ReadEntry): PlacedRow {
		must(this.#ids[read.ref], 'what is replaced was read before');
		return this.#rowOf(read.ref, read);
	}

	#rowOf(ref: number, read: ReadEntry): PlacedRow {
		const parentRef = this.#parents[ref] ?? null;
		const description = withoutStructure(read);
		const columns = rowColumns(this.#profile, description);
		const inherited =
			parentRef === null ? (this.#under?.accessStatus ?? 'notReviewed') : (this.#access[parentRef] as string);
		const own = columns.ownAccess === 'structural' ? null : columns.ownAccess;
		this.#access[ref] = own ?? inherited;
		return {
			entry: {
				id: this.#ids[ref] as EntryId,
				parentId: parentRef === null ? (this.#under?.id ?? null) : (this.#ids[parentRef] as EntryId),
				order: this.#orders[ref] as string,
				...description,
			},
			columns,
			fondsId: this.#fonds[ref] as EntryId,
			accessStatus: columns.ownAccess === 'structural' ? 'structural' : (own ?? inherited),
			depth: this.#depths[ref] as number,
		};
	}

	#nextOrder(parentRef: number | null): string {
		const last = parentRef === null ? this.#lastRootKey : (this.#lastChildKeys.get(parentRef) ?? null);
		const next = orderKeyBetween(last, null);
		if (parentRef === null) this.#lastRootKey = next;
		else this.#lastChildKeys.set(parentRef, next);
		return next;
	}
}

/** A description without fields that are its place, and without values that say nothing. */
function withoutStructure({ level, fields, bodies }: ReadEntry): Description {
	let isPlain = STRUCTURAL_FIELDS.every((field) => fields[field] === undefined);
	for (const key in fields) if (fields[key] === null) isPlain = false;
	if (isPlain) return { level, fields, bodies };
	const kept = Object.entries(fields).filter(([key, value]) => value !== null && isDescriptive(key));
	return { level, bodies, fields: Object.fromEntries(kept) };
}
