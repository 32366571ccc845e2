import { isoAt } from '#domain/base/clock.ts';
import { canonicalJson } from './canonical-json.ts';
import { userOf } from './entry-deposit.ts';
import { PAGE, withRows, type RecordParts } from './record-deposits.ts';

/** The accounts of the archive: names and rights, never what they sign in with. */
export const PEOPLE_OBJECT = 'urn:lantai:people';
/** The settings of the archive. */
export const SETTINGS_OBJECT = 'urn:lantai:settings';
/** What became of an import after it was accepted: its own object stays one version. */
export const undoneObject = (importId: string): string => `urn:lantai:undone:${importId}`;

/** Settings of this database and its backups, not of the archive. */
export const OWN_SETTINGS = ['log.lineage', 'log.restored', 'log.copy', 'backup.last'];

const SERVER = userOf(undefined);

/** Brings people and settings into the store as they are; nothing new when they are there like that. */
export async function depositArchive(parts: RecordParts): Promise<void> {
	const { storage, worker, clock, software } = parts;
	const people = await storage.db
		.selectFrom('user')
		.select(['id', 'name', 'username', 'role', 'fonds', 'access_statuses', 'disabled_at', 'createdAt'])
		.orderBy('id')
		.execute();
	const settings = await storage.db
		.selectFrom('setting')
		.selectAll()
		.where('key', 'not in', OWN_SETTINGS)
		.orderBy('key')
		.execute();
	const records = [
		[PEOPLE_OBJECT, 'people', 'people.jsonl', people.map((person) => `${canonicalJson(person)}\n`).join('')],
		[
			SETTINGS_OBJECT,
			'settings',
			'settings.json',
			canonicalJson(
				Object.fromEntries(settings.map(({ key, value }) => [key, JSON.parse(value) as unknown])),
			),
		],
	] as const;
	for (const [objectId, kind, name, content] of records)
		await worker.put('record', {
			objectId,
			files: [[name, content]],
			record: { schema: 'lantai-record/1', kind, software },
			about: { created: isoAt(clock), message: kind, user: SERVER },
		});
}

/** A decision over many conflicts: what it chose, and what stood before, so that it can be taken back. */
export async function depositDecision(parts: RecordParts, decisionId: string): Promise<string | undefined> {
	const { storage, worker, clock, software } = parts;
	const { db } = storage;
	const row = await db.selectFrom('decision').selectAll().where('id', '=', decisionId).executeTakeFirst();
	if (!row) return undefined;
	const { deposited_as: before, ...decision } = row;
	const as = decisionStanding(row);
	if (before === as) return undefined;
	return withRows(
		parts,
		decisionId,
		async (last: number) => {
			const rows = await db
				.selectFrom('decision_item')
				.selectAll()
				.where('decision_id', '=', decisionId)
				.orderBy('entry_id')
				.orderBy('field')
				.offset(last)
				.limit(PAGE)
				.execute();
			return { rows, next: last + rows.length };
		},
		0,
		async (path) => {
			const { version } = await worker.put('record', {
				objectId: `urn:uuid:${decisionId}`,
				files: [
					['decision.json', canonicalJson({ schema: 'lantai-decision/1', ...decision })],
					['items.jsonl', { path }],
				],
				record: { schema: 'lantai-record/1', kind: 'decision', decisionId, standing: as, software },
				about: {
					created: isoAt(clock),
					message: `decision: ${as}`,
					user: userOf({ id: decision.actor_id, name: decision.actor_name }),
				},
			});
			await db
				.updateTable('decision')
				.set({ deposited_as: as })
				.where('id', '=', decisionId)
				.where('undone_at', row.undone_at === null ? 'is' : '=', row.undone_at)
				.execute();
			return version;
		},
	);
}

/** In which of its states a decision is: another one wants another version. */
export function decisionStanding(decision: { readonly undone_at: string | null }): string {
	return decision.undone_at === null ? 'made' : `undone ${decision.undone_at}`;
}

/** What happened to an import after it was accepted, with the entries it withdrew that nobody had edited. */
export async function depositUndone(parts: RecordParts, importId: string): Promise<string | undefined> {
	const { storage, worker, clock, software } = parts;
	const { db } = storage;
	// Before its state: an undoing that ends in between is told by its last event, and wants another version.
	const events = await db
		.selectFrom('import_event')
		.selectAll()
		.where('import_id', '=', importId)
		.orderBy('id')
		.execute();
	const row = await db
		.selectFrom('import')
		.select(['row_id', 'state', 'deposited_event'])
		.where('id', '=', importId)
		.executeTakeFirst();
	const last = events.at(-1);
	if (!row || !last || row.deposited_event >= last.id) return undefined;
	return withRows(
		parts,
		`undone-${importId}`,
		async (after: number) => {
			const rows = await db
				.selectFrom('entry')
				.select(['row_id', 'id', 'updated_at'])
				.where('import_row', '=', row.row_id)
				.where('row_id', '>', after)
				.where('projected_seq', '=', 0)
				.where('status', '=', 'deleted')
				.orderBy('row_id')
				.limit(PAGE)
				.execute();
			return {
				rows: rows.map(({ id, updated_at }) => ({ id, at: updated_at })),
				next: rows.at(-1)?.row_id,
			};
		},
		0,
		async (path) => {
			const { version } = await worker.put('record', {
				objectId: undoneObject(importId),
				files: [
					[
						'events.json',
						canonicalJson({
							schema: 'lantai-undone/1',
							importId,
							state: row.state,
							events: events.map((row) => {
								const { id: _, ...event } = row;
								return event;
							}),
						}),
					],
					['withdrawn.jsonl', { path }],
				],
				record: { schema: 'lantai-record/1', kind: 'undone', importId, software },
				about: {
					created: isoAt(clock),
					message: 'import undone',
					user: userOf({ id: last.actor_id, name: '' }),
				},
			});
			await db.updateTable('import').set({ deposited_event: last.id }).where('id', '=', importId).execute();
			return version;
		},
	);
}
