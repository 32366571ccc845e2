import type { FieldKey, FieldValue, ItemValue, Json } from '#domain/catalogue/entry.ts';
import { orderKeysBetween } from '#domain/catalogue/order-key.ts';
import type { RichText, RichTextNode } from '#domain/catalogue/rich-text.ts';
import type { ReadEntry } from './reader.ts';
import { pushAll } from './xml-element.ts';

/** An item before it has a place among its siblings. */
export type DraftItem = Omit<ItemValue, 'order'>;

const orders: string[][] = [];

/** `count` order keys from the beginning; the same few lists serve every entry. */
function ordersFor(count: number): readonly string[] {
	if (count > 64) return orderKeysBetween(null, null, count);
	return (orders[count] ??= orderKeysBetween(null, null, count));
}

/** An entry while its part of the source is being read. */
export class EntryDraft {
	readonly ref: number;
	readonly parentRef: number | null;
	readonly line: number;
	level = 'file';
	/** Something was added since {@link finish} was last called. */
	isChanged = true;
	/** A title element was there, even an empty one. */
	hasTitle = false;
	readonly #values = new Map<string, FieldValue>();
	readonly #items = new Map<string, DraftItem[]>();
	readonly #bodies = new Map<string, RichTextNode[]>();

	constructor(ref: number, parentRef: number | null, line: number) {
		this.ref = ref;
		this.parentRef = parentRef;
		this.line = line;
	}

	has(field: string): boolean {
		return this.#values.has(field) || this.#items.has(field) || this.#bodies.has(field);
	}

	set(field: string, value: FieldValue): void {
		this.#values.set(field, value);
		this.isChanged = true;
	}

	add(field: string, item: DraftItem): void {
		const items = this.#items.get(field);
		if (items) items.push(item);
		else this.#items.set(field, [item]);
		this.isChanged = true;
	}

	append(field: string, blocks: readonly RichTextNode[]): void {
		const body = this.#bodies.get(field);
		if (body) pushAll(body, blocks);
		else this.#bodies.set(field, [...blocks]);
		this.isChanged = true;
	}

	/** The entry as read so far. */
	finish(): ReadEntry {
		const fields: Record<FieldKey, FieldValue> = Object.fromEntries(this.#values);
		for (const [field, items] of this.#items) {
			const keys = ordersFor(items.length);
			items.forEach((item, index) => {
				fields[`${field}#${index + 1}`] = { order: keys[index] as string, ...item } as ItemValue;
			});
		}
		const bodies: Record<string, RichText> = {};
		for (const [field, content] of this.#bodies) bodies[field] = { type: 'doc', content: [...content] };
		this.isChanged = false;
		return { ref: this.ref, parentRef: this.parentRef, line: this.line, level: this.level, fields, bodies };
	}
}

/** An item without the attributes that say nothing. */
export function draftItem(text: string, extras: Readonly<Record<string, Json | undefined>> = {}): DraftItem {
	const item: Record<string, Json> = { text };
	for (const [name, value] of Object.entries(extras)) if (value !== undefined) item[name] = value;
	return item as DraftItem;
}

/** True for a value that can stand as an item: structured, with a text. */
export function isDraftItem(value: Json | undefined): value is DraftItem {
	return (
		typeof value === 'object' &&
		value !== null &&
		!Array.isArray(value) &&
		typeof (value as { text?: Json }).text === 'string'
	);
}
