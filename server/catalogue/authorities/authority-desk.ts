import { Refusal } from '#domain/base/refusal.ts';
import { newestName } from '#domain/catalogue/authorities/authority-definition.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { mergePlan, type MergeConflict } from '#domain/catalogue/authorities/merge.ts';
import type { Suggestion } from '#domain/catalogue/authorities/suggest.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { isAcceptable } from '#domain/catalogue/registers/register-problems.ts';
import type { RegisterProblem, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { RegisterChange, Registers } from '../registers/registers.ts';
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
		const [keep, drop] = [this.#record(given.keep), this.#record(given.drop)];
		const fonds = this.#registers.list<FondsRecord>('fonds');
		const authorities = this.#registers.list<Authority>('authority');
		const { merged, conflicts, references } = mergePlan(keep, drop, { authorities, fonds });
		if (references.some(({ register }) => register === 'fonds'))
			demand(identity.person, 'edit', { kind: 'register', register: 'fonds' });
		const changes = {
			authority: [
				changeOf(keep, merged),
				{ ...changeOf(drop, drop.content), isWithdrawn: true },
				...references.flatMap((each) =>
					each.register === 'authority' ? [changeOf(this.#record(each.id), each.content)] : [],
				),
			],
			fonds: references.flatMap((each) => {
				const record = fonds.find(({ id }) => id === each.id);
				return each.register === 'fonds' && record ? [changeOf(record, each.content)] : [];
			}),
		};
		const save = async (register: 'authority' | 'fonds', isTrial: boolean) =>
			changes[register].length === 0
				? []
				: (await this.#registers.save(register, changes[register], given.why, actorOf(identity), { isTrial }))
						.problems;
		const problems: RegisterProblem[] = [...(await save('authority', true)), ...(await save('fonds', true))];
		const isPossible = conflicts.length === 0 && isAcceptable(problems);
		if (isPossible && !given.isTrial) {
			// Fonds first: at no time do they name what is out of use.
			problems.push(...(await save('fonds', false)).filter(({ isWarning }) => !isWarning));
			if (isAcceptable(problems))
				problems.push(...(await save('authority', false)).filter(({ isWarning }) => !isWarning));
		}
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
			isSaved: isPossible && !given.isTrial && isAcceptable(problems),
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
