import { sql } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { CodeBlock } from '#domain/catalogue/reference-codes/code-block.ts';
import { problemParams } from '#domain/catalogue/reference-codes/code-problems.ts';
import {
	groupOfBasis,
	numbered,
	type CodeBasis,
	type NumberedCode,
} from '#domain/catalogue/reference-codes/entry-code.ts';
import type { Storage } from '#server/storage/storage.ts';
import { eventStatement, type CodeEvent } from './code-events.ts';

/** Groups asked for in one statement. */
const GROUPS_AT_ONCE = 400;
/** Numbers of one block at most. */
export const MAX_BLOCK = 1000;

/** An entry that is to have a number. */
export interface ToAllot {
	readonly entryId: EntryId;
	readonly fondsNumber: string;
	readonly basis: CodeBasis;
	/** Digits of the group's numbers by the register; left out: as the group has them. */
	readonly width?: number | undefined;
}

interface Allotted {
	readonly groupKey: string;
	readonly number: number;
	readonly suffix: string;
	readonly code: string;
}

/**
 * The one place where final numbers are given out, for each group above all that was ever given or stands in a code. A
 * number is written with its entry before the entry says it: whenever the process ends, the same entry gets the same one.
 */
export class Allotment {
	#storage: Storage;
	#clock: Clock;
	#onWritten: () => void;
	#last: Promise<unknown> = Promise.resolve();

	/** @param onWritten events were written: the archival store is told */
	constructor(parts: { storage: Storage; clock: Clock; onWritten: () => void }) {
		this.#storage = parts.storage;
		this.#clock = parts.clock;
		this.#onWritten = parts.onWritten;
	}

	/**
	 * Numbers for entries, in the order given; those that have one in their group keep it. All of them, in one transaction.
	 * A number of another group, which the entry had before, is voided.
	 */
	allot(entries: readonly ToAllot[], actor: Actor): Promise<Map<EntryId, NumberedCode>> {
		return this.#inTurn(() => this.#allot(entries, actor));
	}

	async #allot(entries: readonly ToAllot[], actor: Actor): Promise<Map<EntryId, NumberedCode>> {
		const at = isoAt(this.#clock);
		const groups = new Map(
			entries.map((entry) => [entry.entryId, groupOfBasis(entry.basis, entry.fondsNumber)]),
		);
		const keys = [...new Set(groups.values())];
		const [known, tops, widths] = await Promise.all([
			this.allottedTo(entries.map(({ entryId }) => entryId)),
			this.#tops(keys),
			this.#widths(keys),
		]);
		const codes = new Map<EntryId, NumberedCode>();
		const events: CodeEvent[] = [];
		for (const { entryId, fondsNumber, basis, width } of entries) {
			const groupKey = groups.get(entryId) as string;
			const own = known.get(entryId);
			const isSame = own?.groupKey === groupKey && own.suffix === '';
			const value = isSame ? own.number : (tops.get(groupKey) ?? 0) + 1;
			const code = numbered(basis, fondsNumber, value, width ?? widths.get(groupKey));
			if ('problems' in code) throw new Refusal('catalogue.code-problem', problemParams(code.problems[0]));
			codes.set(entryId, code);
			if (isSame) continue;
			tops.set(groupKey, value);
			const place = { fondsNumber, regime: code.regime };
			if (own)
				events.push({
					...place,
					kind: 'voided',
					groupKey: own.groupKey,
					from: own.number,
					to: own.number,
					suffix: own.suffix,
					entryId,
					code: own.code,
					newCode: code.canonical,
					why: 'group',
				});
			events.push({
				...place,
				kind: 'allotted',
				groupKey,
				from: value,
				to: value,
				entryId,
				code: code.canonical,
			});
		}
		await this.#write(events, actor, at);
		return codes;
	}

	/** The numbers that entries hold by allotment. */
	async allottedTo(ids: readonly EntryId[]): Promise<Map<EntryId, Allotted>> {
		const found = new Map<EntryId, Allotted>();
		for (let from = 0; from < ids.length; from += GROUPS_AT_ONCE) {
			const rows = await this.#storage.db
				.selectFrom('code_event')
				.select(['kind', 'entry_id', 'group_key', 'number', 'suffix', 'code'])
				.where('kind', 'in', ['allotted', 'voided'])
				.where('entry_id', 'in', ids.slice(from, from + GROUPS_AT_ONCE))
				.orderBy('id')
				.execute();
			for (const row of rows) {
				const id = row.entry_id as EntryId;
				if (row.kind === 'voided') found.delete(id);
				else
					found.set(id, { groupKey: row.group_key, number: row.number, suffix: row.suffix, code: row.code });
			}
		}
		return found;
	}

	/**
	 * Keeps numbers of a group for somebody who goes offline: nobody else gets them until the block is given back.
	 * @throws {Refusal} 'catalogue.code-block-size'
	 */
	reserve(
		{ fondsNumber, basis, width }: Omit<ToAllot, 'entryId'>,
		count: number,
		why: string,
		actor: Actor,
	): Promise<CodeBlock> {
		if (!(Number.isInteger(count) && count >= 1 && count <= MAX_BLOCK))
			throw new Refusal('catalogue.code-block-size', { most: MAX_BLOCK });
		return this.#inTurn(async () => {
			const groupKey = groupOfBasis(basis, fondsNumber);
			const [tops, widths] = await Promise.all([this.#tops([groupKey]), this.#widths([groupKey])]);
			const from = (tops.get(groupKey) ?? 0) + 1;
			const to = from + count - 1;
			const id = createId<string>();
			const codes = Array.from({ length: count }, (_, at) => {
				const code = numbered(basis, fondsNumber, from + at, width ?? widths.get(groupKey));
				if ('problems' in code) throw new Refusal('catalogue.code-problem', problemParams(code.problems[0]));
				return code.canonical;
			});
			const regime = basis.regime.id;
			const event: CodeEvent = {
				kind: 'reserved',
				fondsNumber,
				regime,
				groupKey,
				from,
				to,
				blockId: id,
				why,
			};
			await this.#write([event], actor, isoAt(this.#clock));
			return { id, groupKey, from, to, codes };
		});
	}

	/**
	 * Takes a block back: numbers nobody used are free again above all others of the group, else a gap that explains itself.
	 * @returns how many were not used
	 * @throws {Refusal} 'catalogue.code-unknown-block' (404)
	 */
	giveBack(blockId: string, why: string, actor: Actor): Promise<{ readonly unused: number }> {
		return this.#inTurn(async () => {
			const { db } = this.#storage;
			const events = await db.selectFrom('code_event').selectAll().where('block_id', '=', blockId).execute();
			const block = events.find(({ kind }) => kind === 'reserved');
			if (!block || events.some(({ kind }) => kind === 'returned'))
				throw new Refusal('catalogue.code-unknown-block', { block: blockId.slice(0, 60) }, 404);
			const { rows } = await sql<{ number: number }>`
				select number from coded_entry where group_key = ${block.group_key}
					and number between ${block.number} and ${block.number_to}
				union select number from code_event where kind = 'allotted' and group_key = ${block.group_key}
					and number between ${block.number} and ${block.number_to}`.execute(db);
			const event: CodeEvent = {
				kind: 'returned',
				fondsNumber: block.fonds_number,
				regime: block.regime,
				groupKey: block.group_key,
				from: block.number,
				to: block.number_to,
				blockId,
				why,
			};
			await this.#write([event], actor, isoAt(this.#clock));
			return { unused: block.number_to - block.number + 1 - rows.length };
		});
	}

	/** The number that each group would get next, and the digits that its numbers have. */
	async nextOf(
		keys: readonly string[],
	): Promise<Map<string, { readonly number: number; readonly width: number }>> {
		const [tops, widths] = await Promise.all([this.#tops(keys), this.#widths(keys)]);
		return new Map(
			keys.map((key) => [key, { number: (tops.get(key) ?? 0) + 1, width: widths.get(key) ?? 1 }]),
		);
	}

	/** Writes events of other kinds, in turn with the rest. */
	record(events: readonly CodeEvent[], actor: Actor): Promise<void> {
		return this.#inTurn(() => this.#write(events, actor, isoAt(this.#clock)));
	}

	/**
	 * The highest number of each group that is held, was given or stood in a former code, is reserved, or is meant by an
	 * order that waits or a renumbering that is under way.
	 */
	async #tops(keys: readonly string[]): Promise<Map<string, number>> {
		const tops = new Map<string, number>();
		for (let from = 0; from < keys.length; from += GROUPS_AT_ONCE) {
			const list = sql.join(keys.slice(from, from + GROUPS_AT_ONCE));
			const { rows } = await sql<{ group_key: string; top: number }>`
				select group_key, max(top) as top from (
					select group_key, max(number) as top from coded_entry where group_key in (${list}) group by group_key
					union all
					select group_key, max(number_to) from code_event as event where group_key in (${list})
						and (kind in ('allotted', 'voided', 'alias') or kind in ('reserved', 'renumbering') and not exists (
							select 1 from code_event as back where back.kind in ('returned', 'renumbered')
								and back.block_id = event.block_id)
							or kind = 'ordered' and exists (select 1 from correction_order where id = event.block_id
								and state = 'submitted'))
						group by group_key
				) group by group_key`.execute(this.#storage.db);
			for (const { group_key, top } of rows) tops.set(group_key, top);
		}
		return tops;
	}

	/** The digits that most numbers of a group have. */
	async #widths(keys: readonly string[]): Promise<Map<string, number>> {
		const widths = new Map<string, number>();
		for (let from = 0; from < keys.length; from += GROUPS_AT_ONCE) {
			const { rows } = await sql<{ group_key: string; width: number }>`
				select group_key, width, count(*) as count from coded_entry
				where group_key in (${sql.join(keys.slice(from, from + GROUPS_AT_ONCE))})
				group by group_key, width order by count, width`.execute(this.#storage.db);
			// The last of a group is the most frequent.
			for (const { group_key, width } of rows) widths.set(group_key, width);
		}
		return widths;
	}

	async #write(events: readonly CodeEvent[], actor: Actor, at: string): Promise<void> {
		if (events.length === 0) return;
		await this.#storage.batch(events.map((event) => eventStatement(this.#storage, event, actor, at)));
		this.#onWritten();
	}

	#inTurn<T>(run: () => Promise<T>): Promise<T> {
		const turn = this.#last.then(run);
		this.#last = turn.catch(() => undefined);
		return turn;
	}
}
