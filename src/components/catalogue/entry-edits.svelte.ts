import type { EntrySession } from '#client/contract.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { isSameValue } from '#sync/field-values.ts';

interface Edit {
	readonly key: FieldKey;
	readonly before: FieldValue;
	readonly elementId: string;
}

/**
 * The settings made on one open card, so that the last can be taken back. Taking back is setting the earlier value
 * again, and only while one's own value is the one that stands: somebody else's later word is never overruled.
 */
export class EntryEdits {
	#session: EntrySession;
	#done = $state.raw<readonly Edit[]>([]);

	constructor(session: EntrySession) {
		this.#session = session;
	}

	/** Sets a field unless it says the same already. @returns whether something was set */
	set(key: FieldKey, value: FieldValue): boolean {
		const values = this.#session.values(key);
		const before = values[0]?.value ?? null;
		if (values.length < 2 && isSameValue(before, value)) return false;
		this.#session.set(key, value);
		const elementId = this.#session.values(key)[0]?.elementId;
		// A settled conflict is not taken back: it had more than one earlier value.
		if (values.length < 2 && elementId !== undefined)
			this.#done = [...this.#done.slice(-49), { key, before, elementId }];
		return true;
	}

	get canUndo(): boolean {
		return this.#done.length > 0;
	}

	/** Takes the last setting back. @returns what was set, or undefined when another's word stands in the way */
	undo(): { key: FieldKey; value: FieldValue } | undefined {
		const last = this.#done.at(-1);
		if (!last) return undefined;
		this.#done = this.#done.slice(0, -1);
		const values = this.#session.values(last.key);
		if (values.length !== 1 || values[0]?.elementId !== last.elementId) return undefined;
		this.#session.set(last.key, last.before);
		return { key: last.key, value: last.before };
	}
}
