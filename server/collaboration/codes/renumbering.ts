import type * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type {
	RenumberAsk,
	Renumbered,
	RenumberLine,
	RenumberPreview,
} from '#domain/catalogue/reference-codes/renumber-preview.ts';
import type {
	RenumberingPage,
	RenumberingReport,
} from '#domain/catalogue/reference-codes/renumbering-list.ts';
import { demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { fieldValuesOf } from '#sync/field-values.ts';
import type { Allotment } from '#server/catalogue/codes/allotment.ts';
import type { CodeIndex } from '#server/catalogue/codes/code-index.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Collaboration } from '../collaboration.ts';
import type { OrderDesk } from '../orders/order-desk.ts';
import { demandFreeCodes } from './free-codes.ts';
import {
	aliasesOf,
	aliasOf,
	NO_NUMBER,
	numberIn,
	numbersBefore,
	setCode,
	unfinishedBatches,
	type Batch,
	type CodeChange,
} from './renumber-batches.ts';
import { previewRenumbering } from './renumber-preview.ts';
import { listRenumberings } from './renumbering-records.ts';
import { renumberingReport } from './renumbering-report.ts';

interface Parts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly collaboration: Pick<Collaboration, 'editMany'>;
	readonly index: CodeIndex;
	readonly allotment: Allotment;
	readonly orders: Pick<OrderDesk, 'create'>;
	readonly thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;
}

/** Gives entries other numbers, as one change that can be taken back as one. */
export interface Renumbering {
	/** What would change. @throws {Refusal} what `previewRenumbering` refuses */
	preview(identity: Identity, ask: RenumberAsk): ReturnType<typeof previewRenumbering>;
	/**
	 * Does it: drafts at once; where a registered entry is among them, all of it as one correction order that somebody
	 * else approves. Old codes are kept as former ones.
	 * @throws {Refusal} 'catalogue.code-without-reason' and what `preview`, `demandFreeCodes` and orders refuse; with
	 * `batch` in its parameters, what was begun and is gone on with later
	 */
	carryOut(identity: Identity, ask: RenumberAsk, why: string): Promise<Renumbered>;
	/**
	 * Takes back what was done at once, wherever nobody changed the code since; a number that was changed since stays.
	 * @throws {Refusal} 'catalogue.renumber-not-undoable' (409), and what `demandFreeCodes` refuses
	 */
	undo(
		identity: Identity,
		batchId: string,
	): Promise<{ readonly undone: number; readonly stale: readonly EntryId[] }>;
	/** Those that were begun, newest first. @throws {Refusal} what `listRenumberings` refuses */
	list(person: Person, part: { readonly offset: number; readonly limit: number }): Promise<RenumberingPage>;
	/** What one changed, and what is to be done for it on paper. @throws {Refusal} what `findRenumbering` refuses */
	show(person: Person, id: string): Promise<RenumberingReport>;
	/** Goes on with what the end of the process, or a log that failed, left half done. */
	resume(): Promise<void>;
}

const MAX_REASON = 2000;

/** The numbers that entries are to have, from the first to the last; none where only digits before them change. */
function numbersOf({ groupKey, lines }: RenumberPreview) {
	const numbers = lines.flatMap(({ field, number }) => (field === '' ? [] : Number.parseInt(number, 10)));
	if (numbers.length === 0) return NO_NUMBER;
	return { ...NO_NUMBER, groupKey, from: Math.min(...numbers), to: Math.max(...numbers) };
}

/** Whoever gives a code up comes before whoever takes it: the highest first where numbers go up. */
function safely(ask: RenumberAsk, lines: readonly RenumberLine[]): readonly RenumberLine[] {
	if (ask.insertAt === undefined) return lines;
	const inserted = new Set(ask.inserted ?? []);
	return [
		...lines.filter(({ id }) => !inserted.has(id)).toReversed(),
		...lines.filter(({ id }) => inserted.has(id)),
	];
}

/** Opens it over live editing and correction orders. */
export function createRenumbering(parts: Parts): Renumbering {
	const { storage, index, allotment, orders } = parts;
	let last: Promise<unknown> = Promise.resolve();
	/** The batch that is being done. */
	let current: string | undefined;
	const isUnderWay = (batchId: string): boolean => batchId === current;

	/** One after the other: each is planned from what the one before has made. */
	function inTurn<T>(run: () => Promise<T>): Promise<T> {
		const turn = last.then(run);
		last = turn.catch(() => undefined);
		return turn;
	}

	/** Sets codes where they still say what they said; resolves with those that say something else by now. */
	async function setCodes(actor: Actor, changes: readonly CodeChange[], batchId: string): Promise<EntryId[]> {
		const at = isoAt(parts.clock);
		const stale = new Set<EntryId>();
		const outcomes = await parts.collaboration.editMany(
			changes.map((change) => ({
				entryId: change.id,
				change: (copy: Y.Doc) => {
					const isDone = setCode(fieldValuesOf(copy), change, { actor, at });
					if (!isDone) stale.add(change.id);
					return isDone;
				},
			})),
			actor,
		);
		if (outcomes.includes('not-reached'))
			throw new Refusal('catalogue.renumber-unfinished', { batch: batchId }, 503);
		for (const [at, outcome] of outcomes.entries())
			if (isRefusal(outcome)) stale.add((changes[at] as CodeChange).id);
		return [...stale];
	}

	async function demandEdit({ person }: Identity, ids: readonly EntryId[]): Promise<void> {
		const things = await parts.thingsOf(ids);
		for (const id of ids) {
			const thing = things.get(id);
			if (!thing) throw new Refusal('catalogue.unknown-entry', { id }, 404);
			demand(person, 'edit', thing);
		}
	}

	async function finish(batchId: string, why: string, actor: Actor): Promise<void> {
		await allotment.record([{ ...NO_NUMBER, kind: 'renumbered', blockId: batchId, why }], actor);
	}

	/** Does what is left of a batch; whatever ends it in between, it is gone on with before the next one. */
	async function carryThrough(batch: Batch, changes: readonly CodeChange[]): Promise<EntryId[]> {
		const { id, why, actor } = batch;
		current = id;
		try {
			const stale = await setCodes({ ...actor, via: `renumber:${id}` }, changes, id);
			await finish(id, why, actor);
			return stale;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			throw new Refusal(error.code, { ...error.params, batch: id }, error.status);
		} finally {
			current = undefined;
		}
	}

	async function goOn(): Promise<void> {
		for (const batch of await unfinishedBatches(storage)) {
			const changes = (await aliasesOf(storage, batch.id)).map(({ id, from, to, field }) => ({
				id,
				from,
				to,
				field,
				number: numberIn(to),
			}));
			await carryThrough(batch, changes);
		}
	}

	async function atOnce(
		identity: Identity,
		{ preview, lines }: { readonly preview: RenumberPreview; readonly lines: readonly RenumberLine[] },
		why: string,
	): Promise<Renumbered> {
		await demandEdit(
			identity,
			lines.map(({ id }) => id),
		);
		const batch: Batch = { id: createId<string>(), why, actor: actorOf(identity) };
		// Written first: what ends in between is gone on with, and leaves a former code that leads to its entry.
		await allotment.record(
			[
				{ ...numbersOf(preview), kind: 'renumbering', blockId: batch.id, why },
				...lines.map((line) => aliasOf(line, batch.id)),
			],
			batch.actor,
		);
		const changes = lines.map(({ id, oldCode, newCode, field, number }): CodeChange => ({
			id,
			from: oldCode,
			to: newCode,
			field,
			number,
		}));
		try {
			// From here on nobody is given one of the numbers; somebody may have been since they were planned.
			await demandFreeCodes(parts, identity.person, changes, batch.actor.id);
		} catch (error) {
			await finish(batch.id, why, batch.actor);
			throw error;
		}
		const stale = await carryThrough(batch, changes);
		await index.settled();
		return { ...preview, batchId: batch.id, order: null, stale };
	}

	return {
		preview: ({ person }, ask) => previewRenumbering({ storage, index }, person, ask),
		carryOut: (identity, ask, said) =>
			inTurn(async () => {
				const why = said.trim().slice(0, MAX_REASON);
				if (why === '') throw new Refusal('catalogue.code-without-reason');
				await goOn();
				const preview = await previewRenumbering({ storage, index }, identity.person, ask);
				const lines = safely(ask, preview.lines);
				if (preview.way === 'edits') return atOnce(identity, { preview, lines }, why);
				const rows = lines.flatMap(({ id, newCode, field, number }) => [
					{ entry: id, field: 'referenceCode', value: newCode },
					...(field === '' ? [] : [{ entry: id, field, value: number }]),
				]);
				const order = await orders.create(identity, { kind: 'rows', rows }, said);
				await allotment.record(
					[{ ...numbersOf(preview), kind: 'ordered', blockId: order.id, why }],
					actorOf(identity),
				);
				return { ...preview, batchId: null, order: { id: order.id, number: order.number }, stale: [] };
			}),
		undo: (identity, batchId) =>
			inTurn(async () => {
				const aliases = await aliasesOf(storage, batchId);
				if (aliases.length === 0) throw new Refusal('catalogue.renumber-not-undoable', {}, 409);
				const before = await numbersBefore(storage, batchId);
				// Whoever took a code last gives it up first.
				const changes = aliases.toReversed().map((alias): CodeChange => ({
					id: alias.id,
					from: alias.to,
					to: alias.from,
					field: alias.field,
					number: before(alias),
					numberNow: numberIn(alias.to),
				}));
				await demandEdit(
					identity,
					changes.map(({ id }) => id),
				);
				await demandFreeCodes(parts, identity.person, changes, identity.person.id);
				const actor = actorOf(identity);
				// What is taken back is not gone on with.
				for (const batch of await unfinishedBatches(storage))
					if (batch.id === batchId) await finish(batchId, batch.why, actor);
				const stale = await setCodes({ ...actor, via: `undo-renumber:${batchId}` }, changes, batchId);
				await index.settled();
				if (stale.length === changes.length) throw new Refusal('catalogue.renumber-not-undoable', {}, 409);
				return { undone: changes.length - stale.length, stale };
			}),
		list: (person, part) => listRenumberings(storage, person, part, isUnderWay),
		show: (person, id) => renumberingReport({ storage, thingsOf: parts.thingsOf, isUnderWay }, person, id),
		resume: () => inTurn(goOn),
	};
}
