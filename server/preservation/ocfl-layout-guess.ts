import { USUAL_LAYOUTS, type KnownLayout } from './ocfl-known-layouts.ts';

/** Finds out by where objects lie how a root is laid out that does not say so. */
export class LayoutGuess {
	/** Layouts that have a place for every object, and it is there. */
	#ofAll: readonly KnownLayout[] = USUAL_LAYOUTS;
	#ofSome = new Set<KnownLayout>();
	#isForeign = false;
	#objects = 0;

	/** @param path of the object below the root */
	saw(objectId: string, path: string): void {
		this.#objects++;
		const fitting = USUAL_LAYOUTS.filter((layout) => layout.pathOf(objectId) === path);
		if (fitting.length === 0) this.#isForeign = true;
		this.#ofAll = this.#ofAll.filter((layout) => fitting.includes(layout));
		for (const layout of fitting) this.#ofSome.add(layout);
	}

	/** The layout all objects follow; undefined when there is none, or it is not known here. */
	get one(): string | undefined {
		return this.#objects > 0 ? this.#ofAll[0]?.name : undefined;
	}

	/** Layouts of which each object follows another; empty when one explains all, or any object is explained by none. */
	get several(): readonly string[] {
		if (this.#isForeign || this.#ofAll.length > 0) return [];
		return [...new Set([...this.#ofSome].map(({ name }) => name))];
	}
}
