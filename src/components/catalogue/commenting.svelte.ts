import { createContext } from 'svelte';
import type { CommentAnchor } from '#domain/collaboration/comments.ts';

/** What is about to be said on one card, and which thread is looked at. */
export class Commenting {
	/** What the comment being written is about; undefined while none is. */
	anchor = $state.raw<CommentAnchor | undefined>();
	/** Its box takes the keyboard: somebody asked for it. */
	takesFocus = true;
	/** Thread or comment to bring into view. */
	wanted = $state.raw<string | undefined>();
	/** Asked of the long text with the selection. */
	selectedPassage: (() => CommentAnchor | undefined) | undefined;

	start(anchor: CommentAnchor): void {
		this.takesFocus = true;
		this.anchor = anchor;
	}

	/** A comment that was begun earlier is shown again, unless another is being written. */
	goOn(anchor: CommentAnchor): void {
		if (this.anchor) return;
		this.takesFocus = false;
		this.anchor = anchor;
	}

	show(id: string): void {
		this.wanted = id;
	}
}

/** Commenting on the card around. */
export const [useCommenting, provideCommenting] = createContext<Commenting>();
