import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { plainTextOf, type RichText } from '#domain/catalogue/rich-text.ts';
import type { CheckedEntry, EntryFacts } from '#domain/catalogue/rules/rule-facts.ts';
import { FONDS_BELOW } from '../fonds-below.ts';
import type { FondsRow } from './check-facts.ts';

/** A row of `entry` as checks read it. */
export interface CheckRow {
	readonly id: string;
	readonly row_id: number;
	readonly parent_id: string | null;
	readonly fonds_id: string;
	readonly order_key: string;
	readonly level: string;
	readonly profile: string;
	readonly reference_code: string;
	readonly fields: string;
	readonly bodies: string;
}

/** A fonds of which all is in a scope (1), or a part. */
export interface FondsInScope extends FondsRow {
	readonly whole: number;
}

/** An entry that others lie in. */
export interface ContainerRow {
	readonly id: string;
	readonly row_id: number;
}

const COLUMNS =
	'entry.id, entry.row_id, parent_id, fonds_id, order_key, level, profile, reference_code, fields, bodies';
const HERE = `status = 'active' and hidden = 0`;

/** Reads entries from the database with statements prepared once. */
export class CheckRows {
	readonly #children: StatementSync;
	readonly #row: StatementSync;
	readonly #before: StatementSync;
	readonly #after: StatementSync;
	readonly #database: DatabaseSync;

	constructor(database: DatabaseSync) {
		this.#database = database;
		this.#children = database.prepare(
			// A fonds in it is no part of what it lies in. The sign keeps the index of children in use.
			`select ${COLUMNS} from entry where parent_id = ? and +fonds_id = ? and status = 'active'
			and (order_key, id) > (?, ?) and hidden = 0 order by order_key, id limit ?`,
		);
		this.#row = database.prepare(`select ${COLUMNS} from entry where id = ? and ${HERE}`);
		this.#before = database.prepare(
			`select ${COLUMNS} from entry where parent_id = ? and status = 'active' and (order_key, id) < (?, ?)
			and hidden = 0 order by order_key desc, id desc limit 1`,
		);
		this.#after = database.prepare(
			`select ${COLUMNS} from entry where parent_id = ? and status = 'active' and (order_key, id) > (?, ?)
			and hidden = 0 order by order_key, id limit 1`,
		);
	}

	/** The fonds that hold a scope or lie in it, in the order they were made. The sign keeps all entries from being read. */
	fondsIn(under: string | null): FondsInScope[] {
		const columns = 'id, row_id, reference_code, fields';
		if (under === null)
			return this.#database
				.prepare(`select ${columns}, 1 as whole from entry where fonds_id = id and ${HERE} order by +row_id`)
				.all() as unknown as FondsInScope[];
		return this.#database
			.prepare(
				`select ${columns}, id = ?1 or id <> (select fonds_id from entry where id = ?1) as whole from entry
				where (id = (select fonds_id from entry where id = ?1) or id in (${FONDS_BELOW.replace('?', '?1')}))
				and ${HERE} order by +row_id`,
			)
			.all(under) as unknown as FondsInScope[];
	}

	fonds(id: string): FondsRow | undefined {
		return this.#database
			.prepare('select id, row_id, reference_code, fields from entry where id = ?')
			.get(id) as unknown as FondsRow | undefined;
	}

	/** How many entries lie in a scope. */
	count(under: string | null): number {
		const sql =
			under === null
				? `select count(*) as count from entry where ${HERE}`
				: `with recursive below(id) as (select ? union all select entry.id from entry join below
					on entry.parent_id = below.id where ${HERE}) select count(*) as count from below`;
		return Number(this.#database.prepare(sql).get(...(under === null ? [] : [under]))?.['count']);
	}

	countOfFonds(fondsId: string): number {
		return Number(
			this.#database
				.prepare(`select count(*) as count from entry where fonds_id = ? and ${HERE}`)
				.get(fondsId)?.['count'],
		);
	}

	/** Entries of a fonds that others lie in, in the order they were made. */
	containersOf(fondsId: string): ContainerRow[] {
		return this.#database
			.prepare(
				`select id, row_id from entry where fonds_id = ? and ${HERE}
				and exists (select 1 from entry as child where child.parent_id = entry.id and child.status = 'active')
				order by row_id`,
			)
			.all(fondsId) as unknown as ContainerRow[];
	}

	/** Ids of an entry and of all containers below it. */
	containersBelow(under: string): Set<string> {
		return new Set(
			this.#database
				.prepare(
					`with recursive below(id) as (select ? union all select entry.id from entry join below
					on entry.parent_id = below.id where ${HERE}
					and exists (select 1 from entry as child where child.parent_id = entry.id)) select id from below`,
				)
				.all(under)
				.map((row) => String(row['id'])),
		);
	}

	/** Children that belong to the same fonds. */
	children(
		parentId: string,
		fondsId: string,
		after: { order_key: string; id: string },
		limit: number,
	): CheckRow[] {
		return this.#children.all(parentId, fondsId, after.order_key, after.id, limit) as unknown as CheckRow[];
	}

	row(id: string): CheckRow | undefined {
		return this.#row.get(id) as unknown as CheckRow | undefined;
	}

	before({ parent_id: parentId, order_key: key, id }: CheckRow): CheckRow | undefined {
		return parentId === null
			? undefined
			: (this.#before.get(parentId, key, id) as unknown as CheckRow | undefined);
	}

	after({ parent_id: parentId, order_key: key, id }: CheckRow): CheckRow | undefined {
		return parentId === null
			? undefined
			: (this.#after.get(parentId, key, id) as unknown as CheckRow | undefined);
	}
}

/** A row as rules see it. */
export function checkedEntry(row: CheckRow, facts: EntryFacts): CheckedEntry {
	return {
		id: row.id,
		level: row.level,
		parentId: row.parent_id,
		fields: JSON.parse(row.fields) as Record<FieldKey, FieldValue>,
		...(row.bodies === '{}' ? {} : { bodies: plainBodies(row.bodies) }),
		facts,
	};
}

function plainBodies(json: string): Record<string, string> {
	const plain: Record<string, string> = {};
	for (const [field, text] of Object.entries(JSON.parse(json) as Record<string, RichText>))
		plain[field] = plainTextOf(text);
	return plain;
}
