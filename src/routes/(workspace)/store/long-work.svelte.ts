import { requestWithProgress } from '#client/requests.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { refusalWords } from '#i18n/refusal-words.ts';

/** Something long that the server is asked to do: how far it is, and what it refused; ends with its page. */
export class LongWork<P, R> {
	progress = $state.raw<P>();
	isRunning = $state(false);
	/** Words of what was refused last. */
	error = $state<string>();
	#cancelled = new AbortController();

	constructor() {
		$effect(() => () => this.cancel());
	}

	/** Gives what it came to; undefined when it was refused or given up. */
	async run(path: string, body: unknown): Promise<R | undefined> {
		this.#cancelled = new AbortController();
		const { signal } = this.#cancelled;
		this.isRunning = true;
		this.progress = undefined;
		this.error = undefined;
		try {
			return await requestWithProgress<P, R>(path, body, (progress) => (this.progress = progress), signal);
		} catch (refused) {
			if (signal.aborted) return undefined;
			if (!isRefusal(refused)) throw refused;
			this.error = refusalWords(refused.code, refused.params);
			return undefined;
		} finally {
			this.isRunning = false;
		}
	}

	cancel(): void {
		this.#cancelled.abort(new Error('cancelled'));
	}
}
