import { createSubscriber } from 'svelte/reactivity';
import type * as Y from 'yjs';
import { createId } from '#domain/base/ids.ts';
import { itemsOf, type FieldKey, type FieldValue, type ItemValue } from '#domain/catalogue/entry.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { Attribution } from '#domain/catalogue/rows.ts';
import { isEmptyRichText } from '#domain/catalogue/rich-text.ts';
import { bodyFieldOf, bodyOf } from '#sync/entry-doc.ts';
import {
	distinctValues,
	fieldValuesOf,
	setField,
	survivingElements,
	type FieldElement,
} from '#sync/field-values.ts';
import { readFragment } from '#sync/rich-text-fragment.ts';
import type { ShownValue } from './contract.ts';
import { EntryHistory, type HistorySteps } from './entry-history.svelte.ts';
import { Live } from './live.svelte.ts';
import { serverClock } from './server-clock.ts';

export interface EntryValuesParts {
	readonly doc: Y.Doc;
	readonly meId: string;
	/** By element id, by the server's record. */
	readonly attributions: () => Readonly<Record<string, Attribution>>;
	/** Name of somebody the server has not told of yet; empty when unknown. */
	readonly nameOf: (personId: string) => string;
	/** Something typed here is not known to be on the server. */
	readonly hasUnsent: () => boolean;
	/** What is shown while the document is not there yet. */
	readonly instead?: (field: FieldKey) => readonly ShownValue[] | undefined;
	readonly steps?: HistorySteps | undefined;
}

/** Fields and long texts of a document as components read and set them. */
export class EntryValues {
	readonly history: EntryHistory;
	#parts: EntryValuesParts;
	#fields: Live<ReadonlyMap<FieldKey, readonly FieldElement[]>>;
	#watchBodies: () => void;

	constructor(parts: EntryValuesParts) {
		this.#parts = parts;
		this.history = new EntryHistory(this, parts.steps);
		this.#fields = new Live(fieldValuesOf(parts.doc) as Y.AbstractType<unknown>, () =>
			survivingElements(fieldValuesOf(parts.doc)),
		);
		this.#watchBodies = createSubscriber((update) => {
			parts.doc.on('update', update);
			return () => parts.doc.off('update', update);
		});
	}

	get elements(): ReadonlyMap<FieldKey, readonly FieldElement[]> {
		return this.#fields.current;
	}

	/** Newest by log position; what the log does not know yet is newer than all it knows. */
	position(element: FieldElement): number {
		return (
			this.#parts.attributions()[element.id]?.seq ?? (element.via === 'import' ? 0 : Number.MAX_SAFE_INTEGER)
		);
	}

	/** Distinct surviving values, newest first. */
	values(field: FieldKey): readonly ShownValue[] {
		const instead = this.#parts.instead?.(field);
		if (instead) return instead;
		const { meId, nameOf, hasUnsent } = this.#parts;
		const attributions = this.#parts.attributions();
		const elements = [...(this.elements.get(field) ?? [])].sort(
			(a, b) => this.position(b) - this.position(a) || (a.at < b.at ? 1 : -1),
		);
		return distinctValues(elements).map((element) => {
			const known = attributions[element.id];
			return {
				elementId: element.id,
				value: element.value,
				actorName: known?.actorName ?? (element.by === meId ? '' : nameOf(element.by)),
				at: known?.receivedAt ?? element.at,
				claimDiffers: known !== undefined && known.actorId !== element.by && known.actorName !== element.by,
				unsent: known === undefined && element.by === meId && hasUnsent(),
			};
		});
	}

	othersIn(field: FieldKey): string | undefined {
		const { meId, nameOf, attributions } = this.#parts;
		const other = this.elements.get(field)?.findLast(({ by }) => by !== meId);
		return other && (attributions()[other.id]?.actorName ?? nameOf(other.by));
	}

	/** Field ids of long texts with words. */
	get bodies(): readonly string[] {
		this.#watchBodies();
		const { doc } = this.#parts;
		const found: string[] = [];
		for (const name of doc.share.keys()) {
			const fieldId = bodyFieldOf(name);
			if (fieldId !== undefined && !isEmptyRichText(readFragment(bodyOf(doc, fieldId)))) found.push(fieldId);
		}
		return found;
	}

	set(field: FieldKey, value: FieldValue): void {
		setField(
			fieldValuesOf(this.#parts.doc),
			field,
			value,
			{ id: createId<string>(), by: this.#parts.meId, at: serverClock.isoNow() },
			this,
		);
	}

	addItem(fieldId: string, text: string): FieldKey {
		const last = this.#items(fieldId).at(-1);
		const key = `${fieldId}#${createId<string>()}`;
		this.history.set(key, { order: orderKeyBetween(last?.value.order ?? null, null), text });
		return key;
	}

	removeItem(key: FieldKey): void {
		this.history.set(key, null);
	}

	moveItem(key: FieldKey, beforeKey: FieldKey | null): void {
		const all = this.#items(key.split('#', 1)[0] as string);
		const items = all.filter((item) => item.key !== key);
		const moved = all.find((item) => item.key === key);
		if (!moved) return;
		const at = beforeKey === null ? items.length : items.findIndex((item) => item.key === beforeKey);
		if (at < 0) return;
		this.history.set(key, {
			...moved.value,
			order: orderKeyBetween(items[at - 1]?.value.order ?? null, items[at]?.value.order ?? null),
		});
	}

	#items(fieldId: string): { readonly key: FieldKey; readonly value: ItemValue }[] {
		const newest: Record<FieldKey, FieldValue> = {};
		for (const key of this.elements.keys()) {
			const value = key.startsWith(`${fieldId}#`) ? this.values(key)[0]?.value : undefined;
			if (value !== undefined) newest[key] = value;
		}
		return itemsOf(newest, fieldId);
	}
}
