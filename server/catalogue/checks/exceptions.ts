import { Refusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { RuleException } from '#domain/catalogue/rules/exception-definition.ts';
import { ruleOf } from '#domain/catalogue/rules/rules.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import { demand, type EntryThing } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Registers } from '../registers/registers.ts';
import type { Findings } from './findings.ts';

/** Which finding is meant. */
export interface FindingPlace {
	readonly entryId: EntryId;
	readonly rule: RuleId;
	readonly field: string;
	/** What the person saw: with another value by now they would accept what they have not seen. */
	readonly value: string;
}

interface Parts {
	readonly storage: Pick<Storage, 'db'>;
	readonly registers: Pick<Registers, 'list' | 'save'>;
	readonly findings: Findings;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
	/** Findings of these entries hold or not with other exceptions. */
	readonly recheck: (ids: readonly string[]) => Promise<void>;
}

/**
 * Lets findings be as they are, with a reason. Everybody who may judge the entry may do so for what needs a decision; an
 * error nobody accepts who changed the entry since it was last approved.
 */
export class Exceptions {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/**
	 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'permissions.denied' (403) | 'catalogue.finding-gone' (409) |
	 * 'catalogue.own-exception' (403) | 'catalogue.exception-without-reason'
	 */
	async accept(identity: Identity, place: FindingPlace, reason: string): Promise<void> {
		await this.#demandEntry(identity, place.entryId);
		if (reason.trim() === '') throw new Refusal('catalogue.exception-without-reason');
		// What was written a moment ago may not have been checked.
		await this.#parts.recheck([place.entryId]);
		const found = await this.#parts.findings.list(
			identity.person,
			{ entryId: place.entryId, rule: place.rule },
			0,
			1000,
		);
		const meant = found.filter(({ field, value }) => field === place.field && value === place.value);
		if (meant.length === 0) throw new Refusal('catalogue.finding-gone', { rule: place.rule }, 409);
		if (meant.some(({ severity }) => severity === 'E')) await this.#demandOther(identity, place);
		const known = this.#recordOf(place);
		const content: RuleException = {
			entryId: place.entryId,
			rule: place.rule,
			field: place.field,
			value: place.value,
			reason: reason.trim(),
		};
		await this.#save(identity, { ...known, content, isWithdrawn: false }, reason);
	}

	/** Takes an exception back. @throws {Refusal} as {@link accept}; 'catalogue.finding-gone' when there is none */
	async withdraw(identity: Identity, place: Omit<FindingPlace, 'value'>, why: string): Promise<void> {
		await this.#demandEntry(identity, place.entryId);
		const known = this.#recordOf(place);
		if (!known) throw new Refusal('catalogue.finding-gone', { rule: place.rule }, 409);
		await this.#save(identity, { ...known, isWithdrawn: true }, why);
	}

	async #demandEntry({ person }: Identity, id: EntryId): Promise<void> {
		const thing = await this.#parts.thingOf(id);
		if (!thing) throw new Refusal('catalogue.unknown-entry', { id }, 404);
		demand(person, 'decide', thing);
	}

	async #demandOther({ person }: Identity, { entryId, rule }: FindingPlace): Promise<void> {
		const own = await this.#parts.storage.db
			.selectFrom('entry_editor')
			.select('person_id')
			.where('entry_id', '=', entryId)
			.where('person_id', '=', person.id)
			.executeTakeFirst();
		if (own) throw new Refusal('catalogue.own-exception', { rule }, 403);
	}

	#recordOf({ entryId, rule, field }: Omit<FindingPlace, 'value'>) {
		const record = this.#parts.registers
			.list<RuleException>('exception')
			.find(({ content }) => content.entryId === entryId && content.rule === rule && content.field === field);
		return record && { id: record.id, based: record.version, content: record.content };
	}

	async #save(
		identity: Identity,
		change: {
			readonly id?: string;
			readonly based?: number;
			readonly content: RuleException;
			readonly isWithdrawn: boolean;
		},
		why: string,
	): Promise<void> {
		const { content, ...rest } = change;
		const { problems } = await this.#parts.registers.save(
			'exception',
			[{ based: 0, ...rest, content: { ...content } }],
			why,
			actorOf(identity),
		);
		const [problem] = problems;
		if (problem) throw new Refusal('server.bad-request', { field: problem.field });
		await this.#parts.recheck([content.entryId]);
	}
}

/** A rule as people name it: `R05`, `r5`. @throws {Refusal} 'catalogue.unknown-rule' */
export function ruleNamed(text: string): RuleId {
	const number = /^r?(\d{1,2})$/i.exec(text.trim())?.[1];
	const id = `R${number?.padStart(2, '0') ?? ''}` as RuleId;
	if (!ruleOf(id)) throw new Refusal('catalogue.unknown-rule', { rule: text.slice(0, 20) });
	return id;
}
