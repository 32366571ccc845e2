/** Keeps widths; `localStorage` in the browser. */
export interface WidthStore {
	getItem(key: string): string | null;
	setItem(key: string, value: string): void;
}

/** A pane whose width a person sets by pointer or keys, remembered under a key. Widths are in px. */
export class Splitter {
	readonly min: number;
	readonly max: number;
	readonly initial: number;
	#key: string;
	#store: WidthStore | undefined;
	#width = $state(0);

	constructor(options: { key: string; initial: number; min: number; max: number; store?: WidthStore }) {
		this.#key = `lantai-width:${options.key}`;
		this.min = options.min;
		this.max = options.max;
		this.initial = options.initial;
		this.#store = options.store ?? (typeof localStorage === 'undefined' ? undefined : localStorage);
		const kept = Number(this.#store?.getItem(this.#key) ?? Number.NaN);
		this.#width = this.#within(Number.isFinite(kept) && kept > 0 ? kept : options.initial);
	}

	get width(): number {
		return this.#width;
	}

	set width(width: number) {
		this.#width = this.#within(width);
		this.#store?.setItem(this.#key, String(this.#width));
	}

	/**
	 * Moves by a key of the separator pattern: arrows by 16 px (64 with Shift), Home, End, Enter to the first width.
	 * @returns whether the key meant something
	 */
	key(event: { readonly key: string; readonly shiftKey: boolean }): boolean {
		const step = event.shiftKey ? 64 : 16;
		if (event.key === 'ArrowLeft') this.width -= step;
		else if (event.key === 'ArrowRight') this.width += step;
		else if (event.key === 'Home') this.width = this.min;
		else if (event.key === 'End') this.width = this.max;
		else if (event.key === 'Enter') this.width = this.initial;
		else return false;
		return true;
	}

	#within(width: number): number {
		return Math.round(Math.min(this.max, Math.max(this.min, width)));
	}
}
