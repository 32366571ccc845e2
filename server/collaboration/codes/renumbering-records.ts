/** Renumberings that were begun, as they can be found again: by what was written of them, and what entries say now. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { Refusal } from '#domain/base/refusal.ts';
import type {
	RenumberingPage,
	RenumberingState,
	ShownRenumbering,
} from '#domain/catalogue/reference-codes/renumbering-list.ts';
import type { OrderState } from '#domain/collaboration/orders.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import { visible } from '#server/catalogue/rows.ts';
import type { Storage } from '#server/storage/storage.ts';

type Db = Pick<Storage, 'db'>;

/** Whether a batch is being done by this process now. */
export type IsUnderWay = (batchId: string) => boolean;

interface Row {
	readonly id: string;
	readonly kind: 'batch' | 'ordered';
	readonly groupKey: string;
	readonly at: string;
	readonly actorId: string;
	readonly actorName: string;
	readonly why: string;
	readonly ended: number;
	readonly orderNumber: string | null;
	readonly orderState: OrderState | null;
	/** It is being carried out or taken back, or stopped at that: doing it again goes on. */
	readonly isOrderUnderWay: number | null;
	/** Codes of it, whoever may see them. */
	readonly codes: number;
	readonly total: number;
}

interface Counts {
	readonly count: number;
	readonly changed: number;
	readonly undone: number;
	readonly standing: number;
}

const NONE: Counts = { count: 0, changed: 0, undone: 0, standing: 0 };
const ORDER_STATES: Readonly<Record<OrderState, RenumberingState>> = {
	draft: 'waiting',
	submitted: 'waiting',
	applied: 'done',
	rejected: 'rejected',
	withdrawn: 'withdrawn',
	undone: 'taken-back',
};

/**
 * Newest first, as far as the person may see one of its entries.
 * @throws {Refusal} 'permissions.denied' (403)
 */
export async function listRenumberings(
	storage: Db,
	person: Person,
	{ offset, limit }: { readonly offset: number; readonly limit: number },
	isUnderWay: IsUnderWay,
): Promise<RenumberingPage> {
	const rows = await rowsFor(storage, person, sql`limit ${limit} offset ${offset}`);
	const counts = await countsOf(storage, person, rows);
	return {
		total: rows[0]?.total ?? 0,
		offset,
		renumberings: rows.map((row) => shownOf(row, person, counts.get(row.id), isUnderWay)),
	};
}

/**
 * One of them.
 * @throws {Refusal} 'permissions.denied' (403) | 'catalogue.unknown-renumbering' (404), also where the person may see none
 * of its entries
 */
export async function findRenumbering(
	storage: Db,
	person: Person,
	id: string,
	isUnderWay: IsUnderWay,
): Promise<ShownRenumbering> {
	const [row] = await rowsFor(storage, person, sql`limit 1`, id);
	if (!row) throw new Refusal('catalogue.unknown-renumbering', { id: id.slice(0, 60) }, 404);
	return shownOf(row, person, (await countsOf(storage, person, [row])).get(row.id), isUnderWay);
}

async function rowsFor(
	{ db }: Db,
	person: Person,
	part: RawBuilder<unknown>,
	id?: string,
): Promise<readonly Row[]> {
	demand(person, 'see', { kind: 'codes' });
	const aliases = visible(db, person)
		.innerJoin('code_event as alias', 'alias.entry_id', 'entry.id')
		.select('alias.id')
		.where('alias.kind', '=', 'alias')
		.where(sql<SqlBool>`alias.block_id = begun.block_id`);
	const orderRows = visible(db, person)
		.innerJoin('correction_order_row as row', 'row.entry_id', 'entry.id')
		.select('row.position')
		.where(sql<SqlBool>`row.order_id = begun.block_id`);
	// Batches of earlier versions say that they are through, not that they began.
	const { rows } = await sql<Row>`
		select begun.block_id as id, iif(begun.kind = 'ordered', 'ordered', 'batch') as kind, begun.group_key as "groupKey", begun.at, begun.actor_id as "actorId",
			begun.actor_name as "actorName", begun.why,
			exists (select 1 from code_event as through where through.kind = 'renumbered'
				and through.block_id = begun.block_id) as ended,
			orders.year || '-' || printf('%04d', orders.serial) as "orderNumber", orders.state as "orderState",
			case orders.state when 'submitted' then orders.decision is not null
				when 'applied' then orders.undo is not null end as "isOrderUnderWay", case begun.kind
				when 'ordered' then (select count(*) from correction_order_row as row where row.order_id = begun.block_id
					and row.field = 'referenceCode')
				else (select count(*) from code_event as alias where alias.kind = 'alias'
					and alias.block_id = begun.block_id) end as codes,
			count(*) over () as total
		from code_event as begun left join correction_order as orders on orders.id = begun.block_id
		where begun.block_id is not null and ${id === undefined ? sql`1 = 1` : sql`begun.block_id = ${id}`}
			and ((begun.kind = 'renumbering' or begun.kind = 'renumbered' and not exists (select 1 from code_event as same
				where same.kind = 'renumbering' and same.block_id = begun.block_id)) and exists ${aliases}
				or begun.kind = 'ordered' and orders.id is not null and exists ${orderRows})
		order by begun.id desc ${part}`.execute(db);
	return rows;
}

/** How many codes of each: what was to be, what was done by the log, and what stands. */
async function countsOf(
	{ db }: Db,
	person: Person,
	rows: readonly Row[],
): Promise<ReadonlyMap<string, Counts>> {
	const idsOf = (kind: Row['kind']): string[] => rows.filter((row) => row.kind === kind).map(({ id }) => id);
	const changedVia = (what: string) => sql<number>`sum(exists (select 1 from entry_change as change
		where change.doc = 'entry:' || entry.id and change.field = 'referenceCode'
			and change.via = ${what} || alias.block_id))`;
	const [batches, orders] = [idsOf('batch'), idsOf('ordered')];
	const [ofBatches, ofOrders] = await Promise.all([
		batches.length === 0
			? []
			: visible(db, person)
					.innerJoin('code_event as alias', 'alias.entry_id', 'entry.id')
					.select(({ fn }) => [
						'alias.block_id as id',
						fn.countAll<number>().as('count'),
						changedVia('renumber:').as('changed'),
						changedVia('undo-renumber:').as('undone'),
						sql<number>`sum(entry.reference_code = alias.new_code)`.as('standing'),
					])
					.where('alias.kind', '=', 'alias')
					.where('alias.block_id', 'in', batches)
					.groupBy('alias.block_id')
					.execute(),
		orders.length === 0
			? []
			: visible(db, person)
					.innerJoin('correction_order_row as row', 'row.entry_id', 'entry.id')
					.select(({ fn }) => [
						'row.order_id as id',
						fn.countAll<number>().as('count'),
						sql<number>`sum(row.state in ('applied', 'undone'))`.as('changed'),
						sql<number>`sum(row.state = 'undone')`.as('undone'),
						sql<number>`sum(entry.reference_code = json_extract(row.new_value, '$'))`.as('standing'),
					])
					.where('row.order_id', 'in', orders)
					.where('row.field', '=', 'referenceCode')
					.groupBy('row.order_id')
					.execute(),
	]);
	return new Map([...ofBatches, ...ofOrders].map(({ id, ...counts }) => [id as string, counts]));
}

function shownOf(row: Row, person: Person, counts: Counts = NONE, isUnderWay: IsUnderWay): ShownRenumbering {
	// What was said of all may speak of entries that others see.
	const isTold = counts.count === row.codes || row.actorId === person.id;
	return {
		id: row.id,
		groupKey: row.groupKey,
		at: row.at,
		actorName: row.actorName,
		why: isTold ? row.why : '',
		state: stateOf(row, counts, isUnderWay),
		...counts,
		order: row.kind === 'ordered' ? { id: row.id, number: row.orderNumber ?? '' } : null,
	};
}

function stateOf(row: Row, { changed, undone }: Counts, isUnderWay: IsUnderWay): RenumberingState {
	if (row.orderState !== null) return row.isOrderUnderWay ? 'under-way' : ORDER_STATES[row.orderState];
	if (!row.ended) return isUnderWay(row.id) ? 'under-way' : 'stopped';
	if (undone > 0) return 'taken-back';
	return changed > 0 ? 'done' : 'not-done';
}
