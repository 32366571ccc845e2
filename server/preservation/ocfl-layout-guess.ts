import { USUAL_LAYOUTS } from './ocfl-known-layouts.ts';

/** Finds out by where objects lie how a root is laid out that does not say so. */
export class LayoutGuess {
	/** Layouts that have a place for every object, and it is there. */
	#ofAll = new Set(USUAL_LAYOUTS.map(({ name }) => name));
	#ofSome = new Set<string>();
	#isForeign = false;
	#objects = 0;

	/** @param path of the object below the root */
	saw(objectId: string, path: string): void {
		this.#objects++;
		const fitting = USUAL_LAYOUTS.filter((layout) => layout.pathOf(objectId) === path).map(
			({ name }) => name,
		);
		if (fitting.length === 0) this.#isForeign = true;
		this.#ofAll = new Set(fitting.filter((name) => this.#ofAll.has(name)));
		for (const name of fitting) this.#ofSome.add(name);
	}

	/** The layout all objects follow; undefined when there is none, or it is not known here. */
	get one(): string | undefined {
		return this.#objects > 0 ? [...this.#ofAll][0] : undefined;
	}

	/** Layouts of which each object follows another; empty when one explains all, or any object is explained by none. */
	get several(): readonly string[] {
		return this.#isForeign || this.#ofAll.size > 0 ? [] : [...this.#ofSome];
	}
}
