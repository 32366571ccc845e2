import type * as Y from 'yjs';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import type { ShownValue } from './contract.ts';

/** A setting that can be taken back and made again. */
export interface ValueStep {
	readonly kind: 'value';
	readonly key: FieldKey;
	readonly before: FieldValue;
	readonly after: FieldValue;
	/** The element that says `before`: undefined when nothing stood there. */
	readonly beforeId: string | undefined;
	readonly afterId: string;
	/** Taken back, and made again, together with the step before it. */
	readonly isJoined?: boolean;
}

/** A step of writing in a long text; the text's own history knows what it was. */
interface TextStep {
	readonly kind: 'text';
	readonly isJoined?: boolean;
}

type Step = ValueStep | TextStep;

/** What one person did in one entry, oldest first, and what of it was taken back. */
export interface HistorySteps {
	readonly done: readonly ValueStep[];
	readonly undone: readonly ValueStep[];
}

/** What taking back, or making again, came to. */
export type HistoryOutcome =
	| { readonly kind: 'value'; readonly key: FieldKey; readonly value: FieldValue }
	| { readonly kind: 'text'; readonly fieldId: string }
	/** Somebody else's word stands there now: it stays. */
	| { readonly kind: 'overtaken'; readonly key: FieldKey; readonly by: string };

/** What is set, and how. */
export interface HistoryTarget {
	/** Distinct surviving values, newest first. */
	values(field: FieldKey): readonly Pick<ShownValue, 'elementId' | 'value' | 'actorName'>[];
	set(field: FieldKey, value: FieldValue): void;
	/** Name of somebody else among those whose word stands in a field, said the same or not; undefined for nobody. */
	othersIn(field: FieldKey): string | undefined;
}

const MOST_STEPS = 200;

/**
 * What one person did in an entry in this tab, fields and long texts in one order, to be taken back and made again. A
 * setting is taken back by setting the earlier value anew, and only while one's own value is the only one that stands:
 * nobody else's later word is overruled, and no value comes back that nobody had set. Settling a conflict is not taken
 * back here: it had several values before.
 */
export class EntryHistory {
	#target: HistoryTarget;
	#done = $state.raw<readonly Step[]>([]);
	#undone = $state.raw<readonly Step[]>([]);
	#texts: Y.UndoManager | undefined;
	#fieldIds = new Map<unknown, string>();
	/** Steps that are one for the person: none yet, or one at least. */
	#together: 'first' | 'more' | undefined;
	/** The long text that the step under way changes. */
	#changedText = '';

	constructor(target: HistoryTarget, remembered?: HistorySteps) {
		this.#target = target;
		if (remembered) {
			this.#done = remembered.done;
			this.#undone = remembered.undone;
		}
	}

	get canUndo(): boolean {
		return this.#done.length > 0;
	}

	get canRedo(): boolean {
		return this.#undone.length > 0;
	}

	/** What can be gone on with when the entry is opened again: long texts begin anew. */
	get steps(): HistorySteps {
		return { done: this.#done.filter(isValueStep), undone: this.#undone.filter(isValueStep) };
	}

	/** Sets a field unless it says the same already. @returns whether something was set */
	set(key: FieldKey, value: FieldValue): boolean {
		const values = this.#target.values(key);
		if (values.length < 2 && isSameValue(values[0]?.value ?? null, value)) return false;
		this.change(key, () => this.#target.set(key, value));
		return true;
	}

	/** Makes several changes that are taken back, and made again, as one. */
	together(make: () => void): void {
		this.#together = 'first';
		try {
			make();
		} finally {
			this.#together = undefined;
		}
		// What is written next in the long text is a step of its own.
		this.#texts?.stopCapturing();
	}

	/** Makes a change of one field that can be taken back. */
	change(key: FieldKey, make: () => void): void {
		const [stood, ...others] = this.#target.values(key);
		make();
		const now = this.#target.values(key)[0];
		this.#texts?.stopCapturing();
		if (others.length > 0 || now === undefined || now.elementId === stood?.elementId) return;
		this.#add({
			kind: 'value',
			key,
			before: stood?.value ?? null,
			after: now.value,
			beforeId: stood?.elementId,
			afterId: now.elementId,
		});
		this.#texts?.clear(false, true);
	}

	/**
	 * Makes a long text part of the history.
	 * @param make a history of long texts; asked for once for each entry
	 */
	joinText(fieldId: string, fragment: Y.XmlFragment, make: () => Y.UndoManager): Y.UndoManager {
		this.#texts ??= this.#watched(make());
		this.#texts.addToScope(fragment);
		this.#fieldIds.set(fragment, fieldId);
		return this.#texts;
	}

	/** Takes the last step back. @returns undefined when there is none */
	undo(): HistoryOutcome | undefined {
		const isJoined = this.#done.at(-1)?.isJoined;
		const outcome = this.#undoOne();
		return isJoined && outcome && outcome.kind !== 'overtaken' ? (this.undo() ?? outcome) : outcome;
	}

	#undoOne(): HistoryOutcome | undefined {
		const step = this.#done.at(-1);
		if (!step) return undefined;
		if (step.kind === 'text') return this.#moveText('undo', step) ?? this.undo();
		this.#done = this.#done.slice(0, -1);
		const id = this.#replace(step.key, step.afterId, step.before);
		if (id === undefined) {
			// What came before it in this field cannot stand again either.
			this.#done = this.#done.filter((each) => !isOf(each, step.key));
			return this.#overtaken(step.key);
		}
		this.#undone = [...this.#undone, { ...step, beforeId: id }];
		this.#renamed(step.beforeId, id);
		return { kind: 'value', key: step.key, value: step.before };
	}

	/** Makes the step again that was taken back last. @returns undefined when there is none */
	redo(): HistoryOutcome | undefined {
		const outcome = this.#redoOne();
		if (outcome && outcome.kind !== 'overtaken') while (this.#undone.at(-1)?.isJoined) this.#redoOne();
		return outcome;
	}

	#redoOne(): HistoryOutcome | undefined {
		const step = this.#undone.at(-1);
		if (!step) return undefined;
		if (step.kind === 'text') return this.#moveText('redo', step) ?? this.redo();
		this.#undone = this.#undone.slice(0, -1);
		const id = this.#replace(step.key, step.beforeId, step.after);
		if (id === undefined) {
			this.#undone = this.#undone.filter((each) => !isOf(each, step.key));
			return this.#overtaken(step.key);
		}
		this.#done = [...this.#done, { ...step, afterId: id }];
		this.#renamed(step.afterId, id);
		return { kind: 'value', key: step.key, value: step.after };
	}

	/** Sets a value where one's own stands alone. @returns the new element */
	#replace(key: FieldKey, standing: string | undefined, value: FieldValue): string | undefined {
		const values = this.#target.values(key);
		if (values.length !== 1 || values[0]?.elementId !== standing) return undefined;
		// Somebody who said the same on their own said it: it stays, whatever becomes of one's own.
		if (this.#target.othersIn(key) !== undefined) return undefined;
		this.#target.set(key, value);
		this.#texts?.stopCapturing();
		return this.#target.values(key)[0]?.elementId;
	}

	#overtaken(key: FieldKey): HistoryOutcome {
		return { kind: 'overtaken', key, by: this.#target.othersIn(key) ?? '' };
	}

	/** A value stands again, in another element. */
	#renamed(old: string | undefined, id: string): void {
		if (old === undefined) return;
		const renamed = (step: Step): Step =>
			step.kind === 'text'
				? step
				: {
						...step,
						beforeId: step.beforeId === old ? id : step.beforeId,
						afterId: step.afterId === old ? id : step.afterId,
					};
		this.#done = this.#done.map(renamed);
		this.#undone = this.#undone.map(renamed);
	}

	#add(step: Step): void {
		const kept = this.#done.slice(-(MOST_STEPS - 1));
		this.#done = [...kept, this.#together === 'more' ? { ...step, isJoined: true } : step];
		if (this.#together) this.#together = 'more';
		this.#undone = [];
	}

	#watched(texts: Y.UndoManager): Y.UndoManager {
		texts.on('stack-item-added', ({ type }) => {
			if (type === 'undo' && !texts.undoing && !texts.redoing) this.#add({ kind: 'text' });
		});
		texts.on('stack-item-popped', ({ changedParentTypes }) => {
			for (const changed of changedParentTypes.keys())
				this.#changedText = this.#fieldIds.get(changed) ?? this.#changedText;
		});
		return texts;
	}

	/** @returns undefined when nothing of it was left to change: others had taken it out already */
	#moveText(way: 'undo' | 'redo', step: TextStep): HistoryOutcome | undefined {
		const moved = this.#texts?.[way]();
		// A text's history passes over steps of which nothing is left; both histories drop them.
		if (way === 'undo') this.#done = withTexts(this.#done, this.#texts?.undoStack.length ?? 0);
		else this.#undone = withTexts(this.#undone, this.#texts?.redoStack.length ?? 0);
		if (!moved) return undefined;
		if (way === 'undo') this.#undone = [...this.#undone, step];
		else this.#done = [...this.#done, step];
		this.#texts?.stopCapturing();
		return { kind: 'text', fieldId: this.#changedText };
	}
}

function isValueStep(step: Step): step is ValueStep {
	return step.kind === 'value';
}

function isOf(step: Step, key: FieldKey): boolean {
	return step.kind === 'value' && step.key === key;
}

/** The steps without the newest of long texts, so that so many of these are left. */
function withTexts(steps: readonly Step[], count: number): readonly Step[] {
	let surplus = steps.filter((step) => step.kind === 'text').length - count;
	return steps
		.toReversed()
		.filter((step) => step.kind === 'value' || surplus-- <= 0)
		.toReversed();
}
