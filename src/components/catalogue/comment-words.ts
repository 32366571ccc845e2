import type { CommentAnchor } from '#domain/collaboration/comments.ts';
import { m } from '#i18n/generated/messages.js';
import { fieldWords } from './value-words.ts';

/** What a thread is about, in words. */
export function anchorWords(profile: string, anchor: CommentAnchor): string {
	if (anchor.kind === 'entry') return m.comments_about_entry();
	const field = fieldWords(profile, anchor.field);
	return anchor.kind === 'field' ? field : `${field}“${anchor.quote}”`;
}
