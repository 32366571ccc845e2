import type { EntryId } from '../base/ids.ts';
import type { EntryRow } from './rows.ts';
import type { Action } from '../permissions/permissions.ts';

/** How far an entry has come on its way to what the archive stands for. 草稿 · 待审 · 退回 · 已核 · 入库 */
export const REVIEW_STATES = ['draft', 'submitted', 'returned', 'verified', 'registered'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** What people do to bring it there. 提交 · 撤回 · 退回 · 核定 · 入库 */
export const REVIEW_STEPS = ['submit', 'recall', 'return', 'verify', 'register'] as const;
export type ReviewStep = (typeof REVIEW_STEPS)[number];

/** Longest reason of a step, in UTF-16 units. */
export const MAX_STEP_WHY = 2000;

interface StepRule {
	readonly from: readonly ReviewState[];
	readonly to: ReviewState;
	/** The right it needs on the entry. */
	readonly action: Action;
	/** Who submitted the entry, or worked on it since it was registered last, may not. */
	readonly isForOthers: boolean;
	/** Only they may. */
	readonly isForOwn: boolean;
	/** Says something for which the archive stands: nothing may be open in the entry. */
	readonly isApproval: boolean;
	/** Errors of description keep it from being taken, unless they are accepted as exceptions. */
	readonly isForSound: boolean;
}

/** The rules of the steps. A registered entry takes none: it is changed by correction orders and proposals. */
export const STEP_RULES: Readonly<Record<ReviewStep, StepRule>> = {
	submit: {
		from: ['draft', 'returned'],
		to: 'submitted',
		action: 'edit',
		isForOthers: false,
		isForOwn: false,
		isApproval: false,
		isForSound: false,
	},
	recall: {
		from: ['submitted'],
		to: 'draft',
		action: 'edit',
		isForOthers: false,
		isForOwn: true,
		isApproval: false,
		isForSound: false,
	},
	return: {
		from: ['submitted', 'verified'],
		to: 'returned',
		action: 'decide',
		isForOthers: false,
		isForOwn: false,
		isApproval: false,
		isForSound: false,
	},
	verify: {
		from: ['submitted'],
		to: 'verified',
		action: 'decide',
		isForOthers: true,
		isForOwn: false,
		isApproval: true,
		isForSound: false,
	},
	register: {
		from: ['verified'],
		to: 'registered',
		action: 'decide',
		isForOthers: true,
		isForOwn: false,
		isApproval: true,
		isForSound: true,
	},
};

/** What is known of an entry when somebody wants to take a step with it. */
export interface StepFacts {
	readonly state: ReviewState;
	readonly isDeleted: boolean;
	/** The person may do what the step needs. */
	readonly isAllowed: boolean;
	/** The person submitted it, or has changed it since it was registered last. */
	readonly isOwnWork: boolean;
	/** Conflicts, also those left standing as disputed. */
	readonly unsettled: number;
	/** Somebody changed it after what the person was shown. */
	readonly isChangedSince: boolean;
	/** Undefined without any, and where the archive does not want them to count. */
	readonly errors: OpenErrors | undefined;
}

/** Errors of description that nobody has accepted. */
export interface OpenErrors {
	readonly count: number;
	/** Ids of the rules, in their order. */
	readonly rules: readonly string[];
}

/** The rule about an entry without a reference code: it finds one thing at most. */
const NO_CODE = 'R01';

/** The errors that stand in the way of an entry that may get its code by being registered. */
export function errorsButForCode(errors: OpenErrors | undefined): OpenErrors | undefined {
	if (!errors?.rules.includes(NO_CODE)) return errors;
	const rules = errors.rules.filter((rule) => rule !== NO_CODE);
	return rules.length === 0 ? undefined : { count: errors.count - 1, rules };
}

/** Why a step is refused: a refusal code with its parameters. */
export interface StepRefusal {
	readonly code:
		| 'permissions.denied'
		| 'collaboration.wrong-state'
		| 'collaboration.own-work'
		| 'collaboration.others-work'
		| 'collaboration.unsettled'
		| 'collaboration.changed-since'
		| 'catalogue.errors-open';
	readonly params: Readonly<Record<string, string | number>>;
}

/** Why the person cannot take the step, or undefined when they can. */
export function refusalOfStep(step: ReviewStep, facts: StepFacts): StepRefusal | undefined {
	const rule = STEP_RULES[step];
	if (!facts.isAllowed)
		return { code: 'permissions.denied', params: { action: rule.action, thing: 'entry' } };
	if (facts.isDeleted) return { code: 'collaboration.wrong-state', params: { state: 'deleted' } };
	if (!rule.from.includes(facts.state))
		return { code: 'collaboration.wrong-state', params: { state: facts.state } };
	if (rule.isForOwn && !facts.isOwnWork) return { code: 'collaboration.others-work', params: {} };
	if (rule.isForOthers && facts.isOwnWork) return { code: 'collaboration.own-work', params: {} };
	if (rule.isApproval && facts.unsettled > 0)
		return { code: 'collaboration.unsettled', params: { count: facts.unsettled } };
	if (rule.isApproval && facts.isChangedSince) return { code: 'collaboration.changed-since', params: {} };
	if (rule.isForSound && facts.errors)
		return {
			code: 'catalogue.errors-open',
			params: { count: facts.errors.count, rules: facts.errors.rules.join(', ') },
		};
	return undefined;
}

/** A step that was taken, as cards and boards show it. */
export interface TakenStep {
	readonly id: string;
	readonly step: ReviewStep;
	readonly why: string;
	readonly actorId: string;
	readonly actorName: string;
	/** ISO UTC. */
	readonly at: string;
	/** Log position of the entry it was taken for; 0 for an imported entry nobody edited. */
	readonly seq: number;
}

/** Where an entry stands in review, for who asks. */
export interface EntryReview {
	readonly state: ReviewState;
	/** The last step. */
	readonly last: TakenStep | undefined;
	/** Steps that the person asking can take now. */
	readonly steps: readonly ReviewStep[];
	/** Steps of this state that others can take, with why the person cannot. */
	readonly refused: readonly {
		readonly step: ReviewStep;
		readonly why: StepRefusal['code'];
		/** Left out by earlier versions, whose cards devices keep. */
		readonly params?: StepRefusal['params'];
	}[];
	/** Position of the entry in the log that these steps are about. */
	readonly seq: number;
}

/** `drafts` what I worked on and have not submitted · `waiting` for me to judge · `returned` to me. */
export const BOARDS = ['drafts', 'waiting', 'returned'] as const;
export type Board = (typeof BOARDS)[number];

/** An entry on a board. */
export interface BoardRow extends EntryRow {
	/** Log position the row shows: what is verified is what was seen. */
	readonly seq: number;
	readonly last: TakenStep | undefined;
	/** Who changed it since it was registered last, by name. */
	readonly editors: readonly string[];
}

export interface BoardPage {
	readonly total: number;
	readonly offset: number;
	readonly rows: readonly BoardRow[];
}

/** What a step is taken with: entries, each with the log position somebody was shown, or entries and all below them. */
export type StepTargets =
	| { readonly entries: readonly { readonly id: EntryId; readonly seen?: number | undefined }[] }
	| { readonly under: readonly EntryId[] };

/** What became of a step. */
export interface StepOutcome {
	readonly stepId: string;
	readonly done: number;
	/** How many it could not be taken with; 'under' leaves out what is in another state. */
	readonly refusedCount: number;
	/** The first of them. */
	readonly refused: readonly {
		readonly entryId: EntryId;
		readonly code: string;
		readonly params: Readonly<Record<string, string | number>>;
	}[];
	/** Not reached, because it was given up. */
	readonly left: number;
}
