import type { RenumberingState } from '#domain/catalogue/reference-codes/renumbering-list.ts';
import { m } from '#i18n/generated/messages.js';

const WORDS: Readonly<Record<RenumberingState, () => string>> = {
	'under-way': m.codes_state_under_way,
	stopped: m.codes_state_stopped,
	done: m.codes_state_done,
	'not-done': m.codes_state_not_done,
	'taken-back': m.codes_state_taken_back,
	waiting: m.codes_state_waiting,
	rejected: m.codes_state_rejected,
	withdrawn: m.codes_state_withdrawn,
};

/** What became of a renumbering, in a word. */
export function renumberingWords(state: RenumberingState): string {
	return WORDS[state]();
}

/** What waits for somebody or something stands out. */
export function renumberingTone(state: RenumberingState): 'plain' | 'accent' | 'caution' | 'good' {
	if (state === 'stopped') return 'caution';
	if (state === 'waiting' || state === 'under-way') return 'accent';
	return state === 'done' ? 'good' : 'plain';
}
