/** Tells which answers are still worth showing: one that comes late does not undo a newer one. */
export class Answers {
	#asked = 0;
	#shown = 0;

	/** A question goes out. @returns whether its answer is to be shown; asked once, when it is there */
	ask(): () => boolean {
		const number = ++this.#asked;
		return () => {
			if (number < this.#shown) return false;
			this.#shown = number;
			return true;
		};
	}

	/** Something newer than all answers under way is shown. */
	overtake(): void {
		this.#shown = ++this.#asked;
	}
}
