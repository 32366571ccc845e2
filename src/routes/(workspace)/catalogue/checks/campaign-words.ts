import type { CampaignState } from '#domain/catalogue/checks/campaign.ts';
import { m } from '#i18n/generated/messages.js';
import { joinWords, numberWords } from '#i18n/words.ts';
import type { ShownCampaign } from '#server/catalogue/checks/shown-campaign.ts';
import type { FixProgress } from '#server/collaboration/check-fixes/fix-running.ts';

const STATES: Readonly<Record<CampaignState, () => string>> = {
	waiting: m.checks_state_waiting,
	running: m.checks_state_running,
	cancelled: m.checks_state_cancelled,
	done: m.checks_state_done,
	failed: m.checks_state_failed,
	closed: m.checks_state_closed,
};

export const campaignStateWords = (state: CampaignState): string => STATES[state]();

export function campaignTone(state: CampaignState): 'plain' | 'accent' | 'caution' | 'good' {
	if (state === 'done') return 'good';
	return state === 'failed' ? 'accent' : state === 'cancelled' ? 'caution' : 'plain';
}

/** What a campaign looks at: where, and by which rules. */
export function scopeWords({
	under,
	underTitle,
	rules,
}: Pick<ShownCampaign, 'under' | 'underTitle' | 'rules'>): string {
	const where = under === null ? m.checks_scope_all() : underTitle || under;
	const what =
		rules === null
			? m.checks_rules_all()
			: rules.length > 4
				? m.checks_rules_some({ count: numberWords(rules.length) })
				: joinWords(rules, 'names');
	return `${where} · ${what}`;
}

/** How far suggestions are taken, or taken back. */
export function fixProgressWords({ step, done, total }: FixProgress, kind: 'apply' | 'undo'): string {
	const counts = { done: numberWords(done), total: numberWords(total) };
	if (step === 'looking') return m.checks_fix_looking(counts);
	return kind === 'undo' ? m.checks_fix_undoing(counts) : m.checks_fixing(counts);
}
