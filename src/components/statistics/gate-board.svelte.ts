import { gatesClient } from '#client/gates-client.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { refusalWords } from '#i18n/refusal-words.ts';
import type { ShownGateBoard } from '#server/statistics/gate-desk.ts';

/** While something is being counted, it is asked for again after this long. */
const AGAIN_MS = 2000;

/** The gates as a page shows them; asks again until all is counted. */
export class GateBoardState {
	board = $state.raw<ShownGateBoard>();
	/** What the board is of, and when it was read: another fonds may be wanted by now. */
	readOf = $state.raw<{ readonly fonds: string | undefined; readonly at: string }>();
	problem = $state<string>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#asked = 0;

	/** Reads the gates of the archive, or of a fonds. */
	async read(fonds?: string): Promise<void> {
		clearTimeout(this.#timer);
		const asked = ++this.#asked;
		try {
			const board = await gatesClient.board(fonds);
			if (asked !== this.#asked) return;
			this.board = board;
			this.readOf = { fonds, at: new Date().toISOString() };
			this.problem = undefined;
			if (!board.isCurrent) this.#timer = setTimeout(() => void this.read(fonds), AGAIN_MS);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			if (asked !== this.#asked) return;
			this.problem = refusalWords(error.code, error.params);
			// The figures of another would be read as those of the one that was asked for.
			if (error.code === 'catalogue.unknown-fonds') this.board = this.readOf = undefined;
		}
	}

	close(): void {
		this.#asked++;
		clearTimeout(this.#timer);
	}
}
