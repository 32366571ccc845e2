import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import type { RegisterRecord } from '#domain/catalogue/registers/register.ts';
import { demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import type { EntryFacts } from '#domain/catalogue/rules/rule-facts.ts';
import type { Registers } from '../registers/registers.ts';
import type { Checker } from './checker.ts';
import type { Findings } from './findings.ts';

/** What a card needs to check an entry while it is typed. */
export interface CardFacts {
	readonly facts: EntryFacts;
	readonly fonds: FondsRecord | null;
	readonly fondsNumbers: readonly string[];
	/** What only shows across entries, and what was accepted. */
	readonly findings: readonly ShownFinding[];
}

interface Parts {
	readonly checker: Checker;
	readonly findings: Findings;
	readonly registers: Pick<Registers, 'list'>;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
}

/** Checks of one entry, as cards and commands ask for them. */
export class CheckDesk {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** @throws {Refusal} 'catalogue.unknown-entry' (404) | 'permissions.denied' (403) */
	async card(person: Person, id: EntryId): Promise<CardFacts> {
		await this.#demand(person, id);
		const [facts, findings] = await Promise.all([
			this.#parts.checker.factsOf(id),
			this.#parts.findings.list(person, { entryId: id }, 0, 1000),
		]);
		const records = this.#parts.registers
			.list<FondsRecord>('fonds')
			.filter(({ isWithdrawn }) => !isWithdrawn)
			.map(({ content }) => content);
		return {
			facts: facts?.facts ?? {},
			fonds: records.find(({ fondsNumber: number }) => number === facts?.fondsNumber) ?? null,
			fondsNumbers: records.map(({ fondsNumber: number }) => number),
			findings,
		};
	}

	/** The authorities names are looked up among; not for readers. */
	authorities(person: Person): readonly RegisterRecord<Authority>[] {
		demand(person, 'see', { kind: 'register', register: 'authority' });
		return this.#parts.registers.list<Authority>('authority');
	}

	/** Checks an entry now and says what holds. @throws {Refusal} as {@link card} */
	async check(person: Person, id: EntryId): Promise<readonly ShownFinding[]> {
		await this.#demand(person, id);
		await this.#parts.checker.recheck([id]);
		return this.#parts.findings.list(person, { entryId: id }, 0, 1000);
	}

	async #demand(person: Person, id: EntryId): Promise<void> {
		const thing = await this.#parts.thingOf(id);
		if (!thing) throw new Refusal('catalogue.unknown-entry', { id }, 404);
		demand(person, 'comment', thing);
	}
}
