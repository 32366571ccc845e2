import type { CreatorDecision, RepairedCreators } from '#domain/catalogue/authorities/repair-creators.ts';

/** Decisions named one by one; further ones are only counted. */
const MOST_NAMED = 200;

/** One decision of the authority list with the rows it was taken for. */
export interface CountedDecision extends CreatorDecision {
	readonly rows: number;
}

/** What writing creators out did to the rows of a file. */
export interface CreatorReport {
	/** Values written otherwise, and values left because it was not clear. */
	readonly repaired: number;
	readonly unclear: number;
	/** The same in rows; one with both is in both. */
	readonly rows: { readonly resolved: number; readonly unresolved: number };
	/** By which decision, those of most rows first. */
	readonly decisions: readonly CountedDecision[];
}

/** Counts over the rows of a file what was decided about their creators. */
export class CreatorTally {
	#repaired = 0;
	#unclear = 0;
	#resolved = 0;
	#unresolved = 0;
	readonly #decisions = new Map<string, { readonly decision: CreatorDecision; rows: number }>();

	add({ repaired, unclear, decisions }: RepairedCreators): void {
		this.#repaired += repaired;
		this.#unclear += unclear;
		if (repaired > 0) this.#resolved++;
		if (unclear > 0) this.#unresolved++;
		const inRow = new Map(
			decisions.map((each) => [`${each.decision}\0${each.text}\0${each.to ?? ''}`, each]),
		);
		for (const [key, decision] of inRow) {
			const known = this.#decisions.get(key);
			if (known) known.rows++;
			else this.#decisions.set(key, { decision, rows: 1 });
		}
	}

	get report(): CreatorReport {
		const decisions = [...this.#decisions.values()]
			.map(({ decision, rows }) => ({ ...decision, rows }))
			.toSorted((one, other) => other.rows - one.rows || (one.text < other.text ? -1 : 1));
		return {
			repaired: this.#repaired,
			unclear: this.#unclear,
			rows: { resolved: this.#resolved, unresolved: this.#unresolved },
			decisions: decisions.slice(0, MOST_NAMED),
		};
	}
}
