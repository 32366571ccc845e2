import type * as Y from 'yjs';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { textOf } from '#domain/catalogue/entry.ts';
import { isProvisional } from '#domain/catalogue/reference-codes/entry-code.ts';
import type {
	RenumberAsk,
	Renumbered,
	RenumberLine,
	RenumberPreview,
} from '#domain/catalogue/reference-codes/renumber-preview.ts';
import { demand, type EntryThing } from '#domain/permissions/permissions.ts';
import { distinctValues, elementsOf, fieldValuesOf, setField } from '#sync/field-values.ts';
import type { Allotment } from '#server/catalogue/codes/allotment.ts';
import type { CodeIndex } from '#server/catalogue/codes/code-index.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Collaboration } from '../collaboration.ts';
import type { OrderDesk } from '../orders/order-desk.ts';
import { previewRenumbering } from './renumber-preview.ts';

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
	 * @throws {Refusal} 'catalogue.code-without-reason' and what `preview` and orders refuse
	 */
	carryOut(identity: Identity, ask: RenumberAsk, why: string): Promise<Renumbered>;
	/**
	 * Takes back what was done at once, wherever nobody changed the code since.
	 * @throws {Refusal} 'catalogue.renumber-not-undoable' (409)
	 */
	undo(
		identity: Identity,
		batchId: string,
	): Promise<{ readonly undone: number; readonly stale: readonly EntryId[] }>;
}

interface CodeChange {
	readonly id: EntryId;
	readonly from: string;
	readonly to: string;
	readonly field: string;
	readonly number: string;
}

/** Events that are about codes and no number. */
const NO_NUMBER = { fondsNumber: '', regime: '', groupKey: '', from: 0, to: 0 };
const MAX_REASON = 2000;

function reasonOf(why: string): string {
	return why.trim().slice(0, MAX_REASON);
}

/** The numbers that entries are to have, from the first to the last. */
function numbersOf({ groupKey, lines }: RenumberPreview) {
	const numbers = lines.flatMap(({ field, number }) => (field === '' ? [] : Number.parseInt(number, 10)));
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

	/** Sets codes where they still say what they said; resolves with those that say something else by now. */
	async function setCodes(
		identity: Identity,
		changes: readonly CodeChange[],
		via: string,
	): Promise<EntryId[]> {
		const actor = { ...actorOf(identity), via };
		const at = isoAt(parts.clock);
		const stale = new Set<EntryId>();
		const outcomes = await parts.collaboration.editMany(
			changes.map(({ id, from, to, field, number }) => ({
				entryId: id,
				change: (copy: Y.Doc) => {
					const values = fieldValuesOf(copy);
					const standing = distinctValues(elementsOf(values, 'referenceCode'));
					if (standing.length > 1 || textOf(standing[0]?.value).trim() !== from) {
						stale.add(id);
						return false;
					}
					const set = (key: string, value: string): unknown =>
						setField(values, key, value === '' ? null : value, {
							id: createId<string>(),
							by: actor.id,
							at,
							via,
						});
					set('referenceCode', to);
					if (field !== '') set(field, number);
					return true;
				},
			})),
			actor,
		);
		for (const [at, outcome] of outcomes.entries())
			if (isRefusal(outcome)) stale.add((changes[at] as CodeChange).id);
		await index.settled();
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

	function aliasOf(line: RenumberLine, batchId: string) {
		return {
			...NO_NUMBER,
			kind: 'alias' as const,
			entryId: line.id,
			code: line.oldCode,
			newCode: line.newCode,
			blockId: batchId,
			// What the number was called, for taking it back.
			why: line.field,
		};
	}

	return {
		preview: ({ person }, ask) => previewRenumbering({ storage, index }, person, ask),
		async carryOut(identity, ask, why) {
			if (why.trim() === '') throw new Refusal('catalogue.code-without-reason');
			const preview = await previewRenumbering({ storage, index }, identity.person, ask);
			if (preview.way === 'order') {
				const rows = safely(ask, preview.lines).flatMap(({ id, newCode, field, number }) => [
					{ entry: id, field: 'referenceCode', value: newCode },
					...(field === '' ? [] : [{ entry: id, field, value: number }]),
				]);
				const order = await orders.create(identity, { kind: 'rows', rows }, why);
				await allotment.record(
					[{ ...numbersOf(preview), kind: 'ordered', blockId: order.id, why: reasonOf(why) }],
					actorOf(identity),
				);
				return { ...preview, batchId: null, order: { id: order.id, number: order.number }, stale: [] };
			}
			await demandEdit(
				identity,
				preview.lines.map(({ id }) => id),
			);
			const batchId = createId<string>();
			// Written first: what ends in between leaves a former code that leads to the entry that still has it.
			await allotment.record(
				[
					{ ...NO_NUMBER, kind: 'renumbered', blockId: batchId, why: reasonOf(why) },
					...preview.lines.map((line) => aliasOf(line, batchId)),
				],
				actorOf(identity),
			);
			const stale = await setCodes(
				identity,
				safely(ask, preview.lines).map(({ id, oldCode, newCode, field, number }) => ({
					id,
					from: oldCode,
					to: newCode,
					field,
					number,
				})),
				`renumber:${batchId}`,
			);
			return { ...preview, batchId, order: null, stale };
		},
		async undo(identity, batchId) {
			const events = await storage.db
				.selectFrom('code_event')
				.select(['entry_id', 'code', 'new_code', 'why'])
				.where('kind', '=', 'alias')
				.where('block_id', '=', batchId)
				.orderBy('id')
				.execute();
			if (events.length === 0) throw new Refusal('catalogue.renumber-not-undoable', {}, 409);
			const changes = events.map((event): CodeChange => ({
				id: event.entry_id as EntryId,
				from: event.new_code,
				to: event.code,
				field: event.why,
				number: isProvisional(event.code) ? '' : (/\d+\D?$/u.exec(event.code)?.[0] ?? ''),
			}));
			await demandEdit(
				identity,
				changes.map(({ id }) => id),
			);
			const stale = await setCodes(identity, changes, `undo-renumber:${batchId}`);
			if (stale.length === changes.length) throw new Refusal('catalogue.renumber-not-undoable', {}, 409);
			return { undone: changes.length - stale.length, stale };
		},
	};
}
