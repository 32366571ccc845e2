/** For tests: running a reader over a text, and comparing what it read with what was written. */
import { orderKeysBetween } from '#domain/catalogue/order-key.ts';
import { createId } from '#domain/base/ids.ts';
import {
	fieldIdOf,
	itemsOf,
	type Description,
	type FieldValue,
	type ItemValue,
	type PlacedEntry,
} from '#domain/catalogue/entry.ts';
import type { ReadEntry, Reader, ReadOptions, ReadResult } from './reader.ts';

/** What a reader made of a text, replaced entries in their latest state. */
export interface ReadAll extends ReadResult {
	readonly entries: ReadEntry[];
	/** How many entries came a second time. */
	readonly replacements: number;
}

/** Runs a reader over a text, in pieces of `pieceLength` UTF-16 units. */
export async function readAll(
	reader: Reader,
	text: string,
	options: Partial<ReadOptions> = {},
	pieceLength = 64 * 1024,
): Promise<ReadAll> {
	const entries: ReadEntry[] = [];
	let replacements = 0;
	async function* source() {
		for (let at = 0; at < text.length; at += pieceLength) yield text.slice(at, at + pieceLength);
	}
	const result = await reader(source(), {
		fileName: 'synthetic.xml',
		signal: new AbortController().signal,
		...options,
		onEntries: async (chunk) => {
			for (const { replaces, ...entry } of chunk) {
				if (replaces) replacements += 1;
				entries[entry.ref] = entry;
			}
		},
	});
	return { ...result, entries, replacements };
}

/** A finding aid in EAD 2002 around some components, for examples. */
export function eadOf(archdesc: string, header = '<eadid>synthetic</eadid>'): string {
	return `<ead><eadheader>${header}</eadheader><archdesc level="fonds">${archdesc}</archdesc></ead>`;
}

/** A description without what no exchange keeps: keys and orders of items. */
export function comparable(description: Description): unknown {
	const values: Record<string, FieldValue> = {};
	const items: Record<string, unknown[]> = {};
	for (const [key, value] of Object.entries(description.fields)) {
		const field = fieldIdOf(key);
		if (key === field) values[field] = value;
		else
			items[field] = itemsOf(description.fields, field).map(({ value: item }) => {
				const { order: _, ...rest } = item;
				return rest;
			});
	}
	return { level: description.level, values, items, bodies: description.bodies };
}

/** An item for {@link entriesOf}, which gives it its place. */
export type Item = Omit<ItemValue, 'order'>;

/** One entry of a synthetic tree. */
export interface Sketch {
	/** Index of the parent, below its own; nothing for the root. */
	readonly parent?: number;
	readonly level: string;
	readonly values?: Readonly<Record<string, FieldValue>>;
	readonly items?: Readonly<Record<string, readonly Item[]>>;
	readonly bodies?: Description['bodies'];
}

/** Placed entries of a tree in the order of an export: parents before children, siblings in order. */
export function entriesOf(sketches: readonly Sketch[]): PlacedEntry[] {
	const ids = sketches.map(() => createId());
	const orders = orderKeysBetween(null, null, sketches.length);
	const all = sketches.map((sketch, index): PlacedEntry => {
		const fields: Record<string, FieldValue> = { ...sketch.values };
		for (const [field, items] of Object.entries(sketch.items ?? {})) {
			const keys = orderKeysBetween(null, null, items.length);
			items.forEach((item, at) => {
				fields[`${field}#x${at}`] = { ...item, order: keys[at] as string } as ItemValue;
			});
		}
		return {
			id: ids[index] as PlacedEntry['id'],
			parentId: sketch.parent === undefined ? null : (ids[sketch.parent] as PlacedEntry['id']),
			order: orders[index] as string,
			level: sketch.level,
			fields,
			bodies: sketch.bodies ?? {},
		};
	});
	const inOrder: PlacedEntry[] = [];
	const walk = (parentId: string | null) => {
		for (const entry of all.filter((each) => each.parentId === parentId)) {
			inOrder.push(entry);
			walk(entry.id);
		}
	};
	walk(null);
	return inOrder;
}

/** A stream of some values. */
export async function* streamOf<T>(values: readonly T[]): AsyncGenerator<T> {
	yield* values;
}

/** The whole text of an export. */
export async function textOfExport(pieces: AsyncIterable<string>): Promise<string> {
	let text = '';
	for await (const piece of pieces) text += piece;
	return text;
}
