/** Which of many rows of equal height are in sight. Heights are in px. */
export class VirtualWindow {
	scrollTop = $state(0);
	viewport = $state(0);
	readonly rowHeight: number;
	#count: () => number;
	#overscan: number;

	/** @param overscan rows drawn beyond either edge, so that a fast wheel meets rows, not paper */
	constructor(options: { rowHeight: number; count: () => number; overscan?: number }) {
		this.rowHeight = options.rowHeight;
		this.#count = options.count;
		this.#overscan = options.overscan ?? 12;
	}

	/** Height of all rows together. */
	get height(): number {
		return this.#count() * this.rowHeight;
	}

	/** First row to draw. */
	get first(): number {
		return Math.max(0, Math.floor(this.scrollTop / this.rowHeight) - this.#overscan);
	}

	/** One past the last row to draw. */
	get end(): number {
		const seen = Math.ceil((this.scrollTop + this.viewport) / this.rowHeight);
		return Math.min(this.#count(), seen + this.#overscan);
	}

	/** Whole rows that fit: how far Page Down goes. */
	get pageRows(): number {
		return Math.max(1, Math.floor(this.viewport / this.rowHeight) - 1);
	}

	/** Where to scroll so that a row is in sight; `undefined` when it is. */
	scrollFor(index: number): number | undefined {
		const top = index * this.rowHeight;
		if (top < this.scrollTop) return top;
		if (top + this.rowHeight > this.scrollTop + this.viewport) return top + this.rowHeight - this.viewport;
		return undefined;
	}
}
