import type { EntryId } from '#domain/base/ids.ts';
import { can, demand, type Person } from '#domain/permissions/permissions.ts';
import { rowsById } from './catalogue/rows.ts';
import type { CopyStatus } from './preservation/copies/copies.ts';
import type { FixityReport } from './preservation/fixity/fixity-report.ts';
import type { Preservation, PreservationStatus } from './preservation/preservation.ts';
import type { StoreOverview } from './preservation/store-overview.ts';
import { storeStateOf, type StoreState } from './preservation/store-state.ts';
import type { Storage } from './storage/storage.ts';

/** What the page of the store shows. */
export interface StoreReport extends StoreOverview {
	/** As a look at it just now says, else as what was tried last. */
	readonly state: StoreState;
	readonly status: PreservationStatus;
	/** What checks have found. */
	readonly fixity: FixityReport;
	readonly copies: readonly CopyStatus[];
	/** Titles of the entries that are named, as far as the person may see them. */
	readonly titles: Readonly<Record<EntryId, string>>;
	/** The person may have the store checked and have what waits deposited. */
	readonly mayAct: boolean;
	/** They may repair objects and have copies brought up to date. */
	readonly mayAdminister: boolean;
}

/** @throws {Refusal} 'permissions.denied' */
export async function storeReport(
	{ preservation, storage }: { readonly preservation: Preservation; readonly storage: Storage },
	person: Person,
): Promise<StoreReport> {
	demand(person, 'see', { kind: 'store' });
	const status = preservation.status();
	const [overview, fixity] = await Promise.all([
		preservation.overview(),
		preservation.fixity.report({ fonds: person.fonds }),
	]);
	const ids = [
		...overview.waiting.oldest.map(({ id }) => id),
		...overview.failures.flatMap(({ key }) => (key.startsWith('entry ') ? [key.slice(6) as EntryId] : [])),
	];
	const rows = ids.length ? await rowsById(storage, person, ids) : [];
	return {
		...overview,
		state: overview.trouble === undefined ? status.state : storeStateOf(overview.trouble),
		status,
		titles: Object.fromEntries(rows.map((row) => [row.id, row.title || row.referenceCode])),
		fixity,
		copies: preservation.copies.status(),
		mayAct: can(person, 'verify', { kind: 'store' }),
		mayAdminister: can(person, 'administer', { kind: 'store' }),
	};
}
