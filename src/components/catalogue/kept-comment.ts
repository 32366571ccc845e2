import type { CommentAnchor } from '#domain/collaboration/comments.ts';

/** A comment that is being written, as the device keeps it. */
export interface KeptComment {
	readonly text: string;
	/** Of a new one. */
	readonly about?: CommentAnchor;
}
