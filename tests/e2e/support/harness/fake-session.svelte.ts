import * as Y from 'yjs';
import type { EntrySession, PresentPerson, ShownValue } from '#client/contract.ts';
import { Live } from '#client/live.svelte.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { itemsOf, type FieldKey, type FieldValue, type PlacedEntry } from '#domain/catalogue/entry.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { bodyFieldOf, bodyOf, buildEntryDoc } from '#sync/entry-doc.ts';
import {
	distinctValues,
	fieldValuesOf,
	setField,
	survivingElements,
	type FieldElement,
} from '#sync/field-values.ts';

/** An open entry without a server: a document in memory. */
export class FakeSession implements EntrySession {
	readonly id: EntryId;
	readonly doc = new Y.Doc();
	phase = $state.raw<EntrySession['phase']>('live');
	reason = $state.raw<string | undefined>(undefined);
	detail = $state.raw<EntryDetail | undefined>(undefined);
	people = $state.raw<readonly PresentPerson[]>([]);
	unsent = $state.raw(0);
	readonly canEdit: boolean;
	#fields: Live<ReadonlyMap<FieldKey, readonly FieldElement[]>>;
	#names: ReadonlyMap<string, string>;
	#onset: () => void;

	constructor(parts: {
		entry: PlacedEntry;
		detail: EntryDetail;
		people: readonly PresentPerson[];
		names: ReadonlyMap<string, string>;
		conflicts: readonly { field: FieldKey; value: FieldValue; by: string }[];
		canEdit: boolean;
		unsent: number;
		onset: () => void;
	}) {
		this.id = parts.entry.id;
		this.canEdit = parts.canEdit;
		this.phase = parts.canEdit ? 'live' : 'readonly';
		this.detail = parts.detail;
		this.people = parts.people;
		this.unsent = parts.unsent;
		this.#names = parts.names;
		this.#onset = parts.onset;
		buildEntryDoc(this.doc, parts.entry, {
			by: 'import',
			at: '2026-11-20T02:00:00.000Z',
			via: 'import',
			newElementId: () => createId<string>(),
		});
		for (const { field, value, by } of parts.conflicts)
			fieldValuesOf(this.doc).push([
				{ id: createId<string>(), field, value, by, at: '2026-11-23T03:12:00.000Z' },
			]);
		this.#fields = new Live(fieldValuesOf(this.doc) as Y.AbstractType<unknown>, () =>
			survivingElements(fieldValuesOf(this.doc)),
		);
	}

	get elements(): ReadonlyMap<FieldKey, readonly FieldElement[]> {
		return this.#fields.current;
	}

	values(field: FieldKey): readonly ShownValue[] {
		return distinctValues([...(this.elements.get(field) ?? [])].reverse()).map((element) => ({
			elementId: element.id,
			value: element.value,
			actorName: this.#names.get(element.by) ?? '',
			at: element.at,
			claimDiffers: false,
			unsent: false,
		}));
	}

	get bodies(): readonly string[] {
		return [...this.doc.share.keys()]
			.map(bodyFieldOf)
			.filter((id) => id !== undefined)
			.filter((id) => bodyOf(this.doc, id).length > 0);
	}

	fragment(fieldId: string): Y.XmlFragment | undefined {
		return bodyOf(this.doc, fieldId);
	}

	set(field: FieldKey, value: FieldValue): void {
		setField(fieldValuesOf(this.doc), field, value, {
			id: createId<string>(),
			by: 'me',
			at: new Date().toISOString(),
		});
		this.#onset();
	}

	addItem(fieldId: string, text: string): FieldKey {
		const last = this.#items(fieldId).at(-1);
		const key = `${fieldId}#${createId<string>()}`;
		this.set(key, { order: orderKeyBetween(last?.value.order ?? null, null), text });
		return key;
	}

	removeItem(key: FieldKey): void {
		this.set(key, null);
	}

	moveItem(key: FieldKey, beforeKey: FieldKey | null): void {
		const all = this.#items(key.split('#', 1)[0] ?? '');
		const moved = all.find((item) => item.key === key);
		const items = all.filter((item) => item.key !== key);
		const at = beforeKey === null ? items.length : items.findIndex((item) => item.key === beforeKey);
		if (!moved || at < 0) return;
		this.set(key, {
			...moved.value,
			order: orderKeyBetween(items[at - 1]?.value.order ?? null, items[at]?.value.order ?? null),
		});
	}

	focus(): void {
		// Nobody else is there to see it.
	}

	get saved(): EntrySession['saved'] {
		const version = this.detail?.versions.at(-1)?.version;
		if (this.unsent > 0) return { unsent: this.unsent, state: 'device', version };
		return { unsent: 0, state: this.detail?.state ?? 'server', version };
	}

	close(): void {
		this.doc.destroy();
	}

	#items(fieldId: string): ReturnType<typeof itemsOf> {
		const newest: Record<FieldKey, FieldValue> = {};
		for (const key of this.elements.keys()) newest[key] = this.values(key)[0]?.value ?? null;
		return itemsOf(newest, fieldId);
	}
}
