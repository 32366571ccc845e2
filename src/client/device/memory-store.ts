import type { EntryId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { docKeysOf, entryOf, type DocKey } from '#sync/entry-doc.ts';
import type { DeviceStore, KeptWork, SealedWork, StoredDoc, Waiting, WaitingUpdate } from './device-store.ts';
import type { HeldDraft } from './draft-places.ts';
import { draftEntryOf, draftKindOf, draftOf, draftsAbout, placesOf, type Draft } from './drafts.ts';
import { namedBy } from './gone.ts';
import { isPutAway } from './kept-work.ts';
import { fromBase64 } from 'lib0/buffer';
import { serverClock } from '../server-clock.ts';
import { joinStates } from './join-states.ts';

/** For pages that may not keep anything on the device (no secure context): what waits lives as long as the page. */
export class MemoryStore implements DeviceStore {
	readonly isDurable = false;
	#states = new Map<DocKey, { state: Uint8Array; seq: number; lineage: string }>();
	#updates = new Map<number, WaitingUpdate>();
	#kept = new Map<number, KeptWork>();
	#cards = new Map<EntryId, EntryDetail>();
	#facts = new Map<string, unknown>();
	#gone = new Set<EntryId>();
	#next = 1;
	#listeners = new Set<() => void>();

	async load(doc: DocKey): Promise<StoredDoc | undefined> {
		const known = this.#states.get(doc);
		const updates = [...this.#updates.values()].filter((each) => each.doc === doc);
		if (!known && updates.length === 0) return undefined;
		return { state: known?.state, seq: known?.seq ?? 0, lineage: known?.lineage ?? '', updates };
	}

	async append(doc: DocKey, update: Uint8Array): Promise<number> {
		if (this.#gone.has(entryOf(doc))) return 0;
		const n = this.#next++;
		this.#updates.set(n, { n, doc, at: serverClock.now(), update, isSent: false });
		this.#changed();
		return n;
	}

	async markSent(numbers: readonly number[]): Promise<void> {
		for (const n of numbers) {
			const known = this.#updates.get(n);
			if (known) this.#updates.set(n, { ...known, isSent: true });
		}
		this.#changed();
	}

	async keepState(
		doc: DocKey,
		state: Uint8Array,
		facts: { readonly lineage: string; readonly seq?: number },
		holds: readonly number[],
	): Promise<void> {
		if (this.#gone.has(entryOf(doc))) return;
		const known = this.#states.get(doc);
		this.#states.set(doc, {
			state: known ? joinStates(known.state, state) : state,
			seq: facts.seq ?? known?.seq ?? 0,
			lineage: facts.lineage,
		});
		for (const n of holds) this.#updates.delete(n);
		this.#changed();
	}

	async waiting(): Promise<WaitingUpdate[]> {
		return [...this.#updates.values()].filter((each) => !each.isSent);
	}

	watchWaiting(listener: (waiting: Waiting) => void): () => void {
		return this.#watch(() => {
			const waiting = [...this.#updates.values()].filter((each) => !each.isSent);
			listener({ count: waiting.length, oldestAt: waiting[0]?.at });
		});
	}

	async keep(
		work: KeptWork,
		numbers: readonly number[],
		instead?: { readonly doc: DocKey; readonly update: Uint8Array },
	): Promise<void> {
		if (this.#gone.has(entryOf(work.doc))) return;
		const remaining = numbers.filter((n) => this.#updates.has(n)).length;
		if (isPutAway(work, numbers, remaining)) return;
		this.#kept.set(this.#next++, work);
		for (const n of numbers) this.#updates.delete(n);
		if (instead) await this.append(instead.doc, instead.update);
		else this.#changed();
	}

	async kept(): Promise<(KeptWork & { readonly n: number })[]> {
		return [...this.#kept].map(([n, work]) => ({ ...work, n }));
	}

	watchKept(listener: (count: number) => void): () => void {
		return this.#watch(() => listener(this.#kept.size));
	}

	async offerAgain(n: number): Promise<void> {
		const work = this.#kept.get(n);
		if (!work) return;
		this.#kept.delete(n);
		for (const update of work.updates) await this.append(work.doc, fromBase64(update));
	}

	async discardKept(n: number): Promise<void> {
		this.#kept.delete(n);
		this.#changed();
	}

	async damaged(): Promise<SealedWork[]> {
		return [];
	}

	async keepCard(detail: EntryDetail): Promise<void> {
		if (!namedBy(detail).some((id) => this.#gone.has(id))) this.#cards.set(detail.id, detail);
	}

	async card(id: EntryId): Promise<EntryDetail | undefined> {
		return this.#cards.get(id);
	}

	async cards(): Promise<EntryDetail[]> {
		return [...this.#cards.values()];
	}

	async docsOfOtherLineage(lineage: string): Promise<DocKey[]> {
		return [...this.#states].filter(([, known]) => known.lineage !== lineage).map(([id]) => id);
	}

	async waitAgain(lineage: string): Promise<void> {
		for (const [n, each] of this.#updates)
			if (this.#states.get(each.doc)?.lineage !== lineage) this.#updates.set(n, { ...each, isSent: false });
		this.#changed();
	}

	async forget(doc: DocKey): Promise<void> {
		if ([...this.#updates.values()].some((each) => each.doc === doc)) return;
		this.#states.delete(doc);
		if (![...this.#kept.values()].some((each) => each.doc === doc)) this.#cards.delete(doc as EntryId);
	}

	async purge(ids: readonly EntryId[]): Promise<number> {
		let here = 0;
		for (const id of new Set(ids).difference(this.#gone)) {
			const keys = docKeysOf(id);
			let found = this.#cards.delete(id);
			for (const key of keys) found = this.#states.delete(key) || found;
			for (const about of draftsAbout(id))
				for (const key of this.#facts.keys()) if (key.startsWith(about)) found = this.#facts.delete(key);
			for (const from of [this.#updates, this.#kept])
				for (const [n, { doc }] of from) if (keys.includes(doc)) found = from.delete(n);
			for (const card of this.#cards.values()) if (namedBy(card).includes(id)) this.#cards.delete(card.id);
			if (found) here++;
			this.#gone.add(id);
		}
		this.#changed();
		return here;
	}

	async forgetPurged(): Promise<void> {
		this.#gone.clear();
	}

	async fact<T>(key: string): Promise<T | undefined> {
		return this.#facts.get(key) as T | undefined;
	}

	async keepFact(key: string, value: unknown): Promise<void> {
		const about = draftEntryOf(key);
		if (value === null) this.#facts.delete(key);
		else if (!about || !this.#gone.has(about)) this.#facts.set(key, value);
	}

	/** No other tab has this memory. */
	async holdDraft(draft: string, wantsEmpty = false): Promise<HeldDraft> {
		const kept = [...this.#facts.keys()].filter((key) => draftOf(key) === draft);
		return { key: placesOf(draft, kept, wantsEmpty).next().value, letGo: () => undefined };
	}

	async drafts(): Promise<Draft[]> {
		return [...this.#facts].flatMap(([key, value]) => (draftKindOf(key) ? [{ key, value }] : []));
	}

	async checkRoom(): Promise<void> {
		// Memory takes it, or the page is gone.
	}

	close(): void {
		this.#listeners.clear();
	}

	#watch(say: () => void): () => void {
		this.#listeners.add(say);
		say();
		return () => this.#listeners.delete(say);
	}

	#changed(): void {
		for (const listener of this.#listeners) listener();
	}
}
