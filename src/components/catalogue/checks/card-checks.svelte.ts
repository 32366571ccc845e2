import { createContext } from 'svelte';
import type { EntrySession } from '#client/contract.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { LiveChecks } from './live-checks.svelte.ts';

/** What the rules say about the entry of one card; they come after the card, which waits for nothing. */
export class CardChecks {
	/** Undefined until the rules are here. */
	live = $state.raw<LiveChecks>();
	#isBegun = false;
	#ready: Promise<void> | undefined;

	/** Resolves when what was begun is here, or failed. */
	get ready(): Promise<void> {
		return this.#ready ?? Promise.resolve();
	}

	/** Loads rules and what they need of the entry; asked again it only looks whether others changed something. */
	begin(session: () => EntrySession): void {
		if (this.#isBegun) return void this.live?.refresh();
		this.#isBegun = true;
		this.#ready = import('./live-checks.svelte.ts').then(
			async ({ LiveChecks }) => {
				this.live = await LiveChecks.over(session);
			},
			(error: unknown) => {
				// Tried again with the next change.
				this.#isBegun = false;
				if (!isRefusal(error)) console.warn(error);
			},
		);
	}
}

export const [useCardChecks, provideCardChecks] = createContext<CardChecks>();
