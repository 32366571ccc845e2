import { must } from '#domain/base/assert.ts';
import { createId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { newestName } from '#domain/catalogue/authorities/authority-definition.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { mergePlan, type MergeConflict, type MergePlan } from '#domain/catalogue/authorities/merge.ts';
import type { Suggestion } from '#domain/catalogue/authorities/suggest.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { isAcceptable } from '#domain/catalogue/registers/register-problems.ts';
import type { RegisterId, RegisterProblem, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import {
	MERGE,
	UNDO_MERGE,
	type PlannedChanges,
	type RegisterChange,
	type Registers,
} from '../registers/registers.ts';
import type { AuthorityList, PickList } from './authority-list.ts';

/** An authority while somebody types, as pages are told. */
export type TypedAuthority = Omit<Suggestion, 'authority'> & { readonly kind: string };

/** What a merge would do, or did. */
export interface MergeOutcome {
	readonly keep: { readonly id: string; readonly title: string };
	readonly drop: { readonly id: string; readonly title: string };
	readonly merged: Authority;
	readonly conflicts: readonly MergeConflict[];
	/** Records that name the dropped one, and then the kept one. */
	readonly references: readonly {
		readonly register: 'authority' | 'fonds';
		readonly id: string;
		readonly title: string;
	}[];
	readonly problems: readonly RegisterProblem[];
	readonly isSaved: boolean;
	/** By which it can be undone; where it was saved. */
	readonly mergeId?: string;
}

/** What became of undoing a merge: all records stand as before it, or nothing is changed. */
export interface UndoneMerge {
	readonly isSaved: boolean;
	readonly records: readonly {
		readonly register: RegisterId;
		readonly id: string;
		readonly title: string;
	}[];
	readonly problems: readonly RegisterProblem[];
}

/** A merge as things stand when it is its turn to be saved. */
interface MergeToSave extends MergePlan, PlannedChanges {
	readonly keep: RegisterRecord<Authority>;
	readonly drop: RegisterRecord<Authority>;
}

const SEE = ['see', { kind: 'register', register: 'authority' }] as const;

/** The list of authorities as people use it beside its records. */
export class AuthorityDesk {
	#registers: Registers;
	#list: AuthorityList;

	constructor(parts: { readonly registers: Registers; readonly list: AuthorityList }) {
		this.#registers = parts.registers;
		this.#list = parts.list;
	}

	/** @throws {Refusal} 'permissions.denied' */
	async suggest(
		person: Person,
		typed: string,
		options: { readonly day?: string; readonly limit: number },
	): Promise<readonly TypedAuthority[]> {
		demand(person, ...SEE);
		const found = await this.#list.suggest(typed, options);
		return found.map(({ authority, ...suggestion }) => ({ ...suggestion, kind: authority.kind }));
	}

	/** The list a device keeps for typing. @throws {Refusal} 'permissions.denied' */
	async pickList(person: Person, known?: string): Promise<PickList | { readonly isKnown: true }> {
		demand(person, ...SEE);
		return known === this.#list.edition ? { isKnown: true } : this.#list.pickList();
	}

	/**
	 * Makes two authorities one: the dropped one is taken out of use, and whatever named it names the kept one. With conflicts
	 * or problems nothing is saved.
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-record' (404) · 'catalogue.same-record'
	 */
	async merge(
		identity: Identity,
		given: { readonly keep: string; readonly drop: string; readonly why: string; readonly isTrial: boolean },
	): Promise<MergeOutcome> {
		demand(identity.person, 'edit', { kind: 'register', register: 'authority' });
		if (given.keep === given.drop) throw new Refusal('catalogue.same-record');
		const mergeId = createId<string>();
		let plan: MergeToSave | undefined;
		const saved = await this.#registers.saveTogether(
			() => {
				plan = this.#planMerge(identity, given);
				return plan;
			},
			given.why,
			{ ...actorOf(identity), via: MERGE + mergeId },
			{ action: 'register.merge' },
		);
		const { keep, drop, merged, conflicts, references, isTrial } = must(plan, 'the plan that was saved');
		const problems = [...saved.values()].flatMap((each) => each.problems);
		const isSaved = !isTrial && isAcceptable(problems);
		return {
			keep: { id: keep.id, title: newestName(keep.content) },
			drop: { id: drop.id, title: newestName(drop.content) },
			merged,
			conflicts,
			references: references.map((each) => ({
				register: each.register,
				id: each.id,
				title:
					each.register === 'authority'
						? newestName(each.content)
						: `${each.content.fondsNumber} ${each.content.name}`,
			})),
			problems,
			isSaved,
			...(isSaved ? { mergeId } : {}),
		};
	}

	#planMerge(
		identity: Identity,
		given: { readonly keep: string; readonly drop: string; readonly isTrial: boolean },
	): MergeToSave {
		const [keep, drop] = [this.#record(given.keep), this.#record(given.drop)];
		const fonds = this.#registers.list<FondsRecord>('fonds');
		const authorities = this.#registers.list<Authority>('authority');
		const { merged, conflicts, references } = mergePlan(keep, drop, { authorities, fonds });
		if (references.some(({ register }) => register === 'fonds'))
			demand(identity.person, 'edit', { kind: 'register', register: 'fonds' });
		const changes = new Map<RegisterId, readonly RegisterChange[]>();
		changes.set('authority', [
			changeOf(keep, merged),
			{ ...changeOf(drop, drop.content), isWithdrawn: true },
			...references.flatMap((each) =>
				each.register === 'authority' ? [changeOf(this.#record(each.id), each.content)] : [],
			),
		]);
		const ofFonds = references.flatMap((each) => {
			const record = fonds.find(({ id }) => id === each.id);
			return each.register === 'fonds' && record ? [changeOf(record, each.content)] : [];
		});
		if (ofFonds.length > 0) changes.set('fonds', ofFonds);
		const isTrial = given.isTrial || conflicts.length > 0;
		return { keep, drop, merged, conflicts, references, changes, isTrial };
	}

	/**
	 * Takes a merge back: every record it wrote says again what it said before. What others wrote since stays, unless it is
	 * about the same field: then that is in the problems, and nothing is saved.
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-merge' (404) · 'catalogue.merge-undone' (409)
	 */
	async undoMerge(
		identity: Identity,
		{ mergeId, why }: { readonly mergeId: string; readonly why: string },
	): Promise<UndoneMerge> {
		demand(identity.person, 'edit', { kind: 'register', register: 'authority' });
		const written = await this.#registers.writtenVia(MERGE + mergeId);
		if (written.length === 0) throw new Refusal('catalogue.unknown-merge', {}, 404);
		if ((await this.#registers.writtenVia(UNDO_MERGE + mergeId)).length > 0)
			throw new Refusal('catalogue.merge-undone', {}, 409);
		for (const register of new Set(written.map((each) => each.register)))
			demand(identity.person, 'edit', { kind: 'register', register });
		const changes = new Map<RegisterId, RegisterChange[]>();
		for (const { register, id, version, isWithdrawn } of written) {
			const before = (await this.#registers.history(register, id)).find(
				(each) => each.version === version - 1,
			);
			if (!before) continue;
			const change: RegisterChange = {
				id,
				based: version,
				content: before.content,
				...(before.isWithdrawn === isWithdrawn ? {} : { isWithdrawn: before.isWithdrawn }),
			};
			changes.set(register, [...(changes.get(register) ?? []), change]);
		}
		const saved = await this.#registers.saveTogether(
			changes,
			why,
			{ ...actorOf(identity), via: UNDO_MERGE + mergeId },
			{ action: 'register.undo-merge' },
		);
		const problems = [...saved.values()].flatMap((each) => each.problems);
		return {
			isSaved: isAcceptable(problems),
			records: written.map(({ register, id }) => ({
				register,
				id,
				title: this.#registers.definition(register).titleOf(this.#registers.get(register, id)?.content ?? {}),
			})),
			problems,
		};
	}

	#record(id: string): RegisterRecord<Authority> {
		const record = this.#registers.get<Authority>('authority', id);
		if (!record || record.isWithdrawn)
			throw new Refusal('catalogue.unknown-record', { register: 'authority', id: id.slice(0, 64) }, 404);
		return record;
	}
}

function changeOf(record: Pick<RegisterRecord, 'id' | 'version'>, content: object): RegisterChange {
	return { id: record.id, based: record.version, content: content as RegisterChange['content'] };
}
