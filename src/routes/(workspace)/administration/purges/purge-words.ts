import {
	PURGE_STATES,
	type PurgeFailure,
	type PurgeGround,
	type PurgeState,
	type PurgeStep,
	type ShownPurge,
} from '#domain/administration/purge.ts';
import { isRefusal, type Params } from '#domain/base/refusal.ts';
import { m } from '#i18n/generated/messages.js';
import { refusalWords } from '#i18n/refusal-words.ts';
import { dateTimeWords } from '#i18n/words.ts';
import { reasonWords } from '../../store/store-words.ts';

/** Why content goes, in words. */
export const groundWords = (ground: PurgeGround): string =>
	({ classified: m.purges_ground_classified, destruction: m.purges_ground_destruction })[ground]();

/** How far an order is, in words. */
export const stateWords = (state: PurgeState): string =>
	({
		proposed: m.purges_state_proposed,
		withdrawn: m.purges_state_withdrawn,
		rejected: m.purges_state_rejected,
		approved: m.purges_state_approved,
		done: m.purges_state_done,
	})[state]();

/** The mark of a state. */
export const stateTone = (state: PurgeState): 'caution' | 'accent' | 'good' | 'plain' =>
	(
		({
			proposed: 'caution',
			approved: 'accent',
			done: 'good',
			withdrawn: 'plain',
			rejected: 'plain',
		}) as const
	)[state];

/** How far an order is, also when it is carried out and waits, with the mark of that. */
export const orderState = ({
	state,
	failure,
}: Pick<ShownPurge, 'state' | 'failure'>): {
	readonly words: string;
	readonly tone: ReturnType<typeof stateTone>;
} =>
	failure
		? { words: m.purges_state_waiting(), tone: 'caution' }
		: { words: stateWords(state), tone: stateTone(state) };

/** What a step does, in words. */
export const stepWords = (step: PurgeStep): string =>
	({
		seal: m.purges_step_seal,
		plan: m.purges_step_plan,
		rows: m.purges_step_rows,
		store: m.purges_step_store,
		files: m.purges_step_files,
		scrub: m.purges_step_scrub,
		search: m.purges_step_search,
		deposit: m.purges_step_deposit,
	})[step]();

/** What is counted in a place; a place without words is shown by its table. */
export function placeWords(place: string): string {
	const words: Readonly<Record<string, () => string>> = {
		entry: m.purges_place_entry,
		shown_entry: m.purges_place_shown,
		entry_editor: m.purges_place_editor,
		log_head: m.purges_place_log_head,
		log_kept: m.purges_place_log_kept,
		conflict_person: m.purges_place_conflict_person,
		review: m.purges_place_review,
		comment_thread: m.purges_place_thread,
		visit: m.purges_place_visit,
		log_update: m.purges_place_log,
		log_cold: m.purges_place_log_cold,
		entry_change: m.purges_place_change,
		conflict: m.purges_place_conflict,
		comment: m.purges_place_comment,
		proposal: m.purges_place_proposal,
		notice: m.purges_place_notice,
		decision_item: m.purges_place_decision,
		correction_order_row: m.purges_place_order,
		review_step_entry: m.purges_place_step,
		campaign: m.purges_place_campaign,
		deposit: m.purges_place_version,
		store_object: m.purges_place_object,
		objects: m.purges_place_object,
		finding: m.purges_place_finding,
		coded_entry: m.purges_place_coded,
		register_version: m.purges_place_record,
		campaign_fix_row: m.purges_place_fix,
		index: m.purges_place_index,
		memory: m.purges_place_memory,
		lines: m.purges_place_line,
		originals: m.purges_place_original,
	};
	return words[place]?.() ?? place;
}

/** Why a step is not done; what has no words is told as the system said it. */
export function failureWords({ code, params }: PurgeFailure): string {
	const said = refusalWords(code, spelledOut(params));
	return said === code ? (reasonWords(code) ?? code) : said;
}

/** Why an order that is carried out waits, and since when; undefined while it does not. */
export function waitingWords({
	failure,
	decidedAt,
}: Pick<ShownPurge, 'failure' | 'decidedAt'>): string | undefined {
	if (!failure) return undefined;
	const since = dateTimeWords(failure.sinceAt ?? decidedAt ?? '');
	return m.purges_failure({ since, reason: failureWords(failure) });
}

/** Values that are codes, in words. */
function spelledOut(params: Params): Params {
	const { place, state } = params;
	return {
		...params,
		...(typeof place === 'string' ? { place: placeWords(place) } : {}),
		...(PURGE_STATES.some((each) => each === state) ? { state: stateWords(state as PurgeState) } : {}),
	};
}

/** What happens to an object of the store. */
export const actionWords = (action: 'remove' | 'rewrite'): string =>
	action === 'remove' ? m.purges_action_remove() : m.purges_action_rewrite();

/** Runs work; what it is refused with, in words. */
export async function wordsOfRefusal(work: () => Promise<unknown>): Promise<string | undefined> {
	try {
		await work();
		return undefined;
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return refusalWords(error.code, spelledOut(error.params));
	}
}
