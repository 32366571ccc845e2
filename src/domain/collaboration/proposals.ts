import type { FieldKey, FieldValue } from '../catalogue/entry.ts';
import { eventsInOrder, type EventBase, type ReviewEvent } from './review-event.ts';

/** Longest reason of a proposal or a decision, in UTF-16 units. */
export const MAX_WHY_LENGTH = 2000;
/** Fields of one proposal at most. */
export const MAX_PROPOSED_CHANGES = 200;
/** Proposals of one list at most. */
export const MAX_LISTED_PROPOSALS = 500;

/** Another value for a field. */
export interface ProposedValue {
	readonly field: FieldKey;
	/** Elements of the field that stood when it was proposed: if others stand, the proposal is stale. */
	readonly base: readonly string[];
	/** What they said, for who reads it later. */
	readonly before: FieldValue;
	readonly value: FieldValue;
}

/** Other words for a long text. */
export interface ProposedText {
	readonly field: string;
	/** Plain words before and after, for who reads it. */
	readonly before: string;
	readonly after: string;
}

export type Verdict = 'accepted' | 'rejected';

/** What proposals are made of. */
export type ProposalEvent = EventBase &
	(
		| {
				readonly kind: 'proposal';
				readonly values: readonly ProposedValue[];
				readonly texts: readonly ProposedText[];
				/** Fork of these texts: a Yjs update in base64 from what was seen to what is proposed. Empty without texts. */
				readonly fork: string;
				readonly why: string;
		  }
		/** Written by the server only, when somebody other than the proposer decides. */
		| {
				readonly kind: 'decision';
				readonly of: string;
				readonly verdict: Verdict;
				readonly why: string;
				/** Values that were taken in the place of the proposed ones. */
				readonly changed: readonly { readonly field: FieldKey; readonly value: FieldValue }[];
		  }
	);

export interface Proposal {
	readonly id: string;
	readonly by: string;
	readonly at: string;
	readonly values: readonly ProposedValue[];
	readonly texts: readonly ProposedText[];
	readonly fork: string;
	readonly why: string;
	readonly state: 'open' | 'withdrawn' | Verdict;
	readonly decision:
		| {
				readonly by: string;
				readonly at: string;
				readonly why: string;
				readonly changed: readonly { readonly field: FieldKey; readonly value: FieldValue }[];
		  }
		| undefined;
}

/** The proposals that events make up, the oldest first. The first decision counts; what is decided is not withdrawn. */
export function proposalsOf(
	events: readonly ReviewEvent[],
	position: (event: ReviewEvent) => number,
): Proposal[] {
	const proposals = new Map<string, Proposal>();
	const inOrder = eventsInOrder(events, position);
	for (const event of inOrder)
		if (event.kind === 'proposal') {
			const { id, by, at, values, texts, fork, why } = event;
			proposals.set(id, { id, by, at, values, texts, fork, why, state: 'open', decision: undefined });
		}
	for (const event of inOrder) {
		if (event.kind !== 'decision' && event.kind !== 'withdrawal') continue;
		const known = proposals.get(event.of);
		if (!known || known.state !== 'open') continue;
		if (event.kind === 'decision') {
			const { by, at, why, verdict, changed } = event;
			proposals.set(known.id, { ...known, state: verdict, decision: { by, at, why, changed } });
		} else if (event.by === known.by) proposals.set(known.id, { ...known, state: 'withdrawn' });
	}
	return [...proposals.values()];
}

/** Fields of a proposal whose value has changed since it was made. */
export function staleFields(
	proposal: Pick<Proposal, 'values'>,
	standing: (field: FieldKey) => readonly string[],
): FieldKey[] {
	return proposal.values.flatMap(({ field, base }) => {
		const ids = standing(field);
		return ids.length === base.length && ids.every((id) => base.includes(id)) ? [] : [field];
	});
}
