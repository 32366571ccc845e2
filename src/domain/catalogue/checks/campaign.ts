import type { FieldKey, FieldValue } from '../entry.ts';
import type { Params } from '../../base/refusal.ts';
import { Refusal } from '../../base/refusal.ts';
import type { RuleId, RuleSeverity } from '../rules/rule.ts';

/** Characters of what a campaign is called. */
export const MAX_CAMPAIGN_NAME = 120;

/**
 * `waiting` for another to end · `running` · `cancelled` before all was checked · `done` all was checked · `failed` ·
 * `closed` it is over, nothing is done in it any more.
 */
export const CAMPAIGN_STATES = ['waiting', 'running', 'cancelled', 'done', 'failed', 'closed'] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

export type CampaignAction = 'run' | 'cancel' | 'assign' | 'fix' | 'close';

/**
 * Why something cannot be done with a campaign as it stands.
 * @returns 'catalogue.campaign-closed' | 'catalogue.campaign-running' | 'catalogue.campaign-still' (409)
 */
export function whyNotCampaign(action: CampaignAction, state: CampaignState): Refusal | undefined {
	if (state === 'closed') return new Refusal('catalogue.campaign-closed', {}, 409);
	const isUnderWay = state === 'waiting' || state === 'running';
	if (action === 'cancel') return isUnderWay ? undefined : new Refusal('catalogue.campaign-still', {}, 409);
	if (action === 'assign') return undefined;
	return isUnderWay ? new Refusal('catalogue.campaign-running', {}, 409) : undefined;
}

/** Who deals with what: a rule, a fonds, or a rule in a fonds; empty for any. */
export interface Assignment {
	readonly fondsId: string;
	readonly rule: RuleId | '';
	readonly personId: string;
	readonly personName: string;
}

/** Who deals with a finding: what names it most closely decides, a rule before a fonds. */
export function assigneeOf(
	assignments: readonly Assignment[],
	finding: { readonly fondsId: string; readonly rule: string },
): Assignment | undefined {
	let best: Assignment | undefined;
	let closest = 0;
	for (const each of assignments) {
		if (each.rule !== '' && each.rule !== finding.rule) continue;
		if (each.fondsId !== '' && each.fondsId !== finding.fondsId) continue;
		const close = (each.rule === '' ? 0 : 2) + (each.fondsId === '' ? 0 : 1) + 1;
		if (close > closest) [best, closest] = [each, close];
	}
	return best;
}

/** How many findings of a rule there are in a fonds. */
export interface FindingCount {
	readonly fondsId: string;
	readonly rule: RuleId;
	readonly severity: RuleSeverity;
	readonly open: number;
	/** Left as they are, with a reason. */
	readonly accepted: number;
	/** Of the open ones, how many have a suggestion. */
	readonly suggested?: number;
}

/** One finding as people see it in lists. */
export interface ShownFinding {
	readonly id: number;
	readonly entryId: string;
	readonly fondsId: string;
	readonly rule: RuleId;
	readonly severity: RuleSeverity;
	readonly field: FieldKey;
	readonly message: string;
	readonly params: Params;
	readonly value: string;
	readonly suggestion?: FieldValue | undefined;
	readonly firstSeen: string;
	/** Why it was left as it is, and by whom. */
	readonly accepted?: { readonly reason: string; readonly name: string; readonly at: string } | undefined;
	readonly referenceCode: string;
	readonly title: string;
	readonly level: string;
	readonly profile: string;
	readonly isRegistered: boolean;
}

/** Adds counts up by what a key says, the most severe and the most frequent first. */
export function countsBy(
	counts: readonly FindingCount[],
	keyOf: (count: FindingCount) => string,
): {
	readonly key: string;
	readonly severity: RuleSeverity;
	readonly open: number;
	readonly accepted: number;
	readonly suggested: number;
}[] {
	const sums = new Map<
		string,
		{ key: string; severity: RuleSeverity; open: number; accepted: number; suggested: number }
	>();
	for (const count of counts) {
		const key = keyOf(count);
		const sum = sums.get(key) ?? { key, severity: count.severity, open: 0, accepted: 0, suggested: 0 };
		sum.open += count.open;
		sum.accepted += count.accepted;
		sum.suggested += count.suggested ?? 0;
		if (weight(count.severity) < weight(sum.severity)) sum.severity = count.severity;
		sums.set(key, sum);
	}
	return [...sums.values()].sort(
		(a, b) => weight(a.severity) - weight(b.severity) || b.open - a.open || (a.key < b.key ? -1 : 1),
	);
}

function weight(severity: RuleSeverity): number {
	return 'EWI'.indexOf(severity);
}
