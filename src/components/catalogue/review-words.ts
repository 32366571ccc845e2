import type { ReviewState, ReviewStep } from '#domain/catalogue/review-states.ts';
import { m } from '#i18n/generated/messages.js';

const STATES: Readonly<Record<ReviewState, () => string>> = {
	draft: m.review_state_draft,
	submitted: m.review_state_submitted,
	returned: m.review_state_returned,
	verified: m.review_state_verified,
	registered: m.review_state_registered,
};

const MARKS: Readonly<Record<ReviewState, () => string>> = {
	draft: m.review_mark_draft,
	submitted: m.review_mark_submitted,
	returned: m.review_mark_returned,
	verified: m.review_mark_verified,
	registered: m.review_mark_registered,
};

const STEPS: Readonly<Record<ReviewStep, () => string>> = {
	submit: m.review_step_submit,
	recall: m.review_step_recall,
	return: m.review_step_return,
	verify: m.review_step_verify,
	register: m.review_step_register,
};

/** A state of review as people call it. */
export function stateWords(state: ReviewState): string {
	return STATES[state]();
}

/** The same where there is room for a mark only. */
export function stateMark(state: ReviewState): string {
	return MARKS[state]();
}

/** A step of review as a button says it. */
export function stepWords(step: ReviewStep): string {
	return STEPS[step]();
}

/** Keys of the steps on an open card. */
export const STEP_KEYS: Readonly<Partial<Record<ReviewStep, string>>> = {
	// Alt+S takes suggestions, one after the other: once too often must not submit.
	submit: 'Alt+Shift+S',
	verify: 'Alt+V',
	return: 'Alt+R',
	register: 'Alt+G',
};
