import { createSubscriber } from 'svelte/reactivity';
import type * as Y from 'yjs';

/**
 * A reactive, read-only view of part of a live document: the only bridge from Yjs to Svelte. Read `.current` in markup
 * or `$derived`; edit through a function in `sync/`. While observed, equal reads give the same object.
 */
export class Live<T> {
	#read: () => T;
	#subscribe: () => void;
	#kept: { readonly value: T } | undefined;

	constructor(source: Y.AbstractType<unknown>, read: () => T) {
		this.#read = read;
		this.#subscribe = createSubscriber((update) => {
			const changed = (): void => {
				this.#kept = undefined;
				update();
			};
			source.observeDeep(changed);
			return () => {
				source.unobserveDeep(changed);
				this.#kept = undefined;
			};
		});
	}

	get current(): T {
		this.#subscribe();
		// Outside an effect nobody tells us of changes, so nothing may be kept.
		if (!$effect.tracking()) return this.#read();
		return (this.#kept ??= { value: this.#read() }).value;
	}
}
