import { fromBase64, toBase64 } from 'lib0/buffer';
import * as Y from 'yjs';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import type { ProposedText, ProposedValue } from '#domain/collaboration/proposals.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { bodyFieldOf, bodyOf } from '#sync/entry-doc.ts';
import { fieldValuesOf, survivingElements, type FieldElement } from '#sync/field-values.ts';
import { readFragment } from '#sync/rich-text-fragment.ts';
import type { EntrySession, PresentPerson, ShownValue } from './contract.ts';
import type { EntryHistory } from './entry-history.svelte.ts';
import { EntryValues } from './entry-values.svelte.ts';
import type { KeptSuggestion } from './suggestion-key.ts';
import type { ReviewSession } from './review-session.svelte.ts';

/** What is proposed so far. */
export interface Suggested {
	readonly values: readonly ProposedValue[];
	readonly texts: readonly ProposedText[];
	readonly fork: string;
}

/**
 * An open entry on which somebody writes what they propose: fields and long texts are forks, and nothing of it reaches
 * the entry. The card shows it like any other.
 */
export class SuggestingSession implements EntrySession {
	#live: EntrySession;
	#fields = new Y.Doc();
	#texts = new Y.Doc();
	#knownTexts: Uint8Array;
	/** Elements that stood when proposing began. */
	#before: ReadonlyMap<FieldKey, readonly FieldElement[]>;
	/** Words of the long texts then. */
	#wordsBefore = new Map<string, string>();
	#values: EntryValues;
	#version = $state.raw(0);
	#base: Uint8Array;
	#keep: (suggestion: KeptSuggestion | null) => void;
	#isKeeping = false;
	#hasEnded = false;
	#why = $state.raw('');

	/**
	 * @param live the entry, with its document there
	 * @param kept what was proposed so far, from the device
	 * @param keep writes that onto the device, or forgets it
	 */
	constructor(
		live: EntrySession,
		meId: string,
		kept: KeptSuggestion | undefined,
		keep: (suggestion: KeptSuggestion | null) => void,
	) {
		this.#live = live;
		this.#keep = keep;
		this.#base = kept ? fromBase64(kept.base) : Y.encodeStateAsUpdate(live.doc);
		Y.applyUpdate(this.#fields, this.#base);
		Y.applyUpdate(this.#texts, this.#base);
		this.#knownTexts = Y.encodeStateVector(this.#texts);
		this.#before = survivingElements(fieldValuesOf(this.#fields));
		for (const name of this.#texts.share.keys()) {
			const field = bodyFieldOf(name);
			if (field !== undefined)
				this.#wordsBefore.set(field, plainTextOf(readFragment(bodyOf(this.#texts, field))));
		}
		this.#values = new EntryValues({
			doc: this.#fields,
			meId,
			attributions: () => live.detail?.attributions ?? {},
			nameOf: () => '',
			hasUnsent: () => false,
		});
		if (kept) {
			Y.applyUpdate(this.#fields, fromBase64(kept.fields));
			Y.applyUpdate(this.#texts, fromBase64(kept.texts));
			this.#why = kept.why ?? '';
		}
		for (const doc of [this.#fields, this.#texts])
			doc.on('update', () => {
				this.#version++;
				this.#keepSoon();
			});
	}

	/** Why it is proposed. */
	get why(): string {
		return this.#why;
	}

	set why(why: string) {
		this.#why = why;
		this.#keepSoon();
	}

	/** What differs from the entry as it was when proposing began. */
	get suggested(): Suggested {
		void this.#version;
		const values: ProposedValue[] = [];
		for (const [field, [first]] of this.#values.elements) {
			const seen = this.#before.get(field) ?? [];
			if (!first || seen.some(({ id }) => id === first.id)) continue;
			const before = seen[0]?.value ?? null;
			if (seen.length < 2 && isSameValue(before, first.value)) continue;
			values.push({ field, base: seen.map(({ id }) => id), before, value: first.value });
		}
		const texts: ProposedText[] = [];
		for (const name of this.#texts.share.keys()) {
			const field = bodyFieldOf(name);
			if (field === undefined) continue;
			const before = this.#wordsBefore.get(field) ?? '';
			const after = plainTextOf(readFragment(bodyOf(this.#texts, field)));
			if (after !== before) texts.push({ field, before, after });
		}
		return {
			values,
			texts,
			fork: texts.length > 0 ? toBase64(Y.encodeStateAsUpdate(this.#texts, this.#knownTexts)) : '',
		};
	}

	get doc(): Y.Doc {
		return this.#fields;
	}

	get id(): EntrySession['id'] {
		return this.#live.id;
	}

	get detail(): EntryDetail | undefined {
		return this.#live.detail;
	}

	get phase(): EntrySession['phase'] {
		return this.#live.phase === 'readonly' ? 'live' : this.#live.phase;
	}

	get reason(): string | undefined {
		return this.#live.reason;
	}

	readonly canEdit = true;

	get isFromDevice(): boolean {
		return this.#live.isFromDevice;
	}

	get elements(): EntrySession['elements'] {
		return this.#values.elements;
	}

	values(field: FieldKey): readonly ShownValue[] {
		return this.#values.values(field);
	}

	get bodies(): readonly string[] {
		void this.#version;
		return [...this.#texts.share.keys()].flatMap((name) => {
			const field = bodyFieldOf(name);
			return field !== undefined && plainTextOf(readFragment(bodyOf(this.#texts, field))) !== ''
				? [field]
				: [];
		});
	}

	fragment(fieldId: string): Y.XmlFragment {
		return bodyOf(this.#texts, fieldId);
	}

	get history(): EntryHistory {
		return this.#values.history;
	}

	set(field: FieldKey, value: FieldValue): void {
		this.#values.set(field, value);
	}

	addItem(fieldId: string, text: string): FieldKey {
		return this.#values.addItem(fieldId, text);
	}

	removeItem(key: FieldKey): void {
		this.#values.removeItem(key);
	}

	moveItem(key: FieldKey, beforeKey: FieldKey | null): void {
		this.#values.moveItem(key, beforeKey);
	}

	get review(): ReviewSession | undefined {
		return this.#live.review;
	}

	openReview(): Promise<void> {
		return this.#live.openReview();
	}

	get people(): readonly PresentPerson[] {
		return this.#live.people;
	}

	focus(field: FieldKey | null): void {
		this.#live.focus(field);
	}

	showCaret(): void {
		// The words it stands in are nobody else's yet.
	}

	get saved(): EntrySession['saved'] {
		return this.#live.saved;
	}

	/** It was submitted, or given up. */
	end(): void {
		this.#hasEnded = true;
		this.#keep(null);
		this.close();
	}

	kept(): Promise<void> {
		return this.#live.kept();
	}

	/** The entry itself stays open, and what was written stays on the device. */
	close(): void {
		this.#fields.destroy();
		this.#texts.destroy();
	}

	/** At once, and once for what comes together: a page may be gone a moment later. */
	#keepSoon(): void {
		if (!this.#isKeeping) queueMicrotask(() => this.#keepNow());
		this.#isKeeping = true;
	}

	#keepNow(): void {
		this.#isKeeping = false;
		if (this.#hasEnded) return;
		this.#keep({
			base: toBase64(this.#base),
			fields: toBase64(Y.encodeStateAsUpdate(this.#fields)),
			texts: toBase64(Y.encodeStateAsUpdate(this.#texts)),
			why: this.#why,
		});
	}
}
