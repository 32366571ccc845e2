import { ordersClient } from '#client/orders-client.ts';
import { ORDER_DRAFT_KEY } from '#client/device/drafts.ts';
import { KeptFact, type DraftStore } from '#client/kept-fact.ts';
import type { DeviceStore } from '#client/device/device-store.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { m } from '#i18n/generated/messages.js';
import { refusalWords } from '#i18n/refusal-words.ts';
import type { OrderDetail, OrderPreview } from '#server/collaboration/orders/shown-order.ts';
import {
	EMPTY_DRAFT,
	isText,
	isWritten,
	placeOfRefusal,
	readDraft,
	type ListFile,
	type OrderDraft,
	type Place,
	type Wrong,
} from './order-draft.ts';

/** While somebody types, nothing is asked. */
const TYPING_MS = 350;

/** An order as it is written: what was typed, kept on the device; what it would do; and what is wrong with it. */
export class OrderForm {
	draft = $state<OrderDraft>({ ...EMPTY_DRAFT });
	file = $state.raw<ListFile>();
	preview = $state.raw<OrderPreview>();
	isPreviewing = $state(false);
	isBusy = $state(false);
	/** Why the device does not keep what was typed, in words. */
	notKept = $state<string>();
	/** Controls that were left empty are told after the first try only. */
	#isTried = $state(false);
	#refusal = $state.raw<Refusal>();
	#read = $derived(readDraft(this.draft, this.file, m.orders_form_pasted()));
	#store: DraftStore & Pick<DeviceStore, 'isDurable'>;
	#kept: KeptFact<OrderDraft>;

	constructor(store: DraftStore & Pick<DeviceStore, 'isDurable'>) {
		this.#store = store;
		this.#kept = new KeptFact(store, ORDER_DRAFT_KEY, (code) => {
			this.notKept = code === undefined ? undefined : refusalWords(code);
		});
	}

	/** The rule as text: equal while nothing of it changed. */
	rule = $derived(this.#read.rule && JSON.stringify(this.#read.rule));

	/** Leaving would lose what was typed. */
	get isAtRisk(): boolean {
		return isWritten(this.draft) && (!this.#store.isDurable || this.notKept !== undefined || this.isBusy);
	}

	/** What is wrong at a control, in words. */
	error(place: Place): string | undefined {
		const wrong = this.#read.wrong[place];
		if (wrong === 'missing') return this.#isTried ? m.orders_form_missing() : undefined;
		if (wrong !== undefined) return wrongWords(wrong);
		if (place === 'why' && this.#isTried && this.draft.why.trim() === '') return m.orders_form_missing();
		return this.#refusal && placeOfRefusal(this.#refusal.code, this.draft.kind) === place
			? wrongWords(this.#refusal)
			: undefined;
	}

	/** What was refused of the order as a whole. */
	get problem(): string | undefined {
		const refusal = this.#refusal;
		return refusal && placeOfRefusal(refusal.code, this.draft.kind) === undefined
			? wrongWords(refusal)
			: undefined;
	}

	/** Takes up what was typed before. @returns whether there was something */
	async restore(): Promise<boolean> {
		const kept = await this.#kept.read();
		if (!kept || !isWritten(kept) || isWritten(this.draft)) return false;
		this.draft = { ...EMPTY_DRAFT, ...kept };
		return true;
	}

	/** Keeps what is typed now. */
	keep(draft: OrderDraft): void {
		void this.#kept.keep(isWritten(draft) ? draft : null);
	}

	/** The form is not shown any more. */
	leave(): void {
		this.#kept.leave();
	}

	/** Another way to correct: what does not fit it goes. */
	chooseKind(kind: OrderDraft['kind']): void {
		this.draft.kind = kind;
		if (kind === 'replace' && !isText(this.draft.field)) this.draft.field = '';
	}

	/** Begins again, at the same entry. */
	clear(): void {
		this.draft = { ...EMPTY_DRAFT, under: this.draft.under };
		this.file = undefined;
		this.#isTried = false;
		this.#refusal = undefined;
	}

	/** Asks what the rule would do, once typing pauses. @returns gives the question up */
	ask(rule: string | undefined): () => void {
		this.#refusal = undefined;
		if (rule === undefined) {
			this.preview = undefined;
			this.isPreviewing = false;
			return () => undefined;
		}
		const asking = new AbortController();
		this.isPreviewing = true;
		const timer = setTimeout(() => {
			ordersClient.preview(JSON.parse(rule), asking.signal).then(
				(preview) => this.#answered(asking.signal, preview),
				(error: unknown) => this.#answered(asking.signal, undefined, error),
			);
		}, TYPING_MS);
		return () => {
			clearTimeout(timer);
			asking.abort();
		};
	}

	/** Makes the order. @returns undefined when something is wrong, which is told at its place */
	async create(isDraft: boolean): Promise<OrderDetail | undefined> {
		const why = this.draft.why.trim();
		this.#isTried = true;
		const { rule } = this.#read;
		if (this.isBusy || !rule || why === '') return undefined;
		this.isBusy = true;
		this.#refusal = undefined;
		try {
			const order = await ordersClient.create(rule, why, isDraft);
			await this.#kept.keep(null);
			return order;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#refusal = error;
			return undefined;
		} finally {
			this.isBusy = false;
		}
	}

	#answered(signal: AbortSignal, preview: OrderPreview | undefined, error?: unknown): void {
		if (signal.aborted) return;
		this.isPreviewing = false;
		this.preview = preview;
		if (error === undefined) return;
		if (!isRefusal(error)) throw error;
		this.#refusal = new Refusal(error.code, error.params, error.status);
	}
}

function wrongWords(wrong: Wrong): string {
	if (wrong === 'missing') return m.orders_form_missing();
	if (wrong === 'year') return m.orders_form_year_bad();
	if (wrong === 'turned') return m.orders_form_years_turned();
	if (wrong === 'same') return m.orders_form_same();
	return refusalWords(wrong.code, wrong.params);
}
