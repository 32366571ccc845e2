import { localFieldsInUse, profileOf } from '#domain/catalogue/profiles.ts';
import type { Insertable } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import type { ImportTable } from '#server/storage/schema.ts';
import { placeUnder } from '#server/catalogue/import/import-place.ts';
import { ImportRows } from '#server/catalogue/import/import-rows.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { PlaceUnder } from '#server/catalogue/import/entry-placing.ts';
import { actorOf, ahead, goOn, recordOf, type Rebuilding } from './rebuilding.ts';

/** What the record of an import says. */
interface ImportRecord {
	readonly importId: string;
	readonly fileName: string;
	readonly format: string;
	readonly profile: string;
	readonly entries: number;
	readonly synthetic: boolean;
	readonly actors: readonly { readonly id: string; readonly name: string }[];
	readonly via: string | null;
	readonly acceptedAt: string;
	/** Records of earlier software do not say these. */
	readonly profileVersion?: number;
	readonly createdAt?: string;
	readonly underId?: string | null;
}

interface FoundImport {
	readonly folder: string;
	readonly record: ImportRecord;
	readonly report: string;
	/** Undefined when only the rows say them. */
	readonly rootIds: readonly EntryId[] | undefined;
}

/** Brings imports back with their entries, in the order in which they were made. */
export async function rebuildImports(rebuilding: Rebuilding): Promise<void> {
	const { storage, reader, scan, damage, counts, touched, progress } = rebuilding;
	const imports: FoundImport[] = [];
	for (const folder of scan.records.import) {
		const found = await importIn(rebuilding, folder);
		if (found) imports.push(found);
	}
	// Ids of imports grow with time.
	imports.sort((a, b) => (a.record.importId < b.record.importId ? -1 : 1));
	const total = imports.reduce((sum, { record }) => sum + record.entries, 0);
	const rows = new ImportRows(storage);
	progress({ rebuilt: 'imports', done: 0, total });
	for (const { folder, record, report, rootIds } of imports) {
		const under = await placeOf(rebuilding, record.underId);
		const row = importRow(record, report, rootIds ?? []);
		await storage.db.insertInto('import').values(row).execute();
		const { row_id: importRowId } = await storage.db
			.selectFrom('import')
			.select('row_id')
			.where('id', '=', record.importId)
			.executeTakeFirstOrThrow();
		const work = {
			profile: record.profile,
			profileVersion: record.profileVersion ?? 1,
			localFields: localFieldsInUse(),
			importRow: importRowId,
			synthetic: record.synthetic,
			now: row.created_at,
			under,
		};
		counts.imports++;
		if (record.underId) for (const id of rootIds ?? []) touched.add(id);
		const opened = await reader.ask('openRows', { folder, work });
		damage.push(...opened.damage);
		if (!opened.isOpen) continue;
		for (let next = ahead(reader.ask('rows', undefined)); ;) {
			const chunk = await next;
			if (!chunk) break;
			goOn(rebuilding);
			next = ahead(reader.ask('rows', undefined));
			await rows.write({ ...chunk, kind: 'chunk', replaced: [], entries: 0, bytes: 0 }, row.created_at);
			counts.imported += chunk.rows.length;
			progress({ rebuilt: 'imports', done: counts.imported, total });
		}
		if (!rootIds) for (const id of await noteRoots(rebuilding, importRowId)) touched.add(id);
	}
}

/**
 * What an import says of itself. Where its report is damaged it has none, and its outermost entries are known by its rows;
 * where its record is damaged, the report, the inventory and the rows say the most of it. Undefined, and noted, where both are.
 */
async function importIn(rebuilding: Rebuilding, folder: string): Promise<FoundImport | undefined> {
	const told = await recordOf(rebuilding, folder, 'deposit.json');
	const reported = await recordOf(rebuilding, folder, 'report.json');
	if (told && reported) {
		const { schema: _, importId: __, rootIds, ...report } = reported.json as Record<string, unknown>;
		return {
			folder,
			record: told.json as ImportRecord,
			report: JSON.stringify(report),
			rootIds: rootIds as EntryId[],
		};
	}
	if (told) return { folder, record: told.json as ImportRecord, report: '{}', rootIds: undefined };
	if (!reported) return undefined;
	const {
		importId,
		rootIds: _,
		schema: __,
		...report
	} = reported.json as Pick<ImportRecord, 'importId'> &
		Pick<ImportRecord, 'format' | 'profile' | 'entries'> &
		Record<string, unknown>;
	const { names, about } = await rebuilding.reader.ask('names', { folder });
	const at = new Date(about?.created ?? 0).toISOString();
	const { actor_id, actor_name } = actorOf(about?.user);
	const { format, profile, entries } = report;
	return {
		folder,
		record: {
			...{ importId, format, profile, entries, via: null, acceptedAt: at },
			fileName: names.find((each) => each.startsWith('original/'))?.slice('original/'.length) ?? '',
			profileVersion: profileOf(profile).version,
			actors: [{ id: actor_id, name: actor_name }],
			synthetic: false,
		},
		report: JSON.stringify(report),
		rootIds: undefined,
	};
}

/** The outermost entries of an import, by its rows. */
async function noteRoots({ storage: { db } }: Rebuilding, importRowId: number): Promise<EntryId[]> {
	const own = db.selectFrom('entry').select('id').where('import_row', '=', importRowId);
	const roots = await db
		.selectFrom('entry')
		.select(['id', 'parent_id'])
		.where('import_row', '=', importRowId)
		.where((where) => where.or([where('parent_id', 'is', null), where('parent_id', 'not in', own)]))
		.orderBy('row_id')
		.execute();
	await db
		.updateTable('import')
		.set({
			root_ids: JSON.stringify(roots.map(({ id }) => id)),
			under_id: roots[0]?.parent_id ?? null,
		})
		.where('row_id', '=', importRowId)
		.execute();
	return roots.map(({ id }) => id as EntryId);
}

function importRow(
	record: ImportRecord,
	report: string,
	rootIds: readonly EntryId[],
): Insertable<ImportTable> {
	const [actor] = record.actors;
	return {
		id: record.importId,
		state: 'accepted',
		file_name: record.fileName,
		format: record.format,
		profile: record.profile,
		under_id: record.underId ?? null,
		root_ids: JSON.stringify(rootIds),
		entries: record.entries,
		report,
		actor_id: actor?.id ?? '',
		actor_name: actor?.name ?? '',
		via: record.via,
		synthetic: record.synthetic ? 1 : 0,
		created_at: record.createdAt ?? record.acceptedAt,
		accepted_at: record.acceptedAt,
		deposited_version: 'v1',
	};
}

/** The place of an import where it is known by now; one that was made by hand comes later, and then it is passed on. */
async function placeOf(
	{ storage }: Rebuilding,
	underId: string | null | undefined,
): Promise<PlaceUnder | undefined> {
	if (!underId) return undefined;
	try {
		return await placeUnder(storage, underId);
	} catch (error) {
		if (isRefusal(error)) return undefined;
		throw error;
	}
}
