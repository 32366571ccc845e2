import type { DocKey } from '#sync/entry-doc.ts';

/** What the tabs of one person on one device tell each other. */
export type TabMessage =
	/** An edit that is on the device now. */
	| { readonly type: 'edited'; readonly doc: DocKey; readonly n: number; readonly update: Uint8Array }
	/** The server has these edits. */
	| { readonly type: 'sent'; readonly doc: DocKey; readonly numbers: readonly number[] }
	/** The server refused what waited of this entry; it was put away. */
	| { readonly type: 'refused'; readonly doc: DocKey; readonly code: string }
	/** Something waits: whoever pushes should look. */
	| { readonly type: 'waiting' }
	/** The person signed out, and what was kept is gone. */
	| { readonly type: 'signed-out' };

/** The line between tabs. Messages are heard by the other tabs, never by the one that speaks. */
export class Tabs {
	#channel: BroadcastChannel | undefined;
	#listeners = new Set<(message: TabMessage) => void>();

	/** @param personId undefined when there is nothing to share */
	constructor(personId: string | undefined) {
		if (personId === undefined) return;
		this.#channel = new BroadcastChannel(`lantai-${personId}`);
		this.#channel.onmessage = (event: MessageEvent<TabMessage>) => {
			for (const listener of [...this.#listeners]) listener(event.data);
		};
	}

	say(message: TabMessage): void {
		this.#channel?.postMessage(message);
	}

	/** Tells this tab too. */
	sayToAll(message: TabMessage): void {
		this.say(message);
		for (const listener of [...this.#listeners]) listener(message);
	}

	/** @returns ends the listening */
	hear(listener: (message: TabMessage) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Nothing is said or heard any more. */
	close(): void {
		this.#channel?.close();
		this.#channel = undefined;
		this.#listeners.clear();
	}
}
