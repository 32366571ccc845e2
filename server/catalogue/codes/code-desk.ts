import { sql, type SqlBool } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { CodeReport, ResolvedCode } from '#domain/catalogue/reference-codes/code-report.ts';
import type { OpenBlock, ReservedBlock } from '#domain/catalogue/reference-codes/code-block.ts';
import { isCodedLevel, regimeInUse } from '#domain/catalogue/reference-codes/entry-code.ts';
import { formatCode, type FormattedCode } from '#domain/catalogue/reference-codes/format-code.ts';
import { parseCode, type ParsedCode, type UnreadCode } from '#domain/catalogue/reference-codes/parse-code.ts';
import { regimeUseFor, type RegimeFacts } from '#domain/catalogue/fonds/regime-for.ts';
import type { CodeParts } from '#domain/catalogue/reference-codes/code-parts.ts';
import type { Regime } from '#domain/catalogue/reference-codes/regime.ts';
import { regimeOf } from '#domain/catalogue/reference-codes/regimes.ts';
import { foldSigns } from '#domain/catalogue/reference-codes/signs.ts';
import { demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import { visible } from '../rows.ts';
import { asShown } from '../shown-entry.ts';
import type { Allotment } from './allotment.ts';
import { basisLike, placeLike } from './block-place.ts';
import type { CodeIndex } from './code-index.ts';
import { codeReport } from './code-reports.ts';
import { codeSources } from './code-sources.ts';
import { usedWidth } from './fonds-finder.ts';
import { openBlocks } from './open-blocks.ts';

/** How long a report waits for codes that are not read yet. */
const PATIENCE_MS = 1500;
/** Entries that one code may mean. */
const MAX_RESOLVED = 50;
const MAX_REASON = 500;

/** By which regime a code is read: one by its id, or what stands in a fonds for such a record. */
export type RegimeAsked = { readonly regime: string } | ({ readonly fonds: string } & RegimeFacts);

/** Reference codes as people and scripts use them. */
export class CodeDesk {
	#storage: Storage;
	#index: CodeIndex;
	#allotment: Allotment;
	#thingOf: (id: EntryId) => Promise<EntryThing | undefined>;

	constructor(parts: {
		storage: Storage;
		index: CodeIndex;
		allotment: Allotment;
		thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
	}) {
		this.#storage = parts.storage;
		this.#index = parts.index;
		this.#allotment = parts.allotment;
		this.#thingOf = parts.thingOf;
	}

	/**
	 * Groups with their next numbers, gaps, duplicates, odd padding and unread codes of the fonds a person works with.
	 * @throws {Refusal} 'permissions.denied'
	 */
	async report(
		person: Person,
		asked: { readonly fondsNumber?: string | undefined; readonly limit: number },
	): Promise<CodeReport> {
		demand(person, 'see', { kind: 'codes' });
		const waiting = await this.#index.settledWithin(PATIENCE_MS);
		return {
			waiting,
			...(await codeReport(
				{
					storage: this.#storage,
					finder: this.#index.finder,
					nextOf: (keys) => this.#allotment.nextOf(keys),
				},
				person,
				asked,
			)),
		};
	}

	/**
	 * Reads a code.
	 * @throws {Refusal} 'catalogue.code-unknown-regime' | 'catalogue.code-no-fonds' | 'catalogue.code-no-regime'
	 */
	parse(
		person: Person,
		text: string,
		asked: RegimeAsked,
	): (ParsedCode | UnreadCode) & { readonly regime: string } {
		const regime = this.#regime(person, asked);
		return { regime: regime.id, ...parseCode(regime, text) };
	}

	/** Writes a code of its parts; refuses as {@link parse}. */
	format(person: Person, parts: CodeParts, asked: RegimeAsked): FormattedCode & { readonly regime: string } {
		const regime = this.#regime(person, asked);
		return { regime: regime.id, ...formatCode(regime, parts) };
	}

	#regime(person: Person, asked: RegimeAsked): Regime {
		demand(person, 'see', { kind: 'codes' });
		if ('regime' in asked) {
			const regime = regimeOf(asked.regime);
			if (!regime)
				throw new Refusal('catalogue.code-unknown-regime', { regime: asked.regime.slice(0, 60) }, 404);
			return regime;
		}
		const fonds = this.#index.finder.byNumber(asked.fonds);
		if (!fonds) throw new Refusal('catalogue.code-no-fonds', { fonds: asked.fonds.slice(0, 20) }, 404);
		const use = regimeUseFor(fonds, asked);
		const regime = use && regimeInUse(fonds, use.regime, use.width);
		if (!regime)
			throw new Refusal(
				'catalogue.code-no-regime',
				{
					fonds: asked.fonds,
					category: asked.categoryCode ?? '—',
					year: asked.year ?? '—',
					catalogue: asked.catalogueNumber ?? '—',
				},
				404,
			);
		return regime;
	}

	/**
	 * The entries that have a code, or had it before, as far as the person may see them; those that have it first. Readers
	 * see what stands.
	 */
	async resolve(person: Person, text: string): Promise<ResolvedCode[]> {
		const written = text.trim().slice(0, 300);
		if (written === '') return [];
		await this.#index.settledWithin(PATIENCE_MS);
		const forms = [...new Set([written, foldSigns(written)])];
		const list = sql.join(forms);
		const isReader = person.role === 'reader';
		// What is kept for readers was never registered: its codes since then, and those it had in between, are work.
		const isWork = isReader ? sql<SqlBool>`shown_entry.row_id is not null` : sql<SqlBool>`1 = 0`;
		const query = visible(this.#storage.db, person).leftJoin(
			'shown_entry',
			'shown_entry.row_id',
			'entry.row_id',
		);
		const entries = await (
			isReader
				? query.select([asShown('reference_code'), asShown('title')])
				: query.select(['entry.reference_code', 'entry.title'])
		)
			.select('entry.id')
			.select(
				sql<string | null>`(select max(event.at) from code_event as event where event.kind = 'alias'
					and event.entry_id = entry.id and event.code in (${list}))`.as('changed_at'),
			)
			.select(
				sql<number>`(${isWork} or entry.reference_code in (${list})
					or entry.id in (select entry_id from coded_entry where canonical in (${list})))`.as('is_current'),
			)
			.where(sql<SqlBool>`(not ${isWork} or shown_entry.reference_code in (${list}))`)
			.where(
				'entry.id',
				'in',
				sql<string>`(select id from entry where reference_code in (${list})
					union select entry_id from coded_entry where canonical in (${list})
					union select entry_id from code_event where kind = 'alias' and code in (${list})
					union select entry_id from shown_entry where ${isReader ? sql`reference_code in (${list})` : sql`1 = 0`})`,
			)
			.where('entry.status', '=', 'active')
			.where('entry.hidden', '=', 0)
			.orderBy(sql`is_current desc`)
			.orderBy('entry.row_id')
			.limit(MAX_RESOLVED)
			.execute();
		return entries.map((row) => ({
			id: row.id as EntryId,
			code: row.reference_code,
			title: row.title,
			how: row.is_current === 1 ? ('current' as const) : ('former' as const),
			changedAt: row.is_current === 1 ? null : row.changed_at,
		}));
	}

	/**
	 * Keeps numbers for records like an entry, for a device that goes offline: of the group of its code, or of the one its
	 * code will be of.
	 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'permissions.denied' and what keeps the entry from having a code
	 */
	async reserve(identity: Identity, like: EntryId, count: number, why: string): Promise<ReservedBlock> {
		demand(identity.person, 'edit', { kind: 'codes' });
		const thing = await this.#thingOf(like);
		if (!thing) throw new Refusal('catalogue.unknown-entry', { id: like }, 404);
		demand(identity.person, 'create', thing);
		await this.#index.settled();
		const [source] = await codeSources(this.#storage, this.#index.finder, { ids: [like] });
		if (!source || !isCodedLevel(source.level)) throw new Refusal('catalogue.code-level', {});
		const { fonds } = source;
		const basis = basisLike(source);
		if (!basis.ok) throw new Refusal(basis.code, basis.params);
		if (basis.final === 'pageNumber') throw new Refusal('catalogue.code-level', {});
		const width = usedWidth(fonds, basis.regime.id);
		const place = await placeLike(this.#storage, source, basis.final);
		const block = await this.#allotment.reserve(
			{ fondsNumber: fonds?.fondsNumber ?? '', basis, width },
			count,
			why.trim().slice(0, MAX_REASON),
			actorOf(identity),
		);
		return { ...block, place };
	}

	/** Blocks the person has not given back. */
	async blocks(person: Person): Promise<OpenBlock[]> {
		demand(person, 'edit', { kind: 'codes' });
		return openBlocks(this.#storage, { personId: person.id });
	}

	/** Takes a block back. @throws {Refusal} 'catalogue.code-unknown-block' (404) | 'catalogue.code-block-other' (403) */
	async giveBack(identity: Identity, blockId: string, why: string): Promise<{ readonly unused: number }> {
		demand(identity.person, 'edit', { kind: 'codes' });
		const block = await this.#storage.db
			.selectFrom('code_event')
			.select('actor_id')
			.where('block_id', '=', blockId)
			.where('kind', '=', 'reserved')
			.executeTakeFirst();
		if (block && block.actor_id !== identity.person.id && identity.person.role !== 'administrator')
			throw new Refusal('catalogue.code-block-other', {}, 403);
		return this.#allotment.giveBack(blockId, why.slice(0, MAX_REASON), actorOf(identity));
	}

	/**
	 * Says why numbers are nobody's.
	 * @throws {Refusal} 'catalogue.code-unknown-group' (404) | 'catalogue.code-without-reason' | 'permissions.denied'
	 */
	async note(
		identity: Identity,
		{ groupKey, from, to, why }: { groupKey: string; from: number; to: number; why: string },
	): Promise<void> {
		demand(identity.person, 'edit', { kind: 'codes' });
		if (why.trim() === '') throw new Refusal('catalogue.code-without-reason');
		if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 1 && to >= from && to < 1_000_000))
			throw new Refusal('catalogue.code-gap-range', { from, to });
		const known = await visible(this.#storage.db, identity.person)
			.innerJoin('coded_entry', 'coded_entry.row_id', 'entry.row_id')
			.select(['coded_entry.fonds_number', 'coded_entry.regime'])
			.where('coded_entry.group_key', '=', groupKey)
			.limit(1)
			.executeTakeFirst();
		if (!known || groupKey === '')
			throw new Refusal('catalogue.code-unknown-group', { group: groupKey.slice(0, 60) }, 404);
		await this.#allotment.record(
			[
				{
					kind: 'note',
					fondsNumber: known.fonds_number,
					regime: known.regime,
					groupKey,
					from,
					to,
					why: why.trim().slice(0, MAX_REASON),
				},
			],
			actorOf(identity),
		);
	}
}
