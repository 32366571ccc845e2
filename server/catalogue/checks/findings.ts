import { sql, type SelectQueryBuilder } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { Params } from '#domain/base/refusal.ts';
import type { FindingCount, ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import type { RuleException } from '#domain/catalogue/rules/exception-definition.ts';
import type { RuleId, RuleSeverity } from '#domain/catalogue/rules/rule.ts';
import { visibleEntries, type Person } from '#domain/permissions/permissions.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Storage } from '#server/storage/storage.ts';
import { fondsBelow } from '../own-fonds.ts';
import type { Registers } from '../registers/registers.ts';

/** Which findings are meant; everything given must hold. */
export interface FindingFilter {
	/** An entry with all below it. */
	readonly under?: string | null | undefined;
	readonly rules?: readonly RuleId[] | null | undefined;
	readonly rule?: RuleId | undefined;
	readonly fondsId?: string | undefined;
	readonly severity?: RuleSeverity | undefined;
	readonly entryId?: string | undefined;
	/** Those somebody left as they are, or those nobody has; both when it is not given. */
	readonly isAccepted?: boolean | undefined;
	readonly hasSuggestion?: boolean | undefined;
	/** Any of these pairs of a rule and a fonds. */
	readonly among?: readonly { readonly rule: string; readonly fondsId: string }[] | undefined;
}

/** A page of findings. */
export interface FindingPage {
	readonly total: number;
	readonly offset: number;
	readonly findings: readonly ShownFinding[];
}

type FindingQuery = SelectQueryBuilder<Schema, 'finding', object>;

/** Reads what the rules found. Every answer speaks only of entries the person works with. */
export class Findings {
	readonly #storage: Pick<Storage, 'db'>;
	readonly #registers: Pick<Registers, 'get'>;

	constructor(storage: Pick<Storage, 'db'>, registers: Pick<Registers, 'get'>) {
		this.#storage = storage;
		this.#registers = registers;
	}

	/** How many there are by fonds, rule and severity. */
	async counts(person: Person, filter: FindingFilter): Promise<FindingCount[]> {
		const rows = await this.#query(person, filter)
			.select([
				'finding.fonds_id',
				'finding.rule',
				'finding.severity',
				sql<number>`sum(exception_id is null)`.as('open'),
				sql<number>`sum(exception_id is not null)`.as('accepted'),
				sql<number>`sum(exception_id is null and suggestion is not null)`.as('suggested'),
			])
			.groupBy(['finding.rule', 'finding.fonds_id', 'finding.severity'])
			.execute();
		return rows.map((row) => ({
			fondsId: row.fonds_id,
			rule: row.rule as RuleId,
			severity: row.severity as RuleSeverity,
			open: row.open,
			accepted: row.accepted,
			suggested: row.suggested,
		}));
	}

	/** How many there are. */
	async count(person: Person, filter: FindingFilter): Promise<number> {
		const { count } = await this.#query(person, filter)
			.select((select) => select.fn.countAll<number>().as('count'))
			.executeTakeFirstOrThrow();
		return count;
	}

	/** Findings in the order they were made; from behind `after`, when it is given. */
	async list(
		person: Person,
		filter: FindingFilter,
		offset: number,
		limit: number,
		after?: number,
	): Promise<ShownFinding[]> {
		let query = this.#query(person, filter);
		if (after !== undefined) query = query.where('finding.id', '>', after);
		const rows = await query
			.innerJoin('entry', 'entry.id', 'finding.entry_id')
			.selectAll('finding')
			.select(['entry.reference_code', 'entry.title', 'entry.level', 'entry.profile', 'entry.review_state'])
			.orderBy('finding.id')
			.offset(offset)
			.limit(limit)
			.execute();
		return rows.map((row) => ({
			id: row.id,
			entryId: row.entry_id,
			fondsId: row.fonds_id,
			rule: row.rule as RuleId,
			severity: row.severity as RuleSeverity,
			field: row.field,
			message: row.message,
			params: JSON.parse(row.params) as Params,
			value: row.value,
			...(row.suggestion === null ? {} : { suggestion: JSON.parse(row.suggestion) as FieldValue }),
			firstSeen: row.first_seen,
			...this.#acceptedAs(row.exception_id),
			referenceCode: row.reference_code,
			title: row.title,
			level: row.level,
			profile: row.profile,
			isRegistered: row.review_state === 'registered',
		}));
	}

	async page(person: Person, filter: FindingFilter, offset: number, limit: number): Promise<FindingPage> {
		const [total, findings] = await Promise.all([
			this.count(person, filter),
			this.list(person, filter, offset, limit),
		]);
		return { total, offset, findings };
	}

	/** What entries are called. */
	async namesOf(ids: readonly string[]): Promise<Record<string, string>> {
		if (ids.length === 0) return {};
		const rows = await this.#storage.db
			.selectFrom('entry')
			.select(['id', 'title', 'reference_code'])
			.where('id', 'in', [...ids])
			.execute();
		return Object.fromEntries(
			rows.map(({ id, title, reference_code: code }) => [id, [code, title].filter(Boolean).join(' ')]),
		);
	}

	#acceptedAs(exceptionId: string | null): Pick<ShownFinding, 'accepted'> {
		const record =
			exceptionId === null ? undefined : this.#registers.get<RuleException>('exception', exceptionId);
		return record
			? { accepted: { reason: record.content.reason, name: record.actorName, at: record.at } }
			: {};
	}

	#query(person: Person, filter: FindingFilter): FindingQuery {
		let query: FindingQuery = this.#storage.db.selectFrom('finding').where(isThere);
		const { fonds } = visibleEntries(person);
		if (fonds !== null)
			query =
				fonds.length === 0
					? query.where(sql<boolean>`1 = 0`)
					: query.where('finding.fonds_id', 'in', fonds as EntryId[]);
		const { under, rules, rule, fondsId, severity, entryId, isAccepted, hasSuggestion, among } = filter;
		if (under !== null && under !== undefined) query = query.where(within(under));
		if (rules !== null && rules !== undefined) query = query.where('finding.rule', 'in', [...rules]);
		if (rule !== undefined) query = query.where('finding.rule', '=', rule);
		if (fondsId !== undefined) query = query.where('finding.fonds_id', '=', fondsId);
		if (severity !== undefined) query = query.where('finding.severity', '=', severity);
		if (entryId !== undefined) query = query.where('finding.entry_id', '=', entryId);
		if (isAccepted !== undefined)
			query = query.where('finding.exception_id', isAccepted ? 'is not' : 'is', null);
		if (hasSuggestion) query = query.where('finding.suggestion', 'is not', null);
		if (among)
			query =
				among.length === 0
					? query.where(sql<boolean>`1 = 0`)
					: query.where((where) =>
							where.or(
								among.map((pair) =>
									where.and([where('rule', '=', pair.rule), where('finding.fonds_id', '=', pair.fondsId)]),
								),
							),
						);
		return query;
	}
}

/** Of what was deleted, or lies in it, nothing is found: asked by the index of those, which are few. */
const isThere = sql<boolean>`not exists (select 1 from entry indexed by entry_gone where entry.id = finding.entry_id
	and (entry.status <> 'active' or entry.hidden <> 0))`;

/** What lies in a fonds is told by its id, what lies deeper by looking below. */
function within(under: string) {
	return sql<boolean>`(finding.fonds_id = ${under} or finding.fonds_id in (${fondsBelow(sql`${under}`)}) or (
		not exists (select 1 from entry where id = ${under} and fonds_id = id) and finding.entry_id in (
		with recursive below(id) as (select ${under} union select entry.id from entry join below on entry.parent_id = below.id)
		select id from below)))`;
}
