import { profileOf } from '#domain/catalogue/profiles.ts';
import type { Selectable } from 'kysely';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { ImportTable } from '#server/storage/schema.ts';
import type { DepositAsks } from './deposit-worker.ts';
import { userOf } from './entry-deposit.ts';
import { safeName } from './safe-name.ts';

/** The one version of an import's object: the file as received, the entries read from it, the report. */
export function importVersion(
	row: Selectable<ImportTable>,
	parts: {
		readonly folder: string;
		readonly clock: Clock;
		readonly software: { readonly name: string; readonly version: string };
	},
): DepositAsks['import']['ask'] {
	const at = isoAt(parts.clock);
	const actor = { id: row.actor_id, name: row.actor_name };
	return {
		objectId: `urn:uuid:${row.id}`,
		folder: parts.folder,
		fileName: safeName(row.file_name),
		record: {
			schema: 'lantai-import/1',
			kind: 'import',
			importId: row.id,
			createdAt: row.created_at,
			underId: row.under_id,
			fileName: row.file_name,
			format: row.format,
			profile: row.profile,
			profileVersion: profileOf(row.profile).version,
			entries: row.entries,
			synthetic: row.synthetic === 1,
			actors: [actor],
			via: row.via,
			acceptedAt: row.accepted_at,
			at,
			software: parts.software,
		},
		about: { created: at, message: 'import', user: userOf(actor) },
	};
}
