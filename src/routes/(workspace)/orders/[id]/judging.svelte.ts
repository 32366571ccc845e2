import { ordersClient } from '#client/orders-client.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { OrderRowState } from '#domain/collaboration/orders.ts';
import { m } from '#i18n/generated/messages.js';
import { refusalWords } from '#i18n/refusal-words.ts';
import type { ShownOrderRow } from '#server/collaboration/orders/shown-order.ts';
import { notify } from '#ui/announcer.svelte.ts';

export type Verdict = 'approved' | 'rejected';

interface Said {
	readonly row: ShownOrderRow;
	readonly verdict: Verdict;
	readonly isPending: boolean;
}

/**
 * What is said of rows, one after the other: shown at once, sent in the order it was said, so that nobody waits for the
 * server between two rows. What is refused is shown as it was before, and told.
 */
export class Judging {
	#orderId: () => string;
	#ondone: () => void;
	#onrefused: (position: number, why: string) => void;
	#said = $state.raw<ReadonlyMap<number, Said>>(new Map());
	#pending = $state(0);
	#queue: Promise<void> = Promise.resolve();

	/**
	 * @param ondone called when all that was said is with the server
	 * @param onrefused given back what was said of a row and not taken
	 */
	constructor(orderId: () => string, ondone: () => void, onrefused: (position: number, why: string) => void) {
		this.#orderId = orderId;
		this.#ondone = ondone;
		this.#onrefused = onrefused;
	}

	/** How many are on their way. */
	get pending(): number {
		return this.#pending;
	}

	/** What became of a row, with what was just said of it: the row as it was read may be older. */
	stateOf(row: ShownOrderRow): OrderRowState {
		const said = this.#said.get(row.position);
		return said && (said.isPending || said.row === row) ? said.verdict : row.state;
	}

	say(row: ShownOrderRow, verdict: Verdict, why: string): void {
		this.#set(row.position, { row, verdict, isPending: true });
		this.#pending++;
		const send = (): Promise<void> => this.#send(row, verdict, why);
		// Whatever became of those before it, this one is sent.
		this.#queue = this.#queue.then(send, send);
	}

	async #send(row: ShownOrderRow, verdict: Verdict, why: string): Promise<void> {
		try {
			await ordersClient.judge(this.#orderId(), [row.position], verdict, why);
			// Somebody may have changed their mind meanwhile.
			if (this.#said.get(row.position)?.verdict === verdict)
				this.#set(row.position, { row, verdict, isPending: false });
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#set(row.position, undefined);
			this.#onrefused(row.position, why);
			const said = { label: row.referenceCode || row.title, text: refusalWords(error.code, error.params) };
			notify(m.app_label(said), { tone: 'accent' });
		} finally {
			this.#pending--;
			if (this.#pending === 0) this.#ondone();
		}
	}

	#set(position: number, said: Said | undefined): void {
		const next = new Map(this.#said);
		if (said) next.set(position, said);
		else next.delete(position);
		this.#said = next;
	}
}
