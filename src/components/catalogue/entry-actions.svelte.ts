import { createContext } from 'svelte';
import type { Workspace } from '#client/contract.ts';
import type { TakenNumber } from '#client/device/number-blocks.ts';
import { reviewClient } from '#client/review-client.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryRow } from '#domain/catalogue/rows.ts';
import type { ReviewStep } from '#domain/catalogue/review-states.ts';
import { m } from '#i18n/generated/messages.js';
import { refusalWords } from '#i18n/refusal-words.ts';
import { notify } from '#ui/announcer.svelte.ts';
import { PagedRows } from '#ui/data-table.svelte.ts';
import { keysOf } from '#ui/shortcut-text.ts';
import { compareSiblings } from './entry-order.ts';
import { entryName } from './entry-words.ts';
import { stepWords } from './review-words.ts';

/** An entry as something to put others under. */
export type ParentEntry = Pick<EntryRow, 'id' | 'title' | 'level' | 'profile' | 'dateText'>;

/** What a dialog asks about. */
export type ActionDialog =
	| {
			readonly kind: 'new';
			readonly parent: ParentEntry | null;
			readonly after?: EntryRow;
			readonly level?: string;
	  }
	/** Numbers like the entry's, for work without the server. */
	| { readonly kind: 'reserve'; readonly entry: EntryRow }
	| { readonly kind: 'move'; readonly entry: EntryRow }
	| { readonly kind: 'delete'; readonly entry: EntryRow }
	| {
			readonly kind: 'review';
			readonly entry: EntryRow;
			/** Not given: the person chooses, for the entry and all below it. */
			readonly step?: ReviewStep;
			/** Log position the person was shown. */
			readonly seen?: number;
	  };

/** Steps that ask first: one needs a reason, one is for good. */
const ASKING: readonly ReviewStep[] = ['return', 'register'];

/** What can be done with whole entries: make, move, delete, restore. Says how it went; a refusal never throws. */
export class EntryActions {
	dialog = $state.raw<ActionDialog | undefined>();
	/** Cut, waiting for a place. */
	cut = $state.raw<EntryRow | undefined>();
	/** Just made here: its card takes the cursor. */
	fresh = $state.raw<EntryId | undefined>();
	#workspace: Workspace;
	#go: (id: EntryId) => void;

	/** @param go shows an entry */
	constructor(workspace: Workspace, go: (id: EntryId) => void) {
		this.#workspace = workspace;
		this.#go = go;
	}

	/** Whether the person may make entries at the top of the hierarchy. */
	get mayCreateTop(): boolean {
		return this.isStaff;
	}

	/** The person describes entries. */
	get isStaff(): boolean {
		const { role } = this.#workspace.me;
		return role === 'administrator' || role === 'archivist';
	}

	/** The person has a part in review. */
	get mayReview(): boolean {
		return this.#workspace.me.role !== 'reader';
	}

	close(): void {
		this.dialog = undefined;
	}

	async create(
		parentId: EntryId | null,
		level: string,
		profile: string,
		title: string,
		after?: EntryId,
		numbered?: TakenNumber,
	): Promise<boolean> {
		return this.#do(async () => {
			const id = await this.#workspace.create(parentId, level, profile, title, after, numbered);
			this.close();
			this.fresh = id;
			this.#go(id);
			const made = title || m.catalogue_list_untitled();
			notify(m.catalogue_action_created({ title: numbered ? `${numbered.code} ${made}` : made }));
		});
	}

	async move(entry: EntryRow, parentId: EntryId | null, beforeId: EntryId | null = null): Promise<void> {
		await this.#do(async () => {
			const nextId = await this.#nextOf(entry);
			await this.#workspace.move(entry.id, parentId, beforeId);
			this.close();
			if (this.cut?.id === entry.id) this.cut = undefined;
			notify(m.catalogue_action_moved({ title: entryName(entry) }), {
				...(nextId === undefined
					? {}
					: {
							action: {
								label: m.catalogue_field_undo(),
								run: () => void this.#moveBack(entry, nextId),
							},
						}),
			});
		});
	}

	/** Where it stood when it was shown last. */
	async #moveBack(entry: EntryRow, beforeId: EntryId | null): Promise<void> {
		await this.#do(async () => {
			await this.#workspace.move(entry.id, entry.parentId, beforeId);
			notify(m.catalogue_action_moved({ title: entryName(entry) }));
		});
	}

	/** The sibling behind it, null for the last; undefined when that cannot be found. */
	async #nextOf(entry: EntryRow): Promise<EntryId | null | undefined> {
		const { rows } = this.#workspace;
		try {
			const siblings = new PagedRows((offset, limit) => rows.children(entry.parentId, offset, limit));
			const at = await siblings.locate((row) => compareSiblings(row, entry));
			if (at < 0) return undefined;
			return (await rows.children(entry.parentId, at + 1, 1)).rows[0]?.id ?? null;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			return undefined;
		}
	}

	/** Moves among siblings: −1 towards the first, 1 towards the last. */
	async moveBy(entry: EntryRow, by: -1 | 1): Promise<void> {
		await this.#do(async () => {
			const { rows } = this.#workspace;
			const siblings = new PagedRows((offset, limit) => rows.children(entry.parentId, offset, limit));
			const at = await siblings.locate((row) => compareSiblings(row, entry));
			if (at < 0) return;
			const near = await rows.children(entry.parentId, Math.max(0, at - 1), 4);
			const here = near.rows.findIndex((row) => row.id === entry.id);
			const beforeId = by < 0 ? near.rows[here - 1]?.id : (near.rows[here + 2]?.id ?? null);
			// Already first, or already last.
			if (beforeId === undefined || (by > 0 && !near.rows[here + 1])) return;
			await this.#workspace.move(entry.id, entry.parentId, beforeId);
		});
	}

	cutEntry(entry: EntryRow): void {
		this.cut = entry;
		notify(m.catalogue_action_cut_done({ title: entryName(entry), keys: keysOf('Mod+V').join('+') }));
	}

	async paste(target: EntryRow): Promise<void> {
		if (this.cut && this.cut.id !== target.id) await this.move(this.cut, target.id);
	}

	async remove(entry: EntryRow): Promise<void> {
		await this.#do(async () => {
			await this.#workspace.remove(entry.id);
			this.close();
			notify(m.catalogue_action_deleted({ title: entryName(entry) }), {
				action: { label: m.catalogue_field_undo(), run: () => void this.restore(entry) },
			});
		});
	}

	/** Takes a step of review with an entry as it was shown, and asks first where that is needed. */
	async takeStep(entry: EntryRow, step: ReviewStep, seen: number): Promise<void> {
		if (ASKING.includes(step)) {
			await this.#ask({ kind: 'review', entry, step, seen });
			return;
		}
		await this.#do(async () => {
			// What stands in a field with the cursor belongs to it; leaving it commits, and the cursor is back at once.
			const active = document.activeElement;
			if (active instanceof HTMLElement) {
				active.blur();
				active.focus({ preventScroll: true });
			}
			await this.#workspace.settled();
			// What was just typed here moves the position on; nobody else's work hides behind it.
			const isOwn = step === 'submit' || step === 'recall';
			await reviewClient.take(step, { entries: [{ id: entry.id, ...(isOwn ? {} : { seen }) }] }, '');
			notify(m.review_done_one({ step: stepWords(step), title: entryName(entry) }), {
				...(step === 'submit'
					? {
							action: {
								label: stepWords('recall'),
								run: () => void this.takeStep(entry, 'recall', seen),
							},
						}
					: {}),
			});
		});
	}

	/** Asks for the reason. Until the dialog is there no field takes what is typed for it. */
	async #ask(dialog: ActionDialog): Promise<void> {
		const field = document.activeElement;
		if (field instanceof HTMLElement) field.blur();
		try {
			await import('./ReviewDialog.svelte');
		} catch {
			// The place of the dialog says that it cannot be loaded.
		}
		// The dialog gives the keyboard back to where it was.
		if (field instanceof HTMLElement) field.focus({ preventScroll: true });
		this.dialog = dialog;
	}

	async restore(entry: EntryRow): Promise<void> {
		await this.#do(async () => {
			await this.#workspace.restore(entry.id);
			notify(m.catalogue_action_restored({ title: entryName(entry) }));
		});
	}

	/** @returns whether it was done */
	async #do(work: () => Promise<void>): Promise<boolean> {
		try {
			await work();
			return true;
		} catch (error) {
			// The live session rejects with the code of the refusal as its message.
			const reason = isRefusal(error)
				? refusalWords(error.code, error.params)
				: error instanceof Error
					? refusalWords(error.message)
					: String(error);
			notify(m.catalogue_action_failed({ reason }), { tone: 'accent' });
			return false;
		}
	}
}

/** What can be done with entries, below the catalogue layout. */
export const [useEntryActions, provideEntryActions] = createContext<EntryActions>();
