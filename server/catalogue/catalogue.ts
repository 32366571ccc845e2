import { sql } from 'kysely';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { dayOfInstant } from '#domain/catalogue/archival-date/days.ts';
import { wantedDays, type ListChoice } from '#domain/catalogue/list-choice.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { FieldKey, FieldValue, PlacedEntry } from '#domain/catalogue/entry.ts';
import type { RichText } from '#domain/catalogue/rich-text.ts';
import type { ExportedEntry } from '#domain/catalogue/unsettled.ts';
import {
	versionLabel,
	type Attribution,
	type ConflictingValue,
	type EntryDetail,
	type EntryRow,
	type RowPage,
} from '#domain/catalogue/rows.ts';
import { can, canOpenLive, demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import type { Storage } from '#server/storage/storage.ts';
import { formerCodes } from './codes/former-codes.ts';
import { attributionsOf } from './element-settings.ts';
import { entryThing, THING_COLUMNS } from './entry-thing.ts';
import { entryReview } from './review-facts.ts';
import { shownOf } from './shown-entry.ts';
import { purgedBy } from './purge/purged-by.ts';
import { readSubtree } from './subtree.ts';
import { readTimeline, type Timeline } from './timeline.ts';
import { fondsBelow } from './own-fonds.ts';
import {
	childrenOf,
	fondsRows,
	MAX_ROWS,
	rowsById,
	searchEntries,
	visible,
	type ChosenRows,
} from './rows.ts';

/** An entry with its children, as far as asked. */
export interface TreeNode extends EntryRow {
	readonly children?: readonly TreeNode[];
}

/** An entry as its row holds it, with what its first update also says. */
export type ImportedEntry = PlacedEntry & {
	readonly profile: string;
	readonly status: string;
	readonly createdAt: string;
};

/** What the catalogue shows. Every answer holds only what `can(person, 'see', …)` allows. */
export interface Catalogue {
	/** @throws {Refusal} 'catalogue.bad-dates' */
	children(
		person: Person,
		parentId: EntryId | null,
		offset: number,
		limit: number,
		choice?: ListChoice,
	): Promise<RowPage>;
	/** @throws {Refusal} 'catalogue.bad-dates' */
	search(person: Person, query: string, offset: number, limit: number, choice?: ListChoice): Promise<RowPage>;
	/** @throws {Refusal} 'catalogue.unknown-entry' (404), also for entries the person may not see */
	entry(person: Person, id: EntryId): Promise<EntryDetail>;
	/**
	 * What happened to an entry, newest first, before a log position or up to now. Not for readers: they see what stands.
	 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'permissions.denied' (403)
	 */
	timeline(person: Person, id: EntryId, before?: number): Promise<Timeline>;
	/** Children (of the top when there is no id), nested to a depth. */
	tree(person: Person, id: EntryId | null, depth: number): Promise<TreeNode[]>;
	/** What an entry is for the permission question; undefined when there is none (or its import is under way). */
	thingOf(id: EntryId): Promise<EntryThing | undefined>;
	/** The same for many; without those that are not there. */
	thingsOf(ids: readonly EntryId[]): Promise<ReadonlyMap<EntryId, EntryThing>>;
	/** Imported entries as their rows hold them, to build their live documents from; without those that are not there. */
	storedEntries(ids: readonly EntryId[]): Promise<ReadonlyMap<EntryId, ImportedEntry>>;
	/** How many edited entries the person may see whose newest state no version in the archival store holds yet. */
	waitingForArchive(person: Person): Promise<number>;
	/** True while demonstration holdings are among the entries. */
	hasSynthetic(): Promise<boolean>;
	/** Every fonds, and what holds fonds together, as they follow one another in the hierarchy. */
	fonds(person: Person, offset: number, limit: number): Promise<RowPage>;
	/** The fonds in which the given entries and all below them lie. */
	fondsOf(ids: readonly EntryId[]): Promise<EntryId[]>;
	/**
	 * The entry and all below it that the person may see, parents first, in order; with what is not settled, for who may
	 * see conflicts.
	 */
	subtree(person: Person, id: EntryId): AsyncIterable<ExportedEntry & { readonly profile: string }>;
}

/** Reads of the catalogue over its rows. */
export function createCatalogue({ storage, clock }: { storage: Storage; clock: Clock }): Catalogue {
	const { db } = storage;

	function chosenRows({ dates, byDate }: ListChoice): ChosenRows {
		return { days: wantedDays(dates, dayOfInstant(isoAt(clock))), byDate };
	}

	async function detail(person: Person, id: EntryId): Promise<EntryDetail> {
		const [[row], full, thing] = await Promise.all([
			rowsById(storage, person, [id]),
			db
				.selectFrom('entry')
				.select(['fields', 'bodies', 'problems', 'projected_seq', 'hidden'])
				.where('id', '=', id)
				.executeTakeFirst(),
			thingOf(id),
		]);
		if (!row || !full || !thing) throw new Refusal('catalogue.unknown-entry', { id }, 404);
		const [versions, path, attributions, conflicts, shown, review, purged, former] = await Promise.all([
			db
				.selectFrom('deposit')
				.select(['object_id', 'version', 'at', 'kind'])
				.where('entry_id', '=', id)
				.orderBy('id')
				.execute(),
			pathOf(person, id),
			// Readers see what stands, not who works on it.
			canOpenLive(person, thing)
				? attributionsOf(storage, [`entry:${id}`, ...(can(person, 'comment', thing) ? [`review:${id}`] : [])])
				: new Map<string, Attribution>(),
			can(person, 'see', { kind: 'conflicts' })
				? db
						.selectFrom('conflict')
						.select(['field', 'values_json', 'dispute'])
						.where('entry_id', '=', id)
						.execute()
				: [],
			person.role === 'reader' ? shownOf(db, id) : undefined,
			entryReview(storage, person, id),
			thing.isPurged ? purgedBy(db, id) : undefined,
			can(person, 'see', { kind: 'codes' }) ? formerCodes(storage, id) : [],
		]);
		const words = shown ?? full;
		return {
			...row,
			fields: JSON.parse(words.fields) as Record<FieldKey, FieldValue>,
			bodies: JSON.parse(words.bodies) as Record<string, RichText>,
			seq: full.projected_seq,
			conflicts: Object.fromEntries(
				conflicts.map(({ field, values_json }) => [field, JSON.parse(values_json) as ConflictingValue[]]),
			),
			disputes: Object.fromEntries(
				conflicts.flatMap(({ field, dispute }) =>
					dispute === null ? [] : [[field, JSON.parse(dispute) as EntryDetail['disputes'][string]]],
				),
			),
			attributions: Object.fromEntries(attributions),
			versions: versions.map((version) => ({
				version: versionLabel(version.object_id, version.version),
				at: version.at,
				kind: version.kind as 'working' | 'approved',
			})),
			path,
			can: {
				edit: can(person, 'edit', thing),
				comment: can(person, 'comment', thing),
				decide: can(person, 'decide', thing),
				create: can(person, 'create', thing),
				delete: can(person, 'delete', thing),
			},
			problems:
				full.problems === null || !canOpenLive(person, thing) ? [] : (JSON.parse(full.problems) as string[]),
			review,
			...(purged ? { purged } : {}),
			...(former.length > 0 ? { formerCodes: former } : {}),
		};
	}

	async function pathOf(person: Person, id: EntryId): Promise<EntryDetail['path']> {
		const ancestors = await sql<{ id: string; depth: number }>`
			with recursive up(id, parent_id, depth) as (
				select id, parent_id, 0 from entry where id = ${id}
				union all select entry.id, entry.parent_id, up.depth + 1 from entry join up on entry.id = up.parent_id where up.depth < 100
			) select id, depth from up where depth > 0 order by depth desc`.execute(db);
		const rows = await rowsById(
			storage,
			person,
			ancestors.rows.map((each) => each.id),
		);
		const byId = new Map(rows.map((row) => [row.id as string, row]));
		return ancestors.rows.flatMap(({ id: ancestorId }) => {
			const row = byId.get(ancestorId);
			return row
				? [{ id: row.id, title: row.title, level: row.level, profile: row.profile, dateText: row.dateText }]
				: [];
		});
	}

	async function thingsOf(ids: readonly EntryId[]): Promise<ReadonlyMap<EntryId, EntryThing>> {
		const things = new Map<EntryId, EntryThing>();
		for (let from = 0; from < ids.length; from += MAX_ROWS) {
			const rows = await db
				.selectFrom('entry')
				.select(['id', ...THING_COLUMNS])
				.where('id', 'in', ids.slice(from, from + MAX_ROWS))
				.where(
					'import_row',
					'not in',
					db.selectFrom('import').select('row_id').where('state', '=', 'staging'),
				)
				.execute();
			for (const row of rows) things.set(row.id as EntryId, entryThing(row));
		}
		return things;
	}

	async function thingOf(id: EntryId): Promise<EntryThing | undefined> {
		return (await thingsOf([id])).get(id);
	}

	async function tree(person: Person, id: EntryId | null, depth: number): Promise<TreeNode[]> {
		const nodes: TreeNode[] = [];
		for (let offset = 0; ; offset += MAX_ROWS) {
			const page = await childrenOf(storage, person, id, offset, MAX_ROWS);
			for (const row of page.rows)
				nodes.push(
					depth > 1 && row.childCount > 0 ? { ...row, children: await tree(person, row.id, depth - 1) } : row,
				);
			if (offset + page.rows.length >= page.total || page.rows.length === 0) return nodes;
		}
	}

	return {
		children: async (person, parentId, offset, limit, choice = {}) =>
			childrenOf(storage, person, parentId, offset, Math.min(limit, MAX_ROWS), chosenRows(choice)),
		search: async (person, query, offset, limit, choice = {}) =>
			searchEntries(storage, person, query, offset, Math.min(limit, MAX_ROWS), chosenRows(choice)),
		entry: detail,
		async timeline(person, id, before) {
			const thing = await thingOf(id);
			if (!thing || !can(person, 'see', thing)) throw new Refusal('catalogue.unknown-entry', { id }, 404);
			if (!canOpenLive(person, thing))
				throw new Refusal('permissions.denied', { action: 'see', thing: 'entry' }, 403);
			return readTimeline(storage, id, before);
		},
		fonds: async (person, offset, limit) => fondsRows(storage, person, offset, Math.min(limit, MAX_ROWS)),
		tree,
		thingOf,
		thingsOf,
		async storedEntries(ids) {
			const there = [...(await thingsOf(ids)).keys()];
			const stored = new Map<EntryId, ImportedEntry>();
			for (let from = 0; from < there.length; from += MAX_ROWS) {
				const rows = await db
					.selectFrom('entry')
					.select([
						'id',
						'parent_id',
						'order_key',
						'level',
						'profile',
						'status',
						'fields',
						'bodies',
						'created_at',
					])
					.where('id', 'in', there.slice(from, from + MAX_ROWS))
					.execute();
				for (const row of rows)
					stored.set(row.id as EntryId, {
						id: row.id as EntryId,
						parentId: row.parent_id as EntryId | null,
						order: row.order_key,
						level: row.level,
						profile: row.profile,
						status: row.status,
						fields: JSON.parse(row.fields) as PlacedEntry['fields'],
						bodies: JSON.parse(row.bodies) as PlacedEntry['bodies'],
						createdAt: row.created_at,
					});
			}
			return stored;
		},
		async fondsOf(ids) {
			const found = new Set<string>();
			for (let from = 0; from < ids.length; from += MAX_ROWS) {
				const some = JSON.stringify(ids.slice(from, from + MAX_ROWS));
				const { rows } = await sql<{ id: string }>`
					select fonds_id as id from entry where id in (select value from json_each(${some}))
					union ${fondsBelow(sql`select value from json_each(${some})`)}`.execute(db);
				for (const { id } of rows) found.add(id);
			}
			return [...found] as EntryId[];
		},
		async waitingForArchive(person) {
			const { count } = await visible(db, person)
				.select((select) => select.fn.countAll<number>().as('count'))
				.where('entry.projected_seq', '>', 0)
				.where((where) =>
					where.or([
						where('entry.deposited_seq', 'is', null),
						where('entry.deposited_seq', '<', where.ref('entry.projected_seq')),
					]),
				)
				.executeTakeFirstOrThrow();
			return count;
		},
		async hasSynthetic() {
			const row = await db
				.selectFrom('entry')
				.select('id')
				.where('synthetic', '=', 1)
				.where('status', '=', 'active')
				.limit(1)
				.executeTakeFirst();
			return row !== undefined;
		},
		async *subtree(person, id) {
			const thing = await thingOf(id);
			if (!thing || !can(person, 'see', thing)) throw new Refusal('catalogue.unknown-entry', { id }, 404);
			demand(person, 'export', thing);
			yield* readSubtree(storage, person, id);
		},
	};
}
