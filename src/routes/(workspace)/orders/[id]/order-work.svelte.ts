import { ordersClient, type OrderProgress } from '#client/orders-client.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { m } from '#i18n/generated/messages.js';
import { refusalWords } from '#i18n/refusal-words.ts';
import { numberWords } from '#i18n/words.ts';
import type { OrderDetail, OrderOutcome } from '#server/collaboration/orders/shown-order.ts';
import { notify } from '#ui/announcer.svelte.ts';

/**
 * What is done with an order as a whole: long work with its progress, short work with what went wrong. Nothing
 * throws; what is begun resolves with whether the server took it.
 */
export class OrderWork {
	#running = $state.raw<AbortController>();
	#kind = $state.raw<'approve' | 'undo'>('approve');
	#progress = $state.raw<OrderProgress>();
	#isBusy = $state(false);
	#ondone: () => Promise<void>;

	/** @param ondone reads the order again */
	constructor(ondone: () => Promise<void>) {
		this.#ondone = ondone;
	}

	/** Rows are being set, or given back. */
	get isRunning(): boolean {
		return this.#running !== undefined;
	}

	get isBusy(): boolean {
		return this.#isBusy || this.isRunning;
	}

	get progress(): OrderProgress | undefined {
		return this.#progress;
	}

	get words(): string {
		const { done = 0, total = 0 } = this.#progress ?? {};
		const counts = { done: numberWords(done), total: numberWords(total) };
		return this.#kind === 'undo' ? m.orders_undoing(counts) : m.orders_working(counts);
	}

	/** Ends long work between two batches; the same again goes on. */
	stop(): void {
		this.#running?.abort();
	}

	approve(order: OrderDetail, why: string): Promise<boolean> {
		return this.#runLong('approve', (onProgress, signal) =>
			ordersClient.decide(order.id, 'approve', why, onProgress, signal),
		);
	}

	undo(order: OrderDetail, why: string): Promise<boolean> {
		return this.#runLong('undo', (onProgress, signal) =>
			ordersClient.undo(order.id, why, onProgress, signal),
		);
	}

	reject(order: OrderDetail, why: string, onrefused: (words: string) => void): Promise<boolean> {
		const { signal } = new AbortController();
		return this.run(
			() => ordersClient.decide(order.id, 'reject', why, () => undefined, signal),
			m.orders_rejected(),
			onrefused,
		);
	}

	/**
	 * Does something short.
	 * @param words what is said when it is done
	 * @param onrefused where a refusal is told; else in a notice
	 */
	async run(
		work: () => Promise<unknown>,
		words?: string,
		onrefused: (words: string) => void = (text) => notify(text, { tone: 'accent' }),
	): Promise<boolean> {
		if (this.isBusy) return false;
		this.#isBusy = true;
		try {
			await work();
			if (words !== undefined) notify(words);
			return true;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			onrefused(refusalWords(error.code, error.params));
			return false;
		} finally {
			this.#isBusy = false;
			await this.#ondone();
		}
	}

	async #runLong(
		kind: 'approve' | 'undo',
		work: (onProgress: (now: OrderProgress) => void, signal: AbortSignal) => Promise<OrderOutcome>,
	): Promise<boolean> {
		if (this.isBusy) return false;
		const running = new AbortController();
		this.#running = running;
		this.#kind = kind;
		try {
			const { isWhole, states } = await work((now) => (this.#progress = now), running.signal);
			if (!isWhole) notify(m.orders_stopped());
			else if (kind === 'undo') notify(m.orders_undone_done({ undone: numberWords(states.undone ?? 0) }));
			else notify(m.orders_applied_done({ applied: numberWords(states.applied ?? 0) }));
			return true;
		} catch (error) {
			if (running.signal.aborted) notify(m.orders_stopped());
			else if (isRefusal(error)) notify(refusalWords(error.code, error.params), { tone: 'accent' });
			else throw error;
			return false;
		} finally {
			this.#running = undefined;
			this.#progress = undefined;
			await this.#ondone();
		}
	}
}
