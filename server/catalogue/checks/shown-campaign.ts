import type { Assignment, CampaignState, FindingCount } from '#domain/catalogue/checks/campaign.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';

/** A campaign in a list. */
export interface ShownCampaign {
	readonly id: string;
	readonly number: string;
	readonly name: string;
	/** An entry with all below it; null for the whole catalogue. */
	readonly under: string | null;
	readonly underTitle: string;
	/** Null for all. */
	readonly rules: readonly RuleId[] | null;
	readonly state: CampaignState;
	readonly run: number;
	/** Entries checked in this run, of all. */
	readonly done: number;
	readonly total: number;
	readonly startedAt: string | null;
	readonly finishedAt: string | null;
	readonly createdId: string;
	readonly createdName: string;
	readonly createdAt: string;
	/** Findings that are open now. */
	readonly open: number;
}

/** One run, with what was found at its end. */
export interface ShownRun {
	readonly run: number;
	readonly startedAt: string;
	readonly finishedAt: string | null;
	readonly entries: number;
	readonly actorName: string;
	readonly counts: readonly FindingCount[];
}

/** Suggestions that were taken all at once. */
export interface ShownFix {
	readonly id: string;
	readonly rule: string;
	readonly fondsId: string;
	readonly state: 'applying' | 'applied' | 'undoing' | 'undone';
	readonly edited: number;
	readonly ordered: number;
	readonly leftOut: number;
	readonly orderId: string | null;
	readonly actorName: string;
	readonly at: string;
	readonly undoneAt: string | null;
}

/** A campaign with all that is counted of it. */
export interface CampaignDetail extends ShownCampaign {
	/** As it stands now. */
	readonly counts: readonly FindingCount[];
	/** The first and the last that ended: before and after. */
	readonly runs: readonly ShownRun[];
	readonly assignments: readonly Assignment[];
	readonly fixes: readonly ShownFix[];
	/** Names of fonds, by id. */
	readonly fonds: Readonly<Record<string, string>>;
	/** Rules across entries of these fonds wait for the next run: something changed, and they are large. */
	readonly can: {
		readonly run: boolean;
		readonly cancel: boolean;
		readonly fix: boolean;
		readonly close: boolean;
		readonly assign: boolean;
	};
}
