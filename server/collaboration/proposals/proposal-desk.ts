import { sql } from 'kysely';
import * as Y from 'yjs';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { must } from '#domain/base/assert.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { demandLevel } from '#domain/catalogue/fonds/fonds-rights.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { EntryRow } from '#domain/catalogue/rows.ts';
import type { ProposedText, ProposedValue, Proposal, Verdict } from '#domain/collaboration/proposals.ts';
import { MAX_LISTED_PROPOSALS, proposalsOf, staleFields } from '#domain/collaboration/proposals.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { can, demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { bodyOf, entryDocName, readMeta } from '#sync/entry-doc.ts';
import { readFragment } from '#sync/rich-text-fragment.ts';
import { elementsOf, fieldValuesOf, setField } from '#sync/field-values.ts';
import { eventsOf } from '#sync/review-doc.ts';
import { rowsById, visible } from '#server/catalogue/rows.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Collaboration } from '../collaboration.ts';
import { applyToCopy, topLevelNameOf } from '../gate-apply.ts';
import { oneAtATime } from '../orders/one-at-a-time.ts';

/** A proposal as lists and the command line show it. */
export interface ShownProposal {
	readonly id: string;
	readonly entryId: EntryId;
	readonly entry: Pick<EntryRow, 'title' | 'referenceCode' | 'profile' | 'level'>;
	readonly actorId: string;
	readonly actorName: string;
	readonly at: string;
	readonly why: string;
	readonly values: readonly ProposedValue[];
	readonly texts: readonly ProposedText[];
	readonly state: Proposal['state'];
	/** Who decided, by name. */
	readonly decision: Proposal['decision'];
	/** Fields of an open proposal that say something else by now, with what they say. */
	readonly stale: readonly { readonly field: FieldKey; readonly value: FieldValue }[];
	/** The person asking may decide it. */
	readonly mayDecide: boolean;
}

/** What somebody decides. */
export interface Deciding {
	readonly id: string;
	readonly verdict: Verdict;
	readonly why: string;
	/** Values in the place of the proposed ones, with the value seen to stand: a stale field is accepted only so. */
	readonly changed?:
		| readonly { readonly field: FieldKey; readonly value: FieldValue; readonly seen: FieldValue }[]
		| undefined;
}

/** Proposals: made by anybody who may comment, decided by somebody else. */
export interface ProposalDesk {
	/**
	 * Newest first, of entries the person may see; of one entry, or in one state, when asked. Where there are more than
	 * {@link MAX_LISTED_PROPOSALS}, what was decided is left out before what is open.
	 */
	list(
		person: Person,
		filter: { readonly entryId?: EntryId | undefined; readonly state?: Proposal['state'] | undefined },
	): Promise<ShownProposal[]>;
	/** Proposes one value. @returns the proposal's id */
	propose(
		identity: Identity,
		entryId: EntryId,
		field: FieldKey,
		value: FieldValue,
		why: string,
	): Promise<{ readonly id: string }>;
	/**
	 * Decides a proposal, one person after the other. Accepting sets its values in one logged edit, then says so; asked again
	 * after a crash in between, it says so only, and nobody rejects it any more.
	 * @throws {Refusal} 'collaboration.unknown-proposal' (404) | 'permissions.denied' (403) |
	 * 'collaboration.own-proposal' (403) | 'collaboration.proposal-decided' (409) | 'collaboration.proposal-stale' (409)
	 */
	decide(identity: Identity, deciding: Deciding): Promise<void>;
}

/** Builds the desk over live editing. */
export function createProposalDesk(parts: {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly collaboration: Pick<Collaboration, 'edit' | 'say' | 'projected'>;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
}): ProposalDesk {
	const { storage, clock, collaboration, thingOf } = parts;
	const turns = oneAtATime();

	/** Refused like an unknown one: ids of hidden entries are not to be probed. */
	async function entryOfProposal(
		id: string,
		person: Person,
	): Promise<{ entryId: EntryId; thing: EntryThing }> {
		const row = await storage.db
			.selectFrom('proposal')
			.select('entry_id')
			.where('id', '=', id)
			.executeTakeFirst();
		const thing = row && (await thingOf(row.entry_id as EntryId));
		if (!row || !thing || !can(person, 'see', thing))
			throw new Refusal('collaboration.unknown-proposal', { id: id.slice(0, 60) }, 404);
		return { entryId: row.entry_id as EntryId, thing };
	}

	/** By the log, in which only the server says how: what a client writes into `via` proves nothing. */
	async function isApplied(entryId: EntryId, via: string): Promise<boolean> {
		const row = await storage.db
			.selectFrom('log_line')
			.select('seq')
			.where('doc', '=', entryDocName(entryId))
			.where('via', '=', via)
			.limit(1)
			.executeTakeFirst();
		return row !== undefined;
	}

	async function decide(identity: Identity, { id, verdict, why, changed = [] }: Deciding): Promise<void> {
		const { entryId, thing } = await entryOfProposal(id, identity.person);
		demand(identity.person, 'decide', thing);
		const actor = actorOf(identity);
		let proposal: Proposal | undefined;
		await collaboration.say(
			entryId,
			actor,
			(copy) => {
				proposal = proposalsOf(eventsOf(copy).toArray(), () => 0).find((each) => each.id === id);
				return undefined;
			},
			'server',
		);
		const found = proposal as Proposal | undefined;
		if (!found) throw new Refusal('collaboration.unknown-proposal', { id: id.slice(0, 60) }, 404);
		if (found.by === identity.person.id) throw new Refusal('collaboration.own-proposal', {}, 403);
		if (found.state !== 'open') throw new Refusal('collaboration.proposal-decided', {}, 409);
		const via = `proposal:${id}`;
		const { person } = identity;
		const isSet = await isApplied(entryId, via);
		// Who accepted it only could not say so any more; what stands in the entry was not rejected.
		if (verdict === 'rejected' && isSet) throw new Refusal('collaboration.proposal-decided', {}, 409);
		if (verdict === 'accepted' && !isSet) {
			const seq = await collaboration.edit(entryId, { ...actor, via }, (copy) =>
				applyProposal(copy, found, changed, person, {
					by: actor.id,
					at: isoAt(clock),
					via,
				}),
			);
			if (seq !== undefined) await collaboration.projected(entryId, seq);
		}
		await collaboration.say(
			entryId,
			actor,
			(copy) => {
				const now = proposalsOf(eventsOf(copy).toArray(), () => 0).find((each) => each.id === id);
				if (now?.state !== 'open') throw new Refusal('collaboration.proposal-decided', {}, 409);
				return {
					id: createId<string>(),
					by: actor.id,
					at: isoAt(clock),
					kind: 'decision',
					of: id,
					verdict,
					why,
					changed: changed.map(({ field, value }) => ({ field, value })),
				};
			},
			'server',
		);
	}

	return {
		async list(person, { entryId, state }) {
			if (person.role === 'reader')
				throw new Refusal('permissions.denied', { action: 'see', thing: 'proposals' }, 403);
			const mayBeSeen = visible(storage.db, person)
				.select('entry.id')
				.where(sql<boolean>`entry.id = proposal.entry_id`);
			let query = storage.db
				.selectFrom('proposal')
				.selectAll()
				.where(({ exists }) => exists(mayBeSeen));
			if (entryId !== undefined) query = query.where('entry_id', '=', entryId);
			if (state !== undefined) query = query.where('state', '=', state);
			const chosen = await query
				.orderBy(sql`state = 'open'`, 'desc')
				.orderBy('received_at', 'desc')
				.limit(MAX_LISTED_PROPOSALS)
				.execute();
			const rows = chosen.toSorted(
				(a, b) => Number(a.received_at < b.received_at) - Number(a.received_at > b.received_at),
			);
			const entries = new Map(
				(await rowsById(storage, person, [...new Set(rows.map(({ entry_id }) => entry_id))])).map((row) => [
					row.id as string,
					row,
				]),
			);
			const standing = new Map(
				(entries.size === 0
					? []
					: await storage.db
							.selectFrom('entry')
							.select(['id', 'fields'])
							.where('id', 'in', [...entries.keys()])
							.execute()
				).map(({ id, fields }) => [id, JSON.parse(fields) as Record<FieldKey, FieldValue>]),
			);
			return rows.flatMap((row): ShownProposal[] => {
				const entry = entries.get(row.entry_id);
				if (!entry) return [];
				const { values, texts } = JSON.parse(row.content) as Pick<Proposal, 'values' | 'texts'>;
				return [
					{
						id: row.id,
						entryId: entry.id,
						entry: {
							title: entry.title,
							referenceCode: entry.referenceCode,
							profile: entry.profile,
							level: entry.level,
						},
						actorId: row.actor_id,
						actorName: row.actor_name,
						at: row.received_at,
						why: row.why,
						values,
						texts,
						state: row.state as Proposal['state'],
						decision:
							row.decided_by === null
								? undefined
								: {
										by: row.decided_by,
										at: row.decided_at ?? '',
										why: row.decided_why ?? '',
										changed: JSON.parse(row.changed) as NonNullable<ShownProposal['decision']>['changed'],
									},
						stale:
							row.state === 'open'
								? values.flatMap(({ field, before }) => {
										// The level is no field of the row.
										const value =
											field === 'level' ? entry.level : (standing.get(row.entry_id)?.[field] ?? null);
										return isSameValue(value, before) ? [] : [{ field, value }];
									})
								: [],
						mayDecide: row.state === 'open' && row.actor_id !== person.id,
					},
				];
			});
		},
		async propose(identity, entryId, field, value, why) {
			const thing = await thingOf(entryId);
			if (!thing || !can(identity.person, 'see', thing))
				throw new Refusal('catalogue.unknown-entry', { id: entryId }, 404);
			demand(identity.person, 'comment', thing);
			let seen: readonly { readonly id: string; readonly value: FieldValue }[] = [];
			await collaboration.edit(entryId, actorOf(identity), (copy) => {
				seen = elementsOf(fieldValuesOf(copy), field);
				return false;
			});
			const event: ReviewEvent = {
				id: createId<string>(),
				by: identity.person.id,
				at: isoAt(clock),
				kind: 'proposal',
				values: [{ field, base: seen.map(({ id }) => id), before: seen[0]?.value ?? null, value }],
				texts: [],
				fork: '',
				why,
			};
			await collaboration.say(entryId, actorOf(identity), () => event, 'update');
			return { id: event.id };
		},
		decide: (identity, deciding) => turns(deciding.id, () => decide(identity, deciding)),
	};
}

/** Sets what is proposed, or what was put in its place. */
function applyProposal(
	copy: Y.Doc,
	proposal: Proposal,
	changed: NonNullable<Deciding['changed']>,
	person: Person,
	setting: { readonly by: string; readonly at: string; readonly via: string },
): boolean {
	const values = fieldValuesOf(copy);
	const stale = staleFields(
		{ values: proposal.values.filter(({ field }) => !changed.some((each) => each.field === field)) },
		(field) => elementsOf(values, field).map((element) => element.id),
	);
	for (const { field, seen } of changed)
		if (elementsOf(values, field).some(({ value }) => !isSameValue(value, seen))) stale.push(field);
	if (stale[0] !== undefined) throw new Refusal('collaboration.proposal-stale', { field: stale[0] }, 409);
	for (const { field, value } of proposal.values) {
		const other = changed.find((each) => each.field === field);
		if (field === 'level') demandLevelIn(copy, person, String(other ? other.value : value));
		setField(values, field, other ? other.value : value, { id: createId<string>(), ...setting });
	}
	applyTexts(copy, proposal);
	return true;
}

function demandLevelIn(copy: Y.Doc, person: Person, level: string): void {
	const { profile } = must(readMeta(copy), 'an entry has its profile');
	const standing = elementsOf(fieldValuesOf(copy), 'level').map(({ value }) => String(value));
	demandLevel(person, profileOf(profile), level, standing);
}

/** Applies a fork of long texts. It does what it shows and nothing else: whoever accepts it has only seen the words. */
function applyTexts(copy: Y.Doc, { texts, fork }: Proposal): void {
	if (texts.length === 0) return;
	const wordsOf = (field: string): string => plainTextOf(readFragment(bodyOf(copy, field)));
	for (const { field, before } of texts)
		if (wordsOf(field) !== before) throw new Refusal('collaboration.proposal-stale', { field }, 409);
	const bodies = texts.map(({ field }) => `body:${field}`);
	const { changed } = applyToCopy(copy, new Uint8Array(Buffer.from(fork, 'base64')), () => undefined);
	const isForeign = [...changed.keys()].some((type) => !bodies.includes(topLevelNameOf(copy, type)));
	const wrong = texts.find(({ field, after }) => wordsOf(field) !== after);
	if (isForeign || wrong)
		throw new Refusal('collaboration.foreign-type', { type: wrong?.field ?? 'fork' }, 403);
}
