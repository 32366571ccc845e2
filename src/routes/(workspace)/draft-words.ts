import type { DraftKind } from '#client/device/drafts.ts';
import { m } from '#i18n/generated/messages.js';

const WORDS: Readonly<Record<DraftKind, () => string>> = {
	order: m.device_draft_order,
	orderReasons: m.device_draft_order_reasons,
	register: m.device_draft_register,
	suggestion: m.device_draft_suggestion,
	comment: m.device_draft_comment,
	decision: m.device_draft_decision,
};

/** What it is that somebody writes and has not handed in. */
export function draftWords(kind: DraftKind): string {
	return WORDS[kind]();
}
