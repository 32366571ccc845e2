import type * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { isDescriptive } from '#domain/catalogue/entry.ts';
import type { ConflictingValue } from '#domain/catalogue/rows.ts';
import {
	chosenValue,
	type ConflictChoice,
	type ConflictFilter,
	type ConflictPreview,
	type ConflictRow,
	type DecisionOutcome,
} from '#domain/collaboration/conflicts.ts';
import { can, demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { distinctValues, elementsOf, fieldValuesOf, haveSameIds, setField } from '#sync/field-values.ts';
import { viaOfBringingBack } from '#server/catalogue/element-settings.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { BulkChange, BulkRunning } from '../bulk-edits.ts';
import type { Collaboration } from '../collaboration.ts';
import { createConflictQueue, MAX_ROWS, type ConflictQueue } from './conflict-queue.ts';
import { createDecisions, type Decided, type DecisionItem, type Decisions } from './decisions.ts';

/** Examples a preview shows. */
const EXAMPLES = 50;

/** The queue of conflicts over the whole catalogue, and decisions over many of them. */
export interface ConflictDesk extends Pick<ConflictQueue, 'groups' | 'people'> {
	/** Oldest first. */
	list(
		person: Person,
		filter: ConflictFilter,
		offset: number,
		limit: number,
	): Promise<{ readonly total: number; readonly offset: number; readonly rows: readonly ConflictRow[] }>;
	/** How many are open of those the person may settle or judge; undefined for who has no part in that. */
	openCount(person: Person): Promise<number | undefined>;
	preview(identity: Identity, filter: ConflictFilter, choice: ConflictChoice): Promise<ConflictPreview>;
	/** Lets the choice stand in every conflict the filter finds, as one decision that can be taken back. */
	settle(identity: Identity, decision: Decided, running?: BulkRunning): Promise<DecisionOutcome>;
	/** Newest first, as far as they concern entries the person works with. */
	readonly decisions: Decisions['list'];
	/**
	 * Gives back all values a decision removed, where its own value still stands alone.
	 * @throws {Refusal} 'collaboration.unknown-decision' (404) | 'collaboration.decision-undone' (409)
	 */
	undo(identity: Identity, decisionId: string, running?: BulkRunning): Promise<DecisionOutcome>;
}

/** A conflict a decision settles, and the value that is to stand. */
interface Meant {
	readonly row: ConflictRow;
	readonly stands: ConflictingValue;
}

/** Opens the desk over the rows; what it sets goes through live editing. */
export function createConflictDesk(parts: {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly collaboration: Pick<Collaboration, 'editMany'>;
	readonly thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;
	/** A decision was made or taken back: the archival store keeps it. */
	readonly onDecided: (decisionId: string) => void;
}): ConflictDesk {
	const { clock, collaboration } = parts;
	const queue = createConflictQueue(parts.storage);
	const decisions = createDecisions(parts);

	/** Everything a decision means: the conflicts with the value that is to stand. Moves and deletions are judged singly. */
	async function meant(
		{ person }: Identity,
		filter: ConflictFilter,
		choice: ConflictChoice,
	): Promise<{ readonly found: number; readonly items: readonly Meant[] }> {
		demand(person, 'edit', { kind: 'conflicts' });
		const items: Meant[] = [];
		let found = 0;
		for await (const conflicts of queue.all(person, filter)) {
			found += conflicts.length;
			for (const { row, thing } of conflicts) {
				const stands = isDescriptive(row.field) ? chosenValue(row.values, choice) : undefined;
				if (stands && can(person, 'edit', thing)) items.push({ row, stands });
			}
		}
		return { found, items };
	}

	return {
		async list(person, filter, offset, limit) {
			const [total, rows] = await Promise.all([
				queue.count(person, filter),
				queue.page(person, filter, offset, Math.min(limit, MAX_ROWS)),
			]);
			return { total, offset, rows };
		},
		async openCount(person) {
			return can(person, 'see', { kind: 'conflicts' }) ? queue.count(person, { state: 'open' }) : undefined;
		},
		groups: queue.groups,
		people: queue.people,
		async preview(identity, filter, choice) {
			const { found, items } = await meant(identity, filter, choice);
			return {
				found,
				settles: items.length,
				examples: items.slice(0, EXAMPLES).map(({ row, stands }) => ({
					row,
					stands,
					goes: row.values.filter((value) => value !== stands),
				})),
			};
		},
		async settle(identity, decided, running = {}) {
			const { items } = await meant(identity, decided.filter, decided.choice);
			const decisionId = createId<string>();
			const actor = { ...actorOf(identity), via: `rule:${decisionId}` };
			const at = isoAt(clock);
			const planned = items.map(({ row, stands }) => ({
				item: { entryId: row.entryId, field: row.field, elementId: createId<string>(), before: row.values },
				stands,
			}));
			// Written first: whatever happens on the way, what was set can be taken back.
			await decisions.record(
				decisionId,
				decided,
				planned.map(({ item }) => item),
				actor,
			);
			parts.onDecided(decisionId);
			const changes = planned.map(({ item, stands }) => ({
				entryId: item.entryId,
				change: (copy: Y.Doc) => settleIn(copy, item, stands, actor, at),
			}));
			const { done } = await carryOut(changes, actor, running);
			return { decisionId, done, left: items.length - done };
		},
		decisions: decisions.list,
		async undo(identity, decisionId, running = {}) {
			const { person } = identity;
			demand(person, 'edit', { kind: 'conflicts' });
			const decision = await decisions.find(decisionId);
			const items = decision?.items ?? [];
			const things = await parts.thingsOf(items.map(({ entryId }) => entryId));
			const isSeen = ({ entryId }: DecisionItem): boolean => {
				const thing = things.get(entryId);
				return thing !== undefined && can(person, 'see', thing);
			};
			// Whether there is one about others' fonds is nothing to learn either.
			if (!decision || (items.length > 0 && !items.some(isSeen)))
				throw new Refusal('collaboration.unknown-decision', {}, 404);
			if (decision.isUndone) throw new Refusal('collaboration.decision-undone', {}, 409);
			const known = items.filter(({ entryId }) => things.has(entryId));
			// Half taken back it would count as taken back, and nobody could have the rest.
			for (const { entryId } of known) demand(person, 'edit', things.get(entryId) as EntryThing);
			const actor = { ...actorOf(identity), via: `undo:${decisionId}` };
			const at = isoAt(clock);
			const changes = known.map((item) => ({
				entryId: item.entryId,
				change: (copy: Y.Doc) => bringBackIn(copy, item, actor, at),
			}));
			const { done, isWhole } = await carryOut(changes, actor, running);
			if (isWhole) {
				await decisions.undone(decisionId, actor);
				parts.onDecided(decisionId);
			}
			return { decisionId, done, left: items.length - done };
		},
	};

	/** Changes entries until it is given up; when it ends, their rows show what was done. */
	async function carryOut(
		changes: readonly BulkChange[],
		actor: Actor,
		running: BulkRunning,
	): Promise<{ readonly done: number; readonly isWhole: boolean }> {
		const outcomes = await collaboration.editMany(changes, actor, running);
		const done = outcomes.filter((outcome) => typeof outcome === 'number').length;
		return { done, isWhole: !outcomes.includes('not-reached') };
	}
}

/** Lets one value stand, if the field still says what whoever decided was shown: otherwise it is another question. */
function settleIn(
	copy: Y.Doc,
	{ field, elementId, before }: DecisionItem,
	stands: ConflictingValue,
	{ id, via }: Actor,
	at: string,
): boolean {
	const values = fieldValuesOf(copy);
	if (!saySame(distinctValues(elementsOf(values, field)), before)) return false;
	setField(values, field, stands.value, { id: elementId, by: id, at, ...(via ? { via } : {}) });
	return true;
}

/** Brings back what stood before, unless somebody has set the field since: a later word is never overruled. */
function bringBackIn(
	copy: Y.Doc,
	{ field, elementId, before }: DecisionItem,
	{ id }: Actor,
	at: string,
): boolean {
	const values = fieldValuesOf(copy);
	if (!haveSameIds(elementsOf(values, field), [elementId])) return false;
	copy.transact(() => {
		values.delete(values.toArray().findIndex((element) => element.id === elementId));
		values.push(
			// The newest gets the greatest id, by which equal positions are told apart.
			before.toReversed().map((each) => ({
				id: createId<string>(),
				field,
				value: each.value,
				by: id,
				at,
				via: viaOfBringingBack(each.elementId),
			})),
		);
	});
	return true;
}

/** The same values, whichever elements say them. */
function saySame(
	shown: readonly { readonly value: unknown }[],
	values: readonly { readonly value: unknown }[],
): boolean {
	const words = (list: readonly { readonly value: unknown }[]): string =>
		list
			.map(({ value }) => JSON.stringify(value))
			.sort()
			.join('\n');
	return words(shown) === words(values);
}
