import { sql } from 'kysely';
import type { Logger } from 'pino';
import { RETENTION_TERMS } from '#domain/catalogue/reference-codes/code-terms.ts';
import type { CatalogueCount } from '#domain/statistics/holdings/catalogue-counts.ts';
import type { Storage } from '#server/storage/storage.ts';

/** Fonds counted one after the other before somebody who waits is answered. */
const MOST_AT_ONCE = 10_000;
/** Rows of one insert. */
const CHUNK = 500;

const RETENTION_CODES = new Map(
	RETENTION_TERMS.flatMap(({ code, label }) => [
		[label.zh, code],
		[code, code],
	]),
);

/** A retention period as registers say it; what is none of them stays as it is written. */
export function retentionCode(written: string): string {
	return RETENTION_CODES.get(written) ?? written;
}

/**
 * The fonds a code is of, and what stands behind its number: the first part is one when it is the number of the fonds the
 * entry lies in, or one that registers know. Codes of projects begin with a category.
 */
export function placeOfCode(
	code: string,
	ownNumber: string,
	numbers: ReadonlySet<string>,
): { readonly fondsNumber: string; readonly rest: string } {
	const first = code.slice(0, Math.max(0, code.indexOf('-')));
	const isNamed = first !== '' && (ownNumber === '' || ownNumber === first || numbers.has(first));
	return isNamed
		? { fondsNumber: first, rest: code.slice(first.length + 1) }
		: { fondsNumber: ownNumber || code, rest: code };
}

interface Counted {
	readonly import_row: number;
	readonly kind: string;
	readonly fonds_number: string;
	readonly catalogue_number: string | null;
	readonly category_code: string | null;
	readonly year: number | null;
	readonly retention_period: string | null;
	readonly entries: number;
	readonly digitised: number;
	readonly pages: number;
	readonly digitised_pages: number;
}

/**
 * What the catalogue has, counted by fonds, catalogue or category, year and retention period in a small table. Triggers say
 * which fonds changed; these are counted anew when somebody asks, each with one query over its own rows.
 */
export class EntryCounts {
	#storage: Storage;
	#logger: Pick<Logger, 'error'>;
	#fondsNumbers: () => readonly string[];
	/** By what numbers of fonds codes were read. */
	#readBy: string;
	#counting: Promise<void> | undefined;

	constructor(parts: {
		readonly storage: Storage;
		readonly logger: Pick<Logger, 'error'>;
		/** The numbers that registers know. */
		readonly fondsNumbers: () => readonly string[];
	}) {
		this.#storage = parts.storage;
		this.#logger = parts.logger;
		this.#fondsNumbers = parts.fondsNumbers;
		this.#readBy = this.#numbers();
	}

	/**
	 * The counts as they stand.
	 * @param waitMs how long it may take to count what changed; what is not done by then is done after the answer
	 */
	async counts(
		waitMs: number,
	): Promise<{ readonly counts: readonly CatalogueCount[]; readonly isCurrent: boolean }> {
		await this.#currentWithin(waitMs);
		const { db } = this.#storage;
		const [rows, stale] = await Promise.all([
			db
				.selectFrom('entry_count')
				.leftJoin('import', 'import.row_id', 'entry_count.import_row')
				.select([
					'kind',
					'fonds_number',
					'catalogue_number',
					'category_code',
					'year',
					'retention_period',
					(select) => select.fn.sum<number>('entry_count.entries').as('entries'),
					(select) => select.fn.sum<number>('digitised').as('digitised'),
					(select) => select.fn.sum<number>('pages').as('pages'),
					(select) => select.fn.sum<number>('digitised_pages').as('digitised_pages'),
				])
				// What stays of an import that was undone, because people worked on it, counts.
				.where('import.state', 'is distinct from', 'staging')
				.groupBy(['kind', 'fonds_number', 'catalogue_number', 'category_code', 'year', 'retention_period'])
				.execute(),
			db.selectFrom('entry_count_stale').select('fonds_id').limit(1).executeTakeFirst(),
		]);
		return { counts: rows.map(countOf), isCurrent: stale === undefined };
	}

	/** Resolves when nothing is being counted. */
	async close(): Promise<void> {
		await this.#counting;
	}

	async #currentWithin(waitMs: number): Promise<void> {
		this.#counting ??= this.#countStale()
			.catch((error: unknown) => this.#logger.error({ err: error }, 'entries could not be counted'))
			.finally(() => (this.#counting = undefined));
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)));
		await Promise.race([this.#counting, late]);
		clearTimeout(timer);
	}

	#numbers(): string {
		return JSON.stringify([...new Set(this.#fondsNumbers())].sort());
	}

	async #countStale(): Promise<void> {
		const numbers = this.#numbers();
		if (numbers !== this.#readBy) {
			// Any code may begin with a number that nobody knew, or no longer with one.
			await sql`insert into entry_count_stale (fonds_id, marks) select distinct fonds_id, 1 from entry where true
				on conflict (fonds_id) do update set marks = marks + 1`.execute(this.#storage.db);
			this.#readBy = numbers;
		}
		const stale = await this.#storage.db
			.selectFrom('entry_count_stale')
			.select(['fonds_id', 'marks'])
			.limit(MOST_AT_ONCE)
			.execute();
		for (const { fonds_id: fondsId, marks } of stale) await this.#countFonds(fondsId, marks);
	}

	/** Read beside everybody's work, and written in a moment: a count never holds up an edit. */
	async #countFonds(fondsId: string, marks: number): Promise<void> {
		const { db } = this.#storage;
		const { rows } = await countQuery(fondsId, this.#readBy).execute(db);
		const values = rows.map((row) => ({ ...row, fonds_id: fondsId }));
		const inserts = Array.from({ length: Math.ceil(values.length / CHUNK) }, (_, at) =>
			db.insertInto('entry_count').values(values.slice(at * CHUNK, (at + 1) * CHUNK)),
		);
		await this.#storage.batch([
			db.deleteFrom('entry_count').where('fonds_id', '=', fondsId),
			...inserts,
			db.deleteFrom('entry_count_stale').where('fonds_id', '=', fondsId).where('marks', '=', marks),
		]);
	}
}

/**
 * The entries of a fonds by what they say of themselves: fonds, catalogue and category from the code, the rest from fields.
 * An entry counts when it has a title and a code. {@link placeOfCode} reads codes alike.
 * @param numbers JSON of the numbers that registers know
 */
function countQuery(fondsId: string, numbers: string) {
	return sql<Counted>`
		with coded as (
			select entry.import_row, entry.level, entry.fields, entry.reference_code as code, parent.level as above,
				coalesce(root.reference_code, '') as own,
				substr(entry.reference_code, 1, max(0, instr(entry.reference_code, '-') - 1)) as first
			from entry
			left join entry as parent on parent.id = entry.parent_id
			left join entry as root on root.id = entry.fonds_id
			where entry.fonds_id = ${fondsId} and entry.status = 'active' and entry.hidden = 0
				and entry.level in ('file', 'item') and entry.title <> '' and entry.reference_code <> ''
		), told as (
			select *, first <> '' and (own in ('', first) or first in (select value from json_each(${numbers}))) as is_named
			from coded
		), read as (
			select *, case when is_named then first else coalesce(nullif(own, ''), code) end as fonds_number,
				case when is_named then substr(code, length(first) + 2) else code end as rest
			from told
		), parts as (
			select import_row, fonds_number,
				case level when 'file' then 'file' else case above when 'file' then 'itemInFile' else 'singleItem' end end as kind,
				case when instr(rest, '-') > 0 then substr(rest, 1, instr(rest, '-') - 1) else '' end as segment,
				json_extract(fields, '$.catalogueNumber') as catalogue_field,
				coalesce(json_extract(fields, '$.year'), substr(json_extract(fields, '$.documentDate'), 1, 4),
					substr(json_extract(fields, '$.dateRange'), 1, 4)) as year_text,
				json_extract(fields, '$.retentionPeriod') as retention_period,
				coalesce(json_extract(fields, '$.digitised'), '') in (1, '1', 'yes', 'true', '是', '已数字化') as is_digitised,
				cast(coalesce(json_extract(fields, '$.pageCount'), 0) as integer) as page_count
			from read
		), placed as (
			select import_row, kind, fonds_number, retention_period, is_digitised, page_count,
				case when segment glob '[A-Z][A-Z]' or segment glob '[A-Z][A-Z]·*' then substr(segment, 1, 2) end as category_code,
				coalesce(nullif(catalogue_field, ''), case
					when segment glob '[0-9]*' and length(segment) <= 8 then segment end) as catalogue_number,
				case when year_text glob '[0-9][0-9][0-9][0-9]*' then cast(substr(year_text, 1, 4) as integer) end as year
			from parts
		)
		select import_row, kind, fonds_number, catalogue_number, category_code, year, retention_period,
			count(*) as entries, sum(is_digitised) as digitised, sum(page_count) as pages,
			sum(case when is_digitised then page_count else 0 end) as digitised_pages
		from placed
		group by import_row, kind, fonds_number, catalogue_number, category_code, year, retention_period`;
}

function countOf(row: Omit<Counted, 'import_row'>): CatalogueCount {
	const isUnit = row.kind !== 'itemInFile';
	const retention = row.retention_period;
	return {
		fondsNumber: row.fonds_number,
		...(row.catalogue_number === null ? {} : { catalogueNumber: row.catalogue_number }),
		...(row.category_code === null ? {} : { categoryCode: row.category_code }),
		...(row.year === null ? {} : { year: row.year }),
		...(retention === null ? {} : { retentionPeriod: retentionCode(retention) }),
		files: row.kind === 'file' ? row.entries : 0,
		itemsInFiles: row.kind === 'itemInFile' ? row.entries : 0,
		singleItems: row.kind === 'singleItem' ? row.entries : 0,
		// A page in a file is counted once, with the file or single item.
		digitisedUnits: isUnit ? row.digitised : 0,
		pages: isUnit ? row.pages : 0,
		digitisedPages: isUnit ? row.digitised_pages : 0,
	};
}
